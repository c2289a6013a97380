"""Standing campaigns: the notices that go to one customer when something happens to them.

There is one for each such notice and way of sending. It is open from its first message on, is
finished by nobody, and can be paused like any other. Its notice is the newest approved one of its
kind; before an officer has approved any it is the text that comes with the product.
"""

from datetime import datetime

from django.db import transaction

from accounts import history
from accounts.models import Customer
from notices.models import Campaign, Delivery, Notice, NoticeText
from notices.standard_texts import message_parts

BECAUSE = "Comes with CPNI Desk"
TITLES = {
    Notice.Kind.ACCOUNT_CHANGE: "Your account was changed",
    Notice.Kind.ONE_TIME_CODE: "One-time code",
    Notice.Kind.CHOICE: "Your choice is recorded",
}


def notice(kind: str, *, at: datetime) -> Notice:
    """The notice of ``kind`` that is sent at present; the standard one is made if there is none.

    ``at`` is the aware instant of its approval then: it comes approved, as the customer must be
    told at once, and an officer may replace it by a version of the carrier's own.
    """
    approved = Notice.objects.filter(kind=kind, status=Notice.Status.APPROVED)
    found = approved.order_by("-approved_at", "-pk").first()
    return found or _install(Notice.Kind(kind), at)


def campaign(
    kind: str, channel: str, *, at: datetime, message_domain: str, of: Notice | None = None
) -> Campaign:
    """The open standing campaign of ``kind`` (or of the notice ``of``) for ``channel``."""
    told = of or notice(kind, at=at)
    found = Campaign.objects.filter(notice=told, channel=channel).first()
    if found:
        return found
    way = Delivery.Channel(channel).label.lower()
    made = Campaign(
        name=f"{TITLES[Notice.Kind(kind)]}, by {way} ({told.pk})",
        notice=told,
        audience=Campaign.Audience.AS_IT_HAPPENS,
        channel=channel,
        status=Campaign.Status.RUNNING,
        started_at=at,
        message_domain=message_domain,
    )
    history.save(made, by=None, because=BECAUSE)
    return made


def _install(kind: Notice.Kind, at: datetime) -> Notice:
    with transaction.atomic():
        made = Notice(title=TITLES[kind], kind=kind)
        history.save(made, by=None, because=BECAUSE)
        for language in Customer.Language.values:
            text = NoticeText(notice=made, language=language, **message_parts(kind, language))
            history.save(text, by=None, because=BECAUSE)
        made.status, made.approved_at = Notice.Status.APPROVED, at
        history.save(made, by=None, because=BECAUSE)
    return made
