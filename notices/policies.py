"""Policy versions: published, compared, and which of them governs a customer's information."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts import history
from accounts.errors import Changed, Refused
from accounts.models import Call, Customer, User
from accounts.permissions import refuse_author, require
from notices.models import Delivery, Notice, PolicyBinding, PolicyUse, PolicyVersion, Use
from notices.policy_changes import Change, Declared, Kind, changes, material

PUBLISH = "notices.publish_policyversion"
ORDER = list(Kind)


def publish(
    version: PolicyVersion,
    *,
    effective_on: date,
    today: date,
    by: User | None,
    because: str,
    seen: str | None = None,
) -> bool:
    """Publish a draft as it is stored, to take effect on ``effective_on``; False when it was.

    From then on it cannot change. ``today`` is the carrier's civil day, ``seen`` the fingerprint of
    what ``by`` read; ``version`` is brought up to date. Raises Changed when it is something else by
    now, and Refused for a day before tomorrow (the first version may begin today), for whoever
    wrote or changed it (what it declares is what can be asked for, so two people look at it), when
    it declares no use, one that is prohibited, or when another version takes effect that day.
    """
    require(by, PUBLISH)
    if effective_on <= today and (effective_on < today or in_force(today)):
        raise Refused(
            "A version takes effect tomorrow at the earliest: whoever's service began by today came"
            " under the one before.",
            "Choose a later day.",
        )
    return _publish(version, effective_on, by=by, because=because, seen=seen)


def record_earlier(
    version: PolicyVersion,
    *,
    effective_on: date,
    today: date,
    by: User | None,
    because: str,
    seen: str | None = None,
) -> bool:
    """Record a draft as a version that was published elsewhere, before the desk was used.

    It governs what was collected from ``effective_on`` on, a day before ``today``. Raises Refused
    as :func:`publish` does, for any other day, without a reason, and once a notice was mailed on or
    after that day: whoever got it was told of the versions that were known then, and nobody may be
    put under another one behind their back.
    """
    require(by, PUBLISH)
    if effective_on >= today:
        raise Refused("That day has not passed.", "Publish the version instead.")
    if not because.strip():
        raise Refused("No reason is given.", "Say where it was published, and what shows that.")
    if Delivery.objects.notices().filter(mailed_on__gte=effective_on).exists():
        raise Refused(
            "Customers were told of their rights since that day, under other versions.",
            "Publish it for a day to come, and tell them.",
        )
    return _publish(version, effective_on, by=by, because=because, seen=seen)


def _publish(
    version: PolicyVersion,
    effective_on: date,
    *,
    by: User | None,
    because: str,
    seen: str | None,
) -> bool:
    with transaction.atomic():
        # Every version is locked, so that of two published at once the second sees the first.
        versions = {v.pk: v for v in PolicyVersion.objects.select_for_update().order_by("pk")}
        stored = versions[version.pk]
        if stored.status == PolicyVersion.Status.PUBLISHED:
            published = False
        else:
            if by is not None:
                refuse_author(stored, by, what="policy version")
            if seen is not None and seen != stored.fingerprint:
                raise Changed()
            stored.effective_on = effective_on
            _check(stored, versions.values())
            of_the_use = Use.objects.filter(pk=OuterRef("use")).values("mechanism")
            stored.declared.update(mechanism=Subquery(of_the_use))
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


def next_version(
    version: PolicyVersion, *, number: str, effective_on: date, by: User, because: str
) -> PolicyVersion:
    """A draft with the words and uses of ``version``, to be changed; ``effective_on`` is meant.

    Raises Refused when the number is taken.
    """
    require(by, "notices.add_policyversion")
    if PolicyVersion.objects.filter(number=number).exists():
        raise Refused(f"There is a policy {number} already.", "Choose another number.")
    with transaction.atomic():
        draft = PolicyVersion(
            number=number, title=version.title, text=version.text, effective_on=effective_on
        )
        history.save(draft, by=by, because=because)
        for one in version.declared.all():
            draft.declared.create(
                use=one.use, recipients=one.recipients, data_classes=one.data_classes
            )
        # Again, now that it has its uses: the history holds them too.
        history.save(draft, by=by, because=because)
    return draft


# --- What a version declares ---------------------------------------------------------------------


def declared(version: PolicyVersion) -> list[Declared]:
    """What ``version`` declares, use by use; of a draft with the approval that rules ask now."""
    return [
        Declared(
            code=row.use.code,
            purpose=row.use.purpose,
            recipient=row.use.get_recipient_display(),
            mechanism=row.mechanism or row.use.mechanism,
            recipients=frozenset(
                line.strip() for line in row.recipients.splitlines() if line.strip()
            ),
            data_classes=frozenset(row.data_classes),
        )
        for row in version.declared.select_related("use")
    ]


def compared(before: PolicyVersion, version: PolicyVersion) -> list[Change]:
    """Use by use what ``version`` declares compared with ``before``; what is material first."""
    labels = {**dict(PolicyUse.DataClass.choices), **dict(Use.Mechanism.choices)}
    words = {code: str(label).lower() for code, label in labels.items()}
    return changes(declared(before), declared(version), labels=words)


def earlier(version: PolicyVersion) -> QuerySet[PolicyVersion]:
    """The published versions that take effect before ``version``, the last first."""
    published = PolicyVersion.objects.filter(status=PolicyVersion.Status.PUBLISHED)
    return published.filter(effective_on__lt=version.effective_on).order_by("-effective_on")


def material_against(version: PolicyVersion) -> list[PolicyVersion]:
    """Those of the earlier versions whose customers must be told of ``version`` and asked."""
    new = declared(version)
    return [before for before in earlier(version) if material(declared(before), new)]


def to_be_told(version: PolicyVersion) -> list[Change]:
    """What a notice of the change to ``version`` tells, use by use: it goes to all whom it touches.

    Compared with the version before; and what is new or wider only for those under a still earlier
    one, compared with that.
    """
    return _told(version, earlier(version))


def _told(version: PolicyVersion, those: Iterable[PolicyVersion]) -> list[Change]:
    new = declared(version)
    found: dict[str, list[Change]] = {}
    for before in those:
        for change in changes(declared(before), new, labels={}):
            mine = found.setdefault(change.declared.code, [])
            if not mine or (
                change.material and ORDER.index(change.kind) < ORDER.index(mine[0].kind)
            ):
                mine[:] = [change]
            elif change.kind is mine[0].kind is Kind.WIDENED:
                mine += [change] if change.respects not in [m.respects for m in mine] else []
    every = [change for mine in found.values() for change in mine]
    return sorted(every, key=lambda change: ORDER.index(change.kind))


def newly_asked(version: PolicyVersion) -> list[Use]:
    """The opt-out uses of ``version`` that some earlier version does not declare, or limits more.

    A notice of the change asks for all of them: it may go to customers under any earlier version.
    """
    new = declared(version)
    codes = {
        change.declared.code
        for before in earlier(version)
        for change in changes(declared(before), new, labels={})
        if change.material
    }
    return list(version.uses.filter(code__in=codes, mechanism=Use.Mechanism.OPT_OUT))


def refuse_overtaken(notice: Notice) -> None:
    """Raise Refused for an approved change notice whose words do not speak to all it would go to.

    That is when another version was published since, to take effect before that of ``notice``, and
    what is new to those who came under it was not new to anybody when the words were approved.
    """
    version = notice.policy_version
    # Both as they were recorded: an approval may be entered with the day of long ago.
    rows = Notice.history.filter(id=notice.pk, status=Notice.Status.APPROVED)
    approved_at = rows.order_by("history_id").values_list("history_date", flat=True).first()
    if notice.kind != Notice.Kind.POLICY_CHANGE or version is None or approved_at is None:
        return
    before = list(earlier(version))
    published = PolicyVersion.history.filter(status=PolicyVersion.Status.PUBLISHED)
    since = set(published.filter(history_date__gt=approved_at).values_list("id", flat=True))
    known = _told(version, [one for one in before if one.pk not in since])
    for one in before:
        if one.pk in since and any(c.material and c not in known for c in _told(version, [one])):
            raise Refused(
                f"{one} was published since “{notice}” was approved. For who came under it more is"
                f" new in {version} than the notice was written for.",
                "Copy the notice, say what is new to them too, and have it approved.",
            )


# --- Which version governs -----------------------------------------------------------------------


def in_force(on: date) -> PolicyVersion | None:
    """The published version in force on ``on``; before the first, the first; None without any."""
    published = PolicyVersion.objects.filter(status=PolicyVersion.Status.PUBLISHED)
    latest = published.filter(effective_on__lte=on).order_by("-effective_on").first()
    return latest or published.order_by("effective_on").first()


def governing(
    customer: Customer, on: date, *, collected_from: date | None = None
) -> PolicyVersion | None:
    """The version that governs ``customer``'s information on ``on``.

    It is the one in force when the information was collected, that is when the service of that day
    began (``collected_from``, by default the present service), until the customer was told of a
    later one and asked: the policy's own promise (domain.md 12). That holds whether or not the
    later one is material; where it is not, its uses are within what the customer knows anyway.
    Whoever comes back is a new customer: moves of an earlier period of service ended with it.
    """
    began = collected_from or customer.active_since
    moved = moves(customer, began=began).filter(since__lte=on).first()
    return moved.policy_version if moved else in_force(began)


def governing_effective_on(on: date) -> Coalesce:
    """SQL over customers: the effective date of what :func:`governing` finds for the day ``on``."""
    moved = PolicyBinding.objects.filter(
        customer=OuterRef("pk"), since__gte=OuterRef("active_since"), since__lte=on
    )
    published = PolicyVersion.objects.filter(status=PolicyVersion.Status.PUBLISHED)
    collected = published.filter(effective_on__lte=OuterRef("active_since"))
    return Coalesce(
        Subquery(moved.order_by("-since", "-id").values("policy_version__effective_on")[:1]),
        Subquery(collected.order_by("-effective_on").values("effective_on")[:1]),
        Subquery(published.order_by("effective_on").values("effective_on")[:1]),
    )


def moves(customer: Customer, *, began: date | None = None) -> QuerySet[PolicyBinding]:
    """The moves of ``customer`` from version to version, those that begin later too; last first.

    Of the service that ``began`` that day, by default the present one.
    """
    found = PolicyBinding.objects.filter(
        customer=customer, since__gte=began or customer.active_since
    )
    return found.select_related("policy_version").order_by("-since", "-id")


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
    last, *others = found
    before = others[0].policy_version if others else in_force(customer.active_since)
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
