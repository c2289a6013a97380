"""``manage.py demo``: prepares once, serves what it says, and leaves nothing running."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from tests import running

pytestmark = pytest.mark.slow
OWN = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL")


def demo(folder, *arguments):
    """The command line of the demo, and an environment without servers."""
    command = [sys.executable, "manage.py", "demo", f"--data-dir={folder}", *arguments]
    return command, {k: v for k, v in os.environ.items() if k not in OWN}


def run(folder, *arguments):
    command, env = demo(folder, *arguments)
    done = subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_serves_until_ctrl_c_leaves_nothing_running_and_tells_its_story_once(tmp_path):
    port = running.free_port()
    command, env = demo(tmp_path, "--customers=30", f"--port={port}")
    process = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=env,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # A shell without job control starts what runs in the background deaf to Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if "Stop with Ctrl-C" in line:
                break
        text = "".join(said)
        assert "Imported 30 customers from two billing exports." in text
        assert "Yes: Noticed, and no objection within the waiting period" in text
        assert "No: The customer opted out" in text
        assert len(list((tmp_path / "mail").glob("*.eml"))) > 20
        assert f"http://127.0.0.1:{port}/admin/" in text
        for role in ("support representative", "compliance officer", "auditor"):
            assert role in text
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/admin/login/", timeout=60) as page:
            assert page.status == 200
    finally:
        os.kill(process.pid, signal.SIGINT)
        process.wait(timeout=40)
        process.stdout.close()
    assert process.returncode == 0
    assert not running.listens(port)
    assert still_running(tmp_path) == []
    again = run(tmp_path, "--no-serve", "--customers=30")
    assert "Imported" not in again
    assert again.splitlines()[-3:] == [line.rstrip() for line in said if "Account " in line][-3:]


def still_running(folder):
    """Processes whose environment names the demo's folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
        except OSError:  # another's, or gone by now
            continue
        if f"DATA_DIR={folder}\0".encode() in environment:
            found.append((process / "cmdline").read_bytes())
    return found
