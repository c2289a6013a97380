"""The mailbox is read each minute: what cannot be stored stays there, and stops nothing else."""

from contextlib import contextmanager

import pytest
from django.db import OperationalError

from accounts.models import Run
from cpni.inbound import mailbox
from cpni.models import InboundMessage, OptOutRequest
from tests.inbound.conftest import AT

pytestmark = pytest.mark.django_db


class Box:
    """A mailbox as far as it is used: ``messages`` are in the folder, ``aside`` was moved."""

    def __init__(self, *raws):
        self.messages = {str(number): raw for number, raw in enumerate(raws, 1)}
        self.aside = []
        self.client = self

    def uids(self):
        return list(self.messages)

    def uid(self, command, uid, what):
        return "OK", [(b"1 (UID %s BODY[] {1}" % uid.encode(), self.messages[uid]), b")"]

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


def poll():
    return mailbox.poll(clock=lambda: AT)


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
