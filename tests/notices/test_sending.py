"""A campaign's e-mail goes out over real SMTP, and each row says what became of it."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from notices import sending
from notices.models import Delivery
from notices.placeholders import fill
from notices.sending import Ended
from tests.mailing import message_id


def test_everybody_gets_the_notice_once_and_every_row_says_so(sink, campaign_to):
    campaign = campaign_to(12)
    result = sending.send(campaign.pk)
    assert (result.ended, result.counts["sent"]) == (Ended.DONE, 12)
    assert sink.recipients == {f"c{n}@mail.example": 1 for n in range(1, 13)}
    for delivery in Delivery.objects.all():
        assert (delivery.state, delivery.attempts, delivery.in_doubt) == ("sent", 1, 0)
        assert delivery.server_answer.startswith("250 2.0.0 Kept as ")
    campaign.refresh_from_db()
    assert (campaign.status, campaign.lease) == ("finished", None)


@pytest.mark.parametrize(("size", "connections"), [(12, 3), (1, 1)])
def test_connections_stay_open_and_are_no_more_than_needed(sink, campaign_to, size, connections):
    sending.send(campaign_to(size).pk)
    assert len(sink.messages) == size
    assert (sink.connections, sink.most_at_once) == (connections, connections)


def test_the_message_is_the_text_of_the_notice(sink, campaign_to):
    campaign = campaign_to(1)
    sending.send(campaign.pk)
    delivery = Delivery.objects.get()
    (message,) = sink.messages
    values = {"customer_name": delivery.recipient_name, "reference": delivery.reference}
    expected = fill(delivery.text.email_body, values)
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == expected
    assert message["Subject"] == delivery.text.subject
    assert message["Message-ID"] == message_id(delivery)
    assert message["Reply-To"] == "cpni@wasatch.example"


def test_each_clock_runs_from_the_day_on_which_its_own_message_left(sink, campaign_to, settings):
    settings.SMTP_CONNECTIONS, settings.SENDING_LEASE = 1, 360_000
    campaign = campaign_to(3)
    # Half an hour passes whenever the time is asked, and soon the carrier's midnight.
    begin, asked = datetime(2026, 11, 24, 4, tzinfo=UTC), count()
    sending.send(campaign.pk, clock=lambda: begin + timedelta(minutes=30) * next(asked))
    assert {d.mailed_on for d in Delivery.objects.all()} == {date(2026, 11, 23), date(2026, 11, 24)}
    for delivery in Delivery.objects.all():
        assert delivery.mailed_on == (delivery.sent_at - timedelta(hours=7)).date()
        assert delivery.last_objection_day == delivery.mailed_on + timedelta(days=33)
        assert delivery.assume_from == delivery.mailed_on + timedelta(days=34)


def test_history_tells_that_it_was_sent_and_by_what(sink, campaign_to):
    sending.send(campaign_to(1).pk)
    told = Delivery.objects.get().history.values_list("state", "actor", "history_change_reason")
    assert told.first() == ("sent", "CPNI Desk", "The relay accepted it")
    assert [row[0] for row in told] == ["sent", "queued"]


def test_letters_that_wait_are_left_alone(sink, campaign_to):
    campaign = campaign_to(1)
    Delivery.objects.update(channel="post")
    sending.send(campaign.pk)
    campaign.refresh_from_db()
    assert (sink.connections, campaign.status) == (0, "running")
