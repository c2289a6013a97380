"""Automatic notices: proposed by themselves, approved once, and then nobody is forgotten."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.errors import Refused
from accounts.models import Run
from config import roles
from cpni import coverage
from notices import automatic, campaigns, sending
from notices.models import AutomaticNotice, Campaign, Delivery
from notices.tasks import notice_automatically
from tests.factories.accounts import CarrierFactory, CustomerFactory, UserFactory
from tests.factories.notices import DeliveryFactory, NoticeFactory, PolicyFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
AT = datetime(2026, 11, 23, 18, tzinfo=UTC)
TODAY = AT.date()


@pytest.fixture(autouse=True)
def noon():
    CarrierFactory()
    with time_machine.travel(AT, tick=False) as clock:
        yield clock


@pytest.fixture
def notice():
    policy = PolicyFactory(effective_on=date(2020, 1, 1))
    return NoticeFactory(policy_version=policy)


@pytest.fixture
def running(notice):
    """Both kinds, approved."""
    automatic.propose(on=TODAY)
    for one in AutomaticNotice.objects.all():
        automatic.approve(one, at=AT, by=None, because="Never again")
    return {one.kind: one for one in AutomaticNotice.objects.all()}


def day(clock, moved):
    """What the worker does on the day so many days later."""
    clock.move_to(AT + timedelta(days=moved))
    notice_automatically()
    notice_automatically()


def got():
    """Who got what: customers by the name of the campaign."""
    rows = Delivery.objects.filter(campaign__automatic__isnull=False).order_by("pk")
    return [(d.campaign.name.rpartition(" (")[0], d.customer) for d in rows]


def test_they_propose_themselves_once_with_the_newest_approved_notice(notice):
    assert {p.kind for p in automatic.propose(on=TODAY)} == {"new", "renewal"}
    assert automatic.propose(on=TODAY) == []
    newer = NoticeFactory(policy_version=notice.policy_version, finish__at=AT)
    assert {p.notice for p in automatic.propose(on=TODAY)} == {newer}


def test_without_an_approved_notice_under_the_policy_in_force_there_is_nothing_to_propose(notice):
    PolicyFactory(effective_on=date(2026, 11, 1))
    assert automatic.propose(on=TODAY) == []


def test_nothing_is_sent_before_somebody_approved_it(notice, noon):
    CustomerFactory(active_since=TODAY)
    day(noon, 0)
    assert got() == []
    assert Run.objects.get(name=automatic.JOB).counts == {"proposed": 2}


def test_each_new_customer_is_noticed_on_the_day_after_they_appear_and_once(running, noon):
    first = CustomerFactory(active_since=TODAY)
    day(noon, 0)
    second = CustomerFactory(active_since=date(2015, 1, 1))  # of a merged billing system
    day(noon, 1)
    third = CustomerFactory(active_since=date(2026, 12, 1))
    day(noon, 8)
    assert got() == [
        ("New customers, November 2026", first),
        ("New customers, November 2026", second),
        ("New customers, December 2026", third),
    ]


def test_whoever_was_noticed_22_months_ago_is_noticed_again(running, noon):
    old = DeliveryFactory(mailed_on=date(2025, 1, 24)).customer
    DeliveryFactory(mailed_on=date(2026, 1, 24))
    day(noon, 0)
    assert got() == []
    day(noon, 1)
    assert got() == [("Two-year renewal, November 2026", old)]


def test_the_months_campaign_stays_open_for_the_rest_of_the_month(running, noon, sink):
    CustomerFactory(active_since=TODAY, by_email=True)
    day(noon, 0)
    campaign = Campaign.objects.get()
    sending.send(campaign.pk)
    campaign.refresh_from_db()
    assert (campaign.status, campaign.approved_by, campaign.month) == (
        "running",
        None,
        date(2026, 11, 1),
    )
    noon.move_to(datetime(2026, 12, 1, 12, tzinfo=UTC))
    campaigns.finish_if_done(campaign.pk)
    campaign.refresh_from_db()
    assert campaign.status == "finished"


def test_nobody_is_added_to_a_campaign_that_somebody_paused(running, noon):
    CustomerFactory(active_since=TODAY)
    day(noon, 0)
    campaigns.pause(Campaign.objects.get(), by=None, because="Wrong phone number in the text")
    CustomerFactory(active_since=TODAY)
    day(noon, 1)
    assert len(got()) == 1
    campaigns.resume(Campaign.objects.get(), by=None, because="Mended")
    day(noon, 2)
    assert len(got()) == 2


def test_a_pause_holds_in_the_next_month_too_and_is_said(running, noon, client_of):
    CustomerFactory(active_since=TODAY)
    day(noon, 0)
    campaign = Campaign.objects.get()
    campaigns.pause(campaign, by=None, because="Wrong phone number in the text")
    CustomerFactory(active_since=date(2026, 12, 1))
    day(noon, 8)
    assert Campaign.objects.get() == campaign
    (why,) = automatic.held(on=date(2026, 12, 1)).values()
    assert why.startswith(f"“{campaign}” is paused.")
    said = [doubt.words for doubt in coverage.doubts(on=date(2026, 12, 1))]
    assert f"The automatic notice for new customers is held. {why}" in said
    listed = client_of(roles.OFFICER).get(reverse("admin:notices_automaticnotice_changelist"))
    assert f"Held. {why}" in listed.content.decode()
    campaigns.cancel(campaign, by=None, because="Written anew")
    day(noon, 9)
    assert {name for name, _ in got()} == {
        "New customers, November 2026",
        "New customers, December 2026",
    }


def test_e_mail_leaves_in_the_daytime_unless_other_hours_are_chosen(running, noon, sink):
    noon.move_to(datetime(2026, 11, 24, 7, 5, tzinfo=UTC))  # five past midnight in Denver
    CustomerFactory(active_since=TODAY, by_email=True)
    notice_automatically()
    campaign = Campaign.objects.get()
    sending.send(campaign.pk)
    assert not sink.recipients
    noon.move_to(datetime(2026, 11, 24, 16, tzinfo=UTC))
    sending.send(campaign.pk)
    assert sink.recipients.total() == 1


def test_its_campaigns_have_its_hours_and_limits_and_follow_when_these_change(
    running, noon, client_of, notice
):
    CustomerFactory(active_since=TODAY)
    new = running["new"]
    address = reverse("admin:notices_automaticnotice_change", args=[new.pk])
    chosen = {"within_days": 30, "send_from": "08:00", "send_until": "12:00", "because": "Quiet"}
    limits = {"rate_per_minute": 60, "daily_cap": 500, "warm_up": 50}
    officer = client_of(roles.OFFICER)
    officer.post(address, chosen | limits)
    day(noon, 0)
    campaign = Campaign.objects.get()
    assert (campaign.send_from, campaign.send_until) == (time(8), time(12))
    assert (campaign.rate_per_minute, campaign.daily_cap, campaign.warm_up) == (60, 500, 50)
    officer.post(address, chosen | limits | {"daily_cap": 300})
    day(noon, 1)
    assert Campaign.objects.get().daily_cap == 300
    because = Campaign.history.latest("history_id").history_change_reason
    assert because == f"As the automatic notice says: {new}"
    # The slow beginning goes on in the next month; the next notice has the hours of this one.
    CustomerFactory(active_since=date(2026, 11, 25))
    day(noon, 8)
    assert Campaign.objects.get(month=date(2026, 12, 1)).warm_up == 50 * 2**8
    NoticeFactory(policy_version=notice.policy_version, finish__at=AT)
    (newer,) = (one for one in automatic.propose(on=TODAY) if one.kind == "new")
    assert (newer.send_from, newer.daily_cap, newer.warm_up) == (time(8), 300, None)


def test_whoever_approves_it_sees_to_how_many_it_goes_at_once(notice, client_of):
    CustomerFactory.create_batch(3)
    automatic.propose(on=TODAY)
    new = AutomaticNotice.objects.get(kind="new")
    assert automatic.due(new, on=TODAY) == 3
    act = reverse("admin:notices_automaticnotice_approve", args=[new.pk])
    page = client_of(roles.OFFICER).get(act).content.decode()
    assert "Due today" in page
    assert "From 09:00 to 17:00" in page


def test_a_day_on_which_no_worker_ran_loses_nobody(running, noon):
    customer = CustomerFactory(active_since=TODAY)
    day(noon, 6)
    assert [who for _, who in got()] == [customer]


def test_approving_a_newer_one_stops_the_older(running, notice):
    newer = NoticeFactory(policy_version=notice.policy_version, finish__at=AT)
    proposal = next(p for p in automatic.propose(on=TODAY) if p.kind == "new")
    assert automatic.approve(proposal, at=AT, by=None, because="New words")
    assert not automatic.approve(proposal, at=AT, by=None, because="Twice")
    standing = {(a.kind, a.notice_id): a.status for a in AutomaticNotice.objects.all()}
    assert standing["new", notice.pk] == "stopped"
    assert standing["new", newer.pk] == "approved"
    assert standing["renewal", notice.pk] == "approved"


def test_under_an_older_policy_it_is_held_until_a_notice_of_the_newer_one(
    running, notice, noon, client_of
):
    newer = PolicyFactory(effective_on=AT.date())
    customer = CustomerFactory(active_since=TODAY)
    day(noon, 0)
    assert got() == []
    assert Run.objects.get(name=automatic.JOB).counts == {"proposed": 0, "held": 2}
    assert {one.kind for one in automatic.held(on=TODAY)} == {"new", "renewal"}
    said = [doubt.words for doubt in coverage.doubts(on=TODAY)]
    assert any(f"is held. It tells of {notice.policy_version}" in words for words in said)
    client = client_of(roles.OFFICER)
    assert f"Held. It tells of {notice.policy_version}, which is not in force" in (
        client.get(reverse("admin:notices_automaticnotice_changelist")).content.decode()
    )
    home = client.get("/admin/")
    assert "not running: new customers, two-year renewal" in home.content.decode().lower()
    (held,) = (row for row in home.context["desk_needed"] if row.title == "automatic notices held")
    assert held.count == client.get(held.address).context["cl"].result_count == 2
    assert f"It tells of {notice.policy_version}, which is not in force" in held.detail
    NoticeFactory(policy_version=newer)
    for proposal in automatic.propose(on=TODAY):
        automatic.approve(proposal, at=AT, by=None, because="The newer policy")
    day(noon, 1)
    assert [who for _, who in got()] == [customer]
    home = client_of(roles.OFFICER).get("/admin/")
    assert held.title not in [row.title for row in home.context["desk_needed"]]


def test_one_that_tells_of_another_policy_is_not_approved(notice):
    proposal = automatic.propose(on=TODAY)[0]
    PolicyFactory(effective_on=TODAY)
    with pytest.raises(Refused, match="which is not in force"):
        automatic.approve(proposal, at=AT, by=None, because="x")


def test_what_was_stopped_is_not_started_again(running):
    assert automatic.stop(running["new"], by=None, because="Merger")
    assert not automatic.stop(running["new"], by=None, because="Merger")
    with pytest.raises(Refused, match="was stopped"):
        automatic.approve(running["new"], at=AT, by=None, because="Back")
    with pytest.raises(Refused):
        automatic.stop(running["renewal"], by=UserFactory(), because="x")


def test_the_supervisor_approves_it_from_the_home_page(notice, client_of):
    automatic.propose(on=TODAY)
    client = client_of(roles.SUPERVISOR)
    home = client.get("/admin/").content.decode()
    assert "automatic notices to be approved" in home.lower()
    proposal = AutomaticNotice.objects.get(kind="new")
    act = reverse("admin:notices_automaticnotice_approve", args=[proposal.pk])
    page = client.post(act, {"because": "64.2008(a)"}, follow=True).content.decode()
    assert "it runs by itself, every day" in page
    assert AutomaticNotice.objects.get(pk=proposal.pk).status == "approved"
