"""What a provider of mail tells by webhooks: messages to us, and what became of ours.

django-anymail checks who calls and reads each provider's form; what it makes of it is stored as any
message is. An event that is no message becomes one, a report of delivery as RFC 3464 has it, so
that there is one way for all that comes.
"""

from email import policy
from typing import Any

from anymail.signals import AnymailInboundEvent, AnymailTrackingEvent, EventType, inbound, tracking
from django.utils import timezone

from cpni.inbound.receiving import receive
from cpni.models import InboundMessage

WEBHOOK = InboundMessage.Door.WEBHOOK
FAILED = {EventType.BOUNCED: "5.0.0", EventType.REJECTED: "5.7.1", EventType.FAILED: "5.0.0"}


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


DELIVERY = "Reporting-MTA: dns; provider\n\nAction: {}\nStatus: {}\nDiagnostic-Code: smtp; {}"
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
    kind, fields = "delivery-status", DELIVERY
    if event.event_type in (EventType.COMPLAINED, EventType.UNSUBSCRIBED):
        kind, fields = "feedback-report", "Feedback-Type: abuse\nVersion: 1"
    elif event.event_type in FAILED:
        fields = fields.format("failed", FAILED[event.event_type], words)
    elif event.event_type == EventType.DEFERRED:
        fields = fields.format("delayed", "4.0.0", words)
    else:
        return None
    return REPORT.format(
        kind=event.event_type,
        at=event.timestamp or "",
        identifier=_identifier(event),
        number=event.event_id or "",
        type=kind,
        words=words,
        fields=fields,
    )


def _identifier(event: AnymailTrackingEvent) -> str:
    """Our Message-ID, wherever this provider puts it."""
    raw = event.esp_event
    found = [str(event.message_id or "")]
    waiting = [raw] if isinstance(raw, dict) else []
    while waiting:
        for name, value in waiting.pop().items():
            if isinstance(value, dict):
                waiting.append(value)
            elif str(name).lower().replace("_", "-") in ("message-id", "messageid", "smtp-id"):
                found.append(str(value))
    return " ".join(" ".join(found).split())
