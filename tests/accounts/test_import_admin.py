"""Importing and exporting customers through the admin: upload, preview, confirm, download."""

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Customer, ImportBatch
from accounts.resources import CustomerResource
from accounts.uploads import FOLDER
from config import roles
from tests.factories.accounts import CustomerFactory

pytestmark = pytest.mark.usefixtures("today")
IMPORT = "admin:accounts_customer_import"
HEADER = "account_number,name,active_since,postcode\r\n"


@pytest.fixture
def officer(client_of):
    return client_of(roles.OFFICER)


@pytest.fixture
def upload(officer):
    """``upload(text)`` chooses a file with this content on the import page."""

    def post(text):
        content = text.encode() if isinstance(text, str) else text
        file = SimpleUploadedFile("hand.csv", content, "text/csv")
        data = {"format": "0", "resource": "0", "import_file": file}
        return officer.post(reverse(IMPORT), data)

    return post


def test_a_file_is_previewed_confirmed_and_recorded(officer, upload, everything):
    before = everything()
    page = upload("\ufeff" + HEADER + "A1,<b>Ann</b>,2021-03-04,\r\nA2,Ben,2021-03-04,\r\n")
    text = page.content.decode()
    assert "&lt;b&gt;Ann" in text
    assert "<b>Ann" not in text
    assert everything() == before
    confirmed = officer.post(
        reverse("admin:accounts_customer_process_import"), page.context["confirm_form"].initial
    )
    assert confirmed.status_code == 302
    assert Customer.history.filter(actor="Pat " + page.wsgi_request.user.last_name).count() == 2
    assert ImportBatch.objects.get().created == 2
    assert default_storage.listdir(FOLDER) == ([], [])


def test_a_bad_row_is_named_with_its_remedy_and_nothing_can_be_confirmed(upload):
    page = upload(HEADER + "A1,Ann,2021-03-04,\r\nA2,Ben,2021-03-04,8404\r\n")
    assert "Row 3: It is not a ZIP code. Write it like 84047" in page.content.decode()
    assert "confirm_form" not in page.context
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"account_number\nA1\n", "The header has no column name, active_since."),
        (
            b"account_number,name,active_since\nA1,Jos\xe9,2021-03-04\n",
            "Line 2 of the file is not text in UTF-8. Save it as “CSV UTF-8”",
        ),
    ],
)
def test_a_file_that_is_no_such_file_is_refused(upload, content, message):
    assert message in upload(content).content.decode()
    assert not Customer.objects.exists()


def test_the_list_is_exported_safe_to_open(officer):
    CustomerFactory(account_number="A1", name="=1+1")
    fields = {f"customerresource_{name}": "on" for name in CustomerResource.fields}
    answer = officer.post(
        reverse("admin:accounts_customer_export"), {"format": "0", "resource": "0", **fields}
    )
    assert answer["Content-Type"] == "text/csv"
    assert "A1,'=1+1,residential,active,2020-01-06" in answer.content.decode()


@pytest.mark.parametrize("role", [roles.REPRESENTATIVE, roles.MARKETING, roles.AUDITOR])
def test_only_the_officer_imports(client_of, role):
    assert client_of(role).get(reverse(IMPORT)).status_code == 403
