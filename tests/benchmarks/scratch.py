"""A database for one benchmark: made, migrated, and dropped at the end."""

import atexit
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from urllib.parse import urlsplit, urlunsplit

import django


def make(name: str) -> None:
    """Set Django up on a fresh database. Call it before anything of Django is imported."""
    folder = tempfile.mkdtemp(prefix=f"cpni-{name}-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.update(
        DATA_DIR=folder, DJANGO_SETTINGS_MODULE="config.settings", LOG_LEVEL="WARNING"
    )
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        import psycopg

        database = f"cpni_{name}_{os.getpid()}"
        parts = urlsplit(given)

        def run(statement: str) -> None:
            with closing(psycopg.connect(given, autocommit=True)) as connection:
                connection.execute(statement)  # type: ignore[call-overload]

        run(f"CREATE DATABASE {database}")
        os.environ["DATABASE_URL"] = urlunsplit(parts._replace(path=f"/{database}"))

        def drop() -> None:
            from django.db import connections

            connections.close_all()
            run(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

        atexit.register(drop)
    else:
        os.environ.pop("DATABASE_URL", None)
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    say(f"{connection.vendor}, Python {sys.version.split()[0]}")


def seconds(work: Callable[[], object]) -> float:
    """How long ``work`` takes, in seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median_seconds(work: Callable[[], object], undo: Callable[[], object], times: int = 3) -> float:
    """The median time of ``work``, in seconds; ``undo`` puts things back before each round."""
    taken = []
    for _ in range(times):
        undo()
        taken.append(seconds(work))
    return statistics.median(taken)


def say(line: str) -> None:
    """Print one line of figures at once."""
    print(line, flush=True)  # noqa: T201
