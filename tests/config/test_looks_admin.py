"""Looking at looks: by customer, by person, by day; and that is recorded, too."""

from datetime import UTC, date, datetime

import pytest

from accounts import looks
from accounts.models import Look, Run, UnusualLook
from config import roles
from tests.factories.accounts import CustomerFactory

pytestmark = pytest.mark.usefixtures("today", "reference_data")
LOOKS = "/admin/accounts/look/"


@pytest.fixture
def rep(staff):
    return staff(roles.REPRESENTATIVE, first_name="Riley", last_name="Ortega", username="riley")


@pytest.fixture
def deputy(staff):
    return staff(roles.OFFICER, first_name="Drew", last_name="Santos", username="drew")


@pytest.fixture
def story(rep, deputy):
    """Riley opens A1 and lists both; Drew opens B1 the day before, and exports both."""
    first = CustomerFactory(account_number="A1", name="Ann Example")
    second = CustomerFactory(account_number="B1", name="Ben Other")
    day, before = datetime(2026, 11, 23, 6, 59, tzinfo=UTC), datetime(2026, 11, 22, 18, tzinfo=UTC)

    def look(by, at, what, screen, *customers):
        return looks.record(
            by=by, at=at, what=what, screen=screen, customers=[c.pk for c in customers]
        ).pk

    what = Look.What
    return {
        "customers": (first, second),
        "exported": look(deputy, before, what.EXPORTED, "accounts_customer_export", first, second),
        "drew": look(deputy, before, what.OPENED, "accounts_customer_change", second),
        "listed": look(rep, day, what.LISTED, "accounts_customer_changelist", first, second),
        "riley": look(rep, day, what.OPENED, "accounts_customer_change", first),
    }


def shown(answer):
    return [look.pk for look in answer.context["cl"].result_list]


def test_who_saw_a_customer_is_answered_for_pages_lists_and_files(client_of, story):
    first, second = story["customers"]
    client = client_of(roles.OFFICER)
    answer = client.get(LOOKS, {"customer": first.pk})
    assert shown(answer) == [story["riley"], story["listed"], story["exported"]]
    assert "Account A1" in answer.content.decode()
    found = client.get(LOOKS, {"customer": second.pk})
    assert shown(found) == [story["listed"], story["drew"], story["exported"]]


@pytest.mark.parametrize("typed", ["A1", "a1"])
def test_looks_are_found_by_the_whole_account_number(client_of, story, typed):
    answer = client_of(roles.OFFICER).post(LOOKS, {"q": typed}, follow=True)
    assert shown(answer) == [story["riley"], story["listed"], story["exported"]]


@pytest.mark.parametrize("typed", ["riley", "Ortega", "Riley Ortega"])
def test_looks_are_found_by_the_person(client_of, story, typed):
    answer = client_of(roles.OFFICER).post(LOOKS, {"q": typed}, follow=True)
    assert shown(answer) == [story["riley"], story["listed"]]


def test_a_search_that_means_nobody_finds_nothing(client_of, story):
    client = client_of(roles.OFFICER)
    for typed in ("A", "Nobody", "%"):
        assert shown(client.post(LOOKS, {"q": typed}, follow=True)) == []


def test_looks_are_filtered_by_person_day_what_and_where(client_of, story, deputy):
    client = client_of(roles.OFFICER)
    by_person = {"person": deputy.pk}
    assert shown(client.get(LOOKS, by_person)) == [story["drew"], story["exported"]]
    # 6:59 UTC is still the 22nd in Denver.
    day = {"at_from": "2026-11-22", "at_to": "2026-11-22"}
    assert len(shown(client.get(LOOKS, day))) == 4
    assert shown(client.get(LOOKS, {"at_to": "2026-11-21"})) == []
    assert shown(client.get(LOOKS, {"what__exact": "exported"})) == [story["exported"]]
    assert shown(client.get(LOOKS, {"where": "notices_delivery_"})) == []
    assert (
        client.get(LOOKS, {"at_from": "x", "customer": "x", "person": "9" * 30}).status_code == 200
    )


def test_runs_are_filtered_by_the_carriers_day_to_its_end(client_of):
    Run.objects.create(name="x", started_at=datetime(2026, 11, 23, 6, 59, tzinfo=UTC))
    client, runs = client_of(roles.OFFICER), "/admin/accounts/run/"
    for day, number in (("2026-11-22", 1), ("2026-11-23", 0)):
        asked = {"started_at_from": day, "started_at_to": day}
        assert client.get(runs, asked).context["cl"].result_count == number


def test_a_look_names_everyone_whom_it_showed(client_of, address, story):
    page = client_of(roles.AUDITOR).get(address("accounts_look", "change", story["listed"]))
    body = page.content.decode()
    assert "Ann Example (A1)" in body
    assert "Ben Other (B1)" in body
    assert "Customer: list" in body


def test_looking_at_looks_is_a_look(client, deputy, address, story):
    client.force_login(deputy)
    first, _ = story["customers"]
    client.get(LOOKS, {"customer": first.pk})
    look = Look.objects.latest("id")
    assert (look.screen, look.by_id, look.customer_id) == (
        "accounts_look_changelist",
        deputy.pk,
        first.pk,
    )
    client.get(address("accounts_look", "change", story["listed"]))
    assert Look.objects.latest("id").rows == 2


def test_a_supervisor_sees_looks_of_representatives_and_not_of_officers(client_of, address, story):
    client = client_of(roles.SUPERVISOR)
    assert shown(client.get(LOOKS)) == [story["riley"], story["listed"]]
    assert shown(client.post(LOOKS, {"q": "drew"}, follow=True)) == []
    hidden = address("accounts_look", "change", story["drew"])
    assert client.get(hidden, follow=True).redirect_chain[0][0] == "/admin/"
    assert Look.objects.filter(what="missing", record_id=story["drew"]).exists()


def test_the_customer_page_and_the_staff_page_lead_to_their_looks(client_of, address, story, rep):
    first, _ = story["customers"]
    officer = client_of(roles.OFFICER)
    page = address("accounts_customer", "change", first.pk)
    assert f"{LOOKS}?customer={first.pk}" in officer.get(page).content.decode()
    assert f"{LOOKS}?customer=" not in client_of(roles.REPRESENTATIVE).get(page).content.decode()
    page = address("accounts_user", "change", rep.pk)
    assert f"{LOOKS}?person={rep.pk}" in officer.get(page).content.decode()


@pytest.fixture
def finding(rep):
    return UnusualLook.objects.create(
        person=rep, day=date(2026, 11, 22), rule="many", count=200, limit=150, says="Opened 200."
    )


def test_an_unusual_look_is_reviewed_with_an_explanation_from_the_home_page_on(
    client_of, address, said, finding
):
    client = client_of(roles.SUPERVISOR)
    home = client.get("/admin/").context["desk_needed"]
    tile = next(t for t in home if t.title == "unusual looks at customers to be reviewed")
    assert tile.count == 1
    assert list(client.get(tile.address).context["cl"].result_list) == [finding]
    page = address("accounts_unusuallook", "review", finding.pk)
    assert client.post(page, {"because": ""}).context["form"].errors["because"]
    answer = client.post(page, {"because": "Post came back, she called them"}, follow=True)
    assert said(answer) == ["Reviewed: many customers, Riley Ortega."]
    assert client.get(tile.address).context["cl"].result_count == 0
    done = client.get(address("accounts_unusuallook", "changelist"), {"review": "done"})
    assert done.context["cl"].result_count == 1


def test_an_officer_does_not_review_what_is_about_her(client, deputy, address):
    own = UnusualLook.objects.create(
        person=deputy, day=date(2026, 11, 22), rule="hours", count=1, limit=0, says="x"
    )
    client.force_login(deputy)
    assert "unusual looks" not in str(client.get("/admin/").context["desk_needed"])
    page = address("accounts_unusuallook", "review", own.pk)
    answer = client.post(page, {"because": "I was working late"})
    assert "This is about you." in answer.content.decode()
    own.refresh_from_db()
    assert own.reviewed_at is None
