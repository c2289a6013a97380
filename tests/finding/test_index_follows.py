"""What names are searched by follows them, whatever route changes them."""

import pytest
from django.core.management import CommandError, call_command

from accounts import history
from accounts.import_rows import CheckedRow
from accounts.import_writing import write_rows
from accounts.models import ContactPoint, Customer, NameWord
from tests.factories.accounts import LONG_AGO, CustomerFactory
from tests.finding.conftest import TODAY


@pytest.fixture
def nobody_is_missing(db):
    """At the end of the test every customer has the words of the present name, and no others."""
    yield
    call_command("index_customers", "--check")


pytestmark = pytest.mark.usefixtures("nobody_is_missing")


def imported(account, name):
    row = CheckedRow(line=2, account_number=account, name=name, active_since=LONG_AGO)
    write_rows([row], on=TODAY, by=None, because="Import")


def test_saving_a_new_name_forgets_the_old_one(box):
    customer = CustomerFactory(account_number="Q1", name="Ann Example")
    customer.name = "Ann Married"
    history.save(customer, by=None, because="Married")
    assert box("married") == {"Q1": "name"}
    assert box("example") == {}


def test_an_import_does_so_for_new_and_for_known_customers(box):
    imported("Q1", "Ann Example")
    assert box("example") == {"Q1": "name"}
    imported("Q1", "Ann Married")
    assert box("married") == {"Q1": "name"}
    assert box("example") == {}


def test_customers_made_many_at_once_are_found(box):
    Customer.objects.bulk_create(
        [Customer(account_number=f"Q{n}", name="Ann Many", active_since=LONG_AGO) for n in (1, 2)]
    )
    assert set(box("many")) == {"Q1", "Q2"}


def test_a_statement_that_would_leave_the_words_behind_is_refused(db):
    CustomerFactory()
    with pytest.raises(TypeError, match="words"):
        Customer.objects.update(name="Someone Else")


def test_the_command_finds_and_mends_what_is_missing(box, capsys):
    customer = CustomerFactory(account_number="Q1", name="Ann Example")
    NameWord.objects.all().delete()
    ContactPoint.objects.update(postcode_index=b"")
    assert box("example") == box("84047") == {}
    with pytest.raises(CommandError, match="1 names and 1 addresses"):
        call_command("index_customers", "--check")
    call_command("index_customers")
    assert "Made anew: 1 names and 1 addresses." in capsys.readouterr().out
    assert set(box("example")) == set(box("84047")) == {customer.account_number}
