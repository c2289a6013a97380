"""Of a change the customer is told where they could be reached before it, never at what is new."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts import changes, contacts, customers, history
from accounts.models import AccountChange, BusinessExemption, Service
from tests.factories.accounts import CredentialFactory, CustomerFactory, UserFactory

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 23)
OAK = {"line1": "9 Oak Street", "city": "Orem", "state": "UT", "postcode": "84057"}
ELM = {**OAK, "line1": "12 Elm Street"}


def when(on):
    at = datetime(on.year, on.month, on.day, 16, tzinfo=UTC)
    return {"at": at, "on": on, "route": "call", "by": None}


def moved(customer, to, *, days=0, kind="post"):
    """Change the address ``days`` after ON; the change that was noted of it."""
    contacts.change_contact(
        customer, kind=kind, because="Called", **when(ON + timedelta(days)), **to
    )
    return AccountChange.objects.latest("pk")


def of(customer, kind):
    return customer.contact_points.filter(kind=kind).earliest("since")


def test_the_change_says_what_kind_when_by_whom_and_where_it_is_told():
    customer, rep = CustomerFactory(email="ann@mail.example"), UserFactory()
    with history.within_call(lambda: None):
        change = changes.note(customer, "password", **{**when(ON), "by": rep})
    assert (change.kind, change.on, change.by, change.route) == ("password", ON, rep, "call")
    assert change.postal_point == of(customer, "post")
    assert change.email_point == of(customer, "email")
    assert change.service == customer.services.get()


def test_two_changes_in_ten_days_are_both_told_at_the_address_that_was_of_record():
    customer = CustomerFactory()
    told = [moved(customer, OAK).postal_point, moved(customer, ELM, days=10).postal_point]
    assert told == [of(customer, "post")] * 2


def test_two_changes_on_one_day_are_both_told_at_the_older_address():
    customer = CustomerFactory()
    told = [moved(customer, OAK).postal_point, moved(customer, ELM).postal_point]
    assert told == [of(customer, "post")] * 2


@pytest.mark.parametrize(("days", "qualified"), [(29, False), (30, True)])
def test_an_address_is_told_once_it_has_been_there_thirty_days(days, qualified):
    customer = CustomerFactory()
    moved(customer, OAK)
    oak = customer.contact_points.current().get()
    told = moved(customer, ELM, days=days).postal_point
    assert told == (oak if qualified else of(customer, "post"))


def test_an_address_that_was_taken_away_is_told_of_that_and_of_what_follows():
    customer = CustomerFactory()
    old = of(customer, "post")
    contacts.remove_contact(old, because="Moved", **when(ON))
    assert AccountChange.objects.get().postal_point == old
    assert moved(customer, OAK, days=100).postal_point == old


def test_address_and_email_in_one_call_are_both_told_as_it_was_before():
    customer = CustomerFactory(email="ann@mail.example")
    before = of(customer, "post"), of(customer, "email")
    for change in (
        moved(customer, OAK),
        moved(customer, {"value": "new@mail.example"}, kind="email"),
    ):
        assert (change.postal_point, change.email_point) == before


def test_going_back_to_an_old_address_is_never_told_there():
    customer = CustomerFactory(email="ann@mail.example")
    moved(customer, {"value": "new@mail.example"}, kind="email")
    back = moved(customer, {"value": "Ann@mail.example"}, kind="email", days=3)
    assert back.email_point is None
    assert back.postal_point == of(customer, "post")


def test_what_arrives_nowhere_is_a_place_only_if_there_is_no_other():
    customer = CustomerFactory(email="ann@mail.example", service=False)
    post, email = of(customer, "post"), of(customer, "email")
    contacts.mark_undeliverable([post.pk], on=ON, by=None, because="Returned")
    change = changes.note(customer, "backup", **when(ON))
    assert (change.postal_point, change.email_point) == (None, email)
    contacts.mark_undeliverable([email.pk], on=ON, by=None, because="Bounced")
    change = changes.note(customer, "backup", **when(ON))
    assert (change.postal_point, change.email_point) == (post, email)


def test_young_addresses_leave_the_number_of_record():
    customer = CustomerFactory(post=False)
    moved(customer, OAK)
    change = moved(customer, ELM, days=5)
    assert (change.postal_point, change.service) == (None, customer.services.get())


def test_a_wireless_number_is_preferred_and_a_returned_one_or_contact_number_is_no_place():
    customer = CustomerFactory()
    cell = Service.objects.create(
        customer=customer, category="wireless", telephone_number="+18015550199", started_on=ON
    )
    assert changes.note(customer, "online", **when(ON)).service == cell
    customer.services.update(ended_on=ON)
    contacts.change_contact(
        customer, kind="telephone", value="801-555-0177", because="Called", **when(ON)
    )
    assert changes.note(customer, "online", **when(ON + timedelta(1))).service is None


def test_nothing_of_record_pins_nothing_and_is_still_noted():
    change = moved(CustomerFactory(post=False, service=False), OAK)
    assert (change.postal_point, change.email_point, change.service) == (None, None, None)
    assert not change.at_start


def test_the_first_day_of_service_is_exempt_and_so_is_that_of_a_reconnection():
    customer = CustomerFactory(active_since=ON)
    first = changes.note(customer, "password", **when(ON))
    assert first.at_start
    assert (first.postal_point, first.service) == (None, None)
    assert not changes.note(customer, "password", **when(ON + timedelta(1))).at_start
    gone = CustomerFactory(discontinued=True)
    assert not moved(gone, OAK).at_start
    customers.reconnect(gone, on=ON, by=None, because="Came back")
    assert moved(gone, ELM).at_start


def test_a_password_kept_from_before_a_reconnection_is_changed_and_not_set_up():
    customer = CustomerFactory(active_since=ON)
    CredentialFactory(customer=customer)
    change = changes.note(customer, "password", **when(ON))
    assert not change.at_start
    assert change.postal_point == customer.contact_points.get()
    assert changes.note(customer, "backup", **when(ON)).at_start


def test_a_correction_counts_and_what_is_there_already_does_not():
    customer = CustomerFactory()
    moved(customer, OAK)
    assert moved(customer, {**OAK, "line1": "9 Oak Streat"}).kind == "post"
    moved(customer, {**OAK, "line1": "9 Oak Streat"})
    contacts.change_contact(
        customer, kind="telephone", value="801-555-0177", because="Called", **when(ON)
    )
    assert AccountChange.objects.count() == 2


def test_a_business_with_a_contract_about_authentication_is_told_all_the_same():
    customer = CustomerFactory(kind="business")
    BusinessExemption.objects.create(
        customer=customer,
        account_representative="Pat Lee",
        contract="MSA-17, clause 9",
        contract_on=date(2026, 1, 5),
        terms="Token",
    )
    assert changes.note(customer, "password", **when(ON)).postal_point
