"""No verb changes an account for a caller who has not proved who they are, on any page."""

import pytest

from accounts import contact_optouts, contacts, customers, exemptions, online_accounts
from accounts.errors import Refused
from accounts.models import ContactPoint, User
from config import roles
from cpni import merging, optouts
from cpni.models import OptOutRequest
from tests.desk.conftest import AT
from tests.factories.accounts import CallFactory, CarrierFactory, CustomerFactory
from tests.factories.cpni import OptOutRequestFactory

pytestmark = pytest.mark.django_db
ON = AT.date()


def new_address(customer, by):
    contacts.change_contact(
        customer,
        kind="email",
        value="new@mail.example",
        at=AT,
        on=ON,
        route="admin",
        by=by,
        because="x",
    )


def no_address(customer, by):
    point = ContactPoint.objects.current().get(customer=customer, kind="email")
    contacts.remove_contact(point, at=AT, on=ON, route="admin", by=by, because="x")


def end(customer, by):
    customers.discontinue(customer, on=ON, by=by, because="x")


def begin_again(customer, by):
    customers.discontinue(customer, on=ON, by=None, because="x")
    customers.reconnect(customer, on=ON, by=by, because="x")


def new_name(customer, by):
    seen = customers.version(customer)
    customers.correct(customer, name="Eve Else", seen=seen, by=by, because="x")


def consent(customer, by):
    customers.record_email_consent(customer, on=ON, proof="R-1", by=by, because="x")


def online(customer, by):
    online_accounts.note_change(customer, at=AT, on=ON, route="admin", by=by, because="x")


def contract(customer, by):
    customer.kind = "business"
    exemptions.add(
        customer,
        account_representative="Bo",
        contract="C-1",
        contract_on=ON,
        terms="A code word.",
        on=ON,
        by=by,
        because="x",
    )


def marketing(customer, by):
    contact_optouts.stop(customer, channels=["text"], on=ON, by=by, because="x")
    contact_optouts.allow(customer, channels=["text"], on=ON, by=by, because="x")


def merge_away(customer, by):
    merging.merge(customer, CustomerFactory(), on=ON, at=AT, by=by, because="x")


def merge_into(customer, by):
    merging.merge(CustomerFactory(), customer, on=ON, at=AT, by=by, because="x")


def opt_in(customer, by):
    wished = OptOutRequestFactory(opt_in=True)
    optouts.apply(wished, customer=customer, on=ON, by=by, because="x")


def take_back_an_opt_out(customer, by):
    wished = OptOutRequestFactory()
    optouts.apply(wished, customer=customer, on=ON, by=by, because="x")
    optouts.undo(OptOutRequest.objects.get(pk=wished.pk), on=ON, by=by, because="x")


CHANGES = [
    new_address,
    no_address,
    end,
    begin_again,
    new_name,
    consent,
    online,
    contract,
    marketing,
    merge_away,
    merge_into,
    opt_in,
    take_back_an_opt_out,
]


@pytest.fixture
def customer(reference_data, time_machine):
    """A business with an e-mail address, at eleven in the carrier's morning."""
    time_machine.move_to(AT, tick=False)
    CarrierFactory()
    return CustomerFactory(kind="business", email="ann@mail.example")


@pytest.fixture
def anybody(staff) -> User:
    """Somebody whose role may do all of it."""
    return staff(roles.OFFICER, is_superuser=True)


@pytest.mark.parametrize("change", CHANGES)
def test_it_is_refused_in_a_call_with_somebody_unproved(customer, anybody, change):
    CallFactory(by=anybody, customer=customer)
    with pytest.raises(Refused, match=r"You are in a call about this account.*authenticate"):
        change(customer, anybody)


@pytest.mark.parametrize("change", CHANGES)
def test_it_is_done_without_a_call_and_in_a_call_about_another(customer, anybody, change):
    CallFactory(by=anybody, customer=CustomerFactory())
    change(customer, anybody)


def test_what_only_restricts_us_is_done_for_anybody(customer, anybody):
    customers.record_email_consent(customer, on=ON, proof="R-1", by=None, because="x")
    CallFactory(by=anybody, customer=customer)
    assert customers.withdraw_email_consent(customer, on=ON, by=anybody, because="x")
    assert contact_optouts.stop(customer, channels=["text"], on=ON, by=anybody, because="x")
    optouts.apply(OptOutRequestFactory(), customer=customer, on=ON, by=anybody, because="x")
