"""What the relay does not take: refused for good, put off, or in doubt."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.encrypted_fields import Sealed
from accounts.models import ContactPoint
from notices import sending
from notices.models import Delivery
from notices.sending import Ended
from tests.smtp_sink import DROP

C2 = "c2@mail.example"


def later(**kwargs):
    """A clock that is ahead of time."""
    return lambda: timezone.now() + timedelta(**kwargs)


@pytest.mark.parametrize("command", ["RCPT", "DONE"])
def test_an_address_that_does_not_exist_has_failed_and_a_letter_takes_its_place(
    sink, campaign_to, states, to, command
):
    sink.answers[command, C2] = "550 5.1.1 No such user"
    sending.send(campaign_to(3).pk)
    assert states() == {"c1": "sent", "c2": "failed", "c3": "sent"}
    delivery = to("c2")
    assert delivery.server_answer == "550 5.1.1 No such user"
    assert delivery.reason == "The relay refused this address for good."
    assert delivery.contact_point.undeliverable_since is not None
    substitute = Delivery.objects.get(round=2)
    assert (substitute.customer, substitute.channel) == (delivery.customer, "post")


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("RCPT", "451 4.7.1 Greylisted"),
        ("DATA", "452 4.3.1 Full"),
        ("DONE", "451 4.3.0 Try again"),
        ("RCPT", "554 5.7.1 Relay access denied"),
        ("DONE", "554 5.7.1 Looks like spam"),
    ],
)
def test_what_is_not_the_addresss_fault_is_tried_again_minutes_later(
    sink, campaign_to, to, command, answer
):
    sink.answers[command, C2] = [answer]
    campaign = campaign_to(3)
    assert sending.send(campaign.pk).ended is Ended.WAITING
    put_off = to("c2")
    assert (put_off.state, put_off.attempts, put_off.server_answer) == ("queued", 1, answer)
    assert put_off.reason == "The relay did not take it yet; it is tried again."
    assert put_off.try_after > timezone.now() + timedelta(minutes=4)
    assert campaign.pk not in sending.waiting(at=timezone.now())
    assert campaign.pk in sending.waiting(at=put_off.try_after)
    assert sending.send(campaign.pk, clock=later(minutes=6)).ended is Ended.DONE
    assert (to("c2").state, to("c2").attempts, to("c2").in_doubt) == ("sent", 2, 0)
    assert sink.recipients[C2] == 1


def test_after_five_attempts_it_has_failed_and_a_letter_takes_its_place(sink, campaign_to, to):
    sink.answers["RCPT", C2] = "451 4.7.1 Greylisted"
    campaign = campaign_to(3)
    for day in range(5):
        sending.send(campaign.pk, clock=later(days=day))
    failed = to("c2")
    assert (failed.state, failed.attempts) == ("failed", 5)
    assert failed.contact_point.undeliverable_since is None
    assert Delivery.objects.get(round=2).channel == "post"


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
def test_a_connection_lost_before_the_message_leaves_no_doubt(sink, campaign_to, to, command):
    sink.answers[command, C2] = [DROP]
    campaign = campaign_to(3)
    sending.send(campaign.pk)
    assert (to("c2").state, to("c2").attempts, to("c2").in_doubt) == ("queued", 1, 0)
    sending.send(campaign.pk, clock=later(minutes=6))
    assert sink.recipients[C2] == 1


def test_a_connection_lost_before_the_answer_is_in_doubt_and_sent_again(sink, campaign_to, to):
    sink.answers["DONE", C2] = [DROP]
    campaign = campaign_to(3)
    sending.send(campaign.pk)
    assert (to("c2").state, to("c2").attempts, to("c2").in_doubt) == ("queued", 1, 1)
    begin = timezone.now()
    sending.send(campaign.pk, clock=later(minutes=6))
    assert (to("c2").state, to("c2").in_doubt, to("c2").reason) == ("sent", 1, "")
    # Twice under one Message-ID; the clock runs from the second.
    assert sink.recipients[C2] == 2
    assert len({m["Message-ID"] for m in sink.messages}) == 3
    assert to("c2").sent_at > begin + timedelta(minutes=5)


def test_an_address_that_no_mail_can_have_fails_alone(sink, campaign_to, states):
    campaign = campaign_to(2)
    point = ContactPoint.objects.found_by("email", C2).get()
    bad = ContactPoint._meta.get_field("value").close("c2 <x>@mail.example", point.pk)
    ContactPoint.objects.filter(pk=point.pk).update(value=Sealed(bad))
    sending.send(campaign.pk)
    assert sorted(states().values()) == ["failed", "sent"]
