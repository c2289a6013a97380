"""The policy of config/csp.py in a real browser: it refuses nothing that the desk needs."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Carrier
from config import roles
from tests.architecture.access import ACCESS
from tests.architecture.test_admin_by_role import records  # noqa: F401
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory
from tests.walks.conftest import IN_A_BROWSER

pytestmark = IN_A_BROWSER


def test_the_browser_refuses_what_stands_in_a_page_and_these_tests_would_see_it(new_page):
    page = new_page()
    page.goto("/account/sign-in/")
    page.evaluate(
        """() => {
            document.body.insertAdjacentHTML('beforeend', '<b style="color: red">x</b>')
            const script = document.createElement('script')
            script.textContent = 'window.ran = true'
            document.body.append(script)
            setTimeout('window.ran = true')
        }"""
    )
    page.wait_for_timeout(100)
    assert page.evaluate("window.ran") is None
    refused = {re.search(r"policy: (\S+)", fault) for fault in page.faults if "policy: " in fault}
    assert {found[1] for found in refused if found} == {
        "style-src-attr",
        "script-src-elem",
        "script-src",
    }


SOME = ("accounts.customer", "notices.campaign", "notices.notice", "cpni.optoutrequest")
# What a browser may stumble over: a script, and an attribute that a script reads, with its words if
# these are run.
MOVES = re.compile(
    r"""<script[^>]*src="[^"]+"|\s(?:x-|@|:|hx-)[\w.:-]+(?:="[^"]*")?|\sdata-[\w-]+"""
)


def what_moves(page):
    """What of the text of a page is there to be run, with numbers left out."""
    return {re.sub(r"\d+", "", found) for found in MOVES.findall(page)}


def test_every_list_and_every_record_opens_without_a_fault(sign_in, client_of, records):  # noqa: F811
    """Each is read; the browser opens those in which something moves that it has not seen yet."""
    page, client, seen, opened = sign_in(roles.OFFICER), client_of(roles.OFFICER), set(), 0
    for record in ACCESS:
        base = f"admin:{record.replace('.', '_')}"
        # Histories and empty forms are of one kind each: some are enough of these.
        for name in ("changelist", "change", *(("history", "add") if record in SOME else ())):
            arguments = [records[record].pk] if name in ("change", "history") else []
            address = reverse(f"{base}_{name}", args=arguments)
            answer = client.get(address, follow=True)
            assert answer.status_code == 200
            moves = what_moves(answer.content.decode())
            if moves <= seen:
                continue
            seen |= moves
            opened += 1
            page.goto(address)
            assert page.locator("h1").first.is_visible()
    assert opened > 10
    assert not page.faults, "\n".join(page.faults)


def test_what_the_theme_moves_still_moves(sign_in, reference_data):
    CarrierFactory()
    CustomerFactory.create_batch(3)
    page = sign_in(roles.SUPERVISOR)
    # The theme's switch between light and dark.
    root, menu = page.locator("html"), page.locator("#nav-sidebar")
    own = page.get_by_text("unfold_more").last
    own.click()
    page.get_by_text("Dark", exact=True).click()
    expect(root).to_have_class(re.compile("dark"))
    page.get_by_text("Light", exact=True).click()
    expect(root).not_to_have_class(re.compile("dark"))
    # The menu at the side, which stays as it was left.
    expect(menu).to_be_visible()
    page.get_by_text("dock_to_right").first.click()
    expect(menu).to_be_hidden()
    page.reload()
    expect(menu).to_be_hidden()
    page.get_by_text("dock_to_right").first.click()
    expect(menu).to_be_visible()
    # A list: its search, its filters, the bar for what is selected.
    page.goto("/admin/accounts/customer/")
    page.keyboard.press("/")
    expect(page.locator("#searchbar")).to_be_focused()
    page.keyboard.type("example")
    page.keyboard.press("Enter")
    page.wait_for_url("**searched=1**")
    page.goto("/admin/notices/delivery/")
    page.get_by_text("filter_list").first.click()
    expect(page.locator("#changelist-filter")).to_be_visible()
    # One's own menu, on a narrow screen as on a wide one.
    page.set_viewport_size({"width": 700, "height": 900})
    page.reload()
    expect(menu).to_be_hidden()
    page.locator("header, body").get_by_text("dock_to_right").last.click()
    expect(menu).to_be_visible()
    assert not page.faults, "\n".join(page.faults)


def test_a_representative_goes_through_tabs_dates_and_acts(sign_in, reference_data):
    CarrierFactory()
    customer = CustomerFactory(name="Ann Example", account_number="A77")
    DeliveryFactory(customer=customer, mailed_on=Carrier.today())
    OptOutRequestFactory()
    page = sign_in(roles.REPRESENTATIVE)
    page.goto(f"/admin/accounts/customer/{customer.pk}/change/")
    tabs = page.locator("#tabs-items a")
    for tab in range(tabs.count()):
        tabs.nth(tab).click()
    page.goto(f"/admin/accounts/customer/{customer.pk}/record-choice/")
    page.get_by_label("Reason").fill("Said so")
    page.goto("/admin/cpni/optoutrequest/add/")
    page.locator(".date-icon").first.click()
    page.locator(".calendarbox a", has_text="Today").first.click()
    expect(page.get_by_label("Letter date")).to_have_value(Carrier.today().isoformat())
    # What is asked hangs on what is chosen.
    expect(page.get_by_label("Proof")).to_be_hidden()
    page.get_by_label("Wish").select_option("opt_in")
    expect(page.get_by_label("Proof")).to_be_visible()
    assert not page.faults, "\n".join(page.faults)


def test_an_officer_sees_a_campaigns_bar_and_their_own_pages(sign_in, reference_data):
    CarrierFactory()
    campaign = CampaignFactory(running=True)
    DeliveryFactory.create_batch(3, campaign=campaign, state="queued")
    DeliveryFactory(campaign=campaign, mailed_on=Carrier.today())
    page = sign_in(roles.OFFICER)
    page.goto(f"/admin/notices/campaign/{campaign.pk}/change/")
    shares = [part.bounding_box()["width"] for part in page.locator(".desk-bar rect").all()]
    assert shares[0] == pytest.approx(3 * shares[1], rel=0.01)
    for address in ("sessions/", "two-step/", "two-step/totp/activate/", "two-step/webauthn/add/"):
        page.goto(f"/account/{address}")
        if page.url.split("?")[0].endswith("/confirm/"):
            page.get_by_label("Password").fill("thirty-three-days")
            page.keyboard.press("Enter")
            page.wait_for_url(f"**/account/{address}")
        assert page.locator("h1").first.is_visible()
        if "totp" in address:
            assert page.locator(".desk-qr svg path").bounding_box()["width"] > 100
    assert not page.faults, "\n".join(page.faults)


def test_after_signing_out_the_back_button_shows_nothing(sign_in, reference_data):
    CarrierFactory()
    customer = CustomerFactory(name="Ann Example")
    page = sign_in(roles.REPRESENTATIVE)
    page.goto(f"/admin/accounts/customer/{customer.pk}/change/")
    page.goto("/account/sign-out/")
    page.locator("main, #content").get_by_role("button", name="Sign Out").click()
    page.wait_for_url("**/account/sign-in/**")
    page.go_back()
    page.go_back()
    page.wait_for_load_state()
    assert "Ann Example" not in page.content()
    assert not page.faults, "\n".join(page.faults)


def test_the_charts_of_a_campaigns_results_are_drawn(sign_in, reference_data):
    CarrierFactory()
    campaign = DeliveryFactory().campaign
    DeliveryFactory(campaign=campaign, outcome="returned", outcome_on=Carrier.today())
    page = sign_in(roles.MARKETING)
    page.goto(reverse("admin:notices_campaign_results", args=[campaign.pk]))
    sums = page.evaluate(
        """() => [...document.querySelectorAll('canvas')].map(
            canvas => Chart.getChart(canvas).data.datasets[0].data.reduce((a, b) => a + b))"""
    )
    assert sums == [2, 1, 1]  # sent, came back, last days
    assert page.faults == []
