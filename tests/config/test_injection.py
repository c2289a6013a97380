"""What somebody is called never becomes markup, a template, a header or a terminal's command."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from accounts import fields
from accounts.models import Customer
from config import roles
from notices import letters, placeholders
from notices.models import PostBatch
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory

pytestmark = pytest.mark.usefixtures("today", "reference_data")
NAME = "<img src=x onerror=alert(1)>{{ 7*7 }}{% debug %}{0.__class__}${7*7}"
# Never in a name: line ends, NUL, a terminal's commands, other orders of letters.
CONTROLS = ["\r\n", "\x00", "\x1b[31m", "\x9b31m", "\u202e", "\u2066", "\u2028", "\x85"]


@pytest.fixture
def customer(db):
    return CustomerFactory(account_number="A1", name=NAME)


def assert_text(answer):
    """The name stands on the page as what it is."""
    page = answer.content.decode()
    assert "&lt;img src=x" in page
    assert "<img src=x" not in page
    assert "&gt;{{ 7*7 }}" in page


def test_pages_and_messages_of_the_admin_show_a_name_as_text(client_of, address, customer):
    officer = client_of(roles.OFFICER)
    change = address("accounts_customer", "change", customer.pk)
    request = OptOutRequestFactory(stated=f"{NAME}, account A1")
    for path in (
        address("accounts_customer", "changelist"),
        change,
        address("accounts_customer", "discontinue", customer.pk),
        address("cpni_optoutrequest", "match", request.pk),
        address("cpni_optoutrequest", "changelist"),
    ):
        assert_text(officer.get(path))
    page = address("cpni_optoutrequest", "match", request.pk)
    answer = officer.post(page, {"account": "A1", "because": NAME}, follow=True)
    assert any(NAME in str(message) for message in answer.context["messages"])
    assert_text(answer)
    renamed = {"name": f"{NAME} II", "kind": "residential", "language": "en", "because": NAME}
    officer.post(change, {**renamed, "_save": "Save"})
    assert_text(officer.get(address("accounts_customer", "history", customer.pk)))


@pytest.mark.parametrize("odd", CONTROLS)
def test_a_name_with_what_is_no_letter_is_refused_at_every_door(client_of, tmp_path, odd):
    form = {"account_number": "A7", "name": f"Ann{odd}Lee", "kind": "residential"}
    form |= {"language": "en", "active_since": "2020-01-06"}
    client_of(roles.OFFICER).post("/admin/accounts/customer/add/", form)
    with (tmp_path / "export.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerows([["account_number", "name", "active_since"]])
        out.writerows([["A8", f"Ann{odd}Lee", "2020-01-06"]])
    call_command("import_customers", str(tmp_path / "export.csv"))
    assert not Customer.objects.exists()
    with pytest.raises(ValidationError):
        fields.one_line(f"Ann{odd}Lee")


def test_a_command_names_control_characters_and_does_not_obey_them(tmp_path, capsys):
    customer = CustomerFactory(account_number="A1\x1b]0;owned\x07\u202e")
    call_command("approval_status", customer.account_number)
    file = tmp_path / "a\x1b[2J.csv"
    file.write_text("account_number,name,active_since,\x1b[31mred\nA2,Ben,2020-01-06,x\nA3,,,\n")
    call_command("import_customers", str(file))
    out = capsys.readouterr().out
    assert "Account A1\\x1b]0;owned\\x07\\u202e" in out
    assert "Ignored columns: \\x1b[31mred." in out
    assert not fields.CONTROL.search(out.replace("\n", ""))
    with pytest.raises(CommandError) as refused:
        call_command("approval_status", "\x1b[2J")
    assert "\x1b" not in str(refused.value)


def test_letters_and_the_names_of_files_hold_nothing_of_what_somebody_is_called(client_of, address):
    campaign = CampaignFactory(running=True)
    made = datetime(2026, 11, 20, tzinfo=UTC)
    batch = PostBatch.objects.create(campaign=campaign, created_at=made, size=1)
    customer = CustomerFactory(name=f"=1+1{NAME}")
    DeliveryFactory(campaign=campaign, customer=customer, state="batched", batch=batch)
    officer = client_of(roles.OFFICER)
    answer = officer.post(address("notices_postbatch", "export", batch.pk), {"because": NAME})
    assert answer["Content-Disposition"] == f'attachment; filename="letters-{batch.pk}.csv"'
    (row,) = csv.DictReader(io.StringIO(answer.getvalue().decode(), newline=""))
    assert row["name"] == f"'=1+1{NAME}"
    assert f"Dear =1+1{NAME}," in row["letter"]


def test_the_placeholders_are_a_fixed_list_of_plain_words():
    assert all(name.isidentifier() for name in placeholders.PLACEHOLDERS)
    for text in ("{{ customer_name.__class__ }}", "{{ customer_name|safe }}", "{{ settings }}"):
        with pytest.raises(ValidationError):
            placeholders.check_placeholders(text)
        assert placeholders.fill(text, {"customer_name": "Ann"}) == text
    assert letters.fill is placeholders.fill
