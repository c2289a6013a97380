"""A list for a dialler holds who may be called at this second, is recorded, and expires."""

import csv
import hashlib
from datetime import UTC, date, datetime

import pytest

from accounts import contact_optouts
from accounts.errors import Refused
from accounts.models import Service
from cpni import calling_lists, optouts
from cpni.assuming import assume_due
from cpni.models import Disclosure, LeftOut
from notices.models import Use
from tests.factories.cpni import (
    CallingListFactory,
    MarketingCampaignFactory,
    OptOutRequestFactory,
    RecipientFactory,
)
from tests.factories.notices import DeliveryFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
AT, ON = datetime(2026, 11, 23, 18, tzinfo=UTC), date(2026, 11, 23)


@pytest.fixture
def people():
    """Three who approved by silence."""
    found = [DeliveryFactory(mailed_on=date(2026, 10, 1)).customer for _ in range(3)]
    assume_due(on=ON)
    return found


def hand_out(campaign, recipient=None, on=ON, by=None):
    return calling_lists.hand_out(
        campaign, recipient=recipient, on=on, at=AT, by=by, because="For the dialler"
    )


def test_it_names_those_who_may_be_called_now_and_until_when(people):
    ann, objects, no_calls = people
    campaign = MarketingCampaignFactory(reviewed=True)
    request = OptOutRequestFactory(received_on=ON)  # after the review
    optouts.apply(request, customer=objects, on=ON, by=None, because="x")
    contact_optouts.stop(no_calls, channels=["call"], on=ON, by=None, because="x")
    handed = hand_out(campaign)
    (row,) = csv.DictReader(handed.content.splitlines())
    number = Service.objects.get(customer=ann).telephone_number
    assert row["account_number"] == ann.account_number
    assert row["telephone_number"].lstrip("'") == number
    assert row["use_until"] == "2026-11-30"
    assert handed.file_name == f"calling-list-{handed.made.pk}-use-until-2026-11-30.csv"
    assert handed.made.digest == hashlib.sha256(handed.content.encode()).hexdigest()
    left = LeftOut.objects.filter(scrub=handed.made.scrub)
    assert dict(left.values_list("customer", "reason")) == {
        objects.pk: "opted_out",
        no_calls.pk: "no_contact",
    }


def test_each_customer_on_it_is_recorded_as_a_use_with_the_decisions_reason_and_evidence(people):
    partner = RecipientFactory()
    campaign = MarketingCampaignFactory(
        use=Use.objects.get(code="agents"), recipients=[partner], reviewed=True
    )
    handed = hand_out(campaign, partner)
    assert set(handed.customers) == {person.pk for person in people}
    used = Disclosure.objects.get(customer=people[0])
    assert (used.received_by, used.recipient, used.reason) == (partner, partner.name, "assumed")
    assert (used.calling_list, used.campaign, used.used_on) == (handed.made, campaign, ON)
    assert used.data_classes == ["amount"]
    assert [kind for kind, _ in used.evidence] == ["delivery", "notice text", "approval"]
    assert used.history.get().history_type == "+"
    assert handed.made.disclosures.count() == handed.made.size == 3


def test_it_costs_the_same_number_of_queries_for_few_and_for_many(
    people, django_assert_max_num_queries
):
    campaign = MarketingCampaignFactory(reviewed=True)
    with django_assert_max_num_queries(45):
        hand_out(campaign)
    for _ in range(20):
        DeliveryFactory(mailed_on=date(2026, 10, 1))
    assume_due(on=ON)
    with django_assert_max_num_queries(45):
        assert hand_out(campaign).made.size == 23


def test_none_is_made_for_what_may_not_be_carried_out(people):
    with pytest.raises(Refused, match="not been reviewed"):
        hand_out(MarketingCampaignFactory())
    with pytest.raises(Refused, match="by telephone"):
        hand_out(MarketingCampaignFactory(channel="post", reviewed=True))
    reviewed = MarketingCampaignFactory(reviewed=True)
    with pytest.raises(Refused, match="does not name"):
        hand_out(reviewed, RecipientFactory())
    with pytest.raises(Refused, match="runs from"):
        hand_out(reviewed, on=date(2027, 1, 4))
    partner = RecipientFactory(ended_on=date(2026, 11, 20))
    shared = MarketingCampaignFactory(
        use=Use.objects.get(code="agents"), recipients=[partner], reviewed=True
    )
    with pytest.raises(Refused, match="carried out by others"):
        hand_out(shared)
    with pytest.raises(Refused, match="not in force"):
        hand_out(shared, partner)
    assert not Disclosure.objects.exists()


def test_one_that_is_too_long_is_refused_before_anybody_is_on_it(people, monkeypatch):
    campaign = MarketingCampaignFactory(reviewed=True)
    monkeypatch.setattr(calling_lists, "MOST", 2)
    with pytest.raises(Refused, match="3 customers may be called: a list has at most 2"):
        hand_out(campaign)
    assert not Disclosure.objects.exists()
    monkeypatch.setattr(calling_lists, "MOST", 3)
    assert hand_out(campaign).made.size == 3


def test_it_ends_with_the_campaign_if_that_ends_first(people):
    campaign = MarketingCampaignFactory(ends_on=date(2026, 11, 25), reviewed=True)
    assert hand_out(campaign).made.last_day == date(2026, 11, 25)


def test_without_a_number_of_record_nobody_is_on_it(people):
    Service.objects.filter(customer=people[0]).update(ended_on=date(2026, 11, 1))
    handed = hand_out(MarketingCampaignFactory(reviewed=True))
    assert handed.made.size == 2
    assert handed.made.scrub.reasons == {"no_number": 1}


def test_one_that_has_expired_stands_until_somebody_says_how_it_is_known_to_be_destroyed():
    handed = CallingListFactory(last_day=date(2026, 11, 22))
    CallingListFactory(last_day=ON)  # its last day is included
    assert list(calling_lists.expired(on=ON)) == [handed]

    def confirm(on=ON, proof="E-mail of J. Doe, dialler"):
        return calling_lists.confirm_destroyed(
            handed, on=on, today=ON, proof=proof, by=None, because="Expired"
        )

    for wrong in ({"proof": " "}, {"on": date(2026, 11, 24)}, {"on": date(2026, 11, 1)}):
        with pytest.raises(Refused):
            confirm(**wrong)
    assert confirm()
    assert not confirm()
    assert not calling_lists.expired(on=ON).exists()
