"""Settings: safe for a trial; production refuses to start until it is complete."""

import base64
import os
import subprocess
import sys

import pytest
from django.conf import settings

COMPLETE = {
    "MODE": "production",
    "SECRET_KEY": "k" * 25 + "v" * 25 + "x7!",
    "ALLOWED_HOSTS": "desk.example",
    "DATABASE_URL": "postgresql://desk:pw@127.0.0.1/desk",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtp+tls://user:pw@mail.example:587",
    "FIELD_KEYS": base64.b64encode(b"k" * 32).decode(),
}


def check(tmp_path, **changes):
    """``manage.py check`` in an environment of its own: its exit status and what it said."""
    ours = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "data"), **changes}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env={k: v for k, v in ours.items() if v is not None},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_trial_needs_nothing_and_keeps_its_key_to_itself(tmp_path):
    status, _ = check(tmp_path)
    assert status == 0
    for name, length in (("secret_key", 86), ("field_key", 44)):
        key = tmp_path / "data" / name
        assert len(key.read_text()) == length
        assert key.stat().st_mode & 0o077 == 0


def test_a_complete_production_starts(tmp_path):
    assert check(tmp_path, **COMPLETE)[0] == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("ALLOWED_HOSTS", None),
        ("ALLOWED_HOSTS", "*"),
        ("DATABASE_URL", None),
        ("DATABASE_URL", "sqlite:////tmp/x.sqlite3"),
        ("REDIS_URL", None),
        ("EMAIL_URL", None),
        ("FIELD_KEYS", None),
        ("FIELD_KEYS", "too-short"),
        ("DEBUG", "1"),
    ],
)
def test_production_names_what_is_missing_or_unsafe(tmp_path, name, value):
    status, said = check(tmp_path, **{**COMPLETE, name: value})
    assert status != 0
    assert "does not start in production" in said
    assert f"\n  {name}:" in said


def test_a_trial_is_not_reached_from_elsewhere(tmp_path):
    status, said = check(tmp_path, ALLOWED_HOSTS="desk.example")
    assert status != 0
    assert "answers on this machine only" in said


@pytest.mark.parametrize(("name", "value"), [("MODE", "staging"), ("TIME_ZONE", "Utah")])
def test_a_value_that_is_not_understood_is_named(tmp_path, name, value):
    status, said = check(tmp_path, **{name: value})
    assert status != 0
    assert f"{name} is “{value}”" in said


def test_a_secret_may_be_in_a_file(tmp_path):
    file = tmp_path / "key"
    file.write_text(COMPLETE["SECRET_KEY"])
    environment = {**COMPLETE, "SECRET_KEY": None, "SECRET_KEY_FILE": str(file)}
    assert check(tmp_path, **environment)[0] == 0
