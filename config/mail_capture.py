"""A mail server that keeps what it catches as files and sends nothing on: for demo and tests.

``python -m config.mail_capture --port N --folder DIR`` runs until it is ended.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import signal
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Keeper:
    """Writes each message to ``folder`` as it came; without a folder it only counts.

    ``delay`` is the time, in seconds, that each answer is late: a relay that is far away.
    """

    def __init__(self, folder: Path | None, *, delay: float = 0) -> None:
        self.folder, self.delay = folder, delay
        self.numbers = itertools.count(1)
        if folder:
            folder.mkdir(parents=True, exist_ok=True)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, name: str, responses: list[str]
    ) -> list[str]:
        """Greet."""
        session.host_name = name
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the sender."""
        await asyncio.sleep(self.delay)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the recipient."""
        await asyncio.sleep(self.delay)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the message; written under another name first, so that no reader sees half of it."""
        await asyncio.sleep(self.delay)
        number = next(self.numbers)
        if self.folder:
            content = envelope.content or b""
            data = content if isinstance(content, bytes) else content.encode()
            name = f"{os.getpid()}-{number:07}"
            half = self.folder / f"{name}.part"
            half.write_bytes(data)
            half.rename(self.folder / f"{name}.eml")
        return f"250 Kept as message {number}"


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, help="Where to keep messages; only count if not.")
    parser.add_argument("--delay-ms", type=float, default=0, help="How late each answer is.")
    options = parser.parse_args()
    keeper = Keeper(options.folder, delay=options.delay_ms / 1000)
    controller = Controller(keeper, hostname="127.0.0.1", port=options.port)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    controller.start()
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            signal.pause()
    controller.stop()


if __name__ == "__main__":
    main()
