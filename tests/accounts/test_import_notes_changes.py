"""An import that changes an address of a known customer notes it, so that the customer is told."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import importing
from accounts.models import AccountChange, ContactPoint


@pytest.fixture
def step(run, row, write):
    """``step(city="Orem")`` imports the one customer with these cells."""
    return lambda **changes: run(write([row(1, **changes)]), "--because", "Monthly file")


def test_a_new_address_is_told_at_the_one_that_was_of_record(step, today):
    step(address_since="2021-03-04", email_since="2021-03-04")
    assert not AccountChange.objects.exists()
    before = {p.kind: p for p in ContactPoint.objects.all()}
    step(line1="9 Oak Street", email="new@mail.example")
    told = AccountChange.objects.order_by("kind")
    assert [(c.kind, c.route, c.on) for c in told] == [
        ("email", "import", today),
        ("post", "import", today),
    ]
    for change in told:
        assert (change.postal_point, change.email_point) == (before["post"], before["email"])
        assert change.service
    step(line1="9 Oak Street", email="new@mail.example")
    same = {"line1": "9 OAK STREET", "email": "NEW@mail.example"}
    step(**same, contact_number="801-555-0177", name="Another Name")
    assert told.all().count() == 2


def test_a_reconnection_with_a_new_address_starts_a_service(step):
    step(status="discontinued", discontinued_on="2026-11-20")
    step(status="active", active_since="2026-11-23", line1="9 Oak Street")
    assert AccountChange.objects.get().at_start


def test_a_chunk_that_is_rolled_back_notes_nothing(step, run, row, write, monkeypatch):
    step()
    monkeypatch.setattr(importing, "write_rows", writes_and_dies(importing.write_rows))
    with pytest.raises(RuntimeError):
        step(line1="9 Oak Street")
    assert not AccountChange.objects.exists()
    assert ContactPoint.objects.filter(kind="post").count() == 1


def writes_and_dies(write_rows):
    def dying(*args, **kwargs):
        write_rows(*args, **kwargs)
        raise RuntimeError("power cut")

    return dying


def test_many_changes_take_no_more_statements_than_few(run, row, write):
    def moved(first, last):
        rows = range(first, last)
        run(write([row(n) for n in rows]))
        with CaptureQueriesContext(connection) as asked:
            run(write([row(n, line1=f"{n} Oak Street") for n in rows]))
        return len(asked)

    assert moved(1, 4) == moved(10, 60)
    assert AccountChange.objects.count() == 53
