"""The officer's and the representative's way through the pages, in a real browser."""

from accounts.models import Carrier
from config import roles
from cpni.models import Approval, OptOutRequest
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory
from tests.walks.conftest import IN_A_BROWSER

pytestmark = IN_A_BROWSER


def test_a_representative_records_an_opt_out_and_sees_it_honoured(sign_in, reference_data):
    CarrierFactory()
    customer = CustomerFactory(name="Ann Example", account_number="A77")
    DeliveryFactory(customer=customer, mailed_on=Carrier.today())
    page = sign_in(roles.REPRESENTATIVE)

    page.locator("a", has_text="Customers").first.click()
    page.get_by_placeholder("Account, name").fill("example")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="A77").click()
    page.get_by_role("heading", name="Ann Example Account A77").wait_for()
    page.get_by_text("Not yet").first.wait_for()

    page.goto("/admin/cpni/optoutrequest/add/")
    page.get_by_label("As stated").fill("Ann Example, A77: please stop.")
    page.get_by_label("Route").select_option("telephone")
    page.get_by_role("button", name="Save", exact=True).click()
    request = OptOutRequest.objects.get()
    assert (request.status, request.route) == ("received", "telephone")

    page.goto(f"/admin/cpni/optoutrequest/{request.pk}/change/")
    page.get_by_role("link", name="Match and apply").click()
    page.get_by_label("Or another account number").fill("A77")
    page.get_by_label("Reason").fill("Name and account agree")
    page.get_by_role("button", name="Match and apply").click()
    page.wait_for_load_state()
    assert Approval.objects.filter(customer=customer, state="denied").count() == 6
    page.goto(f"/admin/accounts/customer/{customer.pk}/change/")
    page.get_by_text("The customer opted out").first.wait_for()
    assert page.faults == []


def test_an_officer_confirms_that_letters_were_mailed(sign_in, reference_data):
    CarrierFactory()
    campaign = CampaignFactory(running=True)
    DeliveryFactory.create_batch(2, campaign=campaign, state="queued")
    page = sign_in(roles.OFFICER)
    page.goto(f"/admin/notices/campaign/{campaign.pk}/change/")
    page.get_by_role("link", name="Make post batch").click()
    page.get_by_label("Reason").fill("Printing day")
    page.get_by_role("button", name="Make post batch").click()
    page.get_by_text("has 2 letters").wait_for()

    page.goto("/admin/")
    page.get_by_text("letters not confirmed as mailed").wait_for()
    page.get_by_role("link", name="Confirm each batch").click()
    page.locator("#result_list a", has_text="Batch").click()
    page.get_by_role("link", name="Confirm mailed on").click()
    today = Carrier.today()
    page.get_by_label("Mailed on").fill(today.isoformat())
    page.get_by_label("Proof").fill("PS Form 3600")
    page.get_by_label("Reason").fill("Statement received")
    page.get_by_role("button", name="Confirm mailed on").click()
    page.get_by_text("2 letters have their mailing date").wait_for()
    dates = set(campaign.deliveries.values_list("state", "mailed_on"))
    assert dates == {("sent", today)}
    assert page.faults == []


def test_the_second_click_of_a_double_click_sends_nothing(sign_in, reference_data):
    page = sign_in(roles.OFFICER)
    page.goto("/admin/cpni/recipient/add/")
    page.locator("[name=name]").fill("Granite Sales")
    page.locator("[name=contract]").fill("Contract 7")
    page.locator("[name=safeguards]").fill("Destroyed after use")
    page.locator("[name=began_on]").fill("2026-01-01")
    stopped = page.locator("form:has([name=safeguards])").evaluate(
        """form => {
          const stopped = []
          document.addEventListener("submit", event => {
            stopped.push(event.defaultPrevented)
            event.preventDefault()
          })
          // What something else stops was not sent, and may be sent at once.
          form.addEventListener("submit", event => event.preventDefault(), {once: true})
          form.requestSubmit()
          form.requestSubmit()
          form.requestSubmit()
          return stopped
        }"""
    )
    assert stopped == [True, False, True]
    assert page.faults == []
