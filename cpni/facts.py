"""The facts about one customer on which decisions rest, read once from the records.

Only what was sent, what the customer said, and what was recorded: no state that a job keeps decides
to *allow* anything by itself, and nothing depends on a job having run in order to refuse.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from accounts.models import ContactPoint, Customer, Service
from cpni.jurisdictions import STATES
from cpni.models import (
    Approval,
    InboundMessage,
    Incident,
    OptOutRequest,
    RequestCandidate,
    Verification,
)
from notices.models import Delivery, PolicyBinding, PolicyUse, PolicyVersion, Use


@dataclass(frozen=True)
class Spell:
    """A period of service: from ``since`` until ``ended_on`` (None while it lasts)."""

    since: date
    ended_on: date | None


@dataclass(frozen=True)
class Choice:
    """An applied request: the customer's wish for some uses, or for all (``use_ids`` None).

    Opting out of everything is meant as widely as it can be. Opting back in to everything goes back
    to what opt-out allows; a use that needs opt-in (64.2007(b)) must be named to be granted.
    """

    request: OptOutRequest
    use_ids: frozenset[int] | None
    effective_on: date

    def covers(self, use: Use) -> bool:
        """Whether the customer spoke of ``use``."""
        if self.use_ids is not None:
            return use.pk in self.use_ids
        opted_out = self.request.wish == OptOutRequest.Wish.OPT_OUT
        return opted_out or use.mechanism == Use.Mechanism.OPT_OUT


@dataclass(frozen=True)
class Told:
    """A notice to the customer and the uses for which it asked approval."""

    delivery: Delivery
    use_ids: frozenset[int]

    @property
    def missed(self) -> bool:
        """Whether it is known not to have reached the customer."""
        return self.delivery.state in Delivery.MISSED or bool(self.delivery.outcome)


@dataclass(frozen=True)
class Entry:
    """One row of the approvals' ledger, in the order in which they were recorded."""

    approval_id: int
    use_id: int
    state: str
    effective_on: date
    delivery_id: int | None


class Policies:
    """The published versions of the policy, and what each declares; kept, as there are few."""

    def __init__(self, versions: Iterable[PolicyVersion]) -> None:
        self.versions = sorted(versions, key=lambda version: version.effective_on)
        self.declared: dict[int, dict[int, PolicyUse]] = {}
        for version in self.versions:
            rows = {row.use_id: row for row in version.declared.all()}
            for row in rows.values():
                row.policy_version = version
            self.declared[version.pk] = rows

    def in_force(self, on: date) -> PolicyVersion | None:
        """As ``notices.policies.in_force``: before the first version, the first."""
        latest = [version for version in self.versions if version.effective_on <= on]
        found = latest[-1:] or self.versions[:1]
        return found[0] if found else None

    def governing(
        self, bindings: Iterable[PolicyBinding], collected_from: date
    ) -> PolicyVersion | None:
        """As ``notices.policies.governing``; ``bindings`` are moves by that day, in any order."""
        mine = [binding for binding in bindings if binding.since >= collected_from]
        last = max(mine, key=lambda binding: (binding.since, binding.pk), default=None)
        if last is None:
            return self.in_force(collected_from)
        return next(v for v in self.versions if v.pk == last.policy_version_id)

    def declares(self, version: PolicyVersion | None, use: Use) -> PolicyUse | None:
        """What ``version`` declares of ``use``; None when nothing."""
        return self.declared[version.pk].get(use.pk) if version else None


def published() -> Policies:
    """The versions that are published by now."""
    versions = PolicyVersion.objects.filter(status=PolicyVersion.Status.PUBLISHED)
    return Policies(versions.prefetch_related("declared"))


@dataclass(frozen=True)
class Message:
    """A message that waits to be read, or the objection in it to be matched."""

    id: int
    received_on: date


@dataclass(frozen=True)
class Facts:
    """Everything that ``cpni.decisions.judge`` needs to know about one customer on one day."""

    customer: Customer
    spell: Spell | None
    services: tuple[Service, ...]  # of telecommunications, provided on that day
    state: str  # of the postal address, where one of ``cpni.jurisdictions`` asks for more; or ""
    verifications: tuple[Verification, ...]  # by that day, the last one last
    choices: tuple[Choice, ...]
    told: tuple[Told, ...]
    ledger: tuple[Entry, ...]
    incidents: tuple[Incident, ...]
    open_requests: tuple[OptOutRequest, ...]  # that may be this customer's objections
    messages: tuple[Message, ...]  # that may be objections of theirs
    policies: Policies
    governing: PolicyVersion | None

    @property
    def categories(self) -> frozenset[str]:
        """The categories of telecommunications that the customer has."""
        return frozenset(service.category for service in self.services)

    def choice(self, use: Use, on: date) -> Choice | None:
        """The choice that stands for ``use`` on ``on``: the one that reached us last.

        An opt-out stands until the customer revokes it (64.2007(a)(2)). An opting in of an earlier
        period of service ended with that service; an opt-out never ends by itself.
        """
        return standing_choice(self.choices, use, on, self.spell)

    def declared(self, use: Use) -> PolicyUse | None:
        """What the policy that governs the customer's information declares of ``use``."""
        return self.policies.declares(self.governing, use)

    def declared_when_chosen(self, choice: Choice, use: Use) -> PolicyUse | None:
        """What the policy in force when the customer expressly chose declared of ``use``."""
        return self.policies.declares(self.policies.in_force(choice.request.received_on), use)

    def recorded(self, use: Use, on: date) -> Entry | None:
        """The ledger's last entry for ``use`` that counts on ``on``."""
        entries = [e for e in self.ledger if e.use_id == use.pk and e.effective_on <= on]
        return entries[-1] if entries else None


def standing_choice(
    choices: Iterable[Choice], use: Use, on: date, spell: Spell | None
) -> Choice | None:
    """Of ``choices`` the one that stands for ``use`` on ``on``, or None."""
    standing = [
        choice
        for choice in choices
        if choice.covers(use)
        and choice.effective_on <= on
        and (
            choice.request.wish == OptOutRequest.Wish.OPT_OUT
            or (spell is not None and choice.request.received_on >= spell.since)
        )
    ]
    return max(standing, key=lambda c: (c.request.received_on, c.request.pk), default=None)


def choices_of(customer: Customer) -> tuple[Choice, ...]:
    """Every choice of ``customer`` that has been applied."""
    requests = OptOutRequest.objects.filter(
        customer=customer, status=OptOutRequest.Status.APPLIED
    ).prefetch_related("uses")
    return tuple(
        Choice(
            request=request,
            use_ids=None if request.all_uses else frozenset(u.pk for u in request.uses.all()),
            effective_on=request.effective_on,
        )
        for request in requests
        if request.effective_on is not None
    )


def open_requests_of(customers: Sequence[int]) -> dict[int, list[OptOutRequest]]:
    """Opt-outs that wait to be matched and may be theirs, by the customer's id."""
    found: dict[int, list[OptOutRequest]] = defaultdict(list)
    waiting = RequestCandidate.objects.filter(
        customer__in=customers,
        request__status=OptOutRequest.Status.RECEIVED,
        request__wish=OptOutRequest.Wish.OPT_OUT,
    )
    for candidate in waiting.select_related("request").order_by("request_id"):
        found[candidate.customer_id].append(candidate.request)
    return found


def spell_of(customer: Customer, on: date, *, known_at: datetime | None = None) -> Spell | None:
    """The period of service of ``customer`` that had begun last on ``on``, None before the first.

    Earlier periods are read from the customer's history, as far as it went at ``known_at``.
    """
    if customer.active_since <= on:
        return Spell(customer.active_since, customer.discontinued_on)
    rows = customer.history.all()
    if known_at is not None:
        rows = rows.filter(history_date__lte=known_at)
    earlier = (
        rows.filter(active_since__lte=on)
        .order_by("-history_date", "-history_id")
        .values_list("active_since", "discontinued_on")
        .first()
    )
    return Spell(*earlier) if earlier else None


def messages_of(customers: Sequence[int]) -> dict[int, list[Message]]:
    """Messages that wait and are theirs, or may be, by the customer's id; the first one first."""
    waiting = Q(inboundmessage__to_read=True) | Q(
        inboundmessage__request__status=OptOutRequest.Status.RECEIVED
    )
    known = InboundMessage.objects.filter(to_read=True, customer__in=customers).order_by()
    maybe = InboundMessage.candidates.through.objects.filter(waiting, customer__in=customers)
    rows = known.values_list("customer", "pk", "received_on").union(
        maybe.values_list("customer", "inboundmessage", "inboundmessage__received_on")
    )
    found: dict[int, list[Message]] = defaultdict(list)
    for customer, number, received_on in sorted(rows, key=lambda row: row[1]):
        found[customer].append(Message(number, received_on))
    return found


def verifications_of(customers: Sequence[int], on: date) -> dict[int, list[Verification]]:
    """Verifications by the civil day ``on``, by the customer's id; the last one last."""
    found: dict[int, list[Verification]] = defaultdict(list)
    rows = Verification.objects.filter(customer__in=customers, verified_on__lte=on)
    for row in rows.order_by("verified_on", "pk"):
        found[row.customer_id].append(row)
    return found


def state_of(points: Iterable[ContactPoint], on: date) -> str:
    """The state that asks for more and in which one of ``points`` is on ``on``; or ""."""
    for point in points:
        here = point.since <= on and (point.until is None or on < point.until)
        if here and point.kind == ContactPoint.Kind.POST and point.state in STATES:
            return point.state
    return ""


def provided(services: Iterable[Service], on: date) -> tuple[Service, ...]:
    """Those of telecommunications among ``services`` that are provided on ``on``, by their ids."""
    found = [
        service
        for service in services
        if service.category in Service.TELECOMMUNICATIONS and service.current(on)
    ]
    return tuple(sorted(found, key=lambda service: service.pk))


def gather(customer: Customer, on: date) -> Facts:
    """Read the facts about ``customer`` for the civil day ``on``, in a fixed number of queries."""
    spell = spell_of(customer, on)
    policies = published()
    bindings = PolicyBinding.objects.filter(customer=customer, since__lte=on)
    deliveries = (
        Delivery.objects.notices()
        .filter(customer=customer)
        .exclude(state=Delivery.State.CANCELLED)
        .select_related("campaign__notice__policy_version", "text")
        .prefetch_related("campaign__notice__uses")
        .order_by("id")
    )
    approvals = Approval.objects.filter(customer=customer).values("pk")
    ledger = Approval.history.filter(id__in=approvals).order_by("history_date", "history_id")
    # A page may have read the services and addresses already.
    state = state_of(customer.contact_points.all(), on)
    return Facts(
        customer=customer,
        spell=spell,
        services=provided(customer.services.all(), on),
        state=state,
        verifications=tuple(verifications_of([customer.pk], on)[customer.pk]) if state else (),
        choices=choices_of(customer),
        told=tuple(
            Told(d, frozenset(u.pk for u in d.campaign.notice.uses.all())) for d in deliveries
        ),
        ledger=tuple(
            Entry(*row)
            for row in ledger.values_list("id", "use_id", "state", "effective_on", "delivery_id")
        ),
        incidents=tuple(Incident.objects.all()),
        open_requests=tuple(open_requests_of([customer.pk])[customer.pk]),
        messages=tuple(messages_of([customer.pk])[customer.pk]),
        policies=policies,
        governing=policies.governing(bindings, spell.since if spell else customer.active_since),
    )
