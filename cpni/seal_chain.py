"""The chain of seals: whether each fits itself, the seal before, and what was published."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from cpni.models import Seal, SealCheck, SealPublication
from cpni.problems import Kind, Problem, Report
from cpni.seal_lines import Published
from cpni.sealing import BEGINNING, chained, days_due, parts_of


def compare_published(
    published: list[Published], report: Report | None = None
) -> Iterator[Problem]:
    """Whether each line that was published is still the seal of its day."""
    seals = {seal.day: seal for seal in Seal.objects.defer("manifest")}
    for line in sorted(published, key=lambda line: line.day):
        seal = seals.get(line.day)
        if seal is None:
            words = f"The seal of {line.day} was published and is not in the database."
            yield Problem(Kind.SEAL_MISSING, line.day, words)
        elif (seal.digest, seal.number, seal.rows) != (line.digest, line.number, line.rows):
            yield Problem(
                Kind.REWRITTEN,
                line.day,
                f"The seal of {line.day} is not the one that was published"
                f" ({line.digest[:12]}… was, {seal.digest[:12]}… is in the database): history up"
                " to that day was made anew.",
            )
    if published and report is not None:
        after = max(line.day for line in published)
        later = sum(1 for day in seals if day > after)
        if later:
            report.remarks.append(
                f"{later} seals after {after} are not among the published lines: only the database"
                " speaks for them."
            )


def chain_problems(*, at: datetime) -> Iterator[Problem]:
    """Whether each seal fits its own manifest and the seal before, and no day is missing."""
    previous, day, number = BEGINNING, None, 0
    for seal in Seal.objects.order_by("number").iterator():
        if day is None and seal.number != 1:
            words = f"The seals before {seal.day} are missing: the first there is has number"
            yield Problem(Kind.SEAL_MISSING, seal.day, f"{words} {seal.number}.")
        elif day is not None and (seal.number, seal.day) != (number + 1, day + timedelta(days=1)):
            gone = day + timedelta(days=1)
            yield Problem(Kind.SEAL_MISSING, gone, f"The seal of {gone} is missing.")
        elif seal.previous != previous:
            yield Problem(
                Kind.SEAL_CHANGED,
                seal.day,
                f"The seal of {seal.day} is not chained to the seal before it: one of the two was"
                " made anew.",
            )
        if not _is_itself(seal):
            words = f"The seal of {seal.day} was changed: its digest does not fit what it says."
            yield Problem(Kind.SEAL_CHANGED, seal.day, words)
        previous, day, number = seal.digest, seal.day, seal.number
    yield from _lost_at_the_end(number)
    if day is not None and len(due := days_due(at)) > 1:
        # One day may be due: its seal is made at the next full hour.
        words = f"History has not been sealed since {day}; {len(due)} days wait."
        yield Problem(Kind.SEAL_MISSING, due[0], words)


def _is_itself(seal: Seal) -> bool:
    """Whether the seal's digest and columns are what its manifest says."""
    if chained(seal.previous, seal.manifest) != seal.digest:
        return False
    try:
        said, rows = _said(seal), sum(part.rows for part in parts_of(seal))
    except (ValueError, KeyError, TypeError):
        return False
    return said == (seal.number, seal.day.isoformat(), seal.rows) and rows == seal.rows


def _said(seal: Seal) -> tuple[int, str, int]:
    """Number, day and count of rows as the manifest of ``seal`` has them."""
    manifest = json.loads(seal.manifest)
    return manifest["number"], manifest["day"], manifest["rows"]


def _lost_at_the_end(last: int) -> Iterator[Problem]:
    """Seals that other records know of, after the last one that there is."""
    known = [
        *SealPublication.objects.order_by("-seal_number").values_list("seal_number", flat=True)[:1],
        *SealCheck.objects.order_by("-seal_number").values_list("seal_number", flat=True)[:1],
    ]
    highest = max(known, default=0)
    if highest > last:
        seals = "The seals" if last else "All seals"
        words = f"{seals} from number {last + 1} to {highest} are missing."
        yield Problem(Kind.SEAL_MISSING, None, words)
