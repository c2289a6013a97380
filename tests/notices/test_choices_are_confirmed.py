"""What was chosen by the web is confirmed in writing, once, where the customer can be reached."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import AccountChange
from cpni import optouts
from cpni.models import OptOutRequest
from notices import letters, links
from notices.models import Campaign, Delivery, Use
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import DeliveryFactory

pytestmark = pytest.mark.django_db
OCT_20 = datetime(2026, 10, 20, 18, tzinfo=UTC)
TODAY = date(2026, 10, 20)


@pytest.fixture(autouse=True)
def noon(reference_data):
    CarrierFactory(legal_name="Wasatch Telephone")
    with time_machine.travel(OCT_20, tick=False):
        yield


def chosen(customer, **fields):
    """Choose on the page of a notice to ``customer``; the page that follows, as text."""
    delivery = DeliveryFactory(customer=customer, mailed_on=date(2026, 10, 1))
    page = reverse("choices:notice", args=[links.token(delivery.pk, links.newest_key(at=OCT_20))])
    for _ in range(2):  # sent twice by a double click
        answer = Client().post(page, fields, follow=True)
    return answer.content.decode()


def named(code):
    return f"use-{Use.objects.get(code=code).pk}"


def test_it_goes_by_email_and_says_what_was_chosen(sink, tell):
    customer = CustomerFactory(email="ann@mail.example")
    page = chosen(customer, **{named("agents"): "no", named("other-services"): "yes"})
    assert "A confirmation is on its way to you by e-mail." in page
    tell()
    assert sink.recipients == {"ann@mail.example": 1}
    (message,) = sink.messages
    text = " ".join(message.get_body(("plain",)).get_content().split())
    no, yes = OptOutRequest.objects.order_by("pk")
    assert message["Subject"] == "Your choice about your account information is recorded"
    assert (
        f"You said no to: letting our agents offer you our services (request {no.reference})"
        in text
    )
    assert "You said yes to: offering you services of ours" in text
    assert yes.reference in text
    assert "October 20, 2026" in text
    assert "Reply-To" not in message


def test_in_the_customers_language(sink, tell):
    customer = CustomerFactory(email="ana@mail.example", language="es")
    page = chosen(customer, everything="1")
    assert "Wasatch Telephone" in page
    tell()
    (message,) = sink.messages
    text = " ".join(message.get_body(("plain",)).get_content().split())
    assert "Usted dijo que no a: todo aquello para lo que la ley pide su autorización" in text
    assert "20 de octubre de 2026" in text


def test_by_letter_to_whom_no_email_reaches(sink, tell):
    page = chosen(CustomerFactory(), everything="1")
    assert "A confirmation is on its way to you by post." in page
    tell()
    campaign = Campaign.objects.get(channel="post", notice__kind="choice")
    batch = letters.make_batch(campaign, by=None, because="Print", at=OCT_20)
    assert "You said no to: anything for which the law asks" in "".join(
        letters.export(batch, by=None)
    )
    assert not sink.recipients


def test_a_dead_address_is_not_written_to(sink, tell):
    customer = CustomerFactory(email="ann@mail.example")
    delivery = DeliveryFactory(customer=customer, mailed_on=date(2026, 10, 1))
    customer.contact_points.update(undeliverable_since=TODAY)
    page = reverse("choices:notice", args=[links.token(delivery.pk, links.newest_key(at=OCT_20))])
    answer = Client().post(page, {"everything": "1"}, follow=True).content.decode()
    assert "A confirmation is on its way" not in answer
    assert OptOutRequest.objects.get().status == "applied"
    assert not AccountChange.objects.exists()


@pytest.mark.parametrize(
    ("route", "confirmed"),
    [("web", 1), ("email", 1), ("letter", 0), ("telephone", 0), ("merge", 0), ("migration", 0)],
)
def test_what_came_in_writing_by_wire_is_confirmed_when_it_is_matched(route, confirmed):
    customer = CustomerFactory(email="ann@mail.example")
    request = OptOutRequestFactory(received_on=TODAY, route=route)
    for _ in range(2):
        optouts.apply(request, customer=customer, on=TODAY, by=None, because="Name matches")
    assert AccountChange.objects.filter(kind="choice").count() == confirmed


def test_it_is_no_notice_of_cpni_rights_and_starts_no_clock(sink, tell):
    chosen(CustomerFactory(email="ann@mail.example"), everything="1")
    tell()
    delivery = Delivery.objects.get(change__kind="choice")
    assert (delivery.state, delivery.assume_from) == ("sent", None)
    assert delivery not in Delivery.objects.notices()


def test_long_names_of_uses_give_way_to_references(sink, tell):
    customer = CustomerFactory(email="ann@mail.example")
    for number in range(10):
        Use.objects.create(code=f"own-{number}", purpose="x" * 200, mechanism="opt_out")
    request = OptOutRequestFactory(received_on=TODAY, route="web", all_uses=False)
    request.uses.set(Use.objects.filter(code__startswith="own-"))
    optouts.apply(request, customer=customer, on=TODAY, by=None, because="Name matches")
    assert AccountChange.objects.get().says == request.reference
