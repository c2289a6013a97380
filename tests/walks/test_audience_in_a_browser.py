"""Whom a draft would reach is counted again as its form changes, in a real browser."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from config import roles
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.notices import NoticeFactory
from tests.walks.conftest import IN_A_BROWSER

pytestmark = [*IN_A_BROWSER, pytest.mark.usefixtures("reference_data")]


def test_the_counts_follow_the_form(sign_in):
    CarrierFactory()
    known, _ = CustomerFactory(language="es"), CustomerFactory(by_email=True)
    notice = NoticeFactory()
    page = sign_in(roles.OFFICER)
    page.goto(reverse("admin:notices_campaign_add"))
    panel = page.locator("#reach-counted")
    expect(panel).to_contain_text("Notice: This field is required.")
    assert not page.locator("#id_due_within_days").is_visible()

    page.get_by_label("Name").fill("Autumn")
    page.locator("#id_notice").select_option(str(notice.pk))
    expect(panel).to_contain_text("All active customers 2", use_inner_text=True)
    page.locator("#id_audience").select_option("notice_due")
    expect(page.locator("#id_due_within_days")).to_be_visible()
    expect(panel).to_contain_text("No two-year notice due, or one is on its way")
    page.locator("#id_audience").select_option("active")
    page.locator("#id_language").select_option("es")
    expect(panel).to_contain_text("Another language than Spanish")
    page.locator("#id_account_numbers").fill(f"{known.account_number}\nA9")
    page.locator("#id_in_state").focus()
    expect(panel).to_contain_text("No customer has these account numbers: A9 (line 2).")
    expect(page.locator("#reach-said")).to_have_text("Not counted yet.")
    page.locator("#id_account_numbers").fill(known.account_number)
    page.get_by_role("button", name="Count again").click()
    expect(panel).to_contain_text("Not among the account numbers")
    expect(page.locator("#reach-said")).to_have_text("1 of 2 active customers.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(reverse("admin:notices_campaign_changelist") + "**")
    page.locator("#result_list").get_by_role("link", name="Autumn").click()
    expect(page.locator("#reach-counted")).to_contain_text("Autumn: account numbers")
    assert not page.faults, "\n".join(page.faults)
