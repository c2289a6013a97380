"""Change notices and one-time codes: from what happened to messages that wait to be sent.

``accounts`` notes that something of an account was changed and where that is told; here each such
row gets its deliveries (64.2010(f)). A text message goes to a wireless number of record, a voice
message to another one, when the carrier has set up those ways; else a letter to the postal address
of record, and an e-mail at once where an e-mail address is of record too. What fails is followed by
the next way that was pinned. Nothing here asks for the customer's consent: these are no notices
that need it (64.2008(d)), and a marketing opt-out stops none of them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from accounts import history
from accounts.models import AccountChange, ContactPoint, OneTimeCode, Service
from notices import channels, standing
from notices.freezing import text_for_language
from notices.insert_select import insert_from
from notices.models import Delivery, Notice

Channel, State = Delivery.Channel, Delivery.State
CHUNK = 1_000
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
    for model, kind in (
        (AccountChange, Notice.Kind.ACCOUNT_CHANGE),
        (OneTimeCode, Notice.Kind.ONE_TIME_CODE),
    ):
        while ids := list(untold(model, at=at).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
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


def next_way(delivery: Delivery) -> tuple[str, ContactPoint | None, Service | None] | None:
    """By which way a change is told after ``delivery`` failed: channel, address, number.

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
    for channel, point, service in _ways(change):
        if channel not in tried:
            return channel, point, service
    return None if Channel.NONE in tried else (Channel.NONE, None, None)


def _ways(change: AccountChange) -> list[tuple[str, ContactPoint | None, Service | None]]:
    ways: list[tuple[str, ContactPoint | None, Service | None]] = []
    if change.service and channels.set_up(Channel.TEXT) and _takes_text(change.service):
        ways.append((Channel.TEXT, None, change.service))
    if change.service and channels.set_up(Channel.VOICE):
        ways.append((Channel.VOICE, None, change.service))
    if change.email_point:
        ways.append((Channel.EMAIL, change.email_point, None))
    if change.postal_point:
        ways.append((Channel.POST, change.postal_point, None))
    return ways


def _takes_text(service: Service) -> bool:
    return service.category == Service.Category.WIRELESS


def _queue(model: Any, kind: str, ids: Sequence[int], *, at: datetime, message_domain: str) -> None:
    named = "change" if model is AccountChange else "code"
    notice = standing.notice(kind, at=at)
    wanted = _of_changes() if model is AccountChange else _of_codes()
    for channel, asked, point, service in wanted:
        rows = model.objects.filter(asked, pk__in=ids)
        if not rows.exists():
            continue
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
                **({"contact_point": F(point)} if point else {}),
                **({"service": F(service)} if service else {}),
                named: F("pk"),
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


Wanted = list[tuple[str, Q, str, str]]  # channel, which rows, its address's and number's fields


def _by_number() -> tuple[Q, Q]:
    """Which rows go by text and which by voice, with the ways that are set up."""
    none, has_number = Q(pk__in=[]), Q(service__isnull=False)
    wireless = Q(service__category=Service.Category.WIRELESS)
    by_text = has_number & wireless if channels.set_up(Channel.TEXT) else none
    by_voice = has_number if channels.set_up(Channel.VOICE) else none
    if channels.set_up(Channel.TEXT):
        by_voice &= ~wireless
    return by_text, by_voice


def _of_changes() -> Wanted:
    by_text, by_voice = _by_number()
    # A negated condition on a service that may not be there would find none.
    written = ~Exists(AccountChange.objects.filter(by_text | by_voice, pk=OuterRef("pk")))
    by_post = Q(written, postal_point__isnull=False)
    by_email = Q(written, email_point__isnull=False)
    if not channels.set_up(Channel.EMAIL):
        by_email &= Q(postal_point=None)
    nowhere = Q(written, postal_point=None, email_point=None)
    return [
        (Channel.TEXT, by_text, "", "service"),
        (Channel.VOICE, by_voice, "", "service"),
        (Channel.EMAIL, by_email, "email_point", ""),
        (Channel.POST, by_post, "postal_point", ""),
        (Channel.NONE, nowhere, "", ""),
    ]


def _of_codes() -> Wanted:
    by_text, by_voice = _by_number()
    nowhere = Q(~Exists(OneTimeCode.objects.filter(by_text | by_voice, pk=OuterRef("pk"))))
    return [
        (Channel.TEXT, by_text, "", "service"),
        (Channel.VOICE, by_voice, "", "service"),
        (Channel.EMAIL, Q(contact_point__kind=ContactPoint.Kind.EMAIL), "contact_point", ""),
        (Channel.POST, Q(contact_point__kind=ContactPoint.Kind.POST), "contact_point", ""),
        (Channel.NONE, nowhere & Q(contact_point=None), "", ""),
    ]
