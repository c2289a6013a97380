"""Confirming to customers in writing what they chose in writing, by the web or by e-mail.

On a call the representative reads it back; a letter that opts out is honoured without an answer.
Where a state wants every opting in confirmed, it is, by whatever route it came (R14-2-2109).
Whom a request was matched to by mistake learns it by this, too.
"""

from collections.abc import Sequence
from datetime import date, datetime

from accounts import changes
from accounts.models import AccountChange, Customer
from cpni.facts import state_of
from cpni.models import OptOutRequest
from cpni.script_words import ALL_USES, listed, spoken

Route = OptOutRequest.Route
UNWRITTEN = {
    Route.TELEPHONE: AccountChange.Route.CALL,
    Route.PERSON: AccountChange.Route.ADMIN,
    Route.LETTER: AccountChange.Route.ADMIN,
}
ROUTES = {Route.WEB: AccountChange.Route.WEB, Route.EMAIL: AccountChange.Route.REPLY}
WORDS = {
    "en": {
        OptOutRequest.Wish.OPT_OUT: "You said no to: {uses} (request {reference}).",
        OptOutRequest.Wish.OPT_IN: "You said yes to: {uses} (request {reference}).",
    },
    "es": {
        OptOutRequest.Wish.OPT_OUT: "Usted dijo que no a: {uses} (solicitud {reference}).",
        OptOutRequest.Wish.OPT_IN: "Usted dijo que sí a: {uses} (solicitud {reference}).",
    },
}
LONGEST = 500  # of ``AccountChange.says``


def confirm(
    requests: Sequence[OptOutRequest], *, customer: Customer, on: date, at: datetime
) -> AccountChange | None:
    """Queue one confirmation of ``requests``, which were applied to ``customer`` together.

    ``on`` is the carrier's civil day, ``at`` the aware instant. None, and nothing is sent, for
    requests that did not come by the web or by e-mail and that no state wants confirmed, or when
    nothing reaches the customer.
    """
    routes = {request.pk: ROUTES.get(Route(request.route)) for request in requests}
    spoken_yes = [
        request
        for request in requests
        if request.wish == OptOutRequest.Wish.OPT_IN and request.route in UNWRITTEN
    ]
    if spoken_yes and state_of(customer.contact_points.all(), on):
        routes |= {request.pk: UNWRITTEN[Route(request.route)] for request in spoken_yes}
    written = [request for request in requests if routes[request.pk]]
    if not written:
        return None
    says = " ".join(_sentence(request, customer.language) for request in written)
    if len(says) > LONGEST:
        # Uses of the carrier's own may have long names; the references lead to all of them.
        says = ", ".join(request.reference for request in written)
    route = routes[written[0].pk]
    assert route is not None  # noqa: S101  (that is what was chosen by)
    return changes.note_choice(customer, says=says, at=at, on=on, route=route)


def confirmed_by(customer: Customer, *, on: date) -> str:
    """By which way a choice of the civil day ``on`` is confirmed: "email", "post", or nothing."""
    noted = AccountChange.objects.filter(customer=customer, kind=AccountChange.Kind.CHOICE, on=on)
    last = noted.order_by("-pk").first()
    if last is None:
        return ""
    return "email" if last.email_point_id else "post"


def _sentence(request: OptOutRequest, language: str) -> str:
    uses = request.uses.order_by("pk")
    words = [spoken(use.code, use.purpose, language) for use in uses] or [ALL_USES[language]]
    sentence = WORDS[language][OptOutRequest.Wish(request.wish)]
    return sentence.format(uses=listed(words, language), reference=request.reference)
