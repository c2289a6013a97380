"""Lists behind the numbers of a campaign, and its days, as files: recorded as exports."""

import csv
import io

import pytest

from accounts.models import Look, LookShown
from config import roles
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory

pytestmark = pytest.mark.usefixtures("today", "reference_data")
LIST = "/admin/notices/delivery/"


def rows(answer):
    return list(csv.reader(io.StringIO(answer.getvalue().decode())))


@pytest.fixture
def sent():
    """Two letters of one campaign, one of another."""
    campaign = CampaignFactory(running=True)
    evil = CustomerFactory(name="=1+1")
    mine = [DeliveryFactory(campaign=campaign, **kw) for kw in ({}, {"customer": evil})]
    DeliveryFactory()
    return campaign, mine


def test_a_filtered_list_is_told_of_first_then_exported_and_recorded(client_of, sent):
    campaign, mine = sent
    client = client_of(roles.OFFICER)
    asked = f"?campaign__id__exact={campaign.pk}"
    assert f"export/{asked}" in client.get(LIST + asked).content.decode()
    page = client.get(f"{LIST}export/{asked}").content.decode()
    assert "The file will hold the data of 2 customers." in page
    assert not Look.objects.filter(what="exported").exists()
    refused = client.post(f"{LIST}export/{asked}", {"because": ""})
    assert refused["Content-Type"].startswith("text/html")

    header, *found = rows(client.post(f"{LIST}export/{asked}", {"because": "Case 12"}))
    assert header[:2] == ["Reference", "Customer"]
    assert {row[0] for row in found} == {delivery.reference for delivery in mine}
    assert sorted(row[1][:2] for row in found)[0] == "'="  # text to a spreadsheet
    assert all("<" not in cell for row in found for cell in row)
    look = Look.objects.get(what="exported")
    assert (look.screen, look.rows) == ("notices_delivery_export", 2)
    assert look.detail == f"CSV file; campaign: {campaign.pk}; reason: Case 12"
    held = LookShown.objects.filter(look_id=look.pk).values_list("customer_id", flat=True)
    assert set(held) == {delivery.customer_id for delivery in mine}


def test_requests_and_approvals_are_exported_too(client_of):
    OptOutRequestFactory(stated="No, thank you")
    client = client_of(roles.AUDITOR)
    for name, number in (("optoutrequest", 1), ("approval", 0)):
        answer = client.post(f"/admin/cpni/{name}/export/", {"because": "Audit"})
        assert len(rows(answer)) == 1 + number


def test_who_may_not_take_customers_along_is_offered_no_file(client_of, sent):
    client = client_of(roles.SUPERVISOR)
    assert "export/" not in client.get(LIST).content.decode()
    assert client.post(f"{LIST}export/", {"because": "x"}).status_code == 403


def test_the_days_of_a_campaign_are_a_file_of_numbers(client_of, address, sent):
    campaign, mine = sent
    page = client_of(roles.MARKETING)
    answer = page.get(f"/admin/notices/campaign/{campaign.pk}/results/by-day.csv")
    header, first, *_ = list(csv.reader(io.StringIO(answer.content.decode())))
    assert header[:4] == ["Day", "Notices sent", "Came back", "Failed"]
    assert first[:2] == [mine[0].mailed_on.isoformat(), "2"]
    look = Look.objects.get(what="exported")
    assert (look.record_id, look.rows, look.detail) == (campaign.pk, 0, "CSV file; results by day")
