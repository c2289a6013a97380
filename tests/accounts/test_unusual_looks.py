"""The daily report: what should be explained, found once, in the carrier's own hours and days."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db.utils import IntegrityError

from accounts import looks, unusual_looks
from accounts.errors import Refused
from accounts.models import Look, Run, UnusualLook
from accounts.permissions import NotAllowed
from accounts.tasks import report_unusual_looks
from accounts.unusual_looks import report, review, unreviewed
from config import roles
from tests.factories.accounts import CarrierFactory, CustomerFactory, UserFactory

pytestmark = pytest.mark.usefixtures("reference_data", "carrier")
DAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 19, tzinfo=UTC)  # noon in Denver


@pytest.fixture
def carrier(db):
    return CarrierFactory()


@pytest.fixture
def rep(staff):
    return staff(roles.REPRESENTATIVE, last_name="Ortega")


def opened(by, number=1, at=NOON, **kwargs):
    """``by`` opens as many customers, one after the other."""
    customers = kwargs.pop("customers", None) or CustomerFactory.create_batch(number, post=False)
    for customer in customers:
        looks.record(
            by=by,
            at=at,
            what=kwargs.get("what", Look.What.OPENED),
            screen="accounts_customer_change",
            customers=[customer.pk],
            call=kwargs.get("call", "17"),
        )
    return customers


def found(on=DAY):
    """The report of the day: person and rule."""
    report(on=on)
    return {(row.person, row.rule): row for row in UnusualLook.objects.filter(day=on)}


def test_an_ordinary_day_needs_no_explanation(rep):
    opened(rep, 12)
    assert found() == {}


def test_more_customers_than_anybody_needs(rep, monkeypatch):
    monkeypatch.setattr(unusual_looks, "MANY", 5)
    opened(rep, 6)
    row = found()[rep, "many"]
    assert (row.count, row.limit, row.says) == (6, 5, "Opened 6 different customers.")


def test_the_same_customer_again_and_again_is_one(rep, monkeypatch):
    monkeypatch.setattr(unusual_looks, "MANY", 5)
    customers = opened(rep, 2)
    for _ in range(5):
        opened(rep, customers=customers)
    assert found() == {}


def worked(by, days, number):
    """``by`` opened ``number`` customers on each of ``days`` days before."""
    customers = CustomerFactory.create_batch(number, post=False)
    for n in range(1, days + 1):
        opened(by, at=NOON - timedelta(days=n), customers=customers)


def test_three_times_as_many_as_one_usually_opens(rep):
    worked(rep, 5, 7)
    opened(rep, 22)
    row = found()[rep, "more"]
    assert (row.count, row.limit) == (22, 21)
    assert row.says == "Opened 22 different customers; their usual day has 7."


def test_whoever_is_new_is_compared_with_the_others(rep, staff):
    other = staff(roles.REPRESENTATIVE)
    worked(other, 5, 6)
    worked(rep, 4, 30)
    opened(rep, 20)
    row = found()[rep, "more"]
    assert row.says == "Opened 20 different customers; the others' usual day has 6."


def test_a_few_customers_are_never_more_than_usual(rep):
    worked(rep, 5, 1)
    opened(rep, 19)
    assert found() == {}


def test_going_through_lists_is_counted_by_whom_they_showed(rep, monkeypatch):
    monkeypatch.setattr(unusual_looks, "LISTED", 3)
    first, second = CustomerFactory.create_batch(2), CustomerFactory.create_batch(2)
    for page in (first, first, second):
        looks.record(
            by=rep,
            at=NOON,
            what=Look.What.LISTED,
            screen="accounts_customer_changelist",
            customers=[c.pk for c in page],
        )
    assert found()[rep, "listed"].says == "Saw 4 different customers in lists."


@pytest.mark.parametrize("name", ["Ana ORTEGA", "Luis Órtega", "Ortega, Luis", "Ana Ruiz-Ortega"])
def test_a_customer_of_the_same_surname_may_be_family(rep, name):
    opened(rep, customers=[CustomerFactory(name=name), CustomerFactory(name="Ben Other")])
    row = found()[rep, "namesake"]
    assert row.count == 1
    assert "Ortega" not in row.says


@pytest.mark.parametrize(
    "kwargs", [{"name": "Ortega Other"}, {"kind": "business", "name": "Ortega"}]
)
def test_a_first_name_and_a_firm_are_no_family(rep, kwargs):
    opened(rep, customers=[CustomerFactory(**kwargs)])
    assert found() == {}


@pytest.mark.parametrize(
    ("at", "unusual"),
    [
        ("2026-11-23T13:59:59Z", True),  # 6:59 in Denver
        ("2026-11-23T14:00:00Z", False),
        ("2026-11-24T04:00:00Z", False),  # 21:00
        ("2026-11-24T04:00:01Z", True),
        ("2026-11-24T06:59:59Z", True),
    ],
)
def test_out_of_hours_is_told_in_the_carriers_own_hours(rep, at, unusual):
    opened(rep, at=datetime.fromisoformat(at))
    assert ((rep, "hours") in found()) is unusual


def test_a_look_counts_for_the_carriers_day(rep):
    opened(rep, at=datetime(2026, 11, 24, 5, tzinfo=UTC))  # 22:00 in Denver, on the 23rd
    assert found(on=date(2026, 11, 24)) == {}
    row = found()[rep, "hours"]
    assert row.says == "1 look between 22:00 and 22:00; the desk’s hours are 07:00 to 21:00."


def test_while_calls_are_not_recorded_nobody_is_reported_for_looking_without_one(rep, settings):
    settings.CALLS_RECORDED = False
    opened(rep, call="")
    assert found() == {}


def test_where_calls_are_recorded_a_representative_opens_customers_in_them(rep, staff, settings):
    settings.CALLS_RECORDED = True
    opened(rep, 2, call="17")
    officer = staff(roles.OFFICER)
    opened(officer, call="")
    assert found() == {}
    UnusualLook.objects.all().delete()
    opened(rep, 3, call="")
    assert found()[rep, "no_call"].says == "Opened 3 customers outside a call."


def test_trying_numbers_that_nobody_has_and_being_refused(rep):
    for what in ("missing", "missing", "missing", "refused"):
        looks.record(by=rep, at=NOON, what=Look.What(what), screen="accounts_customer_change")
    assert found() == {}
    looks.record(by=rep, at=NOON, what=Look.What.REFUSED, screen="accounts_customer_merge")
    row = found()[rep, "refused"]
    assert row.says == "Refused 2 times; asked 3 times for what is not there."


def test_a_second_report_of_a_day_adds_nothing_and_is_a_run_of_its_own(rep):
    opened(rep, customers=[CustomerFactory(name="Ana Ortega")])
    assert (report(on=DAY), report(on=DAY)) == (1, 0)
    assert UnusualLook.objects.count() == 1
    last, first = Run.objects.filter(name=unusual_looks.JOB).order_by("-id")
    assert first.counts == {"looks": 1, "unusual": 1, "namesake": 1}
    assert (last.for_day, last.counts["unusual"]) == (DAY, 0)


# --- The job --------------------------------------------------------------------------------------


def test_the_job_reports_each_day_once_when_it_is_over(rep):
    customers = [CustomerFactory(name="Ana Ortega")]
    opened(rep, customers=customers)
    with time_machine.travel("2026-11-24T06:30Z", tick=False):  # still the 23rd in Denver
        report_unusual_looks()
    assert not UnusualLook.objects.exists()
    with time_machine.travel("2026-11-24T07:30Z", tick=False):
        report_unusual_looks()
        report_unusual_looks()
    assert UnusualLook.objects.get().day == DAY
    assert Run.objects.filter(name=unusual_looks.JOB).count() == 2  # the 22nd and the 23rd


def test_days_that_the_job_missed_are_made_up_for(rep):
    with time_machine.travel("2026-11-20T18:00Z", tick=False):
        report_unusual_looks()
    opened(rep, customers=[CustomerFactory(name="Ana Ortega")], at=NOON - timedelta(days=2))
    with time_machine.travel("2026-11-24T18:00Z", tick=False):
        report_unusual_looks()
    days = Run.objects.filter(name=unusual_looks.JOB).order_by("for_day")
    assert [run.for_day.day for run in days] == [19, 20, 21, 22, 23]
    assert UnusualLook.objects.get().day == date(2026, 11, 21)


def test_the_command_reports_a_day_that_is_over(rep, capsys):
    opened(rep, customers=[CustomerFactory(name="Ana Ortega")])
    with time_machine.travel("2026-11-24T18:00Z", tick=False):
        call_command("unusual_looks", "--on", "2026-11-23")
        assert "New: 1." in capsys.readouterr().out
        with pytest.raises(CommandError, match="not over yet"):
            call_command("unusual_looks", "--on", "2026-11-24")


# --- The review -----------------------------------------------------------------------------------


@pytest.fixture
def finding(rep):
    return UnusualLook.objects.create(
        person=rep, day=DAY, rule="many", count=200, limit=150, says="Opened 200."
    )


def test_a_review_keeps_who_when_and_why_and_is_made_once(staff, finding):
    officer = staff(roles.OFFICER)
    assert review(finding, by=officer, because="A mailing came back", at=NOON) is True
    finding.refresh_from_db()
    kept = (finding.reviewed_by, finding.reviewed_at, finding.explanation)
    assert kept == (officer, NOON, "A mailing came back")
    assert finding.history.latest().history_user == officer
    assert review(finding, by=staff(roles.OFFICER), because="Again", at=NOON) is False
    assert finding.history.count() == 2


def test_nobody_reviews_themselves_nor_without_the_right_or_an_explanation(staff, rep, finding):
    officer = staff(roles.OFFICER)
    own = UnusualLook.objects.create(
        person=officer, day=DAY, rule="many", count=200, limit=150, says="x"
    )
    with pytest.raises(Refused, match="This is about you"):
        review(own, by=officer, because="Fine", at=NOON)
    with pytest.raises(NotAllowed):
        review(own, by=rep, because="Fine", at=NOON)
    with pytest.raises(NotAllowed):
        review(own, by=staff(roles.AUDITOR), because="Fine", at=NOON)
    with pytest.raises(Refused, match="needs its explanation"):
        review(finding, by=officer, because="  ", at=NOON)


def test_not_even_the_database_takes_a_review_of_oneself(rep, finding):
    finding.reviewed_by, finding.reviewed_at = rep, NOON
    with pytest.raises(IntegrityError):
        finding.save()


def test_a_supervisor_reviews_representatives_and_the_officer_everybody_else(staff, rep, finding):
    officer, supervisor = staff(roles.OFFICER), staff(roles.SUPERVISOR)
    root = UserFactory(is_superuser=True)
    for person in (officer, supervisor, root):
        UnusualLook.objects.create(
            person=person, day=DAY, rule="many", count=200, limit=150, says="x"
        )
    assert [row.person for row in unreviewed(supervisor)] == [rep]
    assert {row.person for row in unreviewed(officer)} == {rep, supervisor, root}
