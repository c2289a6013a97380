"""What every test can ask for: a frozen day, clients by role, a real SMTP server."""

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

from accounts.encryption import forget_keys
from accounts.models import User
from config import rates, roles
from cpni import protection, standard_scripts
from cpni.models import Script
from notices.catalogue import install
from notices.models import Use
from tests.factories.accounts import UserFactory

# The same hash at a hundredth of its cost: many tests sign in or prove who a caller is.
Argon2PasswordHasher.time_cost = 1
Argon2PasswordHasher.memory_cost = 64  # KiB
Argon2PasswordHasher.parallelism = 1


@pytest.hookimpl(wrapper=True, tryfirst=True)  # pytest-xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Skip, with the reason, what needs a server that the environment does not name.

    What starts workers runs in one process: they share one queue, and one would take another's job.
    Backups start none, and are restored into databases of their own. Both wait more than they work,
    so they come first, and whoever runs the others has something to do until the end.
    """
    from django.conf import settings

    for item in items:
        if item.get_closest_marker("slow") and "backups" not in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("slow"))
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
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
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
def requests_counted_from_zero(monkeypatch) -> None:
    """Tests have users of the same number, and some stand still in time."""
    fresh = cache(lambda: rates.Counter(MemoryStorage()))
    monkeypatch.setattr(rates, "counter", fresh)


def install_reference_data() -> None:
    """The catalogue of uses, scripts and roles, as the migrations make them, where it is not."""
    if not Use.objects.exists():
        install(Use)
    if not Script.objects.exists():
        standard_scripts.install(Script, at=datetime(2026, 1, 5, tzinfo=UTC))
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
