"""gunicorn and a Celery worker as processes of their own: what they write is ours, line by line."""

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

import pytest
from django.conf import settings

from tests import running
from tests.factories.accounts import CarrierFactory
from tests.logs import planted

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
GUNICORN = ("-m", "gunicorn", "config.wsgi", "--access-logfile=-", "--log-level=debug")


def output_of(arguments, env, is_up, act):
    """What a process writes until it is told to end, after ``act`` was done."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env={**env, "LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
    )
    try:
        running.wait_until(is_up, "it is up")
        act()
        process.send_signal(signal.SIGTERM)
        return process.communicate(timeout=60)[0]
    finally:
        running.kill(process)


@pytest.mark.parametrize("more", [["-c", "config/gunicorn.py"], []], ids=["ours", "bare"])
def test_gunicorn(more, reference_data, tmp_path):
    CarrierFactory()
    port = running.free_port()
    typed = urllib.parse.quote(f"/{planted.NAME}/{planted.TELEPHONE}")

    def ask():
        for path in ("/admin/login/", typed):
            address = f"http://127.0.0.1:{port}{path}?q={planted.SEARCHED}"
            request = urllib.request.Request(address, headers={"Referer": address})
            try:
                urllib.request.urlopen(request, timeout=60)  # noqa: S310  (our own server)
            except urllib.error.HTTPError as error:
                assert error.code == 404
                assert len(error.headers["X-Request-ID"]) == 32

    env = running.environment(tmp_path, 1)
    arguments = [*GUNICORN, *more, f"--bind=127.0.0.1:{port}"]
    text = output_of(arguments, env, lambda: running.listens(port), ask)
    assert planted.traces(text) == []
    lines = [json.loads(line) for line in text.splitlines() if more or line.startswith("{")]
    access = [line["message"] for line in lines if line["logger"] == "gunicorn.access"]
    assert "admin:login" in access[0]
    assert "[address]" in access[-1]


def test_a_worker(reference_data, tmp_path):
    CarrierFactory()
    env = running.environment(tmp_path, 1)
    queue = tmp_path / "broker" / "queue"

    def fail():
        running.call("notices.tasks.send_campaign", planted.NAME, env=env)
        running.wait_until(lambda: not list(queue.glob("*")), "the message is taken")

    arguments = ("-m", "celery", "--quiet", "-A", "config", "worker", "--concurrency=1")
    if settings.REDIS_URL:
        pytest.skip("the queue is looked at as a folder")
    text = output_of(arguments, env, queue.exists, fail)
    assert planted.traces(text) == []
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    (failed,) = (line for line in lines if line["level"] == "ERROR")
    assert failed["message"].startswith("Task notices.tasks.send_campaign[")
    assert failed["task"] == "notices.tasks.send_campaign"
    assert failed["exception"].endswith("ValueError")
