"""The results of a campaign: one fate for each recipient, and a list behind every number."""

import json
import re
from collections import Counter
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config import roles
from cpni import optouts, results
from cpni.assuming import assume_due
from notices.fates import Fate
from notices.models import Delivery
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory

pytestmark = pytest.mark.usefixtures("today")
BOUNCED = {"channel": "email", "outcome": "bounced", "outcome_on": date(2026, 10, 2)}
RETURNED = {"outcome": "returned", "outcome_on": date(2026, 10, 12)}


def objects(customer, on, route="letter"):
    """The customer objects on the day ``on``, and it is applied."""
    wished = OptOutRequestFactory(received_on=on, route=route)
    optouts.apply(wished, customer=customer, on=on, by=None, because="x")
    return wished


@pytest.fixture
def campaign(reference_data):
    """Mailed on October 1: every fate, objections in time and late, approvals assumed."""
    campaign = CampaignFactory(running=True)

    def one(**kwargs):
        return DeliveryFactory(campaign=campaign, **kwargs)

    def by_email(**kwargs):
        return one(customer=CustomerFactory(by_email=True), **kwargs)

    quiet, early, late, elsewhere = one(), one(), one(), one()
    one(state="queued")
    one(state="cancelled")
    one(channel="none", state="unreachable", customer=CustomerFactory(post=False))
    by_email(channel="email", state="failed")
    by_email(**BOUNCED)
    one(**RETURNED)
    for again in ({"state": "queued"}, {"mailed_on": date(2026, 10, 6)}, RETURNED):
        one(customer=by_email(**BOUNCED).customer, round=2, **again)
    # It had arrived after all, so its substitute was cancelled.
    one(customer=by_email(channel="email").customer, round=2, state="cancelled")

    objects(early.customer, date(2026, 10, 20))
    objects(late.customer, date(2026, 11, 20), route="web")
    # Another notice went to them before they objected, and their time for this one was over.
    DeliveryFactory(customer=elsewhere.customer, mailed_on=date(2026, 11, 12))
    objects(elsewhere.customer, date(2026, 11, 20))
    objects(CustomerFactory(), date(2026, 10, 20))
    assume_due(on=date(2026, 11, 10))
    assert quiet.last_objection_day < date(2026, 11, 10)
    return campaign


def page_of(client, address, campaign):
    answer = client.get(address("notices_campaign", "results", campaign.pk))
    assert answer.status_code == 200
    return answer


def test_each_recipient_has_exactly_one_fate(campaign):
    fates = Counter()
    for (fate, _), number in results.results(campaign).recipients.items():
        fates[fate] += number
    assert fates == {
        Fate.SENT: 5,  # with whom the bounce was none
        Fate.WAITING: 1,
        Fate.CANCELLED: 1,
        Fate.UNREACHABLE: 1,
        Fate.FAILED: 1,
        Fate.BOUNCED: 1,
        Fate.RETURNED: 2,  # of one the substitute
        Fate.SUBSTITUTE_WAITING: 1,
        Fate.SUBSTITUTE_SENT: 1,
    }
    people = Delivery.objects.filter(campaign=campaign).values("customer").distinct().count()
    assert fates.total() == people


def test_objections_count_from_the_mailing_and_after_the_last_day_until_another_notice(campaign):
    assert results.results(campaign).objections == {
        ("letter", results.WITHIN): 1,
        ("web", results.AFTER): 1,
    }


def test_a_campaign_by_day(campaign):
    found = results.results(campaign)
    assert found.sent == {date(2026, 10, 1): 11, date(2026, 10, 6): 1}
    assert found.came_back == {date(2026, 10, 2): 4, date(2026, 10, 12): 2}
    assert found.failed == {date(2026, 10, 1): 1}
    assert found.objected == {date(2026, 10, 20): 1, date(2026, 11, 20): 1}
    assert found.closes.total() == found.sent.total() - found.came_back.total()
    assert found.assumed.total() == found.approvals.total() > 0


def test_every_number_agrees_with_the_list_to_which_it_leads(client_of, address, campaign):
    client = client_of(roles.OFFICER)
    shown = page_of(client, address, campaign).content.decode()
    links = set(re.findall(r'<a class="text-link" href="([^"]*\?[^"]*)">([\d,]+)</a>', shown))
    kinds = Counter(link.split("/")[3] for link, _ in links)
    assert set(kinds) == {"delivery", "optoutrequest", "approval"}
    for link, number in links:
        listed = client.get(unescape(link))
        assert listed.status_code == 200, link
        assert listed.context["cl"].result_count == int(number.replace(",", "")), link


def test_each_chart_has_its_column_in_the_table(client_of, address, campaign):
    days = page_of(client_of(roles.OFFICER), address, campaign).context["days"]
    assert [chart["name"] for chart in days["charts"]][:2] == ["Notices sent", "Came back"]
    for column, chart in enumerate(days["charts"]):
        (bars,) = json.loads(chart["data"])["datasets"]
        rows = [cells[column].number for _, cells in days["rows"]]
        assert sum(bars["data"]) == sum(rows) == chart["total"].number


def test_marketing_sees_the_numbers_and_no_list(client_of, address, campaign):
    shown = page_of(client_of(roles.MARKETING), address, campaign).content.decode()
    assert "Approvals assumed from it" in shown
    for record in ("notices_delivery", "cpni_optoutrequest", "cpni_approval"):
        assert address(record, "changelist") not in shown
    for name in Delivery.objects.values_list("recipient_name", flat=True):
        assert name not in shown


def test_the_numbers_cost_the_same_however_many_there_are(campaign):
    def queries():
        with CaptureQueriesContext(connection) as found:
            results.results(campaign)
        return len(found)

    few = queries()
    for _ in range(3):
        objects(DeliveryFactory(campaign=campaign).customer, date(2026, 10, 20))
    assert few == queries() == 4


def test_what_has_not_begun_or_has_no_audience_has_no_results(client_of, address):
    client = client_of(roles.OFFICER)
    for campaign in (CampaignFactory(), CampaignFactory(audience="as_it_happens", channel="email")):
        shown = client.get(address("notices_campaign", "change", campaign.pk)).content.decode()
        assert address("notices_campaign", "results", campaign.pk) not in shown


def test_one_without_recipients_says_so(client_of, address):
    shown = page_of(client_of(roles.OFFICER), address, CampaignFactory(running=True))
    assert "It has no recipients." in shown.content.decode()


@pytest.mark.parametrize("query", ["campaign=x", "campaign=99999999999999999999", "arrived=within"])
def test_filters_that_no_link_sets_show_all(client_of, address, campaign, query):
    client = client_of(roles.OFFICER)
    for record in ("cpni_optoutrequest", "cpni_approval"):
        asked = query if record == "cpni_optoutrequest" else query.replace("arrived", "campaign")
        every = client.get(address(record, "changelist")).context["cl"].result_count
        found = client.get(f"{address(record, 'changelist')}?{asked}")
        assert found.context["cl"].result_count == every
