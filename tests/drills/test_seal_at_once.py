"""Sealing while others write: several sealers, writers that are slow to commit, and none lost."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction

from accounts import history
from accounts.errors import Refused
from accounts.models import Customer
from cpni import sealing
from cpni.models import Seal
from cpni.sealing import parts_of, seal_due
from cpni.verifying import verify
from tests.factories.accounts import CustomerFactory
from tests.running import environment, kill, start, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NIGHT = datetime(2026, 11, 21, 0, 20, tzinfo=UTC)
DAY = timedelta(days=1)
TABLE = "accounts_historicalcustomer"


def part(seal):
    return next(p for p in parts_of(seal) if p.form.table == TABLE)


def in_a_thread(work):
    """Run ``work`` on a connection of its own. Returns the started thread."""

    def run():
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def write(customer):
    return history.record_ids(
        Customer, [customer.pk], by=None, because="Moved", at=datetime.now(tz=UTC)
    )


def test_sealers_at_once_make_each_seal_once(tmp_path):
    """Real processes, as when the schedule and a person start it together."""
    for _ in range(20):
        CustomerFactory()
    env = environment(tmp_path, 1)
    sealers = [start("manage.py", "seal_history", env=env) for _ in range(4)]
    try:
        assert [sealer.wait(timeout=120) for sealer in sealers] == [0, 0, 0, 0]
    finally:
        for sealer in sealers:
            kill(sealer)
    assert part(Seal.objects.get()).rows == 20
    assert verify(at=datetime.now(tz=UTC)).problems == []


def test_writers_at_work_lose_nothing_and_raise_no_alarm():
    """Four writers, each sometimes rolling back, while one day after the other is sealed."""
    customers = [CustomerFactory() for _ in range(4)]
    stop = threading.Event()
    written = []

    def writer(customer):
        turn = 0
        while not stop.is_set():
            turn += 1
            try:
                with transaction.atomic():
                    rows = write(customer)
                    if turn % 3 == 0:
                        raise ZeroDivisionError  # takes a key and leaves a gap
                    time.sleep(0.01 * (turn % 4))
                written.append(rows)
                time.sleep(0.02)  # SQLite's lock is not fair to who has waited longest
            except ZeroDivisionError:
                pass
            except OperationalError:
                continue  # SQLite, when it had to wait too long

    threads = [in_a_thread(lambda c=c: writer(c)) for c in customers]
    try:
        for n in range(6):
            time.sleep(0.2)
            seal_due(at=NIGHT + n * DAY)
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=60)
    seal_due(at=NIGHT + 6 * DAY)
    seals = Seal.objects.order_by("number")
    assert sum(part(seal).rows for seal in seals) == sum(written) + 4
    assert sum(1 for seal in seals if part(seal).rows) >= 3
    assert verify(at=NIGHT + 6 * DAY, limit=9).problems == []


@pytest.mark.postgresql
def test_a_row_with_a_lower_key_that_is_committed_later_belongs_to_the_seal():
    """The sealer waits for whoever has taken a key, and whoever waits for it has taken none."""
    customer = CustomerFactory()
    has_key, may_commit = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            write(customer)
            has_key.set()
            may_commit.wait(timeout=30)

    first = in_a_thread(slow)
    assert has_key.wait(timeout=30)
    sealer = in_a_thread(lambda: seal_due(at=NIGHT))
    wait_until(lambda: waiting_for_lock("LOCK TABLE"), "the sealer waits")
    late = in_a_thread(lambda: write(customer))
    wait_until(lambda: waiting_for_lock("INSERT INTO"), "a writer waits behind it")
    may_commit.set()
    for thread in (first, sealer, late):
        thread.join(timeout=60)
    sealed = part(Seal.objects.get())
    keys = sorted(Customer.history.values_list("history_id", flat=True))
    assert keys[1] <= sealed.upto
    assert len(keys) == 3
    assert sealed.rows == sum(1 for key in keys if key <= sealed.upto)
    assert verify(at=NIGHT).problems == []
    seal_due(at=NIGHT + DAY)
    assert verify(at=NIGHT + DAY).problems == []


def waiting_for_lock(statement):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND datname = current_database() AND query LIKE %s",
            [f"{statement}%"],
        )
        return cursor.fetchone()[0] > 0


@pytest.mark.postgresql
def test_a_table_that_is_written_to_all_the_time_is_sealed_later(monkeypatch):
    customer = CustomerFactory()
    monkeypatch.setattr(sealing, "PATIENCE", 1)
    has_key, may_commit = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            write(customer)
            has_key.set()
            may_commit.wait(timeout=30)

    writer = in_a_thread(slow)
    assert has_key.wait(timeout=30)
    with pytest.raises(Refused, match=f"{TABLE} is being written to all the time"):
        seal_due(at=NIGHT)
    assert not Seal.objects.exists()
    may_commit.set()
    writer.join(timeout=60)
    (seal,) = seal_due(at=NIGHT)
    assert part(seal).rows == 2
