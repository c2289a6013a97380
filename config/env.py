"""The environment that settings are read from.

django-environ reads ``NAME`` or, for secrets, the file that ``NAME_FILE`` names.
"""

import secrets
from pathlib import Path

import environ

env = environ.FileAwareEnv()


def trial_secret_key(folder: Path) -> str:
    """A random key for a trial on this machine, made once and kept in ``folder``."""
    file = folder / "secret_key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(64))
    return file.read_text().strip()
