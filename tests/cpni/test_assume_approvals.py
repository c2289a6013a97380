"""The daily job assumes approval for waiting periods that have passed, and for no others."""

from datetime import date

import pytest

from cpni.assuming import assume_due, due, forecast
from cpni.models import Approval
from notices import outcomes
from tests.factories.accounts import CarrierFactory
from tests.factories.notices import OPT_OUT_USES, CampaignFactory, DeliveryFactory

pytestmark = pytest.mark.django_db

MAILED = date(2026, 10, 1)
LAST_DAY = date(2026, 11, 3)
DAY_AFTER = date(2026, 11, 4)


@pytest.fixture
def delivery(reference_data):
    return DeliveryFactory(mailed_on=MAILED)


def states(customer):
    return dict(
        Approval.objects.filter(customer=customer).values_list("use__code", "state").order_by()
    )


def test_nothing_is_assumed_on_the_customers_last_day(delivery):
    report = assume_due(on=LAST_DAY)
    assert report.assumed == 0
    assert report.left_alone == {"not_yet": 3}
    assert states(delivery.customer) == {}


def test_the_uses_that_the_notice_asked_for_are_assumed_on_the_day_after(delivery):
    report = assume_due(on=DAY_AFTER)
    assert report.assumed == 3
    assert states(delivery.customer) == dict.fromkeys(OPT_OUT_USES, "assumed")


def test_each_assumption_has_one_history_row_with_the_run_that_made_it(delivery):
    assume_due(on=DAY_AFTER)
    rows = list(Approval.history.all())
    assert [r.history_type for r in rows] == ["+"] * 3
    assert {r.actor for r in rows} == {"CPNI Desk"}
    assert all("assume approvals #" in r.history_change_reason for r in rows)


def test_running_it_again_changes_nothing_and_writes_no_history(delivery):
    assume_due(on=DAY_AFTER)
    before = list(Approval.objects.order_by("pk").values())
    report = assume_due(on=DAY_AFTER)
    assert report.assumed == 0
    assert report.left_alone == {"already": 3}
    assert list(Approval.objects.order_by("pk").values()) == before
    assert Approval.history.count() == 3


def test_a_week_of_outage_leaves_the_same_state(delivery):
    assume_due(on=date(2026, 11, 11))
    approval = Approval.objects.first()
    assert approval.effective_on == DAY_AFTER


def test_the_forecast_names_those_who_will_be_assumed_and_writes_nothing(delivery):
    report = forecast(on=DAY_AFTER)
    rows = list(due(on=DAY_AFTER))
    assert report.assumed == len(rows) == 3
    assert {r.account_number for r in rows} == {delivery.customer.account_number}
    assert not Approval.objects.exists()
    assert forecast(on=LAST_DAY).left_alone == {"not_yet": 3}


def test_a_returned_notice_leads_to_no_assumption(delivery):
    delivery.outcome, delivery.outcome_on = "returned", date(2026, 10, 20)
    delivery.save()
    report = assume_due(on=DAY_AFTER)
    assert report.left_alone == {"undeliverable": 3}


def test_an_assumption_is_taken_back_when_the_notice_comes_back_late(delivery):
    assume_due(on=DAY_AFTER)
    delivery.outcome, delivery.outcome_on = "returned", date(2026, 11, 9)
    delivery.save()
    report = assume_due(on=date(2026, 11, 9))
    assert report.ended == 3
    assert set(states(delivery.customer).values()) == {"ended"}


def test_a_return_that_was_recorded_by_mistake_costs_no_approval(delivery):
    assume_due(on=DAY_AFTER)
    learnt = date(2026, 11, 9)
    outcomes.record(delivery, outcome="returned", on=learnt, by=None, because="Came back")
    assume_due(on=learnt)
    assert outcomes.take_back(delivery, by=None, because="It was another letter") is True
    assert outcomes.take_back(delivery, by=None, because="Again") is False
    assert assume_due(on=learnt).assumed == 3
    assert set(states(delivery.customer).values()) == {"assumed"}


def test_a_discontinued_customer_is_left_alone_and_approvals_end(delivery):
    assume_due(on=DAY_AFTER)
    customer = delivery.customer
    customer.status, customer.discontinued_on = "discontinued", date(2026, 11, 20)
    customer.save()
    report = assume_due(on=date(2026, 11, 20))
    assert report.ended == 3
    assert report.left_alone == {"discontinued": 3}
    assert Approval.objects.first().effective_on == date(2026, 11, 20)


def test_an_approval_is_suspended_after_two_years_and_renewed_by_the_next_notice(delivery):
    assume_due(on=DAY_AFTER)
    assert assume_due(on=date(2028, 10, 1)).suspended == 0
    assert assume_due(on=date(2028, 10, 2)).suspended == 3
    assert Approval.objects.first().effective_on == date(2028, 10, 2)
    renewal = DeliveryFactory(
        campaign=CampaignFactory(notice=delivery.campaign.notice, running=True),
        customer=delivery.customer,
        mailed_on=date(2028, 10, 5),
    )
    assert assume_due(on=date(2028, 11, 7)).assumed == 0
    assert assume_due(on=date(2028, 11, 8)).assumed == 3
    assert set(Approval.objects.values_list("delivery", flat=True)) == {renewal.pk}


def test_a_renewal_in_good_time_takes_over_as_evidence(delivery):
    assume_due(on=DAY_AFTER)
    renewal = DeliveryFactory(
        campaign=CampaignFactory(notice=delivery.campaign.notice, running=True),
        customer=delivery.customer,
        mailed_on=date(2028, 8, 1),
    )
    report = assume_due(on=renewal.assume_from)
    assert report.assumed == 3
    assert report.suspended == 0
    assert [h.history_type for h in Approval.objects.first().history.all()] == ["~", "+"]


def test_a_later_change_of_the_setting_moves_no_window_that_runs(delivery):
    carrier = CarrierFactory()
    carrier.default_waiting_days = 90
    carrier.save()
    assert forecast(on=DAY_AFTER).assumed == 3
    carrier.default_waiting_days = 33
    carrier.save()
    assert forecast(on=LAST_DAY).assumed == 0


def test_a_notice_that_gives_longer_than_the_rule_is_held_to_what_it_says(reference_data):
    generous = DeliveryFactory(mailed_on=MAILED, campaign__notice__waiting_days=60)
    assert generous.last_objection_day == date(2026, 11, 30)
    assert assume_due(on=date(2026, 11, 30)).assumed == 0
    assert assume_due(on=date(2026, 12, 1)).assumed == 3
