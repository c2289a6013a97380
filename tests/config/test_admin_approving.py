"""Approving: a second person, who approves what they have read and nothing else."""

from datetime import UTC, datetime
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from accounts.errors import Changed
from config import roles
from notices import campaigns, publishing
from notices.models import Campaign, Notice, NoticeText
from tests.factories.accounts import UserFactory
from tests.factories.notices import CampaignFactory, NoticeFactory, cleared

pytestmark = pytest.mark.usefixtures("today", "reference_data")
AT = datetime(2026, 11, 23, 17, tzinfo=UTC)


@pytest.fixture
def notice(db):
    return cleared(NoticeFactory(finish__draft=True))


def address(record, act):
    return f"/admin/notices/{record._meta.model_name}/{record.pk}/{act}/"


def form_of(answer, because="Read it"):
    return {"because": because, "seen": answer.context["form"]["seen"].value()}


def test_what_was_changed_after_it_was_read_is_not_approved_but_shown_anew(client_of, notice):
    officer = client_of(roles.OFFICER)
    opened = officer.get(address(notice, "approve"))
    text = notice.texts.get(language="en")
    text.subject = "Something else"
    text.save()
    answer = officer.post(address(notice, "approve"), form_of(opened))
    assert "It was changed after this page was opened" in answer.content.decode()
    assert "Something else" in answer.content.decode()
    assert Notice.objects.get().status == "draft"
    cleared(notice)
    officer.post(address(notice, "approve"), form_of(answer))
    assert Notice.objects.get().status == "approved"


def test_a_campaign_likewise(client_of, notice):
    campaign = CampaignFactory(audience="never_noticed")
    supervisor = client_of(roles.SUPERVISOR)
    opened = supervisor.get(address(campaign, "approve"))
    Campaign.objects.filter(pk=campaign.pk).update(audience="active")
    answer = supervisor.post(address(campaign, "approve"), form_of(opened))
    assert "It was changed after this page was opened" in answer.content.decode()
    assert Campaign.objects.get().status == "draft"


def test_without_having_opened_the_page_nobody_approves(client_of, notice):
    answer = client_of(roles.OFFICER).post(address(notice, "approve"), {"because": "Blind"})
    assert answer.context["form"].errors["seen"]
    assert Notice.objects.get().status == "draft"


@pytest.mark.parametrize(
    "made",
    [lambda: NoticeFactory(finish__draft=True), CampaignFactory],
    ids=["notice", "campaign"],
)
def test_whoever_changed_it_once_cannot_approve_it_though_another_changed_it_last(
    staff, client, made
):
    first, last = staff(roles.OFFICER), UserFactory()
    record = made()
    record._history_user = first
    record.save()
    record.author = record._history_user = last
    record.save()
    client.force_login(first)
    answer = client.post(
        address(record, "approve"), {"because": "Fine", "seen": record.fingerprint}
    )
    assert "Someone else must approve it" in answer.content.decode()
    record.refresh_from_db()
    assert record.status == "draft"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_words_that_are_just_being_changed_are_not_approved_unread(monkeypatch):
    notice = NoticeFactory(finish__draft=True)
    approver = UserFactory(may="notices.approve_notice")
    seen, changing, over, results = notice.fingerprint, Event(), Event(), []

    def approve():
        changing.wait(10)
        try:
            results.append(
                publishing.approve_notice(notice, by=approver, because="Read it", at=AT, seen=seen)
            )
        except Changed as changed:
            results.append(changed)
        finally:
            over.set()
            connection.close()

    other = Thread(target=approve)
    other.start()
    with transaction.atomic():
        NoticeText.objects.filter(notice=notice).update(subject="Something else")
        changing.set()
        assert not over.wait(0.5), "it was approved while its words were being changed"
    other.join(10)
    assert isinstance(results[0], Changed)
    assert Notice.objects.get().status == "draft"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_form_does_not_undo_what_was_approved_meanwhile(client_of, monkeypatch):
    campaign = CampaignFactory()
    officer, approved = client_of(roles.OFFICER), []
    approver = UserFactory(may="notices.approve_campaign")
    clean = Campaign.clean

    def approve():
        approved.append(campaigns.approve(campaign, by=approver, because="Read it"))
        connection.close()

    def cleaned_while_another_approves(self):
        clean(self)
        if not approved:
            other.start()
            other.join(0.5)

    other = Thread(target=approve)
    monkeypatch.setattr(Campaign, "clean", cleaned_while_another_approves)
    officer.post(
        f"/admin/notices/campaign/{campaign.pk}/change/",
        {
            "name": "Renamed",
            "notice": campaign.notice_id,
            "audience": "active",
            "rate_per_minute": "",
            "pause_at_percent": "5",
            "because": "Better name",
        },
    )
    other.join(10)
    assert approved == [True]
    assert Campaign.objects.get().status == "approved"
