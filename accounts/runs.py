"""Every run of a job is a row: started, finished, counts, error."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.utils import timezone

from accounts.models import Run, User


@contextmanager
def run(name: str, *, for_day: date | None = None, by: User | None = None) -> Iterator[Run]:
    """Record one run of the job ``name``; fill ``run.counts`` inside the block.

    The row is committed at once, so a run that is killed stays behind unfinished. An error is
    recorded by its type and raised again; its text is not kept, as it may hold personal data.
    """
    row = Run.objects.create(name=name, for_day=for_day, by=by, started_at=timezone.now())
    try:
        yield row
    except BaseException as error:
        row.error = type(error).__name__
        raise
    finally:
        row.finished_at = timezone.now()
        row.save()
