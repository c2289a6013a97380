"""A notice that comes back counts for nothing, and a substitute goes out in another form."""

from datetime import date

import pytest

from accounts.errors import Refused
from notices import outcomes
from notices.models import Campaign, Delivery
from tests.factories.accounts import CustomerFactory
from tests.factories.notices import DeliveryFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

LEARNT = date(2026, 10, 20)


def came_back(delivery, outcome):
    return outcomes.record(delivery, outcome=outcome, on=LEARNT, by=None, because="Came back")


def by_email(**kwargs):
    return DeliveryFactory(channel="email", customer=CustomerFactory(by_email=True, **kwargs))


def test_a_bounced_email_opens_a_letter_with_a_clock_of_its_own():
    delivery = by_email()
    Campaign.objects.update(status="finished")
    substitute = came_back(delivery, "bounced").substitute
    assert (substitute.channel, substitute.round, substitute.state) == ("post", 2, "queued")
    assert substitute.assume_from is None
    delivery.refresh_from_db()
    assert (delivery.outcome, delivery.outcome_on) == ("bounced", LEARNT)
    assert delivery.contact_point.undeliverable_since == LEARNT
    assert Campaign.objects.get().status == "running"


def test_a_second_report_of_the_same_delivery_does_nothing():
    delivery = by_email()
    came_back(delivery, "bounced")
    rows = Delivery.history.count()
    assert came_back(delivery, "bounced") == outcomes.Result(False, None)
    assert Delivery.history.count() == rows


def test_a_returned_letter_goes_by_email_only_with_consent():
    consented = DeliveryFactory(customer=CustomerFactory(by_email=True))
    assert came_back(consented, "returned").substitute.channel == "email"
    address_only = DeliveryFactory(customer=CustomerFactory(email="x@mail.example"))
    assert came_back(address_only, "returned").substitute.state == "unreachable"


def test_when_both_ways_failed_the_customer_is_on_the_exceptions_list():
    first = by_email()
    second = came_back(first, "bounced").substitute
    second.state, second.mailed_on = "sent", date(2026, 10, 22)
    second.last_objection_day = second.assume_from = date(2026, 11, 30)
    second.save()
    third = came_back(second, "returned").substitute
    assert (third.channel, third.state) == ("none", "unreachable")
    assert "no other way" in third.reason


def test_an_outcome_must_fit_how_and_whether_it_was_sent():
    with pytest.raises(Refused, match="cannot be bounced"):
        came_back(DeliveryFactory(), "bounced")
    with pytest.raises(Refused, match="has not been sent"):
        came_back(DeliveryFactory(state="queued"), "returned")


def test_an_address_that_the_relay_refuses_fails_and_opens_a_letter():
    delivery = DeliveryFactory(
        channel="email", customer=CustomerFactory(by_email=True), state="sending"
    )
    substitute = outcomes.refused_by_server(
        delivery.pk,
        reason="There is no such mailbox.",
        answer="550 no such user",
        on=LEARNT,
        address_is_bad=True,
    )
    delivery.refresh_from_db()
    assert (delivery.state, delivery.server_answer) == ("failed", "550 no such user")
    assert substitute.channel == "post"
