"""Contact points: changed by ending one and beginning another, never in place."""

from collections.abc import Sequence
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import changes, fields, history
from accounts.caller_standing import refuse_unproved
from accounts.civil import in_words
from accounts.errors import Refused
from accounts.models import AccountChange, ContactPoint, Customer, User
from accounts.permissions import require

Kind = ContactPoint.Kind
CHANGE = "accounts.change_contactpoint"
POSTAL = ("line1", "line2", "city", "state", "postcode")
# Of what is an address of record the customer is told (64.2010(f)); of a contact number not, which
# is no number of record either (64.2003).
TOLD = {Kind.POST: AccountChange.Kind.POST, Kind.EMAIL: AccountChange.Kind.EMAIL}
LISTED = 5_000  # ids in one statement; SQLite takes 32,766


def change_contact(
    customer: Customer,
    *,
    kind: str,
    at: datetime,
    on: date,
    route: str,
    by: User | None,
    because: str,
    value: str = "",
    line1: str = "",
    line2: str = "",
    city: str = "",
    state: str = "",
    postcode: str = "",
) -> ContactPoint:
    """Give ``customer`` a new contact point of ``kind`` from the civil day ``on``.

    ``at`` is the aware instant; ``route`` an ``AccountChange.Route``, for the notice that the
    customer gets of another postal or e-mail address where they could be reached before.

    The present postal or e-mail address ends that day; a contact number is added to the others. The
    new one is "of record" 30 days later (64.2003(b)). What is there already is returned unchanged.
    Raises Refused for a value that nothing could be sent to, for a day before the present one came,
    and while a caller is on the line who has not proved who they are; NotAllowed from
    :func:`accounts.permissions.require`.
    """
    require(by, CHANGE)
    new = ContactPoint(customer=customer, kind=kind, since=on)
    try:
        _fill(new, value, (line1, line2, city, state, postcode))
    except ValidationError as error:
        raise Refused(" ".join(error.messages), "Correct it.") from error
    with transaction.atomic():
        locked = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        refuse_unproved(locked, by=by)
        current = list(ContactPoint.objects.current().filter(customer=customer, kind=kind))
        for point in current:
            if point.values == new.values:
                return point
        if told := TOLD.get(Kind(kind)):
            # Before the present one ends: what is of record is what it was.
            changes.note(locked, told, at=at, on=on, route=route, by=by, new=new)
            for point in current:
                _end(point, on=on, by=by, because=because)
        history.save(new, by=by, because=because)
    return new


def remove_contact(
    point: ContactPoint, *, at: datetime, on: date, route: str, by: User | None, because: str
) -> bool:
    """End a contact point on the civil day ``on``. False when it has ended already.

    ``at`` and ``route`` as for :func:`change_contact`. Raises Refused for a day before it came, and
    NotAllowed.
    """
    require(by, CHANGE)
    with transaction.atomic():
        locked = Customer.objects.select_for_update(no_key=True).get(pk=point.customer_id)
        refuse_unproved(locked, by=by)
        point.refresh_from_db()
        if point.until is not None:
            return False
        if told := TOLD.get(Kind(point.kind)):
            changes.note(locked, told, at=at, on=on, route=route, by=by)
        _end(point, on=on, by=by, because=because)
    return True


def mark_undeliverable(
    contact_point_ids: Sequence[int], *, on: date, by: User | None, because: str
) -> int:
    """Mark contact points at which nothing arrives since ``on``. Returns how many were not yet."""
    marked, ids = 0, sorted(set(contact_point_ids))
    with transaction.atomic():
        for start in range(0, len(ids), LISTED):
            fresh = list(
                ContactPoint.objects.select_for_update()
                .filter(pk__in=ids[start : start + LISTED], undeliverable_since=None)
                .order_by("pk")
                .values_list("pk", flat=True)
            )
            if not fresh:
                continue
            ContactPoint.objects.filter(pk__in=fresh).update(undeliverable_since=on)
            marked += history.record_ids(
                ContactPoint,
                fresh,
                by=by,
                because=because,
                at=timezone.now(),
            )
    return marked


def unmark_undeliverable(
    contact_point_id: int, *, marked_on: date, by: User | None, because: str
) -> bool:
    """Take back that nothing arrives at a contact point, if it was marked on that civil day."""
    with transaction.atomic():
        taken_back = ContactPoint.objects.filter(
            pk=contact_point_id, undeliverable_since=marked_on
        ).update(undeliverable_since=None)
        if taken_back:
            history.record_ids(
                ContactPoint, [contact_point_id], by=by, because=because, at=timezone.now()
            )
    return bool(taken_back)


def _end(point: ContactPoint, *, on: date, by: User | None, because: str) -> None:
    if on < point.since:
        raise Refused(
            f"The present one came on {in_words(point.since)}.",
            "It cannot end before that day. Correct the day.",
        )
    point.until = on
    history.save(point, by=by, because=because)


def _fill(point: ContactPoint, value: str, postal: Sequence[str]) -> None:
    """Give ``point`` its values in their normal form. Raises ValidationError."""
    if point.kind == Kind.EMAIL:
        point.value = fields.email_address(value.strip())
    elif point.kind == Kind.TELEPHONE:
        point.value = fields.telephone(value.strip())
    else:
        for name, text in zip(POSTAL, postal, strict=True):
            setattr(point, name, fields.one_line(text))
        if not (point.line1 and point.city and point.state):
            raise ValidationError("A postal address needs its first line, city and state.")
        point.state, point.postcode = fields.state(point.state), fields.postcode(point.postcode)
    point.clean_fields(exclude=["customer"])
