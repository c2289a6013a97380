"""What every test can ask for: a frozen day, clients by role, a real SMTP server."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.models import Group, Permission
from django.core.signals import setting_changed
from django.db import connection
from django.dispatch import receiver
from django.test import Client, TransactionTestCase
from limits.storage import MemoryStorage

from accounts import turns
from accounts.encryption import forget_keys
from accounts.models import User
from config import roles
from cpni import facts_at_once, protection, standard_scripts
from cpni.models import RetentionPeriod, Script
from cpni.retention_kinds import KINDS
from notices.catalogue import install
from notices.models import Use
from tests.factories.accounts import UserFactory
from tests.factories.notices import PolicyFactory

# The same hash at a hundredth of its cost: many tests sign in or prove who a caller is.
Argon2PasswordHasher.time_cost = 1
Argon2PasswordHasher.memory_cost = 64  # KiB
Argon2PasswordHasher.parallelism = 1
LAST_OF_REDIS = 15  # the highest number of a database, as Redis is set up


def pytest_configure() -> None:
    """Give each process of pytest-xdist one of the databases of Redis, from the one named up.

    Workers that tests start read a queue, and one process's would take another's jobs.
    """
    from django.conf import settings

    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    if settings.REDIS_URL and process:
        server, _, number = settings.REDIS_URL.rpartition("/")
        if int(number) + process > LAST_OF_REDIS:
            raise pytest.UsageError(
                f"Redis has databases 0 to {LAST_OF_REDIS}: name a lower one in REDIS_URL,"
                f" or run at most {LAST_OF_REDIS - int(number) + 1} processes (-n)."
            )
        settings.REDIS_URL = os.environ["REDIS_URL"] = f"{server}/{int(number) + process}"
        settings.CACHES["default"]["LOCATION"] = settings.REDIS_URL


@pytest.hookimpl(wrapper=True, tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Skip, with the reason, what needs a server that the environment does not name.

    What starts processes waits more than it works, so it comes first, one file a process, and
    whoever runs the others has something to do until the end.
    """
    from django.conf import settings

    for item in items:
        if item.get_closest_marker("slow") and "backups" not in item.path.parts:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
        if item.get_closest_marker("postgresql") and (
            "postgresql" not in settings.DATABASES["default"]["ENGINE"]
        ):
            item.add_marker(pytest.mark.skip(reason="DATABASE_URL names no PostgreSQL"))
        if item.get_closest_marker("redis") and not settings.REDIS_URL:
            item.add_marker(pytest.mark.skip(reason="REDIS_URL is not set"))
    yield
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix, tmp_path_factory
) -> None:
    """SQLite as a file, as in the product: real processes can open it, and locks are real."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        folder = tmp_path_factory.mktemp("database")
        database.setdefault("TEST", {})["NAME"] = str(folder / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The test database, which at the end nobody else may be using.

    A worker that a drill killed and the threads of the live server leave sessions behind, for a
    moment or until they time out, and PostgreSQL drops no database with a session.
    """
    emptied = TransactionTestCase._fixture_teardown

    def empty(case: TransactionTestCase) -> None:
        """Nobody empties a history table, so what has to between tests takes the triggers off.

        What the migrations put there is put back once, and not by each test that comes after.
        """
        protection.unprotect()
        try:
            emptied(case)
        finally:
            protection.protect()
        install_reference_data()

    TransactionTestCase._fixture_teardown = empty
    yield
    if connection.vendor == "postgresql":
        name = connection.settings_dict["NAME"]
        connection.close()
        with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
            # First nobody comes any more, or who is thrown out is back before the database is gone.
            cursor.execute(
                f"ALTER DATABASE {connection.ops.quote_name(name)} WITH ALLOW_CONNECTIONS false"
            )
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )


@receiver(setting_changed)
def keys_are_read_anew(*, setting: str, **_: object) -> None:
    """The product reads its keys once."""
    if setting == "FIELD_KEYS":
        forget_keys()


@pytest.fixture(autouse=True)
def files_in_a_folder_of_their_own(settings, tmp_path) -> None:
    """No test writes into the installation's data."""
    settings.DATA_DIR = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            **settings.STORAGES["default"],
            "OPTIONS": {
                **settings.STORAGES["default"]["OPTIONS"],
                "location": str(tmp_path / "files"),
            },
        },
    }


@pytest.fixture(autouse=True)
def nothing_kept_of_another_database() -> None:
    """What never changes in one installation has the same numbers in each test's."""
    facts_at_once.forget()


@pytest.fixture(autouse=True)
def policies_counted_from_the_first() -> None:
    """Their days follow their numbers: which is in force does not depend on the tests before."""
    PolicyFactory.reset_sequence(0)


@pytest.fixture(autouse=True)
def requests_counted_from_zero(monkeypatch) -> None:
    """Tests have users of the same number, and some stand still in time."""
    fresh = cache(lambda: turns.Counter(MemoryStorage()))
    monkeypatch.setattr(turns, "counter", fresh)


def install_reference_data() -> None:
    """The uses, scripts, periods and roles that the migrations make, where they are not."""
    if not Use.objects.exists():
        install(Use)
    if not Script.objects.exists():
        standard_scripts.install(Script, at=datetime(2026, 1, 5, tzinfo=UTC))
    if not RetentionPeriod.objects.exists():
        RetentionPeriod.objects.bulk_create(
            RetentionPeriod(kind=kind.code, months=kind.months) for kind in KINDS
        )
    if not Group.objects.filter(name=roles.OFFICER).exists():
        roles.apply(Group, Permission)


@pytest.fixture
def reference_data(db) -> None:
    """The catalogue of uses, scripts and roles."""
    install_reference_data()


@pytest.fixture
def staff(reference_data) -> Callable[[str], User]:
    """``staff(roles.OFFICER)`` makes a member of staff with that role."""

    def make(role: str, **kwargs) -> User:
        user = UserFactory(**kwargs)
        user.groups.add(Group.objects.get(name=role))
        return user

    return make


@pytest.fixture
def rep(staff) -> User:
    """A support representative."""
    return staff(roles.REPRESENTATIVE)


@pytest.fixture
def client_of(staff) -> Callable[[str], Client]:
    """``client_of(roles.OFFICER)`` is a browser in which that role has signed in."""

    def make(role: str) -> Client:
        client = Client()
        client.force_login(staff(role))
        return client

    return make
