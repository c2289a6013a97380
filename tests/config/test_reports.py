"""Reports by e-mail: once a day, to who wants them, with nothing personal in them."""

from datetime import UTC, date, datetime, timedelta
from smtplib import SMTPException

import pytest
from django.core import mail
from django.urls import reverse

from accounts import reports as choosing
from accounts.models import Run, SentReport, User
from accounts.permissions import NotAllowed
from config import reports, roles
from cpni import figures
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import DeliveryFactory

pytestmark = pytest.mark.usefixtures("today", "reference_data")
NOON = datetime(2026, 11, 23, 18, tzinfo=UTC)  # a Monday, 11 a.m. for the carrier


@pytest.fixture
def officer(staff):
    return staff(roles.OFFICER, email="robin@wasatch.example", daily_report=True)


def sent():
    return [(message.to, message.subject) for message in mail.outbox]


def test_a_report_is_sent_once_a_day_however_often_the_job_runs(officer):
    for hours in range(3):
        reports.send_due(at=NOON + timedelta(hours=hours))
    assert len(mail.outbox) == 1
    reports.send_due(at=NOON + timedelta(days=1))
    assert len(mail.outbox) == 2


def test_nothing_is_sent_before_morning(officer):
    assert not reports.send_due(at=datetime(2026, 11, 23, 12, 59, tzinfo=UTC))
    assert reports.send_due(at=datetime(2026, 11, 23, 13, 1, tzinfo=UTC)) == {"sent": 1}


def test_it_holds_counts_ages_deadlines_and_links_and_nothing_personal(officer):
    customer = CustomerFactory(name="Zebulon Quigley")
    DeliveryFactory(customer=customer, mailed_on=date(2023, 1, 9))
    OptOutRequestFactory(received_on=date(2026, 11, 19), stated="Zebulon Quigley objects")
    reports.send_due(at=NOON)
    (message,) = mail.outbox
    assert "1 opt-out requests to be matched; the oldest from 4 days ago" in message.body
    assert "two-year notices overdue; the oldest from" in message.body
    assert "was due January 9, 2025" in message.body
    assert f"{reverse('admin:accounts_customer_changelist')}?cpni=overdue" in message.body
    assert "past the deadline" in message.subject
    assert not {"Zebulon", "Quigley", customer.account_number} & set(message.body.split())


def test_each_gets_what_their_role_may_see(staff):
    staff(roles.MARKETING, email="morgan@wasatch.example", daily_report=True)
    OptOutRequestFactory()
    reports.send_due(at=NOON)
    assert sent() == [(["morgan@wasatch.example"], "CPNI Desk: nothing needs you")]


def test_who_left_or_has_no_address_gets_none(staff):
    staff(roles.OFFICER, email="left@wasatch.example", daily_report=True, is_active=False)
    staff(roles.OFFICER, email="", daily_report=True)
    assert not reports.send_due(at=NOON)


def test_what_the_server_refused_is_tried_again(officer, monkeypatch):
    def refuse(self, fail_silently=False):
        raise SMTPException("no")

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMessage.send", refuse)
        assert reports.send_due(at=NOON) == {"failed": 1}
    assert reports.send_due(at=NOON) == {"sent": 1}


def test_one_that_cannot_be_composed_keeps_nobody_from_theirs_and_is_tried_again(
    officer, staff, monkeypatch
):
    staff(roles.OFFICER, email="sam@wasatch.example", daily_report=True)
    composed = reports.daily

    def broken(person, at):
        if person == officer:
            raise LookupError
        return composed(person, at)

    with monkeypatch.context() as patched:
        patched.setattr(reports, "daily", broken)
        with pytest.raises(LookupError):
            reports.send_due(at=NOON)
    assert [to for to, _ in sent()] == [["sam@wasatch.example"]]
    run = Run.objects.get(name=reports.JOB)
    assert (run.error, run.counts) == ("LookupError", {"failed": 1, "sent": 1})
    assert reports.send_due(at=NOON) == {"sent": 1}
    assert [to for to, _ in sent()] == [["sam@wasatch.example"], ["robin@wasatch.example"]]


def test_what_may_have_left_is_not_sent_again(officer):
    """A worker that died between the record and the answer: two reports would be worse."""
    SentReport.objects.create(person=officer, kind="daily", day=NOON.date())
    assert not reports.send_due(at=NOON)


def test_the_weekly_report_compares_approvals_with_the_week_before(staff):
    staff(roles.OFFICER, email="robin@wasatch.example", weekly_report=True)
    OptOutRequestFactory(received_on=date(2026, 11, 19), route="web")
    figures.Figure.objects.create(
        name="approvals",
        day=date(2026, 11, 15),
        number=5,
        details={"assumed": 5},
        taken_at=NOON - timedelta(days=8),
    )
    figures.take(on=NOON.date(), at=NOON)
    reports.send_due(at=NOON)
    reports.send_due(at=NOON + timedelta(days=2))
    (message,) = mail.outbox
    assert "Assumed: 0 (-5 in a week)" in message.body
    assert "Opt-outs received: 1\n  Web page: 1" in message.body


def test_staff_choose_their_own_reports_and_stop_them(staff, client):
    rep = staff(roles.REPRESENTATIVE, email="riley@wasatch.example")
    client.force_login(rep)
    address = reverse("my-reports")
    client.post(address, {"daily": "on"})
    kept = User.objects.get(pk=rep.pk)
    assert (kept.daily_report, kept.weekly_report) == (True, False)
    assert kept.history.first().history_change_reason == "Their own choice"
    client.post(address, {})
    assert not User.objects.get(pk=rep.pk).daily_report


def test_without_an_address_there_is_nothing_to_choose(staff, client, said):
    client.force_login(staff(roles.REPRESENTATIVE, email=""))
    answer = client.post(reverse("my-reports"), {"daily": "on"}, follow=True)
    assert "no e-mail address" in said(answer)[0]


def test_the_officer_has_reports_sent_to_others(client_of, staff, address):
    rep = staff(roles.REPRESENTATIVE, email="riley@wasatch.example")
    form = {
        "username": rep.username,
        "email": rep.email,
        "daily_report": "on",
        "is_active": "on",
        "groups": [group.pk for group in rep.groups.all()],
        "because": "Covers for the officer",
    }
    client_of(roles.OFFICER).post(address("accounts_user", "change", rep.pk), form)
    assert User.objects.get(pk=rep.pk).daily_report
    assert rep.history.first().history_change_reason == "Covers for the officer"


def test_nobody_else_chooses_the_reports_of_others(staff):
    officer = staff(roles.OFFICER, email="robin@wasatch.example", daily_report=True)
    with pytest.raises(NotAllowed):
        choosing.choose(
            officer, daily=False, weekly=False, by=staff(roles.REPRESENTATIVE), because="x"
        )
