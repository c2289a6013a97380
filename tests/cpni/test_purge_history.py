"""Removing history that is too old: recorded, proved, and the only way there is."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import history
from accounts.errors import Refused
from accounts.models import Customer
from cpni.history_purges import history_purge
from cpni.models import HistoryPurge, OpenPurge, OptOutRequest, PurgedRows
from cpni.problems import Kind
from cpni.protection import unprotect
from cpni.sealing import seal_due
from cpni.verifying import verify
from notices.models import Use
from tests.factories.accounts import CustomerFactory, UserFactory
from tests.factories.cpni import OptOutRequestFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

NIGHT = datetime(2026, 11, 21, 0, 20, tzinfo=UTC)
DAY = timedelta(days=1)
HISTORY = "accounts_historicalcustomer"


def raw(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def keys():
    """Six sealed rows over two days, with a column more in between in each seal's list."""
    customers = [CustomerFactory() for _ in range(3)]
    seal_due(at=NIGHT)
    for customer in customers:
        history.save(customer, by=None, because="Moved")
    seal_due(at=NIGHT + DAY)
    return sorted(Customer.history.values_list("history_id", flat=True))


def purge(rows, **kwargs):
    with history_purge(by=None, because="Five years", at=NIGHT + DAY, **kwargs) as purging:
        return purging.remove(rows)


def test_what_was_purged_is_gone_recorded_and_no_alarm(keys):
    by = UserFactory(first_name="Robin", last_name="Hale")
    with history_purge(by=by, because="Kept for five years", at=NIGHT + DAY) as purging:
        removed = purging.remove(Customer.history.filter(history_id__in=[keys[0], keys[4]]))
    assert (removed, Customer.history.count()) == (2, 4)
    record = HistoryPurge.objects.get()
    assert (record.actor, record.because) == ("Robin Hale", "Kept for five years")
    kept = PurgedRows.objects.get()
    assert (kept.table, kept.rows, kept.first_key, kept.last_key) == (HISTORY, 2, keys[0], keys[4])
    assert verify(at=NIGHT + DAY, limit=9).problems == []
    seal_due(at=NIGHT + 2 * DAY)
    assert verify(at=NIGHT + 2 * DAY, limit=9).problems == []


def test_what_more_is_missing_than_was_purged_is_named(keys):
    purge(Customer.history.filter(history_id__in=[keys[0], keys[2]]))
    unprotect()
    raw(f"DELETE FROM {HISTORY} WHERE history_id = {keys[1]}")  # within the purge's range
    (problem,) = verify(at=NIGHT + DAY, limit=9).problems
    assert (problem.kind, problem.key) == (Kind.REMOVED, keys[1])


def test_a_record_of_a_purge_that_was_made_up_covers_nothing(keys):
    purge(Customer.history.filter(history_id=keys[0]))
    unprotect()
    raw(f"DELETE FROM {HISTORY} WHERE history_id = {keys[1]}")
    page = PurgedRows.objects.get()
    forged = bytes(page.entries) + bytes(page.entries)[:8] + bytes(24)
    PurgedRows.objects.filter(pk=page.pk).update(entries=forged, last_key=keys[1])
    found = verify(at=NIGHT + DAY, limit=9).problems
    assert [p.key for p in found] == keys[:2]


def test_a_record_of_a_purge_is_history_itself(keys):
    purge(Customer.history.filter(history_id=keys[0]))
    seal_due(at=NIGHT + 2 * DAY)
    unprotect()
    raw("DELETE FROM cpni_purgedrows")
    kinds = {(p.kind, p.table) for p in verify(at=NIGHT + 2 * DAY, limit=9).problems}
    assert kinds == {(Kind.REMOVED, HISTORY), (Kind.REMOVED, "cpni_purgedrows")}


def test_what_hangs_on_a_removed_row_goes_with_it():
    request = OptOutRequestFactory(all_uses=False)
    request.uses.add(Use.objects.first())
    seal_due(at=NIGHT)
    assert purge(OptOutRequest.history.filter(id=request.pk)) >= 2
    assert not OptOutRequest.history.exists()
    assert verify(at=NIGHT, limit=9).problems == []


def test_a_row_that_is_not_sealed_yet_is_not_removed(keys):
    CustomerFactory()
    with pytest.raises(Refused, match="is not sealed yet"):
        purge(Customer.history.all())
    assert Customer.history.count() == 7
    assert not HistoryPurge.objects.exists()


def test_a_purge_does_not_wipe_out_the_traces_of_tampering(keys):
    unprotect()
    raw(f"UPDATE {HISTORY} SET name = 'x' WHERE history_id = {keys[1]}")
    with pytest.raises(Refused, match=f"Row {keys[1]} .* is not as it was sealed"):
        purge(Customer.history.all())
    assert Customer.history.count() == 6


def test_seals_and_records_of_purges_are_never_purged(keys):
    with pytest.raises(Refused, match="cpni_historypurge is not history that a purge may remove"):
        purge(HistoryPurge.objects.all())
    with pytest.raises(Refused, match="accounts_customer is not"):
        purge(Customer.objects.all())


def test_beside_the_verb_nothing_is_removed_even_during_a_purge(keys):
    def attempt(statement):
        with pytest.raises(DatabaseError, match="history is kept"), transaction.atomic():
            raw(statement)

    with history_purge(by=None, because="x", at=NIGHT) as purging:
        attempt(f"DELETE FROM {HISTORY}")
        purging.remove(Customer.history.filter(history_id=keys[0]))
        attempt(f"DELETE FROM {HISTORY} WHERE history_id = {keys[1]}")
        attempt(f"UPDATE {HISTORY} SET name = 'x' WHERE history_id = {keys[1]}")
        attempt("DELETE FROM cpni_purgedrows")
    attempt(f"DELETE FROM {HISTORY} WHERE history_id = {keys[1]}")
    assert not OpenPurge.objects.exists()


def test_an_error_undoes_the_whole_purge(keys):
    with pytest.raises(ZeroDivisionError), history_purge(by=None, because="x", at=NIGHT) as purging:
        purging.remove(Customer.history.filter(history_id=keys[0]))
        raise ZeroDivisionError
    assert Customer.history.count() == 6
    assert not HistoryPurge.objects.exists()
