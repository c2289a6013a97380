"""The schedule names tasks that exist, and Celery knows it."""

import pytest

from config.celery import app
from config.schedule import SCHEDULE


@pytest.mark.parametrize("name", SCHEDULE)
def test_each_entry_names_a_task_that_needs_no_arguments(name):
    app.loader.import_default_modules()
    task = app.tasks[SCHEDULE[name]["task"]]
    assert task.__wrapped__.__code__.co_argcount == 0


def test_beat_runs_this_schedule():
    assert app.conf.beat_schedule == SCHEDULE


def test_what_is_due_is_looked_for_at_least_every_minute():
    entry = SCHEDULE["start due campaigns"]
    assert entry["schedule"] <= 60
    # What waited while no worker ran is dropped; the next round finds it all.
    assert entry["options"]["expires"] < entry["schedule"]


def test_approvals_are_assumed_every_hour():
    due = SCHEDULE["assume approvals"]["schedule"]
    assert due.hour == set(range(24))
    assert len(due.minute) == 1
