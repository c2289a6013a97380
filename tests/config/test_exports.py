"""Files of customers' data: a permission of their own, counted, warned about and recorded."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.admin import exports
from accounts.models import Look, LookShown
from accounts.resources import CustomerResource
from config import roles
from notices.models import PostBatch
from tests.factories.accounts import CustomerFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory

pytestmark = pytest.mark.usefixtures("today", "reference_data")
EXPORT = "/admin/accounts/customer/export/"
FORM = {
    "format": "0",
    "resource": "0",
    **{f"customerresource_{name}": "on" for name in CustomerResource.fields},
}


@pytest.fixture
def auditor(client_of):
    return client_of(roles.AUDITOR)


@pytest.fixture
def batch(db):
    campaign = CampaignFactory(running=True)
    batch = PostBatch.objects.create(
        campaign=campaign, created_at=datetime(2026, 11, 20, tzinfo=UTC), size=2
    )
    for name in ("Ann Example", "＝1+1"):
        customer = CustomerFactory(name=name)
        DeliveryFactory(campaign=campaign, customer=customer, state="batched", batch=batch)
    return batch


def rows(answer):
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_before_an_export_its_size_is_told_and_nothing_is_recorded(auditor):
    CustomerFactory.create_batch(3)
    page = auditor.get(EXPORT).content.decode()
    assert "The file will hold the data of 3 customers." in page
    assert "these are all customers" in page
    assert not Look.objects.exists()


def test_an_export_is_recorded_with_its_filter_its_rows_and_whom_it_held(auditor):
    CustomerFactory(kind="business")
    homes = CustomerFactory.create_batch(2)
    answer = auditor.post(f"{EXPORT}?kind__exact=residential", {**FORM, "because": "Case 12"})
    assert len(rows(answer)) == 2
    look = Look.objects.get()
    assert (look.what, look.rows) == ("exported", 2)
    assert look.detail == "CSV file; kind: residential; reason: Case 12"
    held = LookShown.objects.filter(look_id=look.pk).values_list("customer_id", flat=True)
    assert set(held) == {c.pk for c in homes}


def test_an_export_of_a_search_does_not_keep_its_words(auditor):
    CustomerFactory(name="Ann Example")
    CustomerFactory()
    auditor.post("/admin/accounts/customer/", {"q": "Example"})
    answer = auditor.post(f"{EXPORT}?searched=1", FORM)
    assert [row["name"] for row in rows(answer)] == ["Ann Example"]
    look = Look.objects.get()
    assert (look.what, look.detail) == ("exported", "CSV file; by name")


def test_a_large_export_is_made_only_with_a_reason(auditor, monkeypatch):
    monkeypatch.setattr(exports, "LARGE", 2)
    CustomerFactory.create_batch(3)
    assert "This is a large export." in auditor.get(EXPORT).content.decode()
    for because in ("", "   "):
        answer = auditor.post(EXPORT, {**FORM, "because": because})
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/html")
        assert answer.context["form"].errors["because"]
    assert not Look.objects.exists()
    answer = auditor.post(EXPORT, {**FORM, "because": "Yearly audit"})
    assert len(rows(answer)) == 3
    assert Look.objects.get().detail == "CSV file; reason: Yearly audit"


def test_letters_for_printing_are_an_export_with_a_permission_of_its_own(
    client_of, staff, client, address, batch
):
    page = address("notices_postbatch", "export", batch.pk)
    for role in (roles.SUPERVISOR, roles.AUDITOR):
        assert client_of(role).post(page, {"because": "x"}).status_code == 403
    refused = set(Look.objects.values_list("pk", flat=True))
    officer = client_of(roles.OFFICER)
    told = officer.get(page).content.decode()
    assert "The file will hold the data of 2 customers." in told
    assert set(Look.objects.values_list("pk", flat=True)) == refused
    file = rows(officer.post(page, {"because": "To the printer"}))
    assert {row["name"] for row in file} == {"Ann Example", "'＝1+1"}
    look = Look.objects.exclude(pk__in=refused).get()
    assert (look.what, look.rows, look.record_id) == ("exported", 2, batch.pk)
    assert look.detail == f"CSV file; letters of post batch {batch.pk}; reason: To the printer"
    assert LookShown.objects.filter(look_id=look.pk).count() == 2


def test_the_preview_of_an_import_is_a_look_at_the_customers_in_the_file(client_of):
    known = CustomerFactory(account_number="A1")
    text = "account_number,name,active_since\r\nA1,Ann,2020-01-06\r\nA2,Ben,2021-03-04\r\n"
    file = SimpleUploadedFile("hand.csv", text.encode(), "text/csv")
    data = {"format": "0", "resource": "0", "import_file": file}
    page = client_of(roles.OFFICER).post("/admin/accounts/customer/import/", data)
    assert "confirm_form" in page.context
    look = Look.objects.get()
    assert (look.screen, look.customer_id) == ("accounts_customer_import", known.pk)
    assert look.detail == "preview of 2 rows"
