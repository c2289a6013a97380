"""Consent to notices by e-mail counts when a notice goes, not only when recipients are chosen."""

from datetime import date

import pytest

from accounts import customers
from accounts.models import Customer
from notices import sending
from notices.models import Delivery

pytestmark = pytest.mark.django_db(transaction=True)


def withdraw(delivery):
    customers.withdraw_email_consent(
        delivery.customer, on=date(2026, 11, 23), by=None, because="Called"
    )


def test_whoever_withdrew_it_after_the_start_gets_a_letter_instead(sink, campaign_to, to):
    campaign = campaign_to(2)
    withdraw(to("c1"))
    sending.send(campaign.pk)
    assert sink.recipients == {"c2@mail.example": 1}
    first = to("c1")
    assert first.state == "failed"
    assert first.reason == "Consent to notices by e-mail was withdrawn before it was sent."
    assert first.contact_point.undeliverable_since is None
    letter = Delivery.objects.get(customer=first.customer, round=2)
    assert (letter.channel, letter.state) == ("post", "queued")
    campaign.refresh_from_db()
    assert campaign.status == "running"


def test_even_while_the_campaign_is_being_sent(sink, campaign_to, to, settings, monkeypatch):
    settings.SMTP_CONNECTIONS = 1
    campaign = campaign_to(5)
    read = sending.claims.next_jobs

    def withdrawn_after_it_was_read(*args, **kwargs):
        jobs = read(*args, **kwargs)
        Customer.objects.filter(pk=to("c5").customer_id).update(
            email_notices_since=None, email_notices_proof=""
        )
        return jobs

    monkeypatch.setattr(sending.claims, "next_jobs", withdrawn_after_it_was_read)
    sending.send(campaign.pk)
    assert "c5@mail.example" not in sink.recipients
    assert len(sink.messages) == 4
    assert to("c5").state == "failed"
