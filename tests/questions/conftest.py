"""The demo, told once for all questions, and a browser for each of its people."""

from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings

from accounts.models import User
from config import demo as story
from tests.conftest import install_reference_data
from tests.smtp_sink import Sink


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[None]:
    """The demo with 60 customers, from 28 November 2026 on; gone after the module.

    It takes four seconds, so each test has it within a savepoint of its own.
    """
    folder, sink = tmp_path_factory.mktemp("demo"), Sink()
    sink.start()
    default = settings.STORAGES["default"]
    options = {**default["OPTIONS"], "location": str(folder / "files")}
    whole = transaction.atomic()
    whole._from_testcase = True
    with (
        time_machine.travel("2026-11-28T18:00Z", tick=True),
        django_db_blocker.unblock(),
        override_settings(
            DATA_DIR=folder,
            STORAGES={**settings.STORAGES, "default": {**default, "OPTIONS": options}},
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=sink.port,
            EMAIL_URL=f"smtp://127.0.0.1:{sink.port}",
            EMAIL_TIMEOUT=5,
            SMTP_CONNECTIONS=1,
            DEFAULT_FROM_EMAIL="notices@wasatch.example",
            MAIL_DOMAIN="wasatch.example",
        ),
        whole,
    ):
        install_reference_data()
        story.prepare(60, lambda words: None)
        yield
        transaction.set_rollback(True)
    sink.stop()


@pytest.fixture
def signed_in(demo, db):
    """``signed_in("rep")`` is a browser in which that person of the demo has signed in."""

    def make(username: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=username))
        return client

    return make
