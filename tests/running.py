"""Real processes for tests: a worker, a mail server, commands, all on the test's database."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from celery import Celery
from django.conf import settings
from django.db import connection
from django.test import override_settings

from accounts.encryption import unseal_file
from config.celery import configuration


def database_url() -> str:
    """The test's database, for another process."""
    where = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{where['NAME']}"
    user, host = f"{where['USER']}:{where['PASSWORD']}", f"{where['HOST']}:{where['PORT'] or 5432}"
    return f"postgres://{user}@{host}/{where['NAME']}"


def environment(data_dir: Path, smtp_port: int, **more: str) -> dict[str, str]:
    """The environment of a process that works on the test's database."""
    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DATA_DIR": str(data_dir),
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        "DEFAULT_FROM_EMAIL": "notices@wasatch.example",
        "LOG_LEVEL": "WARNING",
        "FIELD_KEYS": ",".join(settings.FIELD_KEYS),
        **more,
    }


class MailServer:
    """The product's capture server as a process of its own."""

    def __init__(self, folder: Path, *, delay_ms: float = 0, keep: bool = True) -> None:
        self.folder, self.port = folder, free_port()
        arguments = [f"--port={self.port}", f"--delay-ms={delay_ms}"]
        if keep:
            arguments.append(f"--folder={folder}")
        self.process = start("-m", "config.mail_capture", *arguments, env=dict(os.environ))
        wait_until(lambda: listens(self.port), "the mail server listens")

    def messages(self) -> list[EmailMessage]:
        """What it has caught."""
        return [
            message_from_bytes(
                b"".join(unseal_file(file.read_bytes(), file.name)), policy=policy.default
            )
            for file in sorted(self.folder.glob("*.eml"))
        ]

    def count(self) -> int:
        """How many it has caught."""
        return sum(1 for _ in self.folder.glob("*.eml"))

    def __enter__(self) -> "MailServer":
        return self

    def __exit__(self, *_: object) -> None:
        kill(self.process)


@contextmanager
def worker(env: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A Celery worker of one process, killed with all its children at the end."""
    process = start_worker(env)
    try:
        yield process
    finally:
        kill(process)


def start_worker(env: dict[str, str]) -> "subprocess.Popen[bytes]":
    """Start a Celery worker in a process group of its own."""
    return start("-m", "celery", "-A", "config", "worker", "--concurrency=1", "-lERROR", env=env)


def call(task: str, *arguments: object, env: dict[str, str]) -> None:
    """Put a message for ``task`` into the queue, as beat does."""
    with override_settings(BROKER_DIR=Path(env["DATA_DIR"]) / "broker"):
        sender = Celery("sender", set_as_current=False, config_source=configuration())
    with sender:
        sender.send_task(task, arguments)


def start(*arguments: str, env: dict[str, str]) -> "subprocess.Popen[bytes]":
    """Start a Python process in a group of its own."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=env,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if "celery" in arguments else None,
    )


def kill(process: "subprocess.Popen[bytes]") -> None:
    """SIGKILL the process and all that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(condition, what: str, seconds: float = 60) -> None:
    """Wait for ``condition``. Fails the test, saying ``what``, when it does not come true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"after {seconds} seconds it is still not so that {what}")


def free_port() -> int:
    """A port that is free on this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
