"""Complaints are entered once, resolved with what was found, and counted for the certificate."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.db import connection

from accounts.errors import Refused
from config import roles
from cpni import complaints
from cpni.models import Complaint
from tests.factories.accounts import CallFactory
from tests.factories.cpni import ComplaintFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
AT, ON = datetime(2026, 11, 23, 18, tzinfo=UTC), date(2026, 11, 23)


def receive(by=None, **kwargs):
    complaint = ComplaintFactory.build(**kwargs)
    return complaints.receive(complaint, today=ON, at=AT, by=by, because="Said on the line")


def resolve(complaint, by=None, found="He was told so."):
    return complaints.resolve(complaint, found=found, on=ON, by=by, because="Looked into")


def test_what_was_said_is_kept_encrypted():
    complaint = receive()
    assert complaint.is_open
    assert Complaint.objects.get().said == "My brother-in-law was told whom I call."
    with connection.cursor() as cursor:
        cursor.execute("SELECT said FROM cpni_complaint")
        assert b"brother" not in bytes(cursor.fetchone()[0])


def test_the_same_form_twice_is_one_complaint():
    token = uuid4()
    assert receive(token=token) == receive(token=token)
    assert Complaint.objects.count() == 1


def test_the_number_of_another_calls_form_neither_returns_its_complaint_nor_makes_one():
    token, call = uuid4(), CallFactory()
    first = receive(token=token, call=call)
    for other in (CallFactory(), None):
        with pytest.raises(Refused, match="number of another"):
            receive(token=token, call=other)
    assert receive(token=token, call=call) == first
    assert Complaint.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"received_on": date(2026, 11, 24)}, "in the future"),
        ({"said": "  "}, "blank"),
        ({"category": "rude"}, "not a valid choice"),
    ],
)
def test_what_cannot_be_is_refused(wrong, match):
    with pytest.raises(Refused, match=match):
        receive(**wrong)
    assert not Complaint.objects.exists()


def test_resolving_says_what_was_found_and_done_and_is_done_once():
    complaint = receive()
    with pytest.raises(Refused, match="not said what was found"):
        resolve(complaint, found=" ")
    assert resolve(complaint) is True
    assert resolve(complaint, found="Something else") is False
    complaint.refresh_from_db()
    assert (complaint.resolved_on, complaint.found) == (ON, "He was told so.")


def test_who_takes_calls_enters_complaints_and_does_not_close_them(staff):
    complaint = receive(by=staff(roles.REPRESENTATIVE))
    with pytest.raises(Refused, match="Your role may not do this"):
        resolve(complaint, by=staff(roles.REPRESENTATIVE))
    assert resolve(complaint, by=staff(roles.SUPERVISOR)) is True


def test_the_year_is_counted_by_category():
    for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)):
        ComplaintFactory(received_on=day)
    ComplaintFactory(category="employees", received_on=date(2026, 3, 1))
    assert complaints.year(2026) == {"employees": 1, "individuals": 2, "online": 0, "other": 0}
