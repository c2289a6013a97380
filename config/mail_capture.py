"""A mail server that keeps what it catches as files and sends nothing on: for demo and tests.

The files are sealed, as every file that holds what customers are told (accounts/encryption.py).

``python -m config.mail_capture --port N --folder DIR`` runs until it is ended.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import signal
import time
from pathlib import Path
from typing import AnyStr

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from accounts.encryption import seal_file


class Keeper:
    """Writes each message to ``folder`` as it came; without a folder it only counts."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.numbers = itertools.count(1)
        if folder:
            folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the message; written under another name first, so that no reader sees half of it."""
        number = next(self.numbers)
        if self.folder:
            content = envelope.original_content or b""
            name = f"{time.time_ns()}-{os.getpid()}-{number:07}"
            half = self.folder / f"{name}.part"
            half.write_bytes(b"".join(seal_file([content], f"{name}.eml")))
            half.rename(self.folder / f"{name}.eml")
        return f"250 Kept as message {number}"


class LateServer(SMTP):
    """One connection, on which each answer is ``delay`` seconds late: a relay that is far away."""

    def __init__(self, handler: Keeper, delay: float) -> None:
        super().__init__(handler, hostname="localhost")
        self._delay = delay

    async def push(self, status: AnyStr) -> None:
        """Send one line of an answer; a line with a hyphen after its code is not the last."""
        last = status[3:4] not in ("-", b"-")
        if last and self._delay:
            await asyncio.sleep(self._delay)
        await super().push(status)


class Server(Controller):
    """The server, in a thread of its own."""

    def __init__(self, keeper: Keeper, port: int, *, delay: float = 0) -> None:
        self.delay = delay
        super().__init__(keeper, hostname="127.0.0.1", port=port)

    def factory(self) -> SMTP:
        """The handler of one connection."""
        return LateServer(self.handler, self.delay)


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, help="Where to keep messages; only count if not.")
    parser.add_argument("--delay-ms", type=float, default=0, help="How late each answer is.")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    server = Server(Keeper(options.folder), options.port, delay=options.delay_ms / 1000)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server.start()
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            signal.pause()
    server.stop()


if __name__ == "__main__":
    main()
