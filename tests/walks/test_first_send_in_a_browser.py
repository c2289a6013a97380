"""From writing a notice to its first send, as an officer and a second person do it in a browser."""

import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Carrier
from config import roles
from notices import signing_off
from notices.models import Campaign, Delivery, Notice
from notices.tasks import start_campaign
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.notices import PolicyFactory
from tests.notices.conftest import sink  # noqa: F401
from tests.walks.conftest import IN_A_BROWSER

pytestmark = [*IN_A_BROWSER, pytest.mark.usefixtures("reference_data")]


def act(page, name, because, **fields):
    """Press the button of an act, fill in its form, confirm."""
    # The name of its picture stands before its own.
    page.get_by_role("link", name=re.compile(f"{name}$")).first.click()
    for label, value in fields.items():
        page.get_by_label(label).fill(value)
    page.get_by_label("Reason").fill(because)
    page.get_by_role("button", name=name, exact=True).click()


def test_a_notice_is_written_checked_approved_and_sent(sign_in, sink):  # noqa: F811
    CarrierFactory()
    PolicyFactory(number="1.0", effective_on=date(2020, 1, 1), uses=["other-services", "agents"])
    ann = CustomerFactory(name="Ann Example", account_number="A77", by_email=True, language="es")
    CustomerFactory(by_email=True)
    CustomerFactory(language="es")
    page, other = sign_in(roles.OFFICER, email="pat@wasatch.example"), sign_in(roles.OFFICER)

    # Written, from the standard words: both languages, both forms.
    page.goto(reverse("admin:notices_notice_add"))
    page.get_by_role("link", name="a CPNI notice under the policy in force").click()
    page.get_by_label("Title").fill("Autumn notice")
    broken = page.locator("#id_texts-0-email_body")
    words = broken.input_value()
    broken.fill(words.replace("{{ reference }}", "{{ refrence }}"))
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("refrence").first).to_be_visible()
    assert not Notice.objects.exists()
    broken.fill(words)
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    notice = Notice.objects.get()
    assert notice.texts.count() == 2

    # Checked: nothing fails, and each line that needs judgement is answered for by a person.
    page.get_by_role("link", name="Open the content check").click()
    opened = [line for line in signing_off.checked(notice) if line.is_open]
    assert not [line for line in opened if line.result.fails]
    page.get_by_role("link", name="Sign off").first.click()
    page.locator("[name=verdict][value=good]").check()
    page.get_by_label("Reason").fill("Read in both languages")
    page.get_by_role("button", name="Sign off").click()
    page.get_by_text("Answered for by a person (1)").wait_for()

    # Tested on oneself, then seen as a customer gets it, in their language.
    page.goto(reverse("admin:notices_notice_send_test", args=[notice.pk]))
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("2 tests were sent.")).to_be_visible()
    assert {message["Subject"][:6] for message in sink.messages} == {"[TEST]"}
    sink.accepted.clear()
    page.goto(reverse("admin:notices_notice_preview", args=[notice.pk]))
    page.get_by_label("As the customer with account number").fill("A77")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="as Ann Example gets it")).to_be_visible()
    frame = page.frame_locator("iframe[title='E-mail on a phone']")
    expect(frame.get_by_text("Ann Example").first).to_be_visible()
    expect(page.get_by_alt_text("Page 1 of the letter")).to_be_visible()

    # Whoever wrote it cannot approve it; the other can.
    author = Notice.objects.get().author
    for line in signing_off.checked(notice):
        if line.is_open:
            code = line.result.line.code
            signing_off.sign_off(notice, code, verdict="good", by=author, at=timezone.now())
    address = reverse("admin:notices_notice_change", args=[notice.pk])
    page.goto(address)
    act(page, "Approve", "It is good")
    expect(page.get_by_text("wrote or changed")).to_be_visible()
    other.goto(address)
    act(other, "Approve", "Read line by line")
    expect(other.get_by_text("is approved and fixed")).to_be_visible()

    # A campaign to those who speak Spanish, counted as its form changes.
    page.goto(reverse("admin:notices_campaign_add"))
    page.get_by_label("Name").fill("Autumn")
    page.locator("#id_notice").select_option(str(notice.pk))
    page.locator("#id_audience").select_option("active")
    page.locator("#id_language").select_option("es")
    expect(page.locator("#reach-counted")).to_contain_text("Another language than Spanish")
    expect(page.locator("#reach-said")).to_have_text("2 of 3 active customers.")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    campaign = Campaign.objects.get()
    other.goto(reverse("admin:notices_campaign_change", args=[campaign.pk]))
    act(other, "Approve", "Audience checked")
    expect(other.get_by_text("is approved")).to_be_visible()
    page.reload()
    act(page, "Start now", "Its day has come")
    expect(page.get_by_text("is starting")).to_be_visible()

    # The worker's function sends.
    start_campaign(campaign.pk)
    (message,) = sink.messages
    assert "Ann Example" in message.get_body(("plain",)).get_content()
    assert Delivery.objects.get(channel="email").mailed_on == Carrier.today()

    # The page and the results show it.
    page.reload()
    expect(page.get_by_role("row", name="Sent 1")).to_be_visible()
    page.get_by_role("link", name="Results").click()
    expect(page.get_by_role("row", name="Sent, nothing came back")).to_contain_text("1")
    expect(page.locator("canvas").first).to_be_visible()
    assert page.faults == other.faults == []
    assert ann.deliveries.get().state == "sent"
