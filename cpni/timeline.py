"""What happened with a customer, in order: the one list behind the page, the panel and the binder.

Every event stands at the time at which it happened, not at which it was entered, so that the events
up to a day are what had happened by then. Events of each kind are read newest first and only as
many as are asked for, in a fixed number of queries.
"""

from collections.abc import Collection

from accounts.models import Customer, User
from cpni.timeline_events import Event, Kind, Span
from cpni.timeline_sources import SOURCES

# What whoever is shown events of a kind must be allowed to view.
NEEDS = {
    Kind.NOTICE: "notices.view_delivery",
    Kind.PROOF: "notices.view_mailingstatement",
    Kind.RETURN: "notices.view_delivery",
    Kind.MAIL: "cpni.view_inboundmessage",
    Kind.OBJECTION: "cpni.view_optoutrequest",
    Kind.MARKETING: "accounts.view_contactoptout",
    Kind.DECISION: "cpni.view_approval",
    Kind.DISCLOSURE: "cpni.view_disclosure",
    Kind.CALL: "accounts.view_call",
    Kind.COMPLAINT: "cpni.view_complaint",
    Kind.CHANGE: "accounts.view_customer",
    Kind.LOOK: "accounts.view_look",
}


def kinds_for(viewer: User | None) -> list[Kind]:
    """The kinds that ``viewer`` may be shown, in their order; None is the desk itself."""
    return [kind for kind in Kind if viewer is None or viewer.has_perm(NEEDS[kind])]


def events(
    customer: Customer,
    span: Span,
    *,
    most: int,
    viewer: User | None,
    kinds: Collection[Kind] | None = None,
) -> list[Event]:
    """The newest ``most`` events of ``customer`` in ``span``, newest first.

    Of the ``kinds`` (None: of all) that ``viewer`` may be shown. Of looks, those of people whom
    ``viewer`` may review.
    """
    wanted = {k for k in kinds_for(viewer) if kinds is None or k in kinds}
    found = [
        (event, -place)
        for place, (of_source, read) in enumerate(SOURCES)
        if of_source & wanted
        for event in read(customer, span, most, viewer)
        if event.kind in wanted and span.has(event)
    ]
    # Of one moment those of the first source come first, whatever the database's order was.
    found.sort(key=lambda pair: (pair[0].at, pair[1]), reverse=True)
    return [event for event, _ in found[:most]]
