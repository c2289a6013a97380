"""How customers stand towards the uses of their information, as a condition of a campaign.

As it is recorded, by the same rules as the lists of ``cpni.gaps``; ``decide`` is the authority for
one customer and one use, and whoever is asked for here may not be used for that.
"""

from datetime import date

from django.db.models import Exists, OuterRef, Q

from cpni.gaps import in_force
from cpni.models import Approval
from notices.models import Campaign, Use


def stands(approval: Campaign.Approval, on: date) -> Q:
    """SQL over customers: whether one stands as ``approval`` says on the civil day ``on``.

    Opted out of everything is who denies each use that takes opt-out; in part, who denies some of
    these and not the others. Of approvals those count that are in force, and of assumed ones only
    as long as their notice carries them.
    """
    own = Approval.objects.filter(customer=OuterRef("pk"))
    carried = own.filter(in_force(on))
    denied = own.filter(state=Approval.State.DENIED)
    uses = Use.objects.filter(mechanism=Use.Mechanism.OPT_OUT)
    # Of which nobody else denies: asked of the uses, as one that was never asked for has no row.
    not_denied = uses.exclude(
        Exists(
            Approval.objects.filter(
                customer=OuterRef(OuterRef("pk")), use=OuterRef("pk"), state=Approval.State.DENIED
            )
        )
    )
    denied_one = Exists(denied.filter(use__mechanism=Use.Mechanism.OPT_OUT))
    match approval:
        case Campaign.Approval.ASSUMED:
            return Q(Exists(carried.filter(state=Approval.State.ASSUMED)))
        case Campaign.Approval.EXPRESS:
            return Q(Exists(carried.filter(state=Approval.State.EXPRESS)))
        case Campaign.Approval.PART:
            return Q(denied_one) & Q(Exists(not_denied))
        case Campaign.Approval.ALL:
            return Q(denied_one) & ~Q(Exists(not_denied))
        case Campaign.Approval.NONE:
            return ~Q(Exists(carried)) & ~Q(Exists(denied))
