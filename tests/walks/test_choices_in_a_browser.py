"""A customer's way through the public pages, on a telephone, without any script."""

import re
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from accounts.models import AccountChange, Carrier, ContactOptOut
from cpni.models import OptOutRequest
from notices import links
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.notices import DeliveryFactory
from tests.walks.conftest import IN_A_BROWSER

pytestmark = IN_A_BROWSER
PHONE = {"viewport": {"width": 390, "height": 800}, "java_script_enabled": False}


def link(name, delivery, purpose=links.CHOICES):
    token = links.token(delivery.pk, links.newest_key(at=timezone.now()), purpose)
    return reverse(f"choices:{name}", args=[token])


def fits(page):
    """Nothing stands beyond the edge of the screen."""
    width = page.locator("html").bounding_box()["width"]
    return all(
        box["x"] >= 0 and box["x"] + box["width"] <= width + 1
        for box in (one.bounding_box() for one in page.locator("main *").all())
        if box and box["width"]
    )


def test_a_customer_says_no_then_yes_and_each_is_confirmed(new_page, reference_data):
    CarrierFactory(legal_name="Wasatch Telephone")
    customer = CustomerFactory(name="Ann Example", email="ann@mail.example")
    mailed_on = Carrier.today() - timedelta(days=3)
    delivery = DeliveryFactory(customer=customer, mailed_on=mailed_on)
    page = new_page(**PHONE)

    page.goto(link("notice", delivery))
    page.get_by_text("Wasatch Telephone").first.wait_for()
    assert fits(page)
    agents = page.get_by_role("group", name="Letting our agents offer you our services")
    agents.get_by_label("No, do not use it").check()
    page.get_by_role("button", name="Save my choice").click()
    page.get_by_role("heading", name="Your choice is recorded").wait_for()
    page.get_by_text("A confirmation is on its way to you by e-mail.").wait_for()
    assert fits(page)
    (request,) = OptOutRequest.objects.all()
    assert (request.wish, request.status, request.customer) == ("opt_out", "applied", customer)

    page.get_by_role("link", name="Change my choice").click()
    agents.get_by_label("Yes, you may use it").check()
    page.get_by_role("button", name="Save my choice").click()
    page.get_by_text("You said yes.").first.wait_for()
    assert OptOutRequest.objects.latest("pk").wish == "opt_in"
    assert AccountChange.objects.filter(kind="choice", customer=customer).count() == 2
    assert page.faults == []


def test_a_customer_without_a_link_and_one_who_wants_no_offers(new_page, reference_data):
    CarrierFactory()
    page = new_page(**PHONE)
    page.goto(reverse("choices:without-link"))
    assert fits(page)
    page.get_by_label("Your name").fill("Ann Example")
    page.get_by_label("Your telephone number").fill("A77")
    page.get_by_label("The address").fill("1 Elm Street")
    page.get_by_role("button", name="Send").click()
    page.get_by_text(re.compile(r"\bO-\d+")).wait_for()
    request = OptOutRequest.objects.get()
    assert request.reference in page.content()
    assert request.status == "received"

    offer = DeliveryFactory(state="queued", marketing=True)
    page.goto(link("stop-marketing", offer, links.UNSUBSCRIBE))
    assert not ContactOptOut.objects.exists()
    page.get_by_role("button", name="Stop offers by e-mail").click()
    page.get_by_role("heading", name="You get no more offers from us").wait_for()
    assert fits(page)
    assert ContactOptOut.objects.get().customer == offer.customer
    assert page.faults == []
