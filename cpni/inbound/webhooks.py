"""What a provider of mail tells by webhooks: messages to us, and what became of ours.

django-anymail checks who calls and reads each provider's form; what it makes of it is stored as any
message is. An event that is no message becomes one, a report of delivery as RFC 3464 has it, so
that there is one way for all that comes.
"""

from collections.abc import Iterator
from email import policy
from typing import Any

from anymail.signals import AnymailInboundEvent, AnymailTrackingEvent, EventType, inbound, tracking
from django.utils import timezone

from cpni.inbound.classifying import REPLY_CODE
from cpni.inbound.receiving import receive
from cpni.models import InboundMessage

WEBHOOK = InboundMessage.Door.WEBHOOK
FAILED = {EventType.BOUNCED: "5.0.0", EventType.REJECTED: "5.7.1", EventType.FAILED: "5.0.0"}
# By which field a provider says that a failure is none for good: Brevo, Postmark, Mailjet and
# SparkPost (soft, DNS, full, too large, timeout, transient). Mailgun's comes as a delay.
SOFT = {
    ("event", "soft_bounce"),
    *(("type", kind) for kind in ("softbounce", "transient", "dnserror")),
    ("hard-bounce", "false"),
    *(("bounce-class", number) for number in ("20", "21", "22", "23", "24", "70")),
}


def connect() -> None:
    """Be told whatever a webhook brings."""
    inbound.connect(on_message, dispatch_uid="cpni.inbound")
    tracking.connect(on_event, dispatch_uid="cpni.inbound")


def on_message(event: AnymailInboundEvent, **_: Any) -> None:
    """A message to one of our addresses. An error is answered so that the provider tries again."""
    message = event.message
    receive(
        message.as_bytes(policy=policy.compat32),
        door=WEBHOOK,
        at=timezone.now(),
        recipient=message.envelope_recipient or "",
    )


def on_event(event: AnymailTrackingEvent, **_: Any) -> None:
    """What became of a message of ours; that it was delivered or opened says nothing to us."""
    report = as_report(event)
    if report is not None:
        receive(report.encode(), door=WEBHOOK, at=timezone.now())


DELIVERY = """\
Reporting-MTA: dns; provider

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}"""
COMPLAINT = "Feedback-Type: abuse\nVersion: 1\nOriginal-Rcpt-To: {recipient}"
REPORT = """\
From: postmaster@provider.invalid
Subject: Event: {kind}
Date: {at}
In-Reply-To: {identifier}
X-Event-Id: {number}
MIME-Version: 1.0
Content-Type: multipart/report; report-type={type}; boundary="event"

--event
Content-Type: text/plain; charset=utf-8

{words}
--event
Content-Type: message/{type}

{fields}
--event--
"""


def as_report(event: AnymailTrackingEvent) -> str | None:
    """The event as a report of delivery (RFC 3464) or of a feedback loop (RFC 5965)."""
    words = " ".join(filter(None, (event.description, event.mta_response))) or "No reason is given"
    words = " ".join(words.split())
    recipient = "".join(str(event.recipient or "").split())
    kind, form, action, status = "delivery-status", DELIVERY, "failed", ""
    if event.event_type in (EventType.COMPLAINED, EventType.UNSUBSCRIBED):
        kind, form = "feedback-report", COMPLAINT
    elif event.event_type in FAILED:
        status = "4.0.0" if _is_soft(event) else FAILED[event.event_type]
    elif event.event_type == EventType.DEFERRED:
        action, status = "delayed", "4.0.0"
    else:
        return None
    fields = form.format(recipient=recipient, action=action, status=status, words=words)
    return REPORT.format(
        kind=event.event_type,
        at=event.timestamp or "",
        identifier=_identifier(event),
        number=event.event_id or "",
        type=kind,
        words=words,
        fields=fields,
    )


def _is_soft(event: AnymailTrackingEvent) -> bool:
    """Whether another message may arrive: the provider says so, or the server that refused it."""
    if event.event_type == EventType.REJECTED:
        return False  # the provider itself did not send it, and will not send the next
    if code := REPLY_CODE.search(str(event.mta_response or "")):
        return code[1].startswith("4")
    return any((name, value.lower()) in SOFT for name, value in _fields(event))


def _identifier(event: AnymailTrackingEvent) -> str:
    """Our Message-ID, wherever this provider puts it."""
    found = [str(event.message_id or "")]
    found += [v for name, v in _fields(event) if name in ("message-id", "messageid")]
    return " ".join(" ".join(found).split())


def _fields(event: AnymailTrackingEvent) -> Iterator[tuple[str, str]]:
    """Every field of the provider's own form, by its name in lower case with ``-``."""
    raw = event.esp_event
    waiting = [raw] if isinstance(raw, dict) else []
    while waiting:
        for name, value in waiting.pop().items():
            if isinstance(value, dict):
                waiting.append(value)
            else:
                yield str(name).lower().replace("_", "-"), str(value)
