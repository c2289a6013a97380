"""Complaints about unauthorised release of CPNI: received, resolved, counted for the certificate.

The only writer of ``Complaint``.
"""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count

from accounts import history
from accounts.errors import AnotherForm, Refused
from accounts.models import User
from accounts.permissions import require
from cpni.models import Complaint

ADD, RESOLVE = "cpni.add_complaint", "cpni.resolve_complaint"


def receive(
    complaint: Complaint, *, today: date, at: datetime, by: User | None, because: str
) -> Complaint:
    """Enter a complaint as it came; it is open until someone says what was found and done.

    ``complaint`` is unsaved, with its category, route, day and what was said; ``today`` is the
    carrier's civil day, ``at`` the aware instant of entry. One of the same call with the same token
    that is there already is returned as it is. Raises Refused for a day in the future, when nothing
    was said, and for the token of another call.
    """
    require(by, ADD)
    with transaction.atomic():
        there = Complaint.objects.filter(token=complaint.token).first()
        if there:
            if there.call_id != complaint.call_id:
                raise AnotherForm
            return there
        if complaint.received_on > today:
            raise Refused("It cannot have been received in the future.", "Correct the day.")
        complaint.said = complaint.said.strip()
        complaint.entered_at, complaint.entered_by = at, by
        complaint.found, complaint.resolved_on = "", None
        try:
            complaint.full_clean(exclude=["entered_by", "token"])
        except ValidationError as error:
            raise Refused(" ".join(error.messages), "Correct the entry.") from error
        history.save(complaint, by=by, because=because)
    return complaint


def resolve(complaint: Complaint, *, found: str, on: date, by: User | None, because: str) -> bool:
    """Close ``complaint`` with what was found and done, on the civil day ``on``.

    False when it is resolved already. Raises Refused without a word about it.
    """
    require(by, RESOLVE)
    if not found.strip():
        raise Refused("It is not said what was found and done.", "Say it: the certificate asks.")
    with transaction.atomic():
        complaint = Complaint.objects.select_for_update().get(pk=complaint.pk)
        if not complaint.is_open:
            return False
        if on < complaint.received_on:
            raise Refused("It cannot be resolved before it was received.", "Correct the day.")
        complaint.found, complaint.resolved_on = found.strip(), on
        history.save(complaint, by=by, because=because)
    return True


def year(number: int) -> dict[str, int]:
    """How many complaints were received in the calendar year ``number``, by category.

    For the annual certificate (64.2009(e)): every category is named, those without any as well.
    """
    received = Complaint.objects.filter(received_on__year=number).order_by()
    counted = dict(received.values_list("category").annotate(count=Count("pk")))
    return {category: counted.get(category, 0) for category in Complaint.Category.values}
