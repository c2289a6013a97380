"""``manage.py receive_mail``: one message on standard input, as Postfix, Exim and Sendmail pipe it.

It leaves with the codes of sysexits.h that these know: 0, the message is stored; 65, it holds
nothing; 75, try again later.
"""

import logging
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from cpni.inbound.receiving import LARGEST, receive
from cpni.models import InboundMessage

log = logging.getLogger(__name__)

DATA_ERROR, TRY_AGAIN = 65, 75


class Command(BaseCommand):
    """Store a message that came back, and do what follows from it."""

    help = (
        "Read one message on standard input and store it. Leaves with 0 when it is stored, 65 when"
        " there was none, 75 when the mail server should try again."
    )
    # A system check that fails would be answered with 1, for which mail servers send mail back.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "recipient",
            nargs="?",
            default=os.environ.get("ORIGINAL_RECIPIENT", ""),
            help="The envelope's recipient, with its extension (Postfix: ${original_recipient}).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            raw = sys.stdin.buffer.read(LARGEST + 1)
            while sys.stdin.buffer.read(1 << 20):
                pass  # so that the mail server does not write into a pipe that is closed
            if not raw.strip():
                self.stderr.write("There was no message on standard input.")
                sys.exit(DATA_ERROR)
            receive(
                raw,
                door=InboundMessage.Door.PIPE,
                at=timezone.now(),
                recipient=options["recipient"],
            )
        except Exception as error:  # noqa: BLE001 - the mail server must keep the message
            log.error("A message was not stored: %s", type(error).__name__)
            self.stderr.write("It could not be stored now. Try again later.")
            sys.exit(TRY_AGAIN)
