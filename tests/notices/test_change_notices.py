"""A change is told where the customer could be reached before, and never says what it was."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import transaction

from accounts import changes, contacts
from accounts.models import AccountChange
from notices import change_notices, letters
from notices.models import Campaign, Delivery
from tests.factories.accounts import CarrierFactory, CustomerFactory

pytestmark = pytest.mark.django_db
ON, AT = date(2026, 11, 23), datetime(2026, 11, 23, 18, tzinfo=UTC)
NEW = ("9 Oak Street", "12 Elm Street", "84057", "first@new.example", "second@new.example")


@pytest.fixture(autouse=True)
def noon():
    CarrierFactory()
    with time_machine.travel(AT, tick=False):
        yield


def change(customer, kind, **values):
    contacts.change_contact(
        customer, kind=kind, at=AT, on=ON, route="call", by=None, because="Called", **values
    )


def move_twice(customer):
    for line1, email in zip(NEW[:2], NEW[3:], strict=True):
        change(customer, "post", line1=line1, city="Orem", state="UT", postcode="84057")
        change(customer, "email", value=email)


def printed():
    campaign = Campaign.objects.get(channel="post")
    batch = letters.make_batch(campaign, by=None, because="Print", at=AT)
    return batch, "".join(letters.export(batch, by=None))


def test_two_changes_on_one_day_go_to_the_older_places_and_tell_nothing_new(sink, tell):
    customer = CustomerFactory(email="ann@mail.example", language="es")
    move_twice(customer)
    tell()
    assert sink.recipients == {"ann@mail.example": 4}
    _, csv = printed()
    assert csv.count(f"{customer.pk} Cottonwood Lane") == 4
    said = csv + "".join(
        str(m) + "".join(part.get_content() for part in m.iter_parts()) for m in sink.messages
    )
    assert not [value for value in NEW if value in said]
    assert "la dirección postal" in said
    assert "23 de noviembre de 2026" in said
    assert "+18005550134" not in said
    assert "(800) 555-0134" in said


def test_a_text_goes_to_a_wireless_number_of_record_and_nothing_else(gateway, sink, tell):
    customer = CustomerFactory(email="ann@mail.example", service="wireless")
    move_twice(customer)
    tell()
    assert len(gateway.taken) == 4
    number = customer.services.get().telephone_number
    for message in gateway.taken:
        assert number in message["body"]
        assert not [value for value in NEW if value in message["body"]]
    assert not sink.recipients
    for delivery in Delivery.objects.all():
        assert (delivery.channel, delivery.state, delivery.mailed_on) == ("text", "sent", ON)
        assert (delivery.assume_from, delivery.server_answer) == (None, "202 SM-17")


def test_queued_twice_it_is_told_once_and_what_is_rolled_back_not_at_all(tell):
    customer = CustomerFactory()
    with pytest.raises(RuntimeError), transaction.atomic():
        changes.note(customer, "password", at=AT, on=ON, route="call", by=None)
        raise RuntimeError("power cut")
    change(customer, "email", value="first@new.example")
    given = {"at": AT, "message_domain": "wasatch.example"}
    assert [change_notices.queue(**given), change_notices.queue(**given)] == [1, 0]
    delivery = Delivery.objects.get()
    assert (delivery.channel, delivery.contact_point.kind) == ("post", "post")
    assert delivery.history.count() == 1


def test_nothing_of_record_is_an_exception_and_the_first_day_is_none(tell):
    change(CustomerFactory(post=False, service=False), "email", value="first@new.example")
    change(CustomerFactory(active_since=ON), "email", value="second@new.example")
    tell()
    delivery = Delivery.objects.get()
    assert (delivery.channel, delivery.state) == ("none", "unreachable")
    assert AccountChange.objects.filter(at_start=True).count() == 1


def test_a_letter_that_is_mailed_has_its_day_and_no_waiting_period(tell):
    change(CustomerFactory(), "email", value="first@new.example")
    tell()
    batch, _ = printed()
    letters.confirm_mailed(batch, on=ON, proof="PS 3600", by=None, because="Mailed", today=ON)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.mailed_on, delivery.assume_from) == ("sent", ON, None)
    assert batch.campaign.status == "running"


@pytest.mark.parametrize("post", [True, False])
def test_a_refused_email_is_followed_by_the_letter_or_by_a_person(sink, tell, post):
    customer = CustomerFactory(email="ann@mail.example", post=post, service=False)
    sink.answers["RCPT", "*"] = "550 5.1.1 Unknown"
    change(customer, "telephone", value="801-555-0177")
    changes.note(customer, "password", at=AT, on=ON, route="call", by=None)
    tell()
    told = Delivery.objects.order_by("pk").values_list("channel", "state")
    left = ("post", "queued") if post else ("none", "unreachable")
    assert sorted(told) == sorted([("email", "failed"), left])


def test_a_number_that_the_gateway_refuses_is_followed_by_email_and_then_a_letter(
    gateway, sink, tell
):
    gateway.script = [400]
    sink.answers["RCPT", "*"] = "550 5.1.1 Unknown"
    customer = CustomerFactory(email="ann@mail.example", service="wireless")
    changes.note(customer, "online", at=AT, on=ON, route="admin", by=None)
    tell()
    tell()
    told = Delivery.objects.order_by("pk").values_list("channel", "state")
    assert list(told) == [("text", "failed"), ("email", "failed"), ("post", "queued")]
