"""The pages about seals, and what the home page says of them."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from accounts.models import Customer
from config import roles
from cpni import sealing_job
from cpni.history_purges import history_purge
from cpni.models import HistoryPurge, Seal
from cpni.protection import unprotect
from cpni.seal_lines import line_of
from tests.factories.accounts import CarrierFactory, CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

NIGHT = datetime(2026, 11, 23, 0, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_night():
    with time_machine.travel(NIGHT, tick=False):
        CarrierFactory()
        CustomerFactory(name="Anne Example")
        yield


def tile(client):
    context = client.get("/admin/").context
    tiles = (*context["desk_needed"], *context["desk_quiet"])
    return next(t for t in tiles if "histor" in t.title)


def test_the_list_shows_each_day_with_its_state(client_of, address):
    sealing_job.nightly(at=NIGHT)
    page = client_of(roles.AUDITOR).get(address("cpni_seal", "changelist")).content.decode()
    assert "Verified" in page
    assert Seal.objects.get().digest[:16] in page


def test_the_page_of_a_seal_shows_the_line_and_the_tables(client_of, address, settings, tmp_path):
    settings.SEAL_FILE = str(tmp_path / "seals.txt")
    sealing_job.nightly(at=NIGHT)
    page = client_of(roles.OFFICER).get(address("cpni_seal", "change", 1)).content.decode()
    assert line_of(Seal.objects.get()) in page
    assert "1 in accounts_historicalcustomer" in page
    assert "File" in page
    assert "Anne" not in page


def test_the_list_is_filtered_by_state(client_of, address):
    sealing_job.seal_and_publish(at=NIGHT)
    client = client_of(roles.OFFICER)

    def found(state):
        answer = client.get(address("cpni_seal", "changelist"), {"state": state})
        return answer.context["cl"].result_count

    assert [found(state) for state in ("new", "good", "bad")] == [1, 0, 0]
    sealing_job.nightly(at=NIGHT)
    assert [found(state) for state in ("new", "good", "bad")] == [0, 1, 0]


def test_a_purge_is_listed_with_why_and_how_much(client_of, address):
    sealing_job.nightly(at=NIGHT)
    with history_purge(by=None, because="Kept for five years", at=NIGHT) as purge:
        purge.remove(Customer.history.all())
    made = HistoryPurge.objects.get()
    client = client_of(roles.AUDITOR)
    page = client.get(address("cpni_historypurge", "changelist")).content.decode()
    assert "Kept for five years" in page
    page = client.get(address("cpni_historypurge", "change", made.pk)).content.decode()
    assert "1 in accounts_historicalcustomer" in page


def test_home_is_quiet_while_all_is_well(client_of):
    client = client_of(roles.OFFICER)
    assert tile(client).detail == "The first seal is made by itself after midnight, UTC."
    sealing_job.nightly(at=NIGHT)
    assert (tile(client).title, tile(client).count) == ("history sealed and verified", 0)


def test_home_tells_the_officer_when_history_is_not_as_it_was_sealed(client_of):
    sealing_job.seal_and_publish(at=NIGHT)
    unprotect()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_historicalcustomer SET name = 'x'")
    sealing_job.nightly(at=NIGHT)
    told = tile(client_of(roles.OFFICER))
    assert (told.title, told.tone) == ("things in the history are not as they were sealed", "bad")
    assert "of accounts_historicalcustomer, history of customer" in told.detail


def test_home_tells_when_a_seal_did_not_leave(client_of, settings):
    settings.SEAL_FILE = "/"
    with pytest.raises(sealing_job.NotPublished):
        sealing_job.nightly(at=NIGHT)
    assert tile(client_of(roles.OFFICER)).title == "seals of history could not be published"


def test_home_tells_when_the_seals_stay_in_the_database(client_of, settings):
    sealing_job.nightly(at=NIGHT)
    settings.PRODUCTION = True
    told = tile(client_of(roles.OFFICER))
    assert (told.title, told.tone) == ("seals of history are published nowhere", "wait")


def test_home_tells_when_nights_were_missed(client_of):
    sealing_job.nightly(at=NIGHT)
    client = client_of(roles.OFFICER)
    with time_machine.travel(NIGHT + timedelta(days=3), tick=False):
        client = client_of(roles.AUDITOR)
        assert (tile(client).count, tile(client).title) == (3, "days of history are not sealed")


def test_a_representative_sees_nothing_of_it(client_of):
    with pytest.raises(StopIteration):
        tile(client_of(roles.REPRESENTATIVE))
