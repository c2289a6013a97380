"""Personal data lies encrypted wherever it is kept, and is found without being shown."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.exceptions import FieldError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from accounts.contacts import change_contact
from accounts.encryption import Unreadable
from accounts.models import ContactPoint, Service
from config import roles
from cpni import optouts
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.cpni import OptOutRequestFactory

pytestmark = pytest.mark.django_db

SECRETS = (
    "ann.secret@mail.example",
    "+18015559876",
    "+18015551212",
    "4321 Hidden Hollow Lane",
    "Apartment 99",
    "84047-9911",
    "I live next to the bakery",
    "Recording 4711-77",
    "A letter with ink",
)


@pytest.fixture
def ann(settings, tmp_path, reference_data):
    """A customer of whom everything is known that is encrypted."""
    CarrierFactory()
    ann = CustomerFactory(name="Ann Example", post=False, service=False, email=SECRETS[0])
    on = date(2026, 11, 2)
    given = {
        "at": datetime(2026, 11, 2, 16, tzinfo=UTC),
        "on": on,
        "route": "call",
        "by": None,
        "because": "Call",
    }
    change_contact(ann, kind="telephone", value=SECRETS[1], **given)
    Service.objects.create(
        customer=ann, category="local", telephone_number=SECRETS[2], started_on=on
    )
    change_contact(
        ann,
        kind="post",
        line1=SECRETS[3],
        line2=SECRETS[4],
        city="Midvale",
        state="UT",
        postcode=SECRETS[5],
        **given,
    )
    wished = OptOutRequestFactory(
        stated=SECRETS[6],
        wish="opt_in",
        proof=SECRETS[7],
        scan=ContentFile(SECRETS[8].encode(), "ann.pdf"),
    )
    optouts.apply(wished, customer=ann, on=on, by=None, because="Matched")
    return ann


def everything_in_the_database():
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            for row in cursor.fetchall():
                for value in row:
                    yield bytes(value) if isinstance(value, memoryview) else value


def test_no_table_and_no_file_holds_it_in_plain(ann, client_of):
    client = client_of(roles.REPRESENTATIVE)
    for words in SECRETS[:3]:
        client.post("/admin/accounts/customer/", {"q": words}, follow=True)
    values = list(everything_in_the_database())
    text = "\n".join(v for v in values if isinstance(v, str))
    raw = b"\n".join(v for v in values if isinstance(v, bytes))
    assert "Ann Example" in text  # names stay plain: the search below has eyes
    files = [p for p in Path(default_storage.location).rglob("*") if p.is_file()]
    assert any("scans" in p.parts for p in files)
    kept = raw + b"".join(p.read_bytes() + str(p).encode() for p in files)
    for secret in SECRETS:
        for form in (secret, secret.removeprefix("+1")):
            assert form not in text
            assert form.encode() not in kept


def test_it_is_read_as_it_was_entered(ann):
    post = ann.contact_points.get(kind="post")
    assert post.text == "4321 Hidden Hollow Lane\nApartment 99\nMidvale, UT 84047-9911"
    assert ann.services.get().telephone_number == SECRETS[2]
    wished = optouts.OptOutRequest.objects.get()
    assert (wished.stated, wished.proof) == SECRETS[6:8]
    with wished.scan.open() as scan:
        assert scan.read() == SECRETS[8].encode()


def test_a_file_is_for_the_desk_alone(ann):
    scan = Path(optouts.OptOutRequest.objects.get().scan.path)
    assert scan.stat().st_mode & 0o077 == 0
    assert scan.parent.stat().st_mode & 0o077 == 0
    assert "ann" not in scan.name


@pytest.mark.parametrize(
    "typed",
    [
        "ANN.Secret@mail.example",
        "(801) 555-9876",
        "801.555.1212",
        "84047 4321",
        "84047-9911, 4321",
    ],
)
def test_a_representative_finds_it_by_the_whole_value(ann, client_of, typed):
    CustomerFactory(email="other@mail.example")
    answer = client_of(roles.REPRESENTATIVE).post(
        "/admin/accounts/customer/", {"q": typed}, follow=True
    )
    assert [c.name for c in answer.context["cl"].result_list] == ["Ann Example"]


@pytest.mark.parametrize("typed", ["ann.secret", "55-9876", "84047 432", "84048 4321"])
def test_part_of_a_value_finds_nobody(ann, client_of, typed):
    answer = client_of(roles.REPRESENTATIVE).post(
        "/admin/accounts/customer/", {"q": typed}, follow=True
    )
    assert not answer.context["cl"].result_list


def test_a_value_copied_to_another_customer_does_not_decrypt(ann, client_of):
    other = CustomerFactory(email="other@mail.example")
    theirs = other.contact_points.get(kind="email")
    mine = ann.contact_points.get(kind="email")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_contactpoint SET value ="
            " (SELECT value FROM accounts_contactpoint WHERE id = %s) WHERE id = %s",
            [mine.pk, theirs.pk],
        )
    with pytest.raises(Unreadable, match=f"accounts.contactpoint.value {theirs.pk} cannot be"):
        str(ContactPoint.objects.get(pk=theirs.pk))
    client = client_of(roles.REPRESENTATIVE)
    answer = client.get(f"/admin/accounts/customer/{other.pk}/change/")
    assert answer.status_code == 500
    assert "what is stored was altered, or copied from elsewhere" in answer.content.decode()
    assert "ann.secret" not in answer.content.decode()
    assert client.get(f"/admin/accounts/customer/{ann.pk}/change/").status_code == 200


def test_a_value_is_written_only_with_its_row():
    point = CustomerFactory(email="ann@mail.example").contact_points.get(kind="email")
    with pytest.raises(TypeError, match="only saving a row seals"):
        ContactPoint.objects.filter(pk=point.pk).update(value="ben@mail.example")
    with pytest.raises(TypeError, match="give the row its primary key"):
        ContactPoint.objects.bulk_create([ContactPoint(customer=point.customer, value="x")])


@pytest.mark.parametrize("question", ["value", "value__in", "value__icontains", "line1__gt"])
def test_nobody_compares_a_value_in_sql(question):
    with pytest.raises(FieldError):
        ContactPoint.objects.filter(**{question: "ann"}).exists()


def test_history_does_not_repeat_what_never_changes(ann):
    for model in (ContactPoint, Service, optouts.OptOutRequest):
        assert model.history.exists()
        kept = {f.name for f in model.history.model._meta.fields}
        assert kept.isdisjoint({"value", "line1", "telephone_number", "stated", "proof"})
    point = ann.contact_points.get(kind="email")
    point.value = "other@mail.example"
    with pytest.raises(ValueError, match="never changes"):
        point.save()
    service = ann.services.get()
    service.telephone_number = "+18015550000"
    with pytest.raises(ValueError, match="never changes"):
        service.save()
