"""A change of keys: everything is sealed anew, in steps that may be interrupted."""

from datetime import UTC, date, datetime

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from accounts import rotating
from accounts.encrypted_fields import EncryptedTextField
from accounts.encryption import key_ids, new_key
from accounts.models import ContactPoint, Run, Service
from cpni.models import OptOutRequest
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import OptOutRequestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys(settings):
    """An old key, with which everything is sealed, and a new one."""
    old, new = new_key(), new_key()
    settings.FIELD_KEYS = [old]
    return old, new


@pytest.fixture
def records(keys):
    """Three customers with everything, and a request with its scan."""
    for number in range(3):
        CustomerFactory(email=f"c{number}@mail.example")
    OptOutRequestFactory(stated="Ann", scan=ContentFile(b"ink", "a.pdf"))


def read(scan):
    with scan.open() as file:
        return file.read()


def seen():
    return (
        [point.text for point in ContactPoint.objects.order_by("pk")],
        [service.telephone_number for service in Service.objects.order_by("pk")],
        [(r.stated, read(r.scan)) for r in OptOutRequest.objects.all()],
    )


def test_everything_is_sealed_with_the_newest_key_and_reads_the_same(settings, keys, records):
    old, new = keys
    before = seen()
    settings.FIELD_KEYS = [new, old]
    done = rotating.rotate(by=None)
    # Three e-mail addresses, first lines and ZIP codes; three numbers; one request and its scan.
    assert (done.values, done.files) == (3 * 3 + 3 + 1, 1)
    assert Run.objects.get(name="rotate_keys").counts["values"] == 13
    settings.FIELD_KEYS = [new]
    assert seen() == before
    assert ContactPoint.objects.found_by("email", "c1@mail.example").count() == 1
    assert Service.objects.numbered(Service.objects.first().telephone_number).count() == 1
    assert rotating.left_over() == {key_ids()[0]: 14}


def test_until_it_is_done_everything_is_found_by_either_key(settings, keys, records):
    old, new = keys
    settings.FIELD_KEYS = [new, old]
    CustomerFactory(email="late@mail.example")
    for name in ("c0", "late"):
        assert ContactPoint.objects.found_by("email", f"{name}@mail.example").count() == 1


def test_it_goes_on_where_it_was_stopped(settings, monkeypatch, keys, records):
    old, new = keys
    monkeypatch.setattr(rotating, "CHUNK", 2)
    settings.FIELD_KEYS = [new, old]
    chunks = []

    def stop_in_the_third(rows):
        chunks.append(rows)
        if len(chunks) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotating.rotate(by=None, progress=stop_in_the_third)
    half = rotating.left_over()
    assert set(half) == set(key_ids())
    done = rotating.rotate(by=None)
    assert done.values == 13 - (half[key_ids()[0]])
    assert rotating.rotate(by=None) == rotating.Rotated(rows=done.rows)


def test_what_no_key_opens_is_named_and_what_was_done_stays(settings, keys, records, capsys):
    _, new = keys
    settings.FIELD_KEYS = [new]
    with pytest.raises(
        CommandError, match=r"(contactpoint|optoutrequest|service)\.\w+ \d+ cannot be read"
    ):
        call_command("rotate_keys")
    call_command("rotate_keys", "--check")
    assert "is not in FIELD_KEYS: 14" in capsys.readouterr().out


def test_the_command_says_when_an_old_key_may_go(settings, keys, records, capsys):
    old, new = keys
    settings.FIELD_KEYS = [new, old]
    call_command("rotate_keys")
    said = capsys.readouterr().out
    assert "Sealed anew: 13 values and 1 files." in said
    assert f"Key {key_ids()[1]}: 0; it may be taken out of FIELD_KEYS" in said


def test_every_encrypted_column_is_covered():
    """Also one of a model that somebody adds tomorrow, and of its history."""
    columns = rotating.sealed_columns()
    assert {ContactPoint, Service, OptOutRequest} <= set(columns)
    for model, fields in columns.items():
        assert all(isinstance(field, EncryptedTextField) for field in fields), model


def test_a_telephone_number_is_on_an_account_once_whatever_key_it_was_indexed_by(
    settings, keys, records
):
    from accounts.contacts import change_contact
    from accounts.models import Customer

    old, new = keys
    customer = Customer.objects.first()
    at = datetime(2026, 11, 2, 16, tzinfo=UTC)
    given = {
        "kind": "telephone",
        "value": "801-555-0134",
        "at": at,
        "route": "call",
        "by": None,
        "because": "Call",
    }
    first = change_contact(customer, on=date(2026, 11, 2), **given)
    settings.FIELD_KEYS = [new, old]
    assert change_contact(customer, on=date(2026, 11, 3), **given) == first
