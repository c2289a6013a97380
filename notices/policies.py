"""Publishing policy versions, and which version governs a customer's information."""

from datetime import date

from accounts import history
from accounts.errors import Refused
from accounts.models import Customer, User
from notices.models import PolicyBinding, PolicyVersion


def publish(version: PolicyVersion, *, by: User | None, because: str) -> None:
    """Publish a draft; from then on it cannot change. Publishing twice does nothing.

    Raises Refused when it declares no use or another version takes effect that day.
    """
    if version.status == PolicyVersion.Status.PUBLISHED:
        return
    if not version.uses.exists():
        raise Refused(f"{version} declares no use of information.", "Choose its uses first.")
    same_day = PolicyVersion.objects.filter(
        status=PolicyVersion.Status.PUBLISHED, effective_on=version.effective_on
    )
    if same_day.exists():
        raise Refused(
            f"{same_day.get()} takes effect on the same day.", "Choose another effective date."
        )
    version.status = PolicyVersion.Status.PUBLISHED
    history.save(version, by=by, because=because)


def in_force(on: date) -> PolicyVersion | None:
    """The published version in force on ``on``; before the first, the first; None if there is none."""
    published = PolicyVersion.objects.filter(status=PolicyVersion.Status.PUBLISHED)
    latest = published.filter(effective_on__lte=on).order_by("-effective_on").first()
    return latest or published.order_by("effective_on").first()


def governing(customer: Customer, on: date) -> PolicyVersion | None:
    """The version that governs ``customer``'s information on ``on``.

    It is the one in force when the information was collected, that is when the present service
    began, until the customer was told of a later one and asked (the policy's own promise).
    """
    moved = (
        PolicyBinding.objects.filter(customer=customer, since__lte=on)
        .select_related("policy_version")
        .order_by("-since", "-id")
        .first()
    )
    return moved.policy_version if moved else in_force(customer.active_since)
