"""The environment that settings are read from.

django-environ reads ``NAME`` or, for secrets, the file that ``NAME_FILE`` names.
"""

from datetime import time
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.FileAwareEnv()


def trial_secret(folder: Path, name: str, fresh: str) -> str:
    """A secret of a trial on this machine: made once, from ``fresh``, and kept in ``folder``."""
    file = folder / name
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(fresh)
    return file.read_text().strip()


def hours(name: str, *, default: str) -> tuple[time, time]:
    """The hours of a day that the variable ``name`` gives, such as ``07:00-21:00``.

    ``00:00-24:00`` is the whole day. Raises ImproperlyConfigured for anything else.
    """
    given = env.str(name, default=default)
    begins, _, ends = given.partition("-")
    try:
        found = (
            time.fromisoformat(begins.strip()),
            time.max if ends.strip() == "24:00" else time.fromisoformat(ends.strip()),
        )
    except ValueError:
        found = (time.max, time.min)
    if found[0] >= found[1]:
        raise ImproperlyConfigured(f"{name} is “{given}”; write it like {default}.")
    return found
