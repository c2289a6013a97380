"""Publishing policy versions, and which version governs a customer's information."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from accounts import history
from accounts.errors import Refused
from accounts.models import Call, Customer, User
from accounts.permissions import refuse_author, require
from notices.models import Delivery, PolicyBinding, PolicyVersion, Use


def publish(version: PolicyVersion, *, by: User | None, because: str) -> bool:
    """Publish a draft as it is stored; from then on it cannot change. False when it was already.

    ``version`` is brought up to date. Raises Refused for whoever wrote or changed it (what it
    declares is what can be asked for, so two people look at it), when it declares no use, one that
    is prohibited, or when another version takes effect that day.
    """
    require(by, "notices.publish_policyversion")
    with transaction.atomic():
        # Every version is locked, so that of two published at once the second sees the first.
        versions = {v.pk: v for v in PolicyVersion.objects.select_for_update().order_by("pk")}
        stored = versions[version.pk]
        if stored.status == PolicyVersion.Status.PUBLISHED:
            published = False
        else:
            if by is not None:
                refuse_author(stored, by, what="policy version")
            _check(stored, versions.values())
            stored.status = PolicyVersion.Status.PUBLISHED
            history.save(stored, by=by, because=because)
            published = True
    version.refresh_from_db()
    return published


def _check(version: PolicyVersion, versions: Iterable[PolicyVersion]) -> None:
    uses = list(version.uses.all())
    if not uses:
        raise Refused(f"{version} declares no use of information.", "Choose its uses first.")
    for use in uses:
        if use.mechanism == Use.Mechanism.PROHIBITED:
            raise Refused(f"“{use}” is prohibited ({use.section}).", "Take it off the version.")
    for other in versions:
        published = other.status == PolicyVersion.Status.PUBLISHED
        if published and other.effective_on == version.effective_on:
            raise Refused(
                f"{other} takes effect on the same day.", "Choose another effective date."
            )


def in_force(on: date) -> PolicyVersion | None:
    """The published version in force on ``on``; before the first, the first; None without any."""
    published = PolicyVersion.objects.filter(status=PolicyVersion.Status.PUBLISHED)
    latest = published.filter(effective_on__lte=on).order_by("-effective_on").first()
    return latest or published.order_by("effective_on").first()


def governing(customer: Customer, on: date) -> PolicyVersion | None:
    """The version that governs ``customer``'s information on ``on``.

    It is the one in force when the information was collected, that is when the present service
    began, until the customer was told of a later one and asked (the policy's own promise).
    """
    moved = moves(customer).filter(since__lte=on).first()
    return moved.policy_version if moved else in_force(customer.active_since)


def moves(customer: Customer) -> QuerySet[PolicyBinding]:
    """The moves of ``customer`` from version to version, those that begin later too; last first."""
    found = PolicyBinding.objects.filter(customer=customer).select_related("policy_version")
    return found.order_by("-since", "-id")


def bind(
    customer: Customer,
    version: PolicyVersion,
    *,
    since: date,
    delivery: Delivery,
    call: Call,
    by: User | None,
    because: str,
) -> bool:
    """Move ``customer`` to ``version`` from the day ``since``, as they accepted it on ``call``.

    ``delivery`` is the notice that did not reach them. False when they are under it already, or
    will be.
    """
    last = moves(customer).first()
    if last and last.policy_version_id == version.pk:
        return False
    binding = PolicyBinding(
        customer=customer, policy_version=version, since=since, delivery=delivery, call=call
    )
    history.save(binding, by=by, because=because)
    return True


def take_back(
    customer: Customer,
    version: PolicyVersion,
    *,
    on: date,
    call: Call,
    by: User | None,
    because: str,
) -> PolicyBinding | None:
    """Move ``customer`` back from ``version``, as they refuse it on ``call`` on the day ``on``.

    They are under the version before it again, from that day, or from the day on which it would
    have begun to govern; until then nothing changes, so that what was done under it stays lawful.
    None when they are not under it, or have moved on to another version since.
    """
    found = list(moves(customer)[:2])
    if not found or found[0].policy_version_id != version.pk:
        return None
    last, *earlier = found
    before = earlier[0].policy_version if earlier else in_force(customer.active_since)
    if before is None or before.pk == version.pk:
        return None
    binding = PolicyBinding(
        customer=customer,
        policy_version=before,
        since=max(on, last.since),
        delivery=last.delivery,
        call=call,
    )
    history.save(binding, by=by, because=because)
    return binding
