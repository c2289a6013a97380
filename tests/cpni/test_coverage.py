"""The coverage ledger: everybody is in one box, the boxes sum to everybody, and each is a list."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from accounts.models import Customer, ImportBatch
from config import roles
from cpni import coverage, optouts
from cpni.assuming import assume_due
from cpni.models import OptOutRequest
from notices import automatic
from notices.models import AutomaticNotice
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 18, tzinfo=UTC)


@pytest.fixture
def everybody():
    """A customer for each box, by its code."""
    CarrierFactory()
    campaign = CampaignFactory(running=True)

    def noticed(**kwargs):
        return DeliveryFactory(campaign=campaign, **kwargs).customer

    people = {
        "out": noticed(mailed_on=date(2026, 10, 1)),
        "approved": noticed(mailed_on=date(2026, 10, 1)),
        "unverified": noticed(mailed_on=date(2025, 10, 1)),
        "window": noticed(mailed_on=date(2026, 11, 20)),
        "waiting": noticed(mailed_on=date(2026, 10, 1), customer__name="Ann Example"),
        "on_its_way": noticed(state="queued"),
        "undeliverable": noticed(mailed_on=date(2026, 10, 1)),
        "overdue": noticed(mailed_on=date(2024, 10, 1)),
        "no_consent": noticed(channel="email", customer=CustomerFactory(email=True)),
        "never_noticed": CustomerFactory(),
    }
    people["unverified"].contact_points.filter(kind="post").update(state="AZ")
    people["undeliverable"].deliveries.update(outcome="returned", outcome_on=date(2026, 10, 9))
    request = OptOutRequestFactory(received_on=date(2026, 10, 20))
    optouts.apply(request, customer=people["out"], on=TODAY, by=None, because="Matches")
    waits = OptOutRequest(stated="Ann Example: no", received_on=date(2026, 10, 20))
    optouts.receive(waits, today=TODAY, at=AT, by=None, because="Letter")
    assume_due(on=date(2025, 11, 4))
    assume_due(on=TODAY)
    CustomerFactory(discontinued=True)  # no customer any more, so in no box
    return people


def test_everybody_is_in_the_box_that_says_how_they_stand(everybody):
    boxes = dict(coverage.boxed(Customer.objects.all(), on=TODAY).values_list("pk", "box"))
    assert {code: boxes[person.pk] for code, person in everybody.items()} == {
        code: code for code in everybody
    }


def test_the_boxes_sum_to_the_active_customers(everybody):
    ledger = coverage.ledger(on=TODAY)
    assert ledger.total == ledger.active == len(everybody)
    assert ledger.gap == 5
    assert {box.code: number for box, number in ledger.counts} == {
        **dict.fromkeys(everybody, 1),
        "none": 0,
    }


def test_each_number_of_the_page_opens_its_list(everybody, client_of, time_machine):
    time_machine.move_to(AT, tick=False)
    client = client_of(roles.AUDITOR)
    page = client.get(reverse("admin:accounts_customer_coverage")).content.decode()
    assert "As many as there are active customers." in page
    assert "5 are outside what the rules ask for" in page
    for code, person in everybody.items():
        address = reverse("admin:accounts_customer_changelist") + f"?box={code}"
        assert address in page
        (listed,) = client.get(address).context["cl"].result_list
        assert listed == person


def test_it_says_who_may_be_missing_and_where_to_look(everybody):
    def words():
        return [doubt.words for doubt in coverage.doubts(on=TODAY)]

    none = " One proposes itself once a CPNI notice under the policy in force is approved."
    assert words() == [
        f"No automatic notice runs for: new customers.{none}",
        f"No automatic notice runs for: two-year renewal.{none}",
        "No billing file was ever imported.",
    ]
    automatic.propose(on=TODAY)
    assert words() == [
        "No automatic notice runs for: new customers. One is proposed: approve it.",
        "No automatic notice runs for: two-year renewal. One is proposed: approve it.",
        "No billing file was ever imported.",
    ]
    ImportBatch.objects.create(file_name="b.csv", started_at=AT, finished_at=AT, refused=7)
    for proposal in AutomaticNotice.objects.all():
        automatic.approve(proposal, at=AT, by=None, because="x")
    assert words()[0] == "1 never noticed more than 30 days after service began."
    assert words()[1].startswith("7 rows of the last billing file were refused")
