"""The mailbox to which mail comes back, polled: each message is stored, then put aside there.

What is still in the folder has not been stored. So nothing depends on flags, which any mail program
changes; a crash in between costs a second look at a message that is known already.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from imaplib import IMAP4, Internaldate2tuple
from time import mktime
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import Max
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted

from accounts.civil import civil_day
from accounts.errors import Refused
from accounts.models import Carrier, Run
from accounts.runs import run
from cpni.inbound.receiving import act_on_left, receive
from cpni.models import InboundMessage

log = logging.getLogger(__name__)

JOB = "read the mailbox"
ASIDE = "Stored by CPNI Desk"
AT_ONCE = 500  # messages in one round; the rest comes in the next
TIMEOUT = 30  # seconds


def poll(*, clock: Callable[[], datetime]) -> dict[str, int]:
    """Store the messages that wait in the mailbox, and do what was left undone of earlier ones.

    ``clock`` gives aware instants. Returns how many messages came, by kind; a run is recorded where
    there was anything to do, and for the first round of each of the carrier's days that found
    everything. Raises Refused when the mailbox cannot be reached; and, when all are done, the error
    of a message that could not be stored, which stays where it is.
    """
    counts: Counter[str] = Counter()
    try:
        if settings.MAILBOX:
            today = civil_day(clock(), Carrier.zone_or_default())
            with _opened(settings.MAILBOX) as box:
                waiting = box.uids()
                first = len(waiting) <= AT_ONCE and read_until() != today
                if waiting or first:
                    with run(JOB, for_day=today if first else None) as row:
                        _store(box, waiting[:AT_ONCE], counts, row, clock)
    finally:
        # Mail comes by other doors too, and must not wait until this one opens.
        act_on_left(at=clock())
    return dict(counts)


def read_until() -> date | None:
    """The last of the carrier's days until whose beginning all that had come has been stored."""
    done = Run.objects.filter(name=JOB, error="", finished_at__isnull=False)
    day: date | None = done.aggregate(last=Max("for_day"))["last"]
    return day


def _store(
    box: BaseMailBox,
    waiting: list[str],
    counts: Counter[str],
    row: Run,
    clock: Callable[[], datetime],
) -> None:
    """Store each message that waits; one that cannot be stored holds up none behind it."""
    wrong: Exception | None = None
    for uid in waiting:
        try:
            counts[_take(box, uid, clock())] += 1
        except (OperationalError, InterfaceError, OSError, IMAP4.abort):
            raise  # as it would be for each that follows
        except Exception as error:
            log.error("A message was not stored: %s", type(error).__name__, exc_info=error)
            counts["not stored"] += 1
            wrong = error
        row.counts = dict(counts)
    if wrong:
        raise wrong


def _take(box: BaseMailBox, uid: str, at: datetime) -> str:
    """Store one message and put it aside. Returns its kind, or why there is none."""
    # Its bytes as they are: the library takes them apart, and some cannot be put together again.
    _, answer = box.client.uid("FETCH", uid, "(INTERNALDATE BODY.PEEK[])")
    raw = next((part[1] for part in answer if isinstance(part, tuple)), None)
    if raw is None:
        return "gone"  # somebody deleted it meanwhile
    came = _came(b" ".join(part[0] if isinstance(part, tuple) else part for part in answer))
    message = receive(raw, door=InboundMessage.Door.MAILBOX, at=at, came=came)
    box.move(uid, ASIDE)
    return str(message.kind) if message else "test of this way"


def _came(answer: bytes) -> datetime | None:
    """When the server took the message in: its INTERNALDATE (RFC 3501, 2.3.3)."""
    local = Internaldate2tuple(answer)
    return datetime.fromtimestamp(mktime(local), UTC) if local else None


@contextmanager
def _opened(given: dict[str, Any]) -> Iterator[BaseMailBox]:
    kinds = {"imaps": MailBox, "imap+tls": MailBoxStartTls, "imap": MailBoxUnencrypted}
    try:
        box = kinds[given["scheme"]](given["host"], given["port"], timeout=TIMEOUT)
        opened = box.login(given["user"], given["password"], initial_folder=given["folder"])
    except Exception as error:
        # Its words may hold the user's name; its kind says enough.
        raise Refused(
            f"The mailbox at {given['host']} cannot be opened ({type(error).__name__}).",
            "Look at IMAP_URL, and whether the server answers.",
        ) from error
    with opened:
        if not opened.folder.exists(ASIDE):
            opened.folder.create(ASIDE)
        yield opened
