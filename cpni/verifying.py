"""Verifying history against its seals: which day, table and row are not what they were.

The order of trust: a published line proves a seal's digest, the digest its manifest and the seal
before, the manifest the pages, and the pages the rows.
"""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice

from accounts.models import Run, User
from accounts.runs import run as job_run
from cpni.comparing import RowChecker
from cpni.models import Seal, SealCheck
from cpni.problems import Problem, Report
from cpni.protection import faults
from cpni.seal_chain import chain_problems, compare_published
from cpni.seal_lines import Published

JOB = "verify history"
RECENT = 7  # seals that are checked every night
NIGHTLY = 600  # seconds after which the nightly verification begins with no further seal
TOLD = 100  # problems that are counted before it gives up


def verify(
    *,
    at: datetime,
    published: list[Published] | None = None,
    limit: int = 1,
    progress: Callable[[int], object] = lambda rows: None,
) -> Report:
    """Compare everything, the chain first, then the rows from the oldest day on.

    Stops after ``limit`` problems. ``published``: the lines that were kept outside. ``at`` is the
    instant now: a day that should have a seal by then and has none is missing. ``progress`` is told
    how many more rows were looked at.
    """
    report = Report()
    found = _everything(report, at, published or [], progress)
    report.problems = list(islice(found, limit))
    return report


def _everything(
    report: Report, at: datetime, published: list[Published], progress: Callable[[int], object]
) -> Iterator[Problem]:
    # Were the chain made anew, each row would fit its seal: what was published is asked first.
    yield from compare_published(published, report)
    yield from chain_problems(at=at)
    checker = RowChecker(report, progress)
    for seal in Seal.objects.order_by("number").iterator(chunk_size=50):
        report.seals += 1
        yield from checker.problems(seal)


def verify_some(*, at: datetime, seconds: float = NIGHTLY, by: User | None = None) -> Run:
    """The nightly verification: the whole chain, the last days, and of the rest the longest unseen.

    1. The chain of all seals, and whether the triggers are there.
    2. The rows of the latest ``RECENT`` seals, then of others, the longest unchecked first, until
       ``seconds`` have passed.
    3. What was found of each seal is kept with it, and the whole in the run that is returned.
    """
    report, began = Report(), time.monotonic()
    with job_run(JOB, for_day=None, by=by) as run:
        unkept = faults()
        chain = list(islice(chain_problems(at=at), TOLD))
        by_day = {problem.day: problem for problem in reversed(chain)}
        checker = RowChecker(report, lambda rows: None)
        for turn, number in enumerate(_in_turn()):
            if turn >= RECENT and time.monotonic() - began > seconds:
                break
            seal = Seal.objects.get(number=number)
            rows = list(islice(checker.problems(seal), TOLD))
            report.seals += 1
            report.problems += rows
            first = by_day.get(seal.day) or (rows[0] if rows else None)
            SealCheck.objects.update_or_create(
                seal_number=number,
                defaults={"checked_at": at, "problem": first.words if first else ""},
            )
        words = [problem.words for problem in (*chain, *report.problems)] + unkept
        run.counts = {
            "seals": report.seals,
            "rows": report.rows,
            "problems": len(words),
            "first_problem": words[0] if words else "",
        }
    return run


def _in_turn() -> list[int]:
    """The numbers of all seals: the latest first, then those that were checked longest ago."""
    numbers = list(Seal.objects.order_by("-number").values_list("number", flat=True))
    checked = dict(SealCheck.objects.values_list("seal_number", "checked_at"))
    rest = sorted(numbers[RECENT:], key=lambda n: (n in checked, checked.get(n), n))
    return numbers[:RECENT] + rest
