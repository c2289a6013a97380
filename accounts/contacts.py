"""Contact points: changed by ending one and beginning another, never in place."""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import fields, history
from accounts.errors import Refused
from accounts.models import ContactPoint, Customer, User

Kind = ContactPoint.Kind
POSTAL = ("line1", "line2", "city", "state", "postcode")


def change_contact(
    customer: Customer,
    *,
    kind: str,
    on: date,
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

    The present postal or e-mail address ends that day; a contact number is added to the others. The
    new one is "of record" 30 days later (64.2003(b)). What is there already is returned unchanged.
    Raises Refused for a value that nothing could be sent to.
    """
    try:
        values = _checked(kind, value, (line1, line2, city, state, postcode))
    except ValidationError as error:
        raise Refused(" ".join(error.messages), "Correct it.") from error
    with transaction.atomic():
        Customer.objects.select_for_update().get(pk=customer.pk)
        current = ContactPoint.objects.current().filter(customer=customer, kind=kind)
        for point in current:
            if all(getattr(point, name) == values[name] for name in values):
                return point
            if kind != Kind.TELEPHONE:
                point.until = on
                history.save(point, by=by, because=because)
        point = ContactPoint(customer=customer, kind=kind, since=on, **values)
        history.save(point, by=by, because=because)
    return point


def remove_contact(point: ContactPoint, *, on: date, by: User | None, because: str) -> None:
    """End a contact point on the civil day ``on``; one that has ended already stays as it is."""
    if point.until is None:
        point.until = on
        history.save(point, by=by, because=because)


def mark_undeliverable(
    contact_point_ids: Sequence[int], *, on: date, by: User | None, because: str
) -> int:
    """Mark contact points at which nothing arrives since ``on``. Returns how many were not yet."""
    with transaction.atomic():
        fresh = list(
            ContactPoint.objects.filter(pk__in=contact_point_ids, undeliverable_since=None)
            .select_for_update()
            .values_list("pk", flat=True)
        )
        if fresh:
            ContactPoint.objects.filter(pk__in=fresh).update(undeliverable_since=on)
            places = ", ".join(["%s"] * len(fresh))
            history.record_rows(
                ContactPoint,
                f"t.id IN ({places})",
                fresh,
                by=by,
                because=because,
                at=timezone.now(),
            )
    return len(fresh)


def _checked(kind: str, value: str, postal: Sequence[str]) -> dict[str, str]:
    """The normal form of a contact point's values. Raises ValidationError."""
    if kind == Kind.EMAIL:
        return {"value": fields.email_address(value.strip())}
    if kind == Kind.TELEPHONE:
        return {"value": fields.telephone(value.strip())}
    line1, line2, city, state, code = (fields.one_line(x) for x in postal)
    if not (line1 and city and state):
        raise ValidationError("A postal address needs its first line, city and state.")
    return dict(
        zip(POSTAL, (line1, line2, city, state.upper(), fields.postcode(code)), strict=True)
    )
