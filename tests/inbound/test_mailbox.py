"""The mailbox is read each minute: what cannot be stored stays there, and stops nothing else."""

from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import OperationalError

from accounts.errors import Refused
from accounts.models import Run
from cpni import tasks
from cpni.assuming import assume_due, forecast
from cpni.inbound import mailbox
from cpni.models import InboundMessage, OptOutRequest
from notices.models import PolicyBinding
from tests.factories.accounts import CustomerFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, NoticeFactory, PolicyFactory
from tests.inbound.conftest import AT
from tests.inbound.test_what_follows import states

pytestmark = pytest.mark.django_db


class Box:
    """A mailbox as far as it is used: ``messages`` are in the folder, ``aside`` was moved."""

    came = AT

    def __init__(self, *raws):
        self.messages = {str(number): raw for number, raw in enumerate(raws, 1)}
        self.aside = []
        self.client = self

    def uids(self):
        return list(self.messages)

    def uid(self, command, uid, what):
        day = self.came.strftime("%d-%b-%Y %H:%M:%S +0000").encode()
        known = b'1 (UID %s INTERNALDATE "%s" BODY[] {1}' % (uid.encode(), day)
        return "OK", [(known, self.messages[uid]), b")"]

    def move(self, uid, folder):
        self.aside.append(self.messages.pop(uid))


@pytest.fixture
def box(settings, monkeypatch):
    """``box(raw, …)``: the installation's mailbox, with these messages in it."""

    def make(*raws):
        made = Box(*raws)

        @contextmanager
        def opened(_given):
            yield made

        settings.MAILBOX = {"host": "mail.wasatch.example"}
        monkeypatch.setattr(mailbox, "_opened", opened)
        return made

    return make


@pytest.fixture
def closed(settings):
    """The installation's mailbox does not answer."""
    settings.MAILBOX = {
        "scheme": "imap", "host": "127.0.0.1", "port": 9,
        "user": "desk", "password": "x", "folder": "INBOX",
    }  # fmt: skip


def poll(at=AT):
    return mailbox.poll(clock=lambda: at)


def noon(day):
    return datetime.combine(day, time(18), UTC)


def test_what_waits_is_stored_and_put_aside(box, sample):
    made = box(sample("opt_out-gmail"), sample("question-how"))
    assert poll() == {"opt_out": 1, "question": 1}
    assert (made.messages, len(made.aside)) == ({}, 2)
    assert Run.objects.get().counts == {"opt_out": 1, "question": 1}


def test_one_that_cannot_be_stored_stays_and_those_behind_it_are_stored(box, sample, monkeypatch):
    made = box(b"Subject: x\n\nbroken", sample("opt_out-gmail"))
    store = mailbox.receive

    def receive(raw, **kwargs):
        if b"broken" in raw:
            raise KeyError("ann@mail.example")
        return store(raw, **kwargs)

    monkeypatch.setattr(mailbox, "receive", receive)
    with pytest.raises(KeyError):
        poll()
    assert list(made.messages.values()) == [b"Subject: x\n\nbroken"]
    assert OptOutRequest.objects.get().status == "applied"
    run = Run.objects.get()
    assert (run.counts, run.error) == ({"not stored": 1, "opt_out": 1}, "KeyError")


def test_a_database_that_is_away_leaves_all_of_them_for_the_next_minute(box, sample, monkeypatch):
    made = box(sample("opt_out-gmail"), sample("question-how"))

    def away(*args, **kwargs):
        raise OperationalError

    with monkeypatch.context() as broken:
        broken.setattr(mailbox, "receive", away)
        with pytest.raises(OperationalError):
            poll()
    assert len(made.messages) == 2
    poll()
    assert InboundMessage.objects.count() == 2


def test_a_mailbox_that_does_not_answer_fails_its_job(closed):
    with pytest.raises(Refused, match=r"The mailbox at 127\.0\.0\.1 cannot be opened"):
        tasks.read_mailbox()


def test_what_came_by_other_doors_does_not_wait_for_the_mailbox(closed, come, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("cpni.optouts.apply", fail)
        come("opt_out-gmail")
    with pytest.raises(Refused):
        poll()
    assert OptOutRequest.objects.get().status == "applied"


def test_an_objection_counts_from_the_day_on_which_it_was_in_the_mailbox(box, sample, delivery):
    last = delivery.last_objection_day
    box(sample("opt_out-gmail")).came = noon(last)
    poll(noon(last + timedelta(days=5)))
    request = OptOutRequest.objects.get()
    assert (request.received_on, request.effective_on, request.in_time) == (last, last, True)
    assert InboundMessage.objects.get().received_at == noon(last)


def test_a_clock_of_the_mailbox_that_is_ahead_dates_nothing_after_today(box, sample):
    box(sample("opt_out-gmail")).came = AT + timedelta(days=2)
    poll()
    assert InboundMessage.objects.get().received_at == AT


@pytest.mark.parametrize(
    ("received", "at"),
    [
        ("Sat, 21 Nov 2026 11:00:00 -0700", AT - timedelta(days=2)),
        ("Sat, 21 Nov 2026 18:00:00 -0000", AT - timedelta(days=2)),
        ("Sat, 1 Feb 1997 11:00:00 -0700", AT),  # whoever wrote that, it was not our server
        ("Sat, 28 Nov 2026 11:00:00 -0700", AT),
        ("some day", AT),
    ],
)
def test_what_our_mail_server_kept_for_us_counts_from_when_it_took_it(received, at, come, sample):
    raw = f"Received: from mx.example by mail.wasatch.example; {received}\n".encode()
    message = come(raw + sample("opt_out-gmail"))
    assert message.received_at == at


# --- A mailbox that nobody reads holds what rests on silence --------------------------------------


def assumed_on(day):
    return assume_due(on=day).assumed


def test_nothing_is_assumed_while_an_objection_may_lie_unread(box, delivery, today):
    last = delivery.last_objection_day
    made = box()
    today.move_to(noon(last))
    poll(noon(last))
    for later in (1, 5):
        today.move_to(noon(last + timedelta(days=later)))
        assert assume_due(on=last + timedelta(days=later)).left_alone["mailbox"] == 3
    assert states(delivery.customer) == set()
    made.messages = {}
    poll(noon(last + timedelta(days=5)))
    assert assumed_on(last + timedelta(days=5)) == 3


def test_a_round_that_left_a_message_behind_is_no_reading_of_the_mailbox(
    box, delivery, today, monkeypatch
):
    after = delivery.last_objection_day + timedelta(days=1)
    today.move_to(noon(after))
    box(b"Subject: x\n\nbroken")

    def fail(*args, **kwargs):
        raise KeyError

    with monkeypatch.context() as broken:
        broken.setattr(mailbox, "receive", fail)
        with pytest.raises(KeyError):
            poll(noon(after))
    assert assumed_on(after) == 0
    poll(noon(after))
    assert assumed_on(after) == 3


def test_a_mailbox_with_more_than_one_round_takes_is_read_when_the_last_is(
    box, delivery, today, monkeypatch
):
    monkeypatch.setattr(mailbox, "AT_ONCE", 1)
    after = delivery.last_objection_day + timedelta(days=1)
    today.move_to(noon(after))
    box(b"Subject: a\n\na", b"Subject: b\n\nb")
    poll(noon(after))
    assert assumed_on(after) == 0
    poll(noon(after))
    assert assumed_on(after) == 3


def test_the_first_round_of_a_day_that_finds_nothing_is_recorded_once(box):
    box()
    poll()
    poll()
    assert Run.objects.get().for_day == AT.date()


def test_nobody_is_moved_to_a_changed_policy_while_the_mailbox_is_unread(box, delivery, today):
    PolicyFactory(effective_on=AT.date() - timedelta(days=4_000))
    newer = PolicyFactory(effective_on=AT.date() - timedelta(days=80))
    campaign = CampaignFactory(
        running=True, notice=NoticeFactory(kind="policy_change", policy_version=newer)
    )
    told = DeliveryFactory(
        campaign=campaign, customer=CustomerFactory(), mailed_on=AT.date() - timedelta(days=30)
    )
    after = told.last_objection_day + timedelta(days=1)
    today.move_to(noon(after))
    box()
    assume_due(on=after)
    assert not PolicyBinding.objects.filter(customer=told.customer).exists()
    poll(noon(after))
    assume_due(on=after)
    assert PolicyBinding.objects.filter(customer=told.customer).exists()


def test_a_forecast_of_days_to_come_supposes_that_the_mailbox_is_read(box, delivery):
    box()
    assert forecast(on=delivery.last_objection_day + timedelta(days=1)).assumed == 3
