"""Who is on the telephone list: whom no notice of a changed policy reaches, and nobody else."""

from datetime import date, timedelta

import pytest

from notices import telephone_tasks
from notices.models import PolicyBinding, TelephoneTask
from notices.tasks import refresh_telephone_list
from tests.factories.accounts import CustomerFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, undelivered
from tests.policycalls.conftest import AT, ON

pytestmark = pytest.mark.django_db


def listed():
    refresh_telephone_list()
    return {task.customer for task in TelephoneTask.objects.filter(state="open")}


@pytest.fixture
def delivery(customer):
    return undelivered(customer)


def test_whose_notice_came_back_is_on_it_with_the_zone_and_the_next_sensible_hour(
    delivery, clock, customer
):
    clock.move_to(AT + timedelta(hours=12))  # eleven at night in Utah
    refresh_telephone_list()
    task = TelephoneTask.objects.get()
    assert (task.customer, task.delivery) == (customer, delivery)
    assert task.policy_version == delivery.campaign.notice.policy_version
    assert task.zones == "America/Denver"
    assert task.next_try_at == AT + timedelta(hours=22)  # nine the next morning
    assert task.history.get().history_type == "+"


def test_who_cannot_be_reached_at_all_is_on_it(customer):
    undelivered(customer, channel="none", state="unreachable", outcome="", outcome_on=None)
    assert listed() == {customer}


def test_never_for_a_cpni_notice_which_may_not_be_given_orally(customer):
    undelivered(customer, campaign=CampaignFactory(running=True))
    assert listed() == set()


@pytest.mark.parametrize("state", ["queued", "sent"])
def test_not_while_a_substitute_is_on_its_way_or_has_arrived(delivery, state):
    DeliveryFactory(campaign=delivery.campaign, customer=delivery.customer, round=2, state=state)
    assert listed() == set()


def test_another_notice_that_arrived_does_not_tell_them_of_the_policy(delivery, customer):
    DeliveryFactory(customer=customer)
    assert listed() == {customer}


def test_not_who_accepted_has_left_or_came_under_that_version_from_the_start(delivery, customer):
    version = delivery.campaign.notice.policy_version
    PolicyBinding.objects.create(customer=customer, policy_version=version, since=ON)
    undelivered(CustomerFactory(discontinued=True), campaign=delivery.campaign)
    undelivered(CustomerFactory(active_since=date(2026, 11, 20)), campaign=delivery.campaign)
    assert listed() == set()


def test_again_it_changes_nothing_more(delivery):
    refresh_telephone_list()
    assert telephone_tasks.refresh(at=AT, on=ON).total() == 0
    assert TelephoneTask.history.count() == 1


def test_whom_a_later_letter_reaches_is_taken_off_and_comes_back_with_the_letter(delivery):
    refresh_telephone_list()
    later = DeliveryFactory(campaign=delivery.campaign, customer=delivery.customer, round=2)
    assert listed() == set()
    later.outcome, later.outcome_on = "returned", ON
    later.save()
    assert listed() == {delivery.customer}
    assert [row.state for row in TelephoneTask.history.order_by("pk")] == [
        "open", "not_needed", "open",
    ]  # fmt: skip
