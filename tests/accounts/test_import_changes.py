"""What a file changes of customers that are known, and what it leaves alone."""

from datetime import date

import pytest

from accounts import contacts, customers
from accounts.models import ContactPoint, Customer, ImportProblem, Service


@pytest.fixture
def step(run, row, write):
    """``step(city="Orem")`` imports the one customer with these cells."""
    return lambda **changes: run(write([row(1, **changes)]), "--because", "Monthly file")


def test_a_changed_address_ends_the_old_one_and_is_not_yet_of_record(step, today):
    step(address_since="2021-03-04")
    step(line1="9 Oak Street")
    old, new = ContactPoint.objects.filter(kind="post").order_by("since")
    assert (old.line1, old.until) == ("1 Main Street", today)
    assert new.since == today
    assert not new.of_record(today)
    assert new.of_record(date(2026, 12, 23))
    last = ContactPoint.history.filter(id=old.pk).latest()
    assert (last.history_type, last.until, last.history_change_reason) == (
        "~",
        today,
        "Monthly file",
    )


def test_an_address_in_other_letters_is_the_same_address(step, everything):
    step()
    before = everything()
    assert "1 unchanged" in step(line1="1 MAIN STREET", city="MIDVALE", email="C1@MAIL.example")
    assert everything() == before


def test_an_address_to_which_nothing_arrives_is_not_healed_by_the_same_file(step, today):
    step()
    point = ContactPoint.objects.get(kind="email")
    contacts.mark_undeliverable([point.pk], on=today, by=None, because="Bounced")
    assert "1 unchanged" in step()
    point.refresh_from_db()
    assert point.undeliverable_since == today


def test_empty_cells_and_missing_columns_remove_nothing(run, step, write, row, everything):
    step(contact_number="801-555-0177", kind="business", language="es")
    before = everything()
    empty = dict.fromkeys(("email", "line1", "city", "state", "postcode", "services"), "")
    assert "1 unchanged" in step(**empty)
    short = write([row(1)], columns=("account_number", "name", "active_since"))
    assert "1 unchanged" in run(short)
    assert everything() == before


def test_another_contact_number_is_added_to_the_known_one(step):
    step(contact_number="801-555-0177")
    assert "new contact number: 1" in step(contact_number="(801) 555-0188")
    numbers = ContactPoint.objects.current().filter(kind="telephone")
    assert {p.value for p in numbers} == {"+18015550177", "+18015550188"}


def test_a_reconnected_customer_begins_a_new_period_of_service(step, today):
    step(status="discontinued", discontinued_on="2026-01-31")
    assert "reconnected: 1" in step(status="active")
    customer = Customer.objects.get()
    assert (customer.status, customer.discontinued_on) == ("active", None)
    assert customer.active_since == today


@pytest.mark.parametrize("status", ["active", ""])
def test_a_period_of_service_that_we_missed_is_taken_from_the_file(step, status):
    step()
    assert "new period of service: 1" in step(status=status, active_since="2026-06-01")
    assert Customer.objects.get().active_since == date(2026, 6, 1)
    assert "1 unchanged" in step(active_since="2021-03-04")


def test_an_old_file_does_not_end_the_service_of_the_reconnected(step, today):
    gone = {"status": "discontinued", "discontinued_on": "2026-01-31"}
    step(**gone)
    customers.reconnect(Customer.objects.get(), on=today, by=None, because="Came back")
    assert "1 refused" in step(**gone)
    assert ImportProblem.objects.get().field == "discontinued_on"
    assert Customer.objects.get().status == "active"


def test_consent_that_was_withdrawn_is_not_brought_back_by_an_old_file(step, today):
    consent = {"email_notices_since": "2024-05-01", "email_notices_proof": "Order 7"}
    assert "1 new" in step(**consent)
    customer = Customer.objects.get()
    assert customer.email_notices_since == date(2024, 5, 1)
    assert "1 unchanged" in step(email_notices_since="", email_notices_proof="")
    customers.withdraw_email_consent(customer, on=today, by=None, because="Called")
    assert "1 unchanged" in step(**consent)
    customer.refresh_from_db()
    assert customer.email_notices_since is None


def test_a_consent_that_is_recorded_keeps_its_day_and_proof(step):
    step(email_notices_since="2024-05-01", email_notices_proof="Order 7")
    assert "1 unchanged" in step(email_notices_since="2025-01-01", email_notices_proof="Order 9")
    assert Customer.objects.get().email_notices_proof == "Order 7"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("local:801-555-0100:2025-05-01", [("2025-05-01", None)]),
        ("local:801-555-0100:2025-05-01:2026-01-31", [("2025-05-01", "2026-01-31")]),
        # An earlier time of the same number does not end the present one.
        (
            "local:801-555-0100:2019-01-01:2024-01-31; local:801-555-0100:2025-05-01",
            [("2019-01-01", "2024-01-31"), ("2025-05-01", None)],
        ),
        (
            "local:801-555-0100:2025-05-01:2026-01-31; local:801-555-0100:2026-06-01",
            [("2025-05-01", "2026-01-31"), ("2026-06-01", None)],
        ),
        # Told with another first day: still the one that runs.
        ("local:801-555-0100:2025-05-02", [("2025-05-01", None)]),
    ],
)
def test_services_are_known_by_category_number_and_start(step, cell, expected):
    step(services="local:801-555-0100:2025-05-01")
    step(services=cell)
    found = Service.objects.order_by("started_on").values_list("started_on", "ended_on")
    assert [(str(a), b and str(b)) for a, b in found] == expected
    assert "1 unchanged" in step(services=cell)


def test_a_service_ended_by_mistake_runs_again(step):
    step(services="local:801-555-0100:2025-05-01:2026-01-31")
    assert "service runs again: 1" in step(services="local:801-555-0100:2025-05-01")
    service = Service.objects.get()
    assert service.ended_on is None
    assert service.history.count() == 2
