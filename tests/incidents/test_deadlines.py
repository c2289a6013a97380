"""The agenda of deadlines, and the calendar that programs read without signing in."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from accounts.errors import Refused
from accounts.permissions import NotAllowed
from config import roles
from cpni import calendar_feeds, deadlines, requested_disclosures
from cpni.models import CalendarFeed
from notices.models import PostBatch
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import (
    BreachFactory,
    IncidentFactory,
    IncidentLetterFactory,
    RequestedDisclosureFactory,
)
from tests.factories.notices import CampaignFactory, DeliveryFactory

pytestmark = pytest.mark.usefixtures("today")
AT, TODAY = datetime(2026, 11, 23, 18, tzinfo=UTC), date(2026, 11, 23)
ADDRESS = "/admin/cpni/incident/deadlines/address/"


@pytest.fixture
def officer(staff):
    return staff(roles.OFFICER)


def agenda(person, on=TODAY):
    return {found.key: found for found in deadlines.upcoming(person, on=on)}


@pytest.mark.parametrize(
    ("on", "key", "day"),
    [
        (date(2026, 11, 23), "certificate-2026", date(2027, 3, 1)),
        (date(2027, 3, 4), "certificate-2026", date(2027, 3, 1)),  # late, and still to be filed
        (date(2031, 1, 10), "certificate-2030", date(2031, 3, 3)),  # the 1st is a Saturday
    ],
)
def test_the_next_certificate_is_due_by_the_weekend_rule(officer, on, key, day):
    assert agenda(officer, on)[key].day == day


def test_the_terms_of_open_incidents_and_breaches_are_there_until_they_are_met(officer):
    incident = IncidentFactory(started_on=TODAY, discovered_on=TODAY)
    breach = BreachFactory()
    found = agenda(officer)
    assert found[f"incident-{incident.pk}"].day == date(2026, 12, 1)
    assert found[f"breach-{breach.pk}-agencies"].day == date(2026, 11, 25)
    customers = found[f"breach-{breach.pk}-customers"]
    assert (customers.day, customers.ends) == (date(2026, 12, 8), False)
    IncidentLetterFactory(incident=incident, filed=True, filed_on=TODAY)
    breach.closed_on = TODAY
    breach.save()
    assert [key for key in agenda(officer) if not key.startswith("certificate")] == []


def test_two_year_notices_are_counted_by_week_and_only_the_last_of_each_customer(officer):
    monday, friday = date(2024, 12, 2), date(2024, 12, 6)  # both in one week of 2026
    for mailed_on in (monday, friday, friday):
        DeliveryFactory(mailed_on=mailed_on)
    renewed = DeliveryFactory(mailed_on=friday)
    DeliveryFactory(customer=renewed.customer, mailed_on=date(2026, 9, 1))
    DeliveryFactory(mailed_on=date(2025, 4, 1))  # not within 90 days
    weeks = {k: d for k, d in agenda(officer).items() if k.startswith("anniversary")}
    (found,) = weeks.values()
    assert found.key == "anniversary-2026-11-30"
    assert (found.day, found.title[:34]) == (
        date(2026, 12, 2),
        "3 notices become two years old in ",
    )
    assert found.query == "?carrying=last&mailed_on_from=2024-12-02&mailed_on_to=2024-12-06"


def test_each_number_leads_to_a_list_with_as_many_rows(client_of):
    for _ in range(2):
        DeliveryFactory(mailed_on=date(2026, 11, 3))
    DeliveryFactory(mailed_on=date(2026, 11, 3), outcome="returned", outcome_on=date(2026, 11, 9))
    due, overdue = date(2024, 12, 2), date(2024, 11, 20)
    for mailed_on in (due, overdue):
        DeliveryFactory(mailed_on=mailed_on, customer=CustomerFactory(discontinued=True))
        renewed = DeliveryFactory(mailed_on=mailed_on)
        DeliveryFactory(customer=renewed.customer, mailed_on=date(2026, 9, 1))
        twice = DeliveryFactory(mailed_on=mailed_on)
        DeliveryFactory(customer=twice.customer, mailed_on=mailed_on)
    back = CustomerFactory(active_since=date(2026, 1, 5))  # their first notice is yet to come
    DeliveryFactory(customer=back, mailed_on=due)
    unasked = CustomerFactory(email=True)
    DeliveryFactory(customer=unasked, mailed_on=overdue)
    DeliveryFactory(customer=unasked, mailed_on=due, channel="email")  # no consent: no notice
    client = client_of(roles.OFFICER)
    counted = {
        deadline.key: (int(deadline.title.split()[0]), address)
        for deadline, address, _ in client.get(reverse("admin:cpni_incident_deadlines")).context[
            "rows"
        ]
        if deadline.key.startswith(("window", "anniversary"))
    }
    assert {key: number for key, (number, _) in counted.items()} == {
        "anniversary-overdue": 2,
        "anniversary-2026-11-30": 1,
        "window-2026-12-06": 2,
    }
    for number, address in counted.values():
        assert client.get(address).context["cl"].result_count == number


def test_what_was_missed_stays_there_and_comes_first(officer):
    DeliveryFactory(mailed_on=date(2024, 11, 20))
    paper = RequestedDisclosureFactory(due_on=date(2026, 11, 22))
    first, second, *_ = deadlines.upcoming(officer, on=TODAY)
    assert (first.key, first.day) == ("anniversary-overdue", date(2026, 11, 20))
    assert (second.key, second.day) == (f"paper-{paper.pk}", date(2026, 11, 22))


def test_each_certificate_that_was_not_filed_stays_there(officer):
    found = [key for key in agenda(officer, date(2028, 1, 2)) if key.startswith("certificate")]
    assert found == ["certificate-2026", "certificate-2027"]


def test_a_paper_has_its_day_until_it_is_decided_and_says_nothing_of_itself(officer):
    paper = RequestedDisclosureFactory(goes_to="FBI", due_on=date(2026, 11, 30))
    RequestedDisclosureFactory(due_on=None)
    RequestedDisclosureFactory(due_on=date(9999, 12, 31))
    papers = [d for key, d in agenda(officer).items() if key.startswith("paper")]
    (found,) = papers
    assert (found.day, found.record) == (date(2026, 11, 30), paper.pk)
    assert "FBI" not in found.title + found.detail and "law" not in found.title + found.detail
    requested_disclosures.decline(paper, on=TODAY, by=officer, because="No signature")
    assert f"paper-{paper.pk}" not in agenda(officer)


def test_windows_that_close_and_letters_to_be_confirmed_are_counted(officer):
    for _ in range(2):
        DeliveryFactory(mailed_on=date(2026, 11, 3))  # until December 6
    campaign = CampaignFactory(running=True)
    batch = PostBatch.objects.create(campaign=campaign, created_at=AT)
    DeliveryFactory(campaign=campaign, state="batched", batch=batch)
    found = agenda(officer)
    assert found["window-2026-12-06"].title == "2 waiting periods end"
    assert (found["letters"].day, found["letters"].title[:9]) == (TODAY, "1 letter ")


def test_the_page_leads_from_each_deadline_to_what_it_is_about(client_of):
    IncidentFactory(started_on=date(2026, 11, 2))
    DeliveryFactory(mailed_on=date(2026, 11, 3))
    client = client_of(roles.AUDITOR)
    page = client.get(reverse("admin:cpni_incident_deadlines"))
    assert "It ended 14 days ago." in page.content.decode()
    assert "Subscribe" not in page.content.decode()
    rows = page.context["rows"]
    assert len(rows) == 3
    for _, address, _ in rows:
        assert client.get(address).status_code == 200


def test_a_supervisor_subscribes_and_the_calendar_names_nobody(client_of):
    named = DeliveryFactory(mailed_on=date(2026, 11, 3), customer=CustomerFactory(name="Zoe Xu"))
    BreachFactory(name="Theft by Robin Quist")
    client = client_of(roles.SUPERVISOR)
    address = client.post(ADDRESS, {"do": "make"}).context["address"]
    answer = Client().get(address)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    words = answer.content.decode().replace("\r\n ", "")
    for personal in ("Zoe", "Quist", named.customer.account_number):
        assert personal not in words
    events = {str(e["uid"]): e for e in Calendar.from_ical(answer.content).walk("VEVENT")}
    window = next(e for uid, e in events.items() if uid.startswith("window-2026-12-06@"))
    assert window["dtstart"].dt == date(2026, 12, 6)
    assert str(window["summary"]) == "1 waiting period ends"
    assert Client().post(address).status_code == 405
    # The address is shown once, and only its digest is kept.
    secret = address.split("/")[-2]
    assert secret not in client.get(ADDRESS).content.decode()
    assert not CalendarFeed.objects.filter(digest=secret).exists()


def test_an_address_ends_by_another_one_by_revoking_and_when_its_person_leaves(client_of, officer):
    def opens(secret):
        return Client().get(reverse("calendar-feed", args=[secret])).status_code

    first = calendar_feeds.make(officer, at=AT)
    second = calendar_feeds.make(officer, at=AT)
    assert (opens(first), opens(second), opens("guessed")) == (404, 200, 404)
    officer.is_active = False
    officer.save()
    assert opens(second) == 404
    officer.is_active = True
    officer.save()
    feed = calendar_feeds.own(officer)
    client = client_of(roles.OFFICER)
    client.post(reverse("admin:cpni_calendarfeed_revoke", args=[feed.pk]), {"because": "Lost"})
    assert opens(second) == 404
    assert calendar_feeds.revoke(feed, at=AT, by=officer, because="Twice") is False


def test_one_revokes_ones_own_and_who_is_no_officer_nobody_elses(staff, client_of):
    supervisor, other = staff(roles.SUPERVISOR), staff(roles.SUPERVISOR)
    calendar_feeds.make(supervisor, at=AT)
    feed = calendar_feeds.own(supervisor)
    with pytest.raises(NotAllowed):
        calendar_feeds.revoke(feed, at=AT, by=other, because="Mine")
    with pytest.raises(Refused, match="needs a reason"):
        calendar_feeds.revoke(feed, at=AT, by=supervisor, because="")
    client = Client()
    client.force_login(supervisor)
    client.post(ADDRESS, {"do": "revoke"})
    assert calendar_feeds.own(supervisor) is None


def test_a_reader_sees_what_the_role_may_see_on_the_day_of_the_reading(staff):
    secret = calendar_feeds.make(staff(roles.OFFICER), at=AT)
    address = reverse("calendar-feed", args=[secret])
    with time_machine.travel("2027-03-02T18:00Z", tick=False):
        assert b"certificate-2026@" in Client().get(address).content
    feed = CalendarFeed.objects.get()
    feed.person.groups.clear()
    assert Client().get(address).status_code == 404
