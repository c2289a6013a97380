"""What a customer chooses on the web page that their notice links to (domain.md 4.3).

The link proves that somebody has the notice, and no more. To refuse needs no more than that: it
only restricts us. To allow gives us rights, so it is offered only once we know that the notice was
sent, while the address that it went to is still the customer's and nothing came back from it; a
link on paper may be found by whoever moves in next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from accounts.errors import Refused
from accounts.models import Customer
from cpni import confirming, optouts
from cpni.facts import Choice, choices_of, spell_of, standing_choice
from cpni.models import OptOutRequest
from notices.models import Delivery, Use

State = Delivery.State
NO, YES = "no", "yes"
OPT_OUT, OPT_IN = OptOutRequest.Wish.OPT_OUT, OptOutRequest.Wish.OPT_IN


@dataclass(frozen=True)
class Asked:
    """A use of which the notice speaks, and what the customer has said of it until now."""

    use: Use
    standing: Choice | None

    @property
    def said(self) -> str:
        """NO, YES, or nothing."""
        if self.standing is None:
            return ""
        return NO if self.standing.request.wish == OPT_OUT else YES


@dataclass(frozen=True)
class Standing:
    """What stands of what the customer has said, by whatever route, for the uses of one notice."""

    asked: list[Asked]
    everything: OptOutRequest | None  # the last that was said, if it was no to every use

    @property
    def requests(self) -> list[OptOutRequest]:
        """Those by which it stands, each once."""
        return list(
            {a.standing.request.pk: a.standing.request for a in self.asked if a.standing}.values()
        )


def opened(number: int) -> Delivery | None:
    """The notice with this id if there is something to choose on it: it asks, and may be there.

    A letter may be in the customer's hands before we know its mailing date, and an e-mail of which
    we do not know whether it left: refusing takes no clock, and is possible at any hour
    (64.2008(d)(3)(v)).
    """
    may_be_there = Q(state__in=[State.BATCHED, State.SENDING, State.SENT]) | Q(in_doubt__gt=0)
    found = Delivery.objects.notices().filter(may_be_there, pk=number)
    return found.select_related(
        "customer__merged_into", "text", "contact_point", "campaign__notice__policy_version"
    ).first()


def standing(delivery: Delivery, *, on: date) -> Standing:
    """What stands on the civil day ``on`` for each use that the notice asks for."""
    account = delivery.customer.remaining
    choices, spell = choices_of(account), spell_of(account, on)
    said = [choice.request for choice in choices]
    last = max(said, key=lambda request: (request.received_on, request.pk), default=None)
    return Standing(
        [
            Asked(use, standing_choice(choices, use, on, spell))
            for use in delivery.campaign.notice.uses.all()
        ],
        last if last and last.wish == OPT_OUT and last.all_uses else None,
    )


def may_allow(delivery: Delivery) -> bool:
    """Whether whoever has this link may allow something, and not only refuse."""
    point = delivery.contact_point
    return (
        delivery.state == State.SENT
        and point is not None
        and point.until is None
        and point.undeliverable_since is None
        and not delivery.outcome
        and delivery.customer.merged_into_id is None
    )


def choose(
    delivery: Delivery,
    answers: Mapping[int, str],
    *,
    everything: bool = False,
    today: date,
    at: datetime,
) -> None:
    """Record and apply what was chosen: ``answers`` by the id of the use, NO or YES.

    With ``everything`` every use that needs approval is refused, whatever ``answers`` say. What
    stands already is not recorded again, so a form that is sent twice changes nothing. What is new
    is confirmed to the customer by e-mail, or by letter where there is no address. ``today`` is
    the carrier's civil day, ``at`` the aware instant.
    Raises Refused when nothing is chosen, or something is allowed by a link that may only refuse.
    """
    if not everything and not any(answers.values()):
        raise Refused("Nothing was chosen.", "Choose an answer for at least one use.")
    if not everything and YES in answers.values() and not may_allow(delivery):
        raise Refused(
            "By this link one can only say no.",
            "To allow a use, call us.",
        )
    with transaction.atomic():
        # Locked, so that of a form that is sent twice the second waits and sees the first.
        remaining = delivery.customer.remaining
        account = Customer.objects.select_for_update(no_key=True).get(pk=remaining.pk)
        before = standing(delivery, on=today)
        made = []
        if everything:
            if before.everything is None:
                made.append(_record(account, delivery, OPT_OUT, [], today=today, at=at))
        else:
            for wish, answer in ((OPT_OUT, NO), (OPT_IN, YES)):
                meant = [one for one in before.asked if answers.get(one.use.pk) == answer]
                if new := [one.use for one in meant if one.said != answer]:
                    made.append(_record(account, delivery, wish, new, today=today, at=at))
        confirming.confirm(made, customer=account, on=today, at=at)


def _record(
    account: Customer,
    delivery: Delivery,
    wish: str,
    uses: Sequence[Use],
    *,
    today: date,
    at: datetime,
) -> OptOutRequest:
    """Receive and apply the request; of no ``uses`` it is for all."""
    because = f"Chosen on the web page of notice {delivery.reference}"
    request = OptOutRequest(
        wish=wish,
        route=OptOutRequest.Route.WEB,
        stated=f"By the link in notice {delivery.reference}",
        received_on=today,
        all_uses=not uses,
        proof=(
            f"Chosen at {at.isoformat(timespec='seconds')} on the page that only the link in notice"
            f" {delivery.reference} opens, sent to the customer's address on {delivery.mailed_on}."
            if wish == OPT_IN
            else ""
        ),
    )
    optouts.receive(request, uses=uses, today=today, at=at, by=None, because=because)
    optouts.apply(request, customer=account, on=today, by=None, because=because, confirmed=True)
    return request
