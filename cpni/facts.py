"""The facts about one customer on which decisions rest, read once from the records.

Only what was sent, what the customer said, and what was recorded: no state that a job keeps decides
to *allow* anything by itself, and nothing depends on a job having run in order to refuse.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accounts.models import Customer, Service
from cpni.models import Approval, Incident, OptOutRequest
from notices.models import Delivery, PolicyVersion, Use
from notices.policies import governing, in_force


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


@dataclass(frozen=True)
class Facts:
    """Everything that ``cpni.decisions.judge`` needs to know about one customer on one day."""

    customer: Customer
    spell: Spell | None
    served: bool
    choices: tuple[Choice, ...]
    told: tuple[Told, ...]
    ledger: tuple[Entry, ...]
    incidents: tuple[Incident, ...]
    governing: PolicyVersion | None
    governing_use_ids: frozenset[int]

    def choice(self, use: Use, on: date) -> Choice | None:
        """The choice that stands for ``use`` on ``on``: the one that reached us last.

        An opt-out stands until the customer revokes it (64.2007(a)(2)). An opting in of an earlier
        period of service ended with that service; an opt-out never ends by itself.
        """
        return standing_choice(self.choices, use, on, self.spell)

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


def spell_of(customer: Customer, on: date) -> Spell | None:
    """The period of service of ``customer`` that had begun last on ``on``, None before the first.

    Earlier periods are read from the customer's history.
    """
    if customer.active_since <= on:
        return Spell(customer.active_since, customer.discontinued_on)
    earlier = (
        customer.history.filter(active_since__lte=on)
        .order_by("-history_date", "-history_id")
        .values_list("active_since", "discontinued_on")
        .first()
    )
    return Spell(*earlier) if earlier else None


def gather(customer: Customer, on: date) -> Facts:
    """Read the facts about ``customer`` for the civil day ``on``, in a fixed number of queries."""
    spell = spell_of(customer, on)
    policy = governing(customer, on)
    deliveries = (
        Delivery.objects.notices()
        .filter(customer=customer)
        .exclude(state=Delivery.State.CANCELLED)
        .select_related("campaign__notice__policy_version", "text")
        .prefetch_related("campaign__notice__uses")
        .order_by("id")
    )
    approvals = list(Approval.objects.filter(customer=customer).values_list("pk", flat=True))
    ledger = Approval.history.filter(id__in=approvals).order_by("history_date", "history_id")
    services = customer.services.all()  # which a page may have read already
    return Facts(
        customer=customer,
        spell=spell,
        served=any(
            service.current(on)
            for service in services
            if service.category in Service.TELECOMMUNICATIONS
        ),
        choices=choices_of(customer),
        told=tuple(
            Told(d, frozenset(u.pk for u in d.campaign.notice.uses.all())) for d in deliveries
        ),
        ledger=tuple(
            Entry(*row)
            for row in ledger.values_list("id", "use_id", "state", "effective_on", "delivery_id")
        ),
        incidents=tuple(Incident.objects.all()),
        governing=policy,
        governing_use_ids=frozenset(policy.uses.values_list("pk", flat=True))
        if policy
        else frozenset(),
    )


def declared_when_chosen(choice: Choice, use: Use) -> bool:
    """Whether the policy in force when the customer expressly chose declared ``use``."""
    policy = in_force(choice.request.received_on)
    return policy is not None and policy.uses.filter(pk=use.pk).exists()
