"""Change notices and one-time codes: from what happened to messages that wait to be sent.

``accounts`` notes that something of an account was changed and where that is told; here each such
row gets its deliveries (64.2010(f)), by the ways that ``notices.ways`` says. What fails is
followed by the next way to what was pinned. Nothing here asks for the customer's consent: these are
no notices that need it (64.2008(d)), and a marketing opt-out stops none of them.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from accounts import history
from accounts.changes import Place
from accounts.models import AccountChange, ContactPoint, OneTimeCode
from notices import standing, ways
from notices.freezing import text_for_language
from notices.insert_select import insert_from
from notices.models import Delivery, Notice
from notices.ways import Way

Channel, State = Delivery.Channel, Delivery.State
CHUNK = 1_000
NO_WAY = Way(Channel.NONE)
# Which field of what is told pins the place of each sort.
PLACES: dict[Any, dict[str, str]] = {
    AccountChange: {"post": "postal_point", "email": "email_point", "service": "service"},
    OneTimeCode: {"post": "contact_point", "email": "contact_point", "service": "service"},
}
# What is older is found untold by people, not sent: its deliveries may have been purged since, and
# it would not be "immediately" any more.
LATEST = timedelta(days=90)
NOWHERE = "Nothing of record that we can write to or call. Tell the customer another way."
LAPSED = "The code had lapsed before it could be sent."


def queue(*, at: datetime, message_domain: str) -> int:
    """Queue what no delivery stands for yet, at the aware instant ``at``; how many rows were done.

    Two at once queue nothing twice: a change has one delivery for each way (a constraint). The
    Message-IDs end in ``message_domain``.
    """
    done = 0
    choices = Q(kind=AccountChange.Kind.CHOICE)
    for model, which, kind in (
        (AccountChange, ~choices, Notice.Kind.ACCOUNT_CHANGE),
        (AccountChange, choices, Notice.Kind.CHOICE),
        (OneTimeCode, Q(), Notice.Kind.ONE_TIME_CODE),
    ):
        waiting = untold(model, at=at).filter(which).order_by("pk").values_list("pk", flat=True)
        while ids := list(waiting[:CHUNK]):
            with transaction.atomic():
                _queue(model, kind, ids, at=at, message_domain=message_domain)
            done += len(ids)
    return done


def untold(model: Any, *, at: datetime) -> QuerySet[Any]:
    """Changes, or codes that have not lapsed, for which nothing was queued yet."""
    if model is AccountChange:
        mine = Delivery.objects.filter(change=OuterRef("pk"))
        return AccountChange.objects.filter(~Exists(mine), at_start=False, at__gte=at - LATEST)
    mine = Delivery.objects.filter(code=OuterRef("pk"))
    return OneTimeCode.objects.filter(~Exists(mine), expires_at__gt=at, used_at=None)


def lapse(*, at: datetime) -> int:
    """Cancel messages with codes that lapsed before they left. Returns how many."""
    waiting = Delivery.objects.filter(code__expires_at__lte=at, state=State.QUEUED)
    with transaction.atomic():
        ids = list(waiting.select_for_update(of=("self",)).values_list("pk", flat=True))
        Delivery.objects.filter(pk__in=ids).update(state=State.CANCELLED, reason=LAPSED)
        history.record_ids(Delivery, ids, by=None, because=LAPSED, at=at)
    return len(ids)


def next_way(delivery: Delivery) -> Way | None:
    """By which way a change is told after ``delivery`` failed.

    Only places that were pinned with the change, in the order text, voice, e-mail, letter. None
    when it is told by another delivery, or its last failure is on record already.
    """
    change = delivery.change
    assert change is not None  # noqa: S101  (the caller asks about deliveries of changes)
    others = list(Delivery.objects.filter(change=change))
    if any(
        d.state in Delivery.PENDING or (d.state == State.SENT and not d.outcome) for d in others
    ):
        return None
    tried = {d.channel for d in others}
    for way in ways.to(_pinned(change)):
        if way.channel not in tried:
            return way
    return None if Channel.NONE in tried else NO_WAY


def _pinned(told: AccountChange | OneTimeCode) -> Place:
    """Where it is told, as it was pinned when it happened."""
    if isinstance(told, AccountChange):
        return Place(told.postal_point, told.email_point, told.service)
    point = told.contact_point
    by_post = point is not None and point.kind == ContactPoint.Kind.POST
    return Place(point if by_post else None, None if by_post else point, told.service)


def _queue(model: Any, kind: str, ids: Sequence[int], *, at: datetime, message_domain: str) -> None:
    named = "change" if model is AccountChange else "code"
    notice = standing.notice(kind, at=at)
    for (channel, place), going in _by_channel(model, ids).items():
        rows = model.objects.filter(pk__in=going)
        # Nobody is found by "no way": they wait, for a person to see, with the letters.
        way = Channel.POST if channel == Channel.NONE else channel
        campaign = standing.campaign(kind, way, at=at, message_domain=message_domain, of=notice)
        insert_from(
            Delivery,
            rows,
            {
                "campaign": Value(campaign.pk),
                "customer": F("customer"),
                "round": Value(1),
                "text": text_for_language(notice, "customer__language"),
                "channel": Value(channel),
                **(
                    {"service" if place == "service" else "contact_point": F(place)}
                    if place
                    else {}
                ),
                named: F("pk"),
                "marketing": Value(False),
                "recipient_name": F("customer__name"),
                "state": Value(State.UNREACHABLE if channel == Channel.NONE else State.QUEUED),
                "reason": Value(NOWHERE if channel == Channel.NONE else ""),
                "attempts": Value(0),
                "in_doubt": Value(0),
                "server_answer": Value(""),
                "mailing_proof": Value(""),
                "outcome": Value(Delivery.Outcome.NONE.value),
            },
        )
    listed = ", ".join(map(str, map(int, ids)))
    history.record_rows(
        Delivery,
        f"t.{named}_id IN ({listed}) AND NOT EXISTS"  # noqa: S608  (our own integers)
        " (SELECT 1 FROM notices_historicaldelivery h WHERE h.id = t.id)",
        kind="+",
        by=None,
        because="The account was changed" if named == "change" else "A code was asked for",
        at=at,
    )


def _by_channel(model: Any, ids: Sequence[int]) -> dict[tuple[Delivery.Channel, str], list[int]]:
    """Which of the rows go by which channel, each with the field of the address or number."""
    fields = PLACES[model]
    found: dict[tuple[Delivery.Channel, str], list[int]] = defaultdict(list)
    for row in model.objects.filter(pk__in=ids).select_related(*set(fields.values())):
        for way in ways.at_once(_pinned(row)) or [NO_WAY]:
            place = way.point.kind if way.point else "service" if way.service else ""
            found[way.channel, fields.get(place, "")].append(row.pk)
    return found
