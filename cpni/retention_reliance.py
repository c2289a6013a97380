"""What of deliveries and approvals still needs what: for ``cpni.retention_records``."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import Customer
from cpni.models import Approval, Disclosure, InboundMessage
from cpni.retention import Conditions, Cut
from notices.clock import earliest_carrying
from notices.consent import COUNTS
from notices.models import (
    Campaign,
    Delivery,
    Notice,
    PolicyBinding,
    TelephoneTask,
)

ApprovalRow = Approval.history.model


def exists(rows: QuerySet[Any]) -> Q:
    """Whether there is one among ``rows``, as a condition that can be combined with others."""
    return Q(Exists(rows))


def gone(cut: Cut, prefix: str = "customer__") -> Q:
    """Whether the customer's service had ended by the cut-off: no notice decides since."""
    return ~Q(**{f"{prefix}status": Customer.Status.ACTIVE}) & Q(
        **{f"{prefix}discontinued_on__lte": cut.on, f"{prefix}active_since__lte": cut.on}
    )


def deliveries(cut: Cut) -> QuerySet[Delivery]:
    """Deliveries whose time has passed and of which nothing is on its way."""
    settled = (*Delivery.MISSED, Delivery.State.SENT, Delivery.State.CANCELLED)
    return Delivery.objects.filter(
        Q(mailed_on__lt=cut.on)
        | Q(mailed_on=None, campaign__finished_at__lt=cut.at)
        # A standing campaign never finishes: what it could not send is as old as the change.
        | Q(mailed_on=None, change__on__lt=cut.on)
        | Q(mailed_on=None, code__made_at__lt=cut.at),
        state__in=settled,
    ).exclude(campaign__status__in=Campaign.OPEN, campaign__channel="")


def delivery_relied_on(cut: Cut) -> Conditions:
    """What still needs a delivery."""
    later = Delivery.objects.filter(
        COUNTS,
        customer=OuterRef(OuterRef("customer")),
        pk__gt=OuterRef(OuterRef("pk")),
        state=Delivery.State.SENT,
        outcome="",
        assume_from__lte=cut.on,
        # Whichever period of service the earlier one counted in, the later one counts in too.
        mailed_on__gte=Coalesce(
            OuterRef(OuterRef("mailed_on")), OuterRef(OuterRef("customer__active_since"))
        ),
        campaign__notice__uses=OuterRef("use_id"),
    )
    asked = Notice.uses.through.objects.filter(notice=OuterRef("campaign__notice_id"))
    ledger = ApprovalRow.objects.filter(
        id__in=Approval.objects.filter(customer=OuterRef(OuterRef("customer"))).values("pk"),
        delivery_id=OuterRef("pk"),
    )
    counts = ~gone(cut) & ~Q(state=Delivery.State.CANCELLED)
    return {
        "An approval or a policy rests on it": exists(
            Approval.objects.filter(delivery=OuterRef("pk"))
        )
        | exists(PolicyBinding.objects.filter(delivery=OuterRef("pk")))
        | exists(TelephoneTask.objects.filter(delivery=OuterRef("pk")))
        | exists(ledger),
        "The customer's last notice, or it may still carry approval": counts
        & (
            Q(state=Delivery.State.SENT, outcome="", mailed_on__gte=earliest_carrying(cut.on))
            | exists(asked.filter(~exists(later)))
        ),
        "A use of CPNI made since is kept": exists(
            Disclosure.objects.filter(
                customer=OuterRef("customer"), used_on__gte=OuterRef("mailed_on")
            )
        ),
        "A message about it is kept": exists(
            InboundMessage.objects.filter(delivery=OuterRef("pk"))
        ),
    }


def ledger_relied_on(cut: Cut) -> Conditions:
    """A state that no later entry has taken the place of for every day from the cut-off on."""
    later = ApprovalRow.objects.filter(
        recorded_after(),
        Q(effective_on__lte=cut.on) | Q(effective_on__lte=OuterRef("effective_on")),
        id=OuterRef("id"),
        history_date__lt=cut.at,
    )
    return {
        "It answers for a day since": ~exists(later),
        "A use of CPNI is kept": exists(
            Disclosure.objects.filter(customer=OuterRef("customer_id"), use=OuterRef("use_id"))
        ),
    }


def recorded_after() -> Q:
    """History rows of the outer row's object that were recorded after it."""
    return Q(history_date__gt=OuterRef("history_date")) | Q(
        history_date=OuterRef("history_date"), history_id__gt=OuterRef("history_id")
    )
