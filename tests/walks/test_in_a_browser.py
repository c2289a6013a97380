"""The officer's and the representative's way through the pages, in a real browser."""

import os
import shutil

import pytest

from accounts.models import Carrier
from config import roles
from cpni.models import Approval, OptOutRequest
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory

CHROMIUM = "/usr/bin/chromium"
PASSWORD = "thirty-three-days"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not shutil.which(CHROMIUM), reason=f"{CHROMIUM} is not installed"),
]


@pytest.fixture
def browser(monkeypatch):
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread, and Django takes it for an asynchronous view.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield running
        running.close()


@pytest.fixture
def sign_in(browser, live_server, staff):
    """``sign_in(roles.OFFICER)``: a page on which that role has signed in; errors are kept."""

    def make(role):
        user = staff(role)
        user.set_password(PASSWORD)
        user.save()
        page = browser.new_context(
            viewport={"width": 1280, "height": 800}, base_url=live_server.url
        ).new_page()
        page.set_default_timeout(10_000)
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.goto("/admin/")
        page.get_by_label("Username").fill(user.username)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/admin/")
        page.wait_for_load_state("networkidle")
        return page

    return make


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
    page.get_by_label("Account number").fill("A77")
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
    page.get_by_text("letters not confirmed as mailed").click()
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
