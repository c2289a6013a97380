"""A seal's line: what leaves the database, so that whoever owns it cannot make the chain anew.

A line is the seal's day, number, count of rows and digest. As each digest covers the one before,
one line proves every day up to its own.
"""

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage

from accounts.errors import Refused
from cpni.models import Seal, SealPublication

Channel = SealPublication.Channel
AT_ONCE = 400  # lines in one message

# As pasted from a message: quoted, wrapped, indented.
GAP = r"[\s>]+"
LINE = re.compile(
    rf"CPNI-SEAL{GAP}(\d{{4}}-\d\d-\d\d){GAP}number{GAP}(\d+){GAP}rows{GAP}(\d+){GAP}"
    r"([0-9a-f]{64})\b"
)


@dataclass(frozen=True)
class Published:
    """What a line says."""

    day: date
    number: int
    rows: int
    digest: str


def line_of(seal: Seal) -> str:
    """The line of ``seal``, as it is published."""
    return f"CPNI-SEAL {seal.day} number {seal.number} rows {seal.rows} {seal.digest}"


def read_lines(text: str) -> list[Published]:
    """The seals that ``text`` publishes, in its order. Raises Refused for a day that is none."""
    found = []
    for day, number, rows, digest in LINE.findall(text):
        try:
            found.append(Published(date.fromisoformat(day), int(number), int(rows), digest))
        except ValueError:
            raise Refused(f"“{day}” in the published lines is not a day.") from None
    return found


def channels() -> dict[Channel, Callable[[list[Seal]], None]]:
    """Where this installation publishes its seals, as SEAL_EMAIL and SEAL_FILE say."""
    chosen: dict[Channel, Callable[[list[Seal]], None]] = {}
    if settings.SEAL_EMAIL:
        chosen[Channel.EMAIL] = _mail
    if settings.SEAL_FILE:
        chosen[Channel.FILE] = _append
    return chosen


def unpublished(channel: Channel) -> list[Seal]:
    """The seals whose line has not left by ``channel``, oldest first."""
    done = SealPublication.objects.filter(channel=channel).values("seal_number")
    return list(Seal.objects.exclude(number__in=done).order_by("number").defer("manifest"))


def publish(*, at: datetime) -> tuple[int, list[str]]:
    """Send out the lines that have not left yet, by each channel.

    A line is recorded when it has left; should the record fail, it leaves once more, which does no
    harm. Returns how many left, and one sentence for each channel that failed; those lines wait
    for the next run.
    """
    left, failed = 0, []
    for channel, send in channels().items():
        seals = unpublished(channel)
        for start in range(0, len(seals), AT_ONCE):
            some = seals[start : start + AT_ONCE]
            try:
                send(some)
            except OSError as error:  # SMTPException is one too
                # By its type: the server's answer may name people.
                failed.append(
                    f"{len(seals) - start} seals could not be published by"
                    f" {channel.label.lower()} ({type(error).__name__})."
                )
                break
            SealPublication.objects.bulk_create(
                SealPublication(seal_number=s.number, channel=channel, at=at, digest=s.digest)
                for s in some
            )
            left += len(some)
    return left, failed


def _mail(seals: list[Seal]) -> None:
    last = seals[-1]
    EmailMessage(
        subject=f"Seal of the CPNI history of {last.day}",
        body=(
            "Keep this message where nobody who administers the database can change it.\n"
            "manage.py verify_history --against FILE compares these lines with the database.\n\n"
            + _text(seals)
        ),
        to=list(settings.SEAL_EMAIL),
    ).send()


def _append(seals: list[Seal]) -> None:
    """Append and wait until it is on the disk: only then is it recorded as published."""
    with Path(settings.SEAL_FILE).open("a", encoding="ascii") as file:
        file.write(_text(seals))
        file.flush()
        os.fsync(file.fileno())


def _text(seals: Iterable[Seal]) -> str:
    return "".join(f"{line_of(seal)}\n" for seal in seals)
