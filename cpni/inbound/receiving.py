"""Receiving a message: stored once, as it came, before anything else is done with it."""

import hashlib
import logging
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from accounts import history
from accounts.civil import civil_day
from accounts.models import Carrier
from cpni import probing
from cpni.inbound import acting, classifying, matching, quoting, wording
from cpni.inbound.classifying import Finding
from cpni.inbound.matching import Match
from cpni.inbound.reading import Mail, read
from cpni.models import InboundMessage
from notices import return_addresses

log = logging.getLogger(__name__)

Kind = InboundMessage.Kind
REPORTS = (*classifying.FAILURES, Kind.COMPLAINT)  # by machines
# Of what is larger (with an attachment of 20 MB it is 27 MB long) the beginning is kept: the text
# stands there, and sending it back would lose it.
LARGEST = 32 * 1024 * 1024  # bytes
WORDS = 20_000  # characters
# Our own mail server keeps what it could not hand over for five days. What says that it waited for
# longer was dated by others.
WAITS = timedelta(days=7)
BELOW = "Something is written below what it quotes"
TO_REPLIES = "Like a failure, but at the address for replies"


def receive(
    raw: bytes,
    *,
    door: str,
    at: datetime,
    recipient: str = "",
    came: datetime | None = None,
) -> InboundMessage | None:
    """Store ``raw`` and do what follows from it; a message that is there already is returned.

    None for a test of this way, which is noted and not stored.

    ``door`` is an ``InboundMessage.Door``; ``at`` the aware instant at which it is handed over;
    ``came`` that at which it reached us, where the door knows; ``recipient`` the envelope's, where
    it is known. An objection counts from when it reached us (domain.md 11.3), however long the desk
    was away. When it returns, the message is stored. Raises only what the database or the disk
    does, so whoever hands it over keeps it and tries again.
    """
    mail = read(raw[:LARGEST])
    addressed = f"{recipient}\n{mail.headers(*matching.ENVELOPE, *matching.ADDRESSED)}"
    for token in return_addresses.probes_in(addressed):
        if probing.came_back(token, at=at):
            return None
    match = Match(InboundMessage.MatchedBy.NOTHING)
    try:
        match = matching.match(mail, recipient)
        finding, words = _judge(mail, match)
        if match.delivery is None and finding.kind in REPORTS:
            # One by a provider, or without the original: whom it may concern, for a person.
            concerned = matching.sent_to(classifying.failed_addresses(mail), on=at.date())
            match = Match(match.by, candidates=(*match.candidates, *concerned))
    except (OperationalError, InterfaceError, OSError):
        raise
    except Exception as error:
        # What nothing here understands must not stop what comes behind it: a person reads it.
        kind = type(error).__name__
        log.error("A message is not understood: %s", kind, exc_info=error)
        finding, words = Finding(Kind.OTHER, f"It could not be understood ({kind})"), ""
    if len(raw) > LARGEST:
        finding = Finding(finding.kind, "Too large: only its beginning was kept")
    found = digest(raw, mail, match)
    message = InboundMessage.objects.filter(digest=found).first()
    if message is None:
        reached = _reached(mail, came, at=at)
        message = _store(raw[:LARGEST], mail, match, finding, words, found, door=door, at=reached)
    if message.acted_at is None:
        try:
            acting.act(message, at=at)
        except Exception as error:
            log.error("Message %s waits: %s", message.pk, type(error).__name__, exc_info=error)
    message.refresh_from_db()
    return message


def _reached(mail: Mail, came: datetime | None, *, at: datetime) -> datetime:
    """When ``mail`` reached us, ``at`` at the latest."""
    if came:
        return min(came, at)
    taken_in = mail.taken_in
    return taken_in if taken_in and at - WAITS < taken_in < at else at


def act_on_left(*, at: datetime) -> int:
    """Do what follows from messages of which that could not be done when they came. How many."""
    done = 0
    for message in InboundMessage.objects.filter(acted_at=None).order_by("pk")[:1_000]:
        try:
            done += acting.act(message, at=at)
        except Exception as error:
            log.error("Message %s waits: %s", message.pk, type(error).__name__, exc_info=error)
    return done


def digest(raw: bytes, mail: Mail, match: Match) -> str:
    """By what a message is known again, by whichever door: Message-ID, content, addressee.

    Not the headers above its content, to which every server adds.
    """
    normal = raw.replace(b"\r\n", b"\n")
    _, _, content = normal.partition(b"\n\n")
    seen = hashlib.sha256()
    for part in ("Message-ID", "From", "Date", "Subject"):
        seen.update(mail.header(part).encode("utf-8", "replace") + b"\0")
    seen.update(match.token.encode() + b"\0" + content.rstrip())
    if not content.strip():
        # Nothing but headers, or nothing that could be told from them: no other's content.
        seen.update(b"\0" + normal)
    return seen.hexdigest()


def _store(
    raw: bytes,
    mail: Mail,
    match: Match,
    finding: Finding,
    words: str,
    found: str,
    *,
    door: str,
    at: datetime,
) -> InboundMessage:
    delivery = match.delivery
    message = InboundMessage(
        digest=found,
        door=door,
        received_at=at,
        received_on=civil_day(at, Carrier.zone_or_default()),
        sender=mail.sender[:320],
        subject=mail.header("Subject")[:500],
        words=words[:WORDS],
        kind=finding.kind,
        detail=finding.detail[:160],
        matched_by=match.by,
        delivery=delivery,
        customer=delivery.customer.remaining if delivery else None,
    )
    candidates = [*match.candidates, *(d.customer.remaining for d in match.others)]
    name: str | None = None
    try:
        with transaction.atomic():
            message.raw.save("message", ContentFile(raw), save=False)
            name = message.raw.name
            history.save(message, by=None, because=f"Received by {message.get_door_display()}")
            message.candidates.set(candidates)
    except BaseException as error:
        if name:
            message.raw.storage.delete(name)
        there = InboundMessage.objects.filter(digest=found).first()
        if isinstance(error, IntegrityError) and there:
            return there  # by another door at the same moment
        raise
    return message


def _judge(mail: Mail, match: Match) -> tuple[Finding, str]:
    """What ``mail`` is, and what its sender wrote above what they answer."""
    original = match.delivery.text.email_body if match.delivery else ""
    reply = quoting.split(mail.text, original)
    words = reply.above
    finding = classifying.classify(mail, words)
    subject = mail.header("Subject")
    if not words and not subject.lower().startswith(("re:", "rv:", "aw:", "fw", "tr:")):
        words = subject  # "STOP", and nothing else
    said = wording.meaning(words)
    if finding.by_words and (said.perhaps or match.by == InboundMessage.MatchedBy.REPLY):
        # No server reports to where only people answer, or in the words of an objection.
        return Finding(Kind.OTHER, acting.PERHAPS if said.perhaps else TO_REPLIES), words
    if finding.kind in REPORTS:
        return finding, words
    if _is_our_own(mail):
        return Finding(Kind.OTHER, classifying.OUR_OWN), words
    if finding.kind == Kind.AUTO_REPLY and not said.perhaps:
        return finding, words
    if finding.kind == Kind.OTHER and not said.perhaps:
        return finding, words
    if said.objects and not reply.mixed and finding.kind == "":
        return Finding(Kind.OPT_OUT), words
    unsure = acting.PERHAPS if said.perhaps else BELOW if reply.mixed else ""
    return Finding(Kind.QUESTION if said.asks else Kind.OTHER, unsure), words


def _is_our_own(mail: Mail) -> bool:
    """Whether it is a notice of ours that came back as it left, as in a loop of forwarding."""
    ours = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()
    return mail.sender == ours and bool(return_addresses.in_message_ids(mail.header("Message-ID")))
