"""A representative takes the next policy-change call, in a real browser and by keyboard alone."""

import pytest
from django.utils import timezone

from accounts.models import Call
from config import roles
from notices.models import PolicyBinding
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.notices import TelephoneTaskFactory
from tests.walks.conftest import IN_A_BROWSER

pytestmark = IN_A_BROWSER


@pytest.fixture
def task(reference_data):
    """Ann Example asked to be called now, whatever the hour is."""
    CarrierFactory()
    customer = CustomerFactory(name="Ann Example", account_number="A77")
    return TelephoneTaskFactory(customer=customer, by_appointment=True, next_try_at=timezone.now())


def test_the_next_customer_refuses_and_stays_under_the_old_policy(sign_in, task):
    page = sign_in(roles.REPRESENTATIVE)
    page.goto("/desk/policy-calls/")
    page.get_by_text("Asked to be called then").wait_for()
    page.keyboard.press("n")
    page.wait_for_url("**/calls/*/")
    page.get_by_text("I am calling from Wasatch Telephone, Inc.").wait_for()
    for key in ("x", "Enter"):
        page.keyboard.press(key)
    page.get_by_text("Say what came of the policy call first").wait_for()

    page.keyboard.press("p")
    page.locator("[value=accepted]:focus").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_text("Recorded: told: refuses it.").wait_for()
    page.get_by_text("They were told on").wait_for()
    for key in ("x", "1", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url("**/desk/")
    task.refresh_from_db()
    assert (task.state, task.answer) == ("done", "refused")
    assert not PolicyBinding.objects.exists()
    assert Call.objects.get().outcome == "done"
    assert page.faults == []


def test_nobody_answers_and_the_list_is_there_again(sign_in, task):
    page = sign_in(roles.REPRESENTATIVE)
    page.goto("/desk/policy-calls/")
    page.keyboard.press("n")
    page.wait_for_url("**/calls/*/")
    page.get_by_role("radio", name="Nobody answered").check()
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/policy-calls/")
    page.get_by_text("The call has ended.").wait_for()
    task.refresh_from_db()
    assert (task.attempts, task.claimed_by) == (1, None)
    assert Call.objects.get().outcome == "not_reached"
    assert page.faults == []
