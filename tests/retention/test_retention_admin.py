"""Retention in the admin: periods, holds, and a purge that is shown before it is done."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from config import roles
from cpni.models import Disclosure, LegalHold, Purge, RetentionPeriod
from notices.models import Use
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import LegalHoldFactory, RetentionPeriodFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def address(model, page, *args):
    return reverse(f"admin:cpni_{model}_{page}", args=args)


@pytest.fixture
def officer(client_of):
    return client_of(roles.OFFICER)


@pytest.fixture
def old():
    """A use of CPNI that has been kept long enough."""
    return Disclosure.objects.create(
        customer=CustomerFactory(),
        use=Use.objects.first(),
        used_on=date(2026, 3, 1),
        recipient="Marketing",
        what="Services",
        reason="assumed",
        recorded_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def test_a_period_may_be_longer_and_never_under_the_rules_floor(officer):
    period = RetentionPeriodFactory(kind="incident", months=60)
    page = address("retentionperiod", "change", period.pk)
    answer = officer.post(page, {"months": "23", "because": "Less to keep"})
    assert "Incidents are kept for at least 24 months (64.2011(d))." in answer.content.decode()
    officer.post(page, {"months": "24", "because": "Less to keep"})
    period.refresh_from_db()
    assert period.months == 24
    assert period.history.first().history_change_reason == "Less to keep"


def test_every_kind_has_a_period_from_the_start(officer):
    RetentionPeriod.objects.filter(kind="run").delete()
    RetentionPeriodFactory(kind="run", months=7)
    body = officer.get(address("retentionperiod", "changelist")).content.decode()
    assert "Job runs" in body


def test_a_purge_is_shown_confirmed_with_a_reason_and_recorded(officer, old):
    page = address("purge", "purge_now")
    shown = officer.get(page)
    body = shown.content.decode()
    assert "1 record has been kept long enough" in body
    assert Disclosure.objects.exists()
    seen = shown.context["form"]["seen"].value()
    answer = officer.post(page, {"because": "", "seen": seen})
    assert answer.context["form"].errors["because"]
    assert Disclosure.objects.exists()
    answer = officer.post(page, {"because": "Yearly purge", "seen": seen}, follow=True)
    assert "1 record has been purged and recorded here." in answer.content.decode()
    record = Purge.objects.get()
    assert (record.actor[:4], record.because) == ("Pat ", "Yearly purge")
    assert not Disclosure.objects.exists()
    body = officer.get(address("purge", "change", record.pk)).content.decode()
    assert record.digest in body
    assert f"{old.pk}–{old.pk} (1)" in body


def test_what_was_not_shown_is_not_purged(officer, old):
    page = address("purge", "purge_now")
    seen = officer.get(page).context["form"]["seen"].value()
    LegalHoldFactory(scope="customer", customer=old.customer)
    answer = officer.post(page, {"because": "Yearly purge", "seen": seen})
    assert "has changed meanwhile" in answer.content.decode()
    assert Disclosure.objects.exists()
    again = answer.context["form"]["seen"].value()
    assert again != seen
    officer.post(page, {"because": "Yearly purge", "seen": again})
    assert Disclosure.objects.exists()
    assert not Purge.objects.exists()


@pytest.mark.parametrize("role", [roles.SUPERVISOR, roles.AUDITOR, roles.MARKETING])
def test_nobody_else_purges(role, client_of, old):
    client = client_of(role)
    page = address("purge", "purge_now")
    assert client.get(page).status_code == 403
    assert client.post(page, {"because": "x", "seen": "x"}).status_code == 403
    assert Disclosure.objects.exists()


def test_a_hold_is_placed_on_an_account_and_released_with_a_reason(officer, old):
    number = old.customer.account_number
    page = address("legalhold", "add")
    form = {"scope": "customer", "account": number, "matter": "EB Docket 33-7", "because": ""}
    answer = officer.post(page, {**form, "account": ""})
    assert "Name exactly what is held" in answer.content.decode()
    officer.post(page, form)
    hold = LegalHold.objects.get()
    assert (hold.customer, hold.placed_on) == (old.customer, date(2033, 3, 1))
    assert hold.placed_by is not None
    release = address("legalhold", "change", hold.pk).replace("change/", "release/")
    assert officer.post(release, {"because": ""}).status_code == 200
    officer.post(release, {"because": "Counsel's letter"})
    hold.refresh_from_db()
    assert (hold.released_on, hold.released_because) == (date(2033, 3, 1), "Counsel's letter")
