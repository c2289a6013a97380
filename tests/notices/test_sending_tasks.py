"""Messages are nudges: what is to be done is in the rows, and every minute somebody looks."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from config.logs import Line
from notices import sending, tasks
from notices.models import Campaign, Delivery
from notices.sending import Ended, Result


@pytest.fixture
def queue(monkeypatch) -> list[tuple]:
    """What is put into the queue, instead of putting it there."""
    put = []
    for task in (tasks.send_campaign, tasks.start_campaign):
        name = task.name.rpartition(".")[2]
        monkeypatch.setattr(task, "delay", lambda *args, name=name: put.append((name, *args)))
        monkeypatch.setattr(
            task, "apply_async", lambda args, name=name, **_: put.append((name, *args))
        )
    return put


def test_the_task_sends_and_asks_for_no_more_when_all_is_sent(sink, campaign_to, queue):
    tasks.send_campaign(campaign_to(3).pk)
    assert len(sink.messages) == 3
    assert queue == []


@pytest.mark.parametrize("ended", Ended)
def test_another_loop_follows_only_when_there_is_more_to_send_now(queue, monkeypatch, ended):
    monkeypatch.setattr(sending, "send", lambda *args, **kwargs: Result(ended))
    tasks.send_campaign(7)
    follows = ended in (Ended.TIME_UP, Ended.STOPPED)
    assert queue == ([("send_campaign", 7)] if follows else [])


def test_a_worker_that_shuts_down_stops_its_loops(sink, campaign_to, queue, monkeypatch):
    campaign = campaign_to(3)
    monkeypatch.setattr(tasks.stopping, "is_set", lambda: True)
    tasks.send_campaign(campaign.pk)
    assert Delivery.objects.filter(state="queued").exists()
    assert queue == [("send_campaign", campaign.pk)]


def test_a_campaign_that_lost_its_message_is_found(campaign_to, queue):
    campaign = campaign_to(1)
    tasks.start_due_campaigns()
    assert queue == [("send_campaign", campaign.pk)]


def test_one_that_is_being_sent_is_left_alone(campaign_to, queue):
    campaign_to(1)
    Campaign.objects.update(lease_until=timezone.now() + timedelta(minutes=1), lease="0" * 32)
    tasks.start_due_campaigns()
    assert queue == []


def test_scheduled_campaigns_whose_time_has_come_start(campaign_to, queue):
    due, later = campaign_to(0), campaign_to(0)
    now = timezone.now()
    Campaign.objects.filter(pk=due.pk).update(status="scheduled", scheduled_at=now)
    Campaign.objects.filter(pk=later.pk).update(
        status="scheduled", scheduled_at=now + timedelta(hours=1)
    )
    tasks.start_due_campaigns()
    assert queue == [("start_campaign", due.pk)]


def test_one_whose_worker_died_after_its_last_message_is_finished(campaign_to, queue):
    campaign = campaign_to(0)
    tasks.start_due_campaigns()
    campaign.refresh_from_db()
    assert campaign.status == "finished"


def test_no_name_or_address_reaches_the_log(sink, campaign_to, caplog, monkeypatch):
    campaign = campaign_to(3)

    def broken(self, **kwargs):
        raise ValueError(kwargs["name"], kwargs["address"])

    monkeypatch.setattr("notices.rendering.Compiled.message", broken)
    with caplog.at_level(logging.DEBUG, "notices"), pytest.raises(RuntimeError) as raised:
        tasks.send_campaign(campaign.pk)
    # As the desk writes it, which leaves out what errors of others say.
    logged = "".join(map(Line().format, caplog.records)) + str(raised.value)
    assert "could not be sent: ValueError" in logged
    assert "Customer" not in logged
    assert "@mail.example" not in logged
    # Stepped over with its reason, to be tried later; a fault of ours is not the address's.
    assert Delivery.objects.filter(reason__contains="tried again", attempts=1).exists()
    assert not Delivery.objects.filter(state__in=("sending", "failed")).exists()
