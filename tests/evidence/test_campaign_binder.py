"""The binder of a campaign: texts, sign-offs, audience, proof, results and objections."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from accounts.errors import Refused
from accounts.models import Look, LookShown
from config import roles
from cpni import optouts
from cpni.assuming import assume_due
from cpni.evidence import of_campaign
from tests.evidence.conftest import AT, unpacked, words_of
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, NoticeFactory, cleared

BOUNCED = {"channel": "email", "outcome": "bounced", "outcome_on": date(2026, 10, 2)}


@pytest.fixture
def campaign(today):
    """In two languages, mailed on October 1: one was quiet, one objected, one bounced."""
    notice = NoticeFactory(finish__draft=True, finish__languages=("en", "es"))
    cleared(notice)
    campaign = CampaignFactory(
        running=True, notice=notice, started_at=datetime(2026, 10, 1, 15, tzinfo=UTC)
    )
    DeliveryFactory(campaign=campaign, mailing_proof="PS Form 3600-FCM")
    objector = DeliveryFactory(campaign=campaign).customer
    DeliveryFactory(campaign=campaign, customer=CustomerFactory(by_email=True), **BOUNCED)
    request = OptOutRequestFactory(received_on=date(2026, 10, 20))
    optouts.apply(request, customer=objector, on=date(2026, 10, 20), by=None, because="x")
    assume_due(on=date(2026, 11, 10))
    return campaign


def binder(campaign):
    return unpacked(of_campaign.binder(campaign, by=None, at=AT))


def rows(files, name):
    return list(csv.DictReader(io.StringIO(files[name].decode())))


def test_each_recipient_has_a_row_with_what_proves_it(campaign):
    found = rows(binder(campaign), "recipients.csv")
    digests = {text.digest for text in campaign.notice.texts.all()}
    assert [row["outcome"] for row in found] == ["", "", "bounced"]
    assert found[0]["proof"] == "PS Form 3600-FCM"
    assert found[0]["last day to object"] == "2026-11-03"
    assert {row["text sha256"] for row in found} <= digests


def test_objections_and_approvals_are_listed(campaign):
    files = binder(campaign)
    (objection,) = rows(files, "objections.csv")
    assert (objection["route"], objection["to this campaign"]) == ("Letter", "by the last day")
    assert len(rows(files, "approvals.csv")) == 3  # of the quiet one, for each use


def test_the_pdf_says_who_decided_and_what_came_of_it(campaign):
    said = words_of(binder(campaign)["campaign.pdf"])
    for words in (
        "All active customers",
        "As sent in English",
        "As sent in Spanish",
        "Goes out all the same",  # a line that was overridden
        "Bounced, nothing sent since",
        str(campaign.approved_by.last_name),
    ):
        assert words in said


def test_names_and_addresses_are_not_in_its_tables(campaign):
    customer = campaign.deliveries.first().customer
    whole = b"".join(content for name, content in binder(campaign).items() if ".csv" in name)
    assert customer.account_number.encode() in whole
    assert customer.name.encode() not in whole


def test_a_campaign_that_has_not_started_has_nothing_to_prove(today):
    with pytest.raises(Refused, match="no recipients yet"):
        of_campaign.binder(CampaignFactory(), by=None, at=AT)


def test_whose_account_numbers_leave_is_recorded(client_of, address, campaign):
    page = address("notices_campaign", "print_evidence", campaign.pk)
    answer = client_of(roles.OFFICER).post(page, {"because": "Review of the autumn"})
    assert "campaign.pdf" in unpacked(answer.streaming_content)
    look = Look.objects.get(what=Look.What.EXPORTED)
    assert LookShown.objects.filter(look_id=look.pk).count() == look.rows == 3
    assert "Review of the autumn" in look.detail
