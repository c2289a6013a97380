"""Questions about notices that did not arrive. Querysets only; nothing here writes."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import AccountChange, Customer
from notices.consent import COUNTS
from notices.models import Delivery, Notice, PolicyBinding, Telling, Use


def missed(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Of ``deliveries`` to active customers those that did not arrive, with nothing since.

    Failed, unreachable, bounced or returned, and no later notice to that customer is on its way or
    has arrived (64.2008(d)(3)(iii)).
    """
    since = (
        Delivery.objects.notices()
        .filter(customer=OuterRef("customer"), pk__gt=OuterRef("pk"))
        .filter(Q(state__in=Delivery.PENDING) | Q(state=Delivery.State.SENT, outcome=""))
    )
    return deliveries.filter(
        Q(change=None, code=None, marketing=False),
        Q(state__in=Delivery.MISSED) | ~Q(outcome=""),
        ~Exists(since),
        customer__status=Customer.Status.ACTIVE,
    )


def carrying(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Of ``deliveries`` the one of each active customer with which the two years run, or ran out.

    The last notice that arrived and counts (``notices.consent``), in the present service, and asks
    approval (64.2008(d)(2)).
    """
    asking = Notice.objects.filter(uses__mechanism=Use.Mechanism.OPT_OUT).order_by().values("pk")
    arrived = Delivery.objects.filter(
        COUNTS, state=Delivery.State.SENT, outcome="", campaign__notice__in=asking
    )
    later = arrived.filter(
        Q(mailed_on__gt=OuterRef("mailed_on"))
        | Q(mailed_on=OuterRef("mailed_on"), pk__gt=OuterRef("pk")),
        customer=OuterRef("customer"),
    )
    return deliveries.filter(
        COUNTS,
        ~Exists(later),
        state=Delivery.State.SENT,
        outcome="",
        campaign__notice__in=asking,
        mailed_on__gte=F("customer__active_since"),
        customer__status=Customer.Status.ACTIVE,
    )


def without_consent(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Of ``deliveries`` the notices sent by e-mail to whom had not consented to these.

    So far as is on record (64.2008(d)(3)(i), ``notices.consent``). They count as no notice.
    """
    return deliveries.filter(
        Q(change=None, code=None, marketing=False),
        ~COUNTS,
        state=Delivery.State.SENT,
    )


def nowhere() -> QuerySet[Delivery]:
    """Notices to active customers whom nothing written reaches, with nothing sent since.

    An opt-out notice may not be given orally (64.2008(d)): they are called to ask for an address.
    """
    return missed(Delivery.objects.filter(state=Delivery.State.UNREACHABLE))


def told_by_nothing(changes: QuerySet[AccountChange]) -> QuerySet[AccountChange]:
    """Of ``changes`` those of which neither a message nor a person told (64.2010(f)).

    A choice about CPNI was confirmed to whoever made it where they made it.
    """
    mine = Delivery.objects.filter(change=OuterRef("pk"))
    tells = mine.filter(Q(state__in=Delivery.PENDING) | Q(state=Delivery.State.SENT, outcome=""))
    by_hand = Telling.objects.filter(change=OuterRef("pk"))
    told = changes.exclude(kind=AccountChange.Kind.CHOICE)
    return told.filter(Exists(mine), ~Exists(tells), ~Exists(by_hand))


def untold() -> QuerySet[Delivery]:
    """Notices of a changed policy that did not arrive, one for each customer and version: the last.

    Of active customers whose information is under an older version, and whom nothing has told of
    this one in writing or is about to. Only these may be told by telephone: an opt-out notice may
    not be given orally (64.2008(d)).
    """
    version = OuterRef("campaign__notice__policy_version")
    changes = Delivery.objects.filter(campaign__notice__kind=Notice.Kind.POLICY_CHANGE)
    same = changes.filter(
        customer=OuterRef("customer"), campaign__notice__policy_version=version
    ).order_by()
    told = Q(state__in=Delivery.PENDING) | Q(state=Delivery.State.SENT, outcome="")
    effective = "campaign__notice__policy_version__effective_on"
    moved = PolicyBinding.objects.filter(
        customer=OuterRef("customer"), policy_version__effective_on__gte=OuterRef(effective)
    )
    return changes.filter(
        ~Exists(same.filter(told)),
        ~Exists(same.exclude(state=Delivery.State.CANCELLED).filter(pk__gt=OuterRef("pk"))),
        ~Exists(moved.order_by()),
        Q(state__in=Delivery.MISSED) | ~Q(outcome=""),
        **{f"{effective}__gt": F("customer__active_since")},
        customer__status=Customer.Status.ACTIVE,
    )
