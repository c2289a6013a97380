"""``manage.py demo``: CPNI Desk with a carrier, customers and a campaign, in one terminal."""

import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

INSIDE = "CPNI_DEMO"  # set for the process that has the demo's own environment


class Command(BaseCommand):
    """Prepare the demo and serve it until Ctrl-C."""

    help = (
        "Open CPNI Desk with made-up customers: web, worker, schedule and a mail server that keeps"
        " what it catches. Running it again goes on with the same data."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="Prepare, print, and stop.")
        parser.add_argument("--customers", type=int, default=500, metavar="N")
        parser.add_argument("--data-dir", default=str(settings.BASE_DIR / "var" / "demo"))
        parser.add_argument("--port", type=int, default=8000, help="Where the pages are.")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo has no place in production (MODE=production).")
        if options["customers"] < 20:
            raise CommandError("The demo's story needs at least 20 customers.")
        if os.environ.get(INSIDE) != "1":
            self.enter(Path(options["data_dir"]).resolve())
        # A stop in the middle of anything ends every process that was started.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        with ExitStack() as running:
            self.start(running, "mail", *self.mail_server())
            self.prepare(options["customers"])
            if options["no_serve"]:
                return
            port = free_port(options["port"])
            web = (
                *("-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"),
                *(f"--bind=127.0.0.1:{port}", "--threads=4", "--workers=2"),
            )
            self.start(running, "web", *web)
            celery = ("-m", "celery", "--quiet", "-A", "config")
            self.start(running, "worker", *celery, "worker", "--loglevel=WARNING")
            self.start(running, "beat", *celery, "beat", "--loglevel=WARNING")
            self.invite(port)
            self.wait()

    def enter(self, folder: Path) -> None:
        """Begin again as a process whose settings are the demo's."""
        folder.mkdir(parents=True, exist_ok=True)
        os.environ.update(
            {
                INSIDE: "1",
                "DATA_DIR": str(folder),
                "EMAIL_URL": f"smtp://127.0.0.1:{free_port(0)}",
                "DEFAULT_FROM_EMAIL": "notices@wasatch.example",
                "CAPTURED_MAIL_DIR": str(folder / "mail"),
                "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
            }
        )
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - ourselves

    def mail_server(self) -> tuple[str, ...]:
        """The arguments of the server that keeps the demo's mail."""
        folder = settings.CAPTURED_MAIL_DIR
        return ("-m", "config.mail_capture", f"--port={settings.EMAIL_PORT}", f"--folder={folder}")

    def prepare(self, customers: int) -> None:
        """Make the database and tell the story, unless it is there."""
        from accounts.models import Customer
        from config import demo

        call_command("migrate", verbosity=0)
        if not demo.prepared() and Customer.objects.exists():
            raise CommandError(
                "This database has customers of its own. Name an empty one with --data-dir, and"
                " leave DATABASE_URL unset."
            )
        wait_for("127.0.0.1", settings.EMAIL_PORT)
        self.stdout.write("Preparing the demo …")
        demo.prepare(customers, lambda line: self.stdout.write(f"  {line}"))
        for line in demo.summary():
            self.stdout.write(line)

    def invite(self, port: int) -> None:
        """Say where it is and who may sign in."""
        from config import demo

        wait_for("127.0.0.1", port)
        self.stdout.write(f"\nCPNI Desk is at http://127.0.0.1:{port}/admin/")
        self.stdout.write(f"Its mail is at   http://127.0.0.1:{port}/captured-mail/")
        self.stdout.write(f"\nSign in with the password {demo.PASSWORD} as")
        for username, first, last, role in demo.LOGINS:
            self.stdout.write(f"  {username:<11} {first} {last}, {role.lower()}")
        self.stdout.write("\nStop with Ctrl-C.")
        self.stdout.flush()

    def start(self, running: ExitStack, name: str, *arguments: str) -> None:
        """Start a Python process of ours; it is stopped when ``running`` is left."""
        process = subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, *arguments], cwd=settings.BASE_DIR, start_new_session=True
        )
        running.callback(stop, process)
        self.processes = {**getattr(self, "processes", {}), name: process}

    def wait(self) -> None:
        """Until Ctrl-C, or until one of the processes ends by itself."""
        try:
            while True:
                for name, process in self.processes.items():
                    if process.poll() is not None:
                        raise CommandError(f"The {name} process ended by itself.")
                time.sleep(1)
        except KeyboardInterrupt:
            self.stdout.write("\nStopping …")


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a process politely, then firmly, with all that it started."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port(wanted: int) -> int:
    """``wanted`` if it is free on this machine, else another."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise CommandError("There is no free port on this machine.")


def wait_for(host: str, port: int, seconds: float = 30) -> None:
    """Wait until something listens there. Raises CommandError when nothing does in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex((host, port)) == 0:
                return
        time.sleep(0.1)
    raise CommandError(f"Nothing answers at {host}:{port}.")
