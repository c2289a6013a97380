"""The jobs page: when each ran, with what result, when it is late; starting one now."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from celery import signals
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts import runs, unusual_looks
from accounts.models import JobRound, Run
from accounts.permissions import NotAllowed
from config import jobs, reports, roles
from config.celery import app
from config.home_exceptions import missed_jobs
from config.home_rows import Asker
from cpni import assuming, figures, late_findings, sealing_job, tasks
from cpni.inbound import mailbox
from cpni.models import Figure
from notices import automatic

pytestmark = pytest.mark.usefixtures("today", "reference_data")
NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
ASSUME = "cpni.tasks.assume_approvals"


def round_of(task, started_at, **values):
    values = {"finished_at": started_at + timedelta(seconds=4), **values}
    return JobRound.objects.create(task=task, started_at=started_at, **values)


def job(task=ASSUME, at=NOW):
    return next(job for job in jobs.jobs(at=at) if job.task == task)


def test_a_round_of_a_worker_is_noted_with_how_long_it_took():
    with time_machine.travel(NOW, tick=False) as clock:
        signals.task_prerun.send(sender=tasks.take_figures)
        assert job(tasks.take_figures.name).result == "Running"
        clock.shift(7)
        signals.task_postrun.send(sender=tasks.take_figures, state="SUCCESS")
    found = job(tasks.take_figures.name)
    assert (found.result, found.took, found.wrong) == ("Done", timedelta(seconds=7), "")


def test_a_round_that_failed_says_so_by_the_kind_of_error_alone():
    signals.task_prerun.send(sender=tasks.take_figures)
    signals.task_postrun.send(
        sender=tasks.take_figures, state="FAILURE", retval=ValueError("Ann Example")
    )
    assert job(tasks.take_figures.name).wrong == "failed (ValueError)"


def test_that_the_last_round_failed_is_seen_while_the_next_one_tries():
    signals.task_prerun.send(sender=tasks.read_mailbox)
    signals.task_postrun.send(sender=tasks.read_mailbox, state="FAILURE", retval=ValueError())
    signals.task_prerun.send(sender=tasks.read_mailbox)
    found = job(tasks.read_mailbox.name, at=timezone.now())
    assert (found.result, found.wrong) == ("Running", "failed (ValueError)")
    signals.task_postrun.send(sender=tasks.read_mailbox, state="SUCCESS")
    assert job(tasks.read_mailbox.name, at=timezone.now()).wrong == ""


def test_tasks_that_are_on_no_schedule_leave_no_round():
    from notices.tasks import send_campaign

    signals.task_prerun.send(sender=send_campaign)
    assert not JobRound.objects.exists()


def test_every_job_that_leaves_a_record_with_counts_shows_it():
    for name in jobs.TASKS.values():
        with runs.run(name) as run:
            run.counts = {"done": 3}
    assert {job.did for job in jobs.with_runs(jobs.jobs(at=NOW))} == {"done 3"}


def test_records_are_called_as_the_schedule_calls_their_jobs():
    written = {
        assuming.JOB, automatic.JOB, figures.JOB, late_findings.JOB, mailbox.JOB, reports.JOB,
        sealing_job.JOB, unusual_looks.JOB,
    }  # fmt: skip
    assert written <= set(jobs.TASKS.values())


@pytest.mark.parametrize(
    ("ago", "wrong"),
    [
        (timedelta(minutes=20), ""),
        (timedelta(minutes=51), "50 minutes late"),  # ran at 9 past, and should have at 10 past
        (timedelta(hours=3), "2 hours late"),
        (timedelta(days=3), "2 days late"),
    ],
)
def test_a_job_is_late_from_when_it_should_have_run(ago, wrong):
    round_of(ASSUME, NOW - ago)
    assert job().wrong == wrong


def test_a_worker_that_is_a_little_late_is_no_exception():
    at = datetime(2026, 11, 23, 18, 24, tzinfo=UTC)
    round_of(ASSUME, at - timedelta(minutes=60))
    assert [job(at=at + timedelta(minutes=n)).wrong for n in (0, 2)] == ["", "16 minutes late"]


def test_an_installation_in_its_first_hour_waits_for_its_hourly_jobs():
    assert job().wrong == "has never run"  # no worker has done anything
    JobRound.objects.create(task="notices.tasks.tell_changes", started_at=NOW)
    assert job().wrong == ""
    assert job(at=NOW + timedelta(hours=1)).wrong == "has never run"


def test_the_next_run_is_that_of_the_schedule():
    round_of(ASSUME, NOW - timedelta(minutes=20))
    assert job().next_at == datetime(2026, 11, 23, 18, 10, tzinfo=UTC)


def test_missed_jobs_are_an_exception_of_the_home_page(staff):
    for task in jobs.TASKS:
        round_of(task, NOW)
    asker = Asker(staff(roles.OFFICER), NOW.date(), NOW)
    (row,) = missed_jobs(asker)
    assert (row.count, row.needed) == (0, False)
    JobRound.objects.filter(task=ASSUME).update(started_at=NOW - timedelta(days=2))
    (row,) = missed_jobs(asker)
    assert row.detail == "Assume approvals: 1 day late."
    assert list(missed_jobs(Asker(staff(roles.REPRESENTATIVE), NOW.date(), NOW))) == []


def test_the_page_shows_every_job_and_its_last_result(client_of):
    round_of(ASSUME, NOW - timedelta(minutes=20))
    Run.objects.create(
        name="assume approvals", started_at=NOW, finished_at=NOW, counts={"assumed": 3}
    )
    page = client_of(roles.OFFICER).get(reverse("jobs")).content.decode()
    assert page.count("Run now</button>") == len(jobs.TASKS)
    assert "assumed 3" in page
    assert "Run now</button>" not in client_of(roles.AUDITOR).get(reverse("jobs")).content.decode()


@pytest.fixture
def handed_over(monkeypatch):
    """The tasks that were handed to workers, of whom one answers unless ``answers`` is emptied."""
    names, answers = [], [{"worker": "pong"}]
    monkeypatch.setattr(
        "celery.app.task.Task.apply_async", lambda task, **kwargs: names.append(task.name)
    )
    monkeypatch.setattr(app.control, "ping", lambda **kwargs: answers)
    return names, answers


def test_starting_a_job_hands_it_over_and_keeps_who_asked(staff, client, said, handed_over):
    officer = staff(roles.OFFICER)
    client.force_login(officer)
    answer = client.post(reverse("start-job"), {"task": ASSUME}, follow=True)
    assert handed_over[0] == [ASSUME]
    assert said(answer) == ["Assume approvals: started. Its result is here when it is done."]
    assert Run.objects.get(name="asked for: assume approvals").by == officer


def test_it_says_when_no_worker_answers(client_of, said, handed_over):
    handed_over[1].clear()
    answer = client_of(roles.OFFICER).post(reverse("start-job"), {"task": ASSUME}, follow=True)
    assert "no worker answers" in said(answer)[0]


def test_it_says_when_nobody_takes_messages(client_of, said, monkeypatch):
    def refuse(task, **kwargs):
        raise OperationalError("redis://secret@host")

    monkeypatch.setattr("celery.app.task.Task.apply_async", refuse)
    answer = client_of(roles.OFFICER).post(reverse("start-job"), {"task": ASSUME}, follow=True)
    assert "could not be handed over" in said(answer)[0]
    assert "secret" not in answer.content.decode()


def test_only_jobs_of_the_schedule_are_started(client_of, said, handed_over):
    body = {"task": "notices.tasks.send_campaign", "back": "https://elsewhere.example/"}
    answer = client_of(roles.OFFICER).post(reverse("start-job"), body)
    assert (answer.status_code, answer["Location"]) == (302, reverse("jobs"))
    assert handed_over[0] == []


def test_the_task_takes_the_figures_of_today():
    tasks.take_figures()
    tasks.take_figures()
    assert Figure.objects.filter(name="never_noticed").count() == 1


def test_who_may_not_start_jobs_is_refused_below_the_page_too(staff, handed_over):
    with pytest.raises(NotAllowed):
        jobs.start(ASSUME, by=staff(roles.SUPERVISOR))
    assert handed_over[0] == []
