"""How a page of customers stands, in a fixed number of queries, by the same rules as ``decide``."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from accounts.models import ContactPoint, Customer, Service
from cpni import reasons
from cpni.decisions import Decision, judge
from cpni.facts import (
    Choice,
    Entry,
    Facts,
    Spell,
    Told,
    messages_of,
    open_requests_of,
    provided,
    published,
    spell_of,
    state_of,
    verifications_of,
)
from cpni.jurisdictions import STATES
from cpni.models import Approval, Incident, OptOutRequest
from cpni.reasons import Verdict
from notices.models import Delivery, PolicyBinding, Use

# What a list says of a customer, by the decision's reason, the worst first, and what to do next.
# ``{day}`` is the decision's last day.
SUMMARIES = {
    reasons.MERGED.code: ("Merged", ""),
    reasons.NOT_A_CUSTOMER.code: ("No service", ""),
    reasons.OPTED_OUT.code: ("Opted out", ""),
    reasons.DISCONTINUED.code: ("No service", ""),
    reasons.NEVER_NOTICED.code: ("Never noticed", "Send a notice"),
    reasons.UNDELIVERABLE.code: ("Undeliverable", "Correct the address, notice again"),
    reasons.NO_CONSENT.code: ("E-mailed without consent", "Notice by post"),
    reasons.OVERDUE.code: ("Overdue", "Send the two-year notice"),
    reasons.NOT_DECLARED.code: ("Not in the policy", "Tell of the new policy"),
    reasons.HELD.code: ("Held", "Settle the incident"),
    reasons.OPEN_REQUEST.code: ("May have objected", "Match the request"),
    reasons.UNREAD.code: ("May have objected", "Read the message"),
    reasons.UNVERIFIED.code: ("Not verified in time", "Verify the approval"),
    reasons.NOT_MAILED.code: ("Notice on its way", "Mail it"),
    reasons.WINDOW_OPEN.code: ("Window until {day}", "Wait"),
    reasons.NOT_RECORDED.code: ("Not recorded yet", "Daily job records it"),
    reasons.ASSUMED.code: ("Approved", ""),
    reasons.EXPRESS.code: ("Approved", ""),
}
WORST_FIRST = list(SUMMARIES)


@dataclass(frozen=True)
class Standing:
    """How a customer stands over the opt-out uses, in a few words, with the next step.

    ``decision`` is the one that the words are about.
    """

    decision: Decision
    words: str
    next_step: str


def standings(customers: Sequence[Customer], *, on: date) -> dict[int, Standing]:
    """The standing of each of ``customers`` on ``on``, by id; none where no use needs opt-out."""
    uses = list(Use.objects.filter(mechanism=Use.Mechanism.OPT_OUT))
    if not (customers and uses):
        return {}
    facts = gather_many(customers, on)
    return {
        customer.pk: summary([judge(facts[customer.pk], use, on) for use in uses])
        for customer in customers
    }


def summary(decisions: Iterable[Decision]) -> Standing:
    """What a list says of ``decisions``: the worst of them, unless some use is approved already.

    A window that runs for a use that is new must not hide that the others are approved.
    """
    ranked = sorted(decisions, key=lambda decision: WORST_FIRST.index(decision.code))
    worst, best = ranked[0], ranked[-1]
    opted_out = [d for d in ranked if d.reason is reasons.OPTED_OUT]
    if opted_out and len(opted_out) < len(ranked):
        return Standing(worst, "Opted out in part", "")
    if best.allowed and worst.verdict is Verdict.NOT_YET:
        words = _words(worst)
        return Standing(best, "Approved in part", f"New use: {words[0].lower()}{words[1:]}")
    return Standing(worst, _words(worst), SUMMARIES[worst.code][1])


def _words(decision: Decision) -> str:
    day = f"{decision.until:%b} {decision.until.day}" if decision.until else ""
    return SUMMARIES[decision.code][0].format(day=day)


def gather_many(customers: Sequence[Customer], on: date) -> dict[int, Facts]:
    """The facts about each of ``customers``, by id: what ``cpni.facts.gather`` reads for one."""
    ids = [customer.pk for customer in customers]
    told, choices, ledger = _told(ids), _choices(ids), _ledger(ids)
    open_requests = open_requests_of(ids)
    messages = messages_of(ids)
    services: dict[int, list[Service]] = defaultdict(list)
    for service in Service.objects.filter(customer__in=ids):
        services[service.customer_id].append(service)
    states = _states(ids, on)
    verifications = verifications_of(list(states), on) if states else {}
    incidents = tuple(Incident.objects.all())
    policies = published()
    bindings: dict[int, list[PolicyBinding]] = defaultdict(list)
    for binding in PolicyBinding.objects.filter(customer__in=ids, since__lte=on):
        bindings[binding.customer_id].append(binding)
    facts = {}
    for customer in customers:
        spell = (
            Spell(customer.active_since, customer.discontinued_on)
            if customer.active_since <= on
            else spell_of(customer, on)
        )
        collected_from = spell.since if spell else customer.active_since
        facts[customer.pk] = Facts(
            customer=customer,
            spell=spell,
            services=provided(services[customer.pk], on),
            state=states.get(customer.pk, ""),
            verifications=tuple(verifications.get(customer.pk, ())),
            choices=tuple(choices[customer.pk]),
            told=tuple(told[customer.pk]),
            ledger=tuple(ledger[customer.pk]),
            incidents=incidents,
            open_requests=tuple(open_requests[customer.pk]),
            messages=tuple(messages[customer.pk]),
            policies=policies,
            governing=policies.governing(bindings[customer.pk], collected_from),
        )
    return facts


def _told(ids: Sequence[int]) -> dict[int, list[Told]]:
    found: dict[int, list[Told]] = defaultdict(list)
    deliveries = (
        Delivery.objects.notices()
        .filter(customer__in=ids)
        .exclude(state=Delivery.State.CANCELLED)
        .select_related("campaign__notice__policy_version", "text")
        .prefetch_related("campaign__notice__uses")
        .order_by("id")
    )
    for delivery in deliveries:
        use_ids = frozenset(use.pk for use in delivery.campaign.notice.uses.all())
        found[delivery.customer_id].append(Told(delivery, use_ids))
    return found


def _states(ids: Sequence[int], on: date) -> dict[int, str]:
    """The states that ask for more, of those of ``ids`` who have an address in one on ``on``."""
    points = ContactPoint.objects.filter(
        customer__in=ids, kind=ContactPoint.Kind.POST, state__in=STATES
    ).order_by("kind", "-since")
    found = {}
    for point in points.only("customer_id", "kind", "state", "since", "until"):
        if (state := state_of([point], on)) and point.customer_id not in found:
            found[point.customer_id] = state
    return found


def _choices(ids: Sequence[int]) -> dict[int, list[Choice]]:
    found: dict[int, list[Choice]] = defaultdict(list)
    applied = OptOutRequest.objects.filter(
        customer__in=ids, status=OptOutRequest.Status.APPLIED
    ).prefetch_related("uses")
    for request in applied:
        if request.customer_id is None or request.effective_on is None:
            continue
        use_ids = None if request.all_uses else frozenset(u.pk for u in request.uses.all())
        found[request.customer_id].append(Choice(request, use_ids, request.effective_on))
    return found


def _ledger(ids: Sequence[int]) -> dict[int, list[Entry]]:
    owner = dict(Approval.objects.filter(customer__in=ids).values_list("pk", "customer_id"))
    found: dict[int, list[Entry]] = defaultdict(list)
    rows = Approval.history.filter(id__in=list(owner)).order_by("history_date", "history_id")
    for row in rows.values_list("id", "use_id", "state", "effective_on", "delivery_id"):
        found[owner[row[0]]].append(Entry(*row))
    return found
