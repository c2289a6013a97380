"""Telling other systems that approvals have changed: signed messages, tried until they are taken.

The only writer of ``WebhookSubscription`` and ``WebhookDelivery``.

1. What has changed gets its position (``cpni.changed_approvals``): derived from history, so nothing
   that was recorded can be forgotten, whoever recorded it.
2. For each subscription the positions since its last message become messages, in the transaction
   that moves its mark.
3. The oldest message that waits is sent, signed as Standard Webhooks says (HMAC-SHA256 over id,
   time and body), and the next when it was taken. One that was not is tried again, ever later; what
   comes after it waits, so a subscriber hears of changes in their order.
4. After ``MOST_FAILURES`` failures in a row the subscription is stopped, and the home page says so.
   Started again, it goes on where it was.

A message may come twice (we died before we noted that it was taken): it has the same id then.
"""

import base64
import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from standardwebhooks import Webhook

from accounts import history
from accounts.errors import Refused
from accounts.models import User
from accounts.permissions import require
from cpni import changed_approvals
from cpni.api_keys import client_named
from cpni.changed_approvals import Change
from cpni.models import ChangedApproval, WebhookDelivery, WebhookSubscription
from cpni.webhook_addresses import NotReached, checked, post

ADD, STOP = "cpni.add_webhooksubscription", "cpni.stop_webhooksubscription"
AT_ONCE = 500  # changes in one message
MADE_AT_ONCE = 20  # messages made for a subscription in one run
# After the first failure, the second, and so on, as Standard Webhooks proposes.
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
MOST_FAILURES = len(WAITS) + 1
HELD = timedelta(minutes=1)  # by whoever sends it; longer than an answer is waited for
KEPT = timedelta(days=90)  # delivered messages, which say what was sent when
GONE = 410  # “Gone”: the subscriber wants no more of it


def subscribe(
    system: str, url: str, *, at: datetime, by: User | None, because: str
) -> tuple[WebhookSubscription, str]:
    """Tell the system of that name at ``url`` of every change from now on.

    Returns the subscription and its secret, which is shown once. Raises Refused for an address that
    messages may not go to.
    """
    require(by, ADD)
    checked(url)
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    with transaction.atomic():
        changed_approvals.list_new(at=at)
        made = WebhookSubscription(
            client=client_named(system, by=by, because=because),
            url=url,
            secret=secret,
            position=changed_approvals.last_position(),
            made_at=at,
        )
        history.save(made, by=by, because=because)
    return made, secret


def stop(subscription: WebhookSubscription, *, at: datetime, by: User | None, because: str) -> bool:
    """Send it nothing any more. False when it is stopped already. Raises Refused without a reason.

    ``at`` is the aware instant.
    """
    require(by, STOP)
    if not because.strip():
        raise Refused("Stopping needs a reason.", "Say why.")
    with transaction.atomic():
        row = WebhookSubscription.objects.select_for_update(no_key=True).get(pk=subscription.pk)
        if row.disabled_at is not None:
            return False
        row.disabled_at, row.disabled_because = at, because.strip()[:200]
        history.save(row, by=by, because=because)
    return True


def start(
    subscription: WebhookSubscription, *, at: datetime, by: User | None, because: str
) -> bool:
    """Send it everything that it has missed, and what comes. False when it is not stopped."""
    require(by, STOP)
    with transaction.atomic():
        row = WebhookSubscription.objects.select_for_update(no_key=True).get(pk=subscription.pk)
        if row.disabled_at is None:
            return False
        row.disabled_at, row.disabled_because, row.failures = None, "", 0
        history.save(row, by=by, because=because)
        row.deliveries.filter(state=WebhookDelivery.State.WAITING).update(next_try_at=at)
    return True


def make_messages(*, at: datetime) -> int:
    """Steps 1 and 2; returns how many messages were made. Nothing is asked while nobody listens."""
    listening = WebhookSubscription.objects.filter(disabled_at=None)
    if not listening.exists():
        return 0
    changed_approvals.list_new(at=at)
    made = 0
    for pk in list(listening.values_list("pk", flat=True)):
        with transaction.atomic():
            row = listening.select_for_update(no_key=True, skip_locked=True).filter(pk=pk).first()
            if row is None:
                continue
            new = ChangedApproval.objects.filter(position__gt=row.position).order_by("position")
            positions = list(new.values_list("position", flat=True)[: AT_ONCE * MADE_AT_ONCE])
            for start_at in range(0, len(positions), AT_ONCE):
                until = positions[start_at : start_at + AT_ONCE][-1]
                WebhookDelivery.objects.create(
                    subscription=row, after=row.position, until=until, next_try_at=at, made_at=at
                )
                row.position, made = until, made + 1
            WebhookSubscription.objects.filter(pk=pk).update(position=row.position)
    return made


def send_due(*, clock: Callable[[], datetime]) -> int:
    """Step 3: the oldest message of each subscription, and the next ones while they are taken.

    Returns how many were delivered. ``clock`` tells the aware instant: a run may take minutes.
    """
    delivered = 0
    for pk in list(
        WebhookSubscription.objects.filter(disabled_at=None).values_list("pk", flat=True)
    ):
        while (message := _claim(pk, at=clock())) and _send(message, at=clock()):
            delivered += 1
    return delivered


def _claim(subscription: int, *, at: datetime) -> WebhookDelivery | None:
    """The oldest message that waits, if its time has come and nobody else sends it."""
    waiting = WebhookDelivery.objects.filter(
        subscription=subscription, subscription__disabled_at=None, state="waiting"
    )
    oldest = waiting.select_related("subscription__client").order_by("until").first()
    if oldest is None or oldest.next_try_at > at:
        return None
    mine = WebhookDelivery.objects.filter(
        pk=oldest.pk, state="waiting", next_try_at=oldest.next_try_at
    )
    oldest.attempts += 1
    return oldest if mine.update(next_try_at=at + HELD, attempts=oldest.attempts) else None


def _send(message: WebhookDelivery, *, at: datetime) -> bool:
    """Send it and note what came of it; whether it was taken."""
    subscription = message.subscription
    changes = changed_approvals.between(message.after, message.until)
    body = payload(changes, until=message.until, at=message.made_at)
    status, error = None, ""
    try:
        if changes:  # else all of it was purged meanwhile
            status = post(subscription.url, body.encode(), signed(message, body, at=at))
    except NotReached as failed:
        error = str(failed)
    except Refused as refused:
        error = refused.message
    taken = not error and (status is None or 200 <= status < 300)
    with transaction.atomic():
        row = WebhookSubscription.objects.select_for_update(no_key=True).get(pk=subscription.pk)
        message.last_status, message.last_error = status, error[:100]
        if taken:
            message.state, message.delivered_at = WebhookDelivery.State.DELIVERED, at
            row.failures = 0
        else:
            row.failures += 1
            message.next_try_at = at + WAITS[min(row.failures, len(WAITS)) - 1]
        message.save()
        WebhookSubscription.objects.filter(pk=row.pk).update(failures=row.failures)
        if status == GONE or row.failures >= MOST_FAILURES:
            said = error or f"The last answer was {status}."
            row.disabled_at = at
            row.disabled_because = f"It failed {row.failures} times in a row. {said}"[:200]
            history.save(row, by=None, because=row.disabled_because)
    return taken


def payload(changes: list[Change], *, until: int, at: datetime) -> str:
    """What a message says: of each change the account, the use, the state and its day, no more."""
    return json.dumps(
        {
            "type": "approvals.changed",
            "timestamp": at.astimezone(UTC).isoformat(),
            "data": {
                "changes": [
                    {
                        "account": change.account,
                        "use": change.use,
                        "state": change.state,
                        "effective_on": change.effective_on.isoformat(),
                    }
                    for change in changes
                ],
                "until": until,
            },
        }
    )


def signed(message: WebhookDelivery, body: str, *, at: datetime) -> dict[str, str]:
    """The headers by which the subscriber knows that ``body`` is ours, and of now."""
    number = f"msg_{message.subscription_id}_{message.until}"
    # The library takes a time in UTC whatever zone it says.
    signature = Webhook(message.subscription.secret).sign(number, at.astimezone(UTC), body)
    return {
        "Content-Type": "application/json",
        "User-Agent": "CPNI-Desk",
        "webhook-id": number,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


def discard(*, at: datetime) -> int:
    """Discard delivered messages older than ``KEPT``; of each subscription the last one stays."""
    later = WebhookDelivery.objects.filter(
        subscription=OuterRef("subscription"), until__gt=OuterRef("until")
    )
    old = WebhookDelivery.objects.filter(state="delivered", delivered_at__lt=at - KEPT)
    return old.filter(Exists(later)).delete()[0]
