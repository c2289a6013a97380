"""Each e-mail carries addresses and a Message-ID by which what comes back is matched."""

import pytest

from notices import links, return_addresses, sending
from notices.models import Delivery
from notices.return_addresses import Found
from tests.mailing import address, message_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(sink, campaign_to, settings):
    """The one message of a campaign, with return addresses, and its delivery."""
    settings.RETURN_ADDRESS = "bounces@wasatch.example"
    sending.send(campaign_to(1).pk)
    return sink, Delivery.objects.get()


def test_bounces_and_replies_come_to_addresses_of_the_deliverys_own(sent):
    sink, delivery = sent
    (message,) = sink.messages
    assert sink.senders == [address(delivery, "bounce")]
    assert message["Reply-To"] == address(delivery, "reply")
    assert message["Message-ID"] == message_id(delivery)
    for text in (sink.senders[0], message["Reply-To"]):
        assert text.endswith("@wasatch.example")
        assert len(text.partition("@")[0]) <= 64


def test_they_name_the_delivery_and_no_other_in_whatever_case(sent):
    _, delivery = sent
    for kind in ("bounce", "reply"):
        text = address(delivery, kind)
        found = [Found(delivery.pk, kind)]
        assert return_addresses.in_addresses(f"To: <{text}>, x@y.example") == found
        assert return_addresses.in_addresses(text.upper()) == found
        other = "r" if kind == "bounce" else "b"
        assert return_addresses.in_addresses(text.replace("+b-", f"+{other}-", 1)) in ([], found)
        assert return_addresses.in_addresses(text.replace("-n-", "-n-1")) == []
    identifier = message_id(delivery)
    assert return_addresses.in_message_ids(f"References: <a@b> {identifier}") == [
        Found(delivery.pk, "message-id")
    ]
    assert return_addresses.in_message_ids(identifier.replace("-", "", 1)) == []


def test_what_opens_one_thing_opens_nothing_else(sent):
    _, delivery = sent
    key = links.LinkKey.objects.get().secret
    proofs = {
        links.token(delivery.pk, key, purpose)
        for purpose in (links.CHOICES, "bounce", "reply", "message-id")
    }
    assert len(proofs) == 4
    assert links.delivery_of(links.token(delivery.pk, key, "reply")) is None


def test_a_later_key_changes_no_message_id_and_opens_old_addresses(sent):
    _, delivery = sent
    before, replies = message_id(delivery), address(delivery, "reply")
    links.LinkKey(secret="x" * 43, made_at=delivery.sent_at).save()
    assert message_id(delivery) == before
    assert address(delivery, "reply") != replies
    assert return_addresses.in_addresses(replies) == [Found(delivery.pk, "reply")]


def test_without_the_setting_replies_go_to_the_carriers_address(sink, campaign_to):
    sending.send(campaign_to(1).pk)
    (message,) = sink.messages
    assert message["Reply-To"] == "cpni@wasatch.example"
    assert sink.senders == ["notices@wasatch.example"]
