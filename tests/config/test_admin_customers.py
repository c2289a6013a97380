"""The customer list and page: found by what callers say, and answered at a glance."""

from datetime import date, timedelta

import pytest

from accounts import contact_optouts
from accounts.models import ContactPoint, Customer, Service
from config import roles
from cpni import gaps, optouts
from cpni.assuming import assume_due
from notices.clock import expires_after
from tests.config.conftest import TODAY
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import DeliveryFactory

pytestmark = pytest.mark.usefixtures("today", "reference_data")


@pytest.fixture
def find(client_of, address):
    """``find("words")``: account numbers that the search finds."""
    client = client_of(roles.REPRESENTATIVE)

    def search(words):
        found = client.get(address("accounts_customer", "changelist"), {"q": words}).context["cl"]
        return [customer.account_number for customer in found.result_list]

    return search


@pytest.mark.parametrize("typed", ["801-555-9999", "(801) 555 9999", "+1 801 555 9999"])
def test_a_number_finds_every_customer_who_has_it_not_only_the_first(find, typed):
    for account in ("A1", "A2"):
        customer = CustomerFactory(account_number=account)
        ContactPoint.objects.create(
            customer=customer, kind="telephone", value="+18015559999", since=date(2020, 1, 6)
        )
    customer = CustomerFactory(account_number="A3")
    Service.objects.create(
        customer=customer,
        category="wireless",
        telephone_number="+18015559999",
        started_on=date(2020, 1, 6),
    )
    CustomerFactory(account_number="A4")
    assert find(typed) == ["A1", "A2", "A3"]


@pytest.mark.parametrize("typed", ["A77", "a77", "ann", "Example", "ann@mail.example"])
def test_account_name_and_address_find_a_customer(find, typed):
    CustomerFactory(account_number="A77", name="Ann Example", email="ann@mail.example")
    CustomerFactory(account_number="B1", name="Ben Other")
    assert find(typed) == ["A77"]


def test_the_reference_on_a_notice_finds_its_customer(find):
    delivery = DeliveryFactory()
    DeliveryFactory()
    assert find(delivery.reference) == [delivery.customer.account_number]


@pytest.fixture
def stories(db):
    """One customer for each way to stand."""
    approved, objector, waiting, bounced = CustomerFactory.create_batch(4)
    never = CustomerFactory()
    DeliveryFactory(customer=approved, mailed_on=date(2026, 10, 1))
    DeliveryFactory(customer=objector, mailed_on=date(2026, 10, 1))
    DeliveryFactory(customer=waiting, mailed_on=date(2026, 11, 20))
    DeliveryFactory(
        customer=bounced,
        mailed_on=date(2026, 11, 1),
        outcome="returned",
        outcome_on=date(2026, 11, 20),
    )
    request = OptOutRequestFactory()
    optouts.apply(request, customer=objector, on=date(2026, 11, 1), by=None, because="x")
    assume_due(on=date(2026, 11, 23))
    return {
        "approved": approved,
        "opted_out": objector,
        "window": waiting,
        "undeliverable": bounced,
        "never_noticed": never,
    }


def test_the_list_says_how_each_stands_and_what_is_next(client_of, address, stories):
    answer = client_of(roles.REPRESENTATIVE).get(address("accounts_customer", "changelist"))
    said = {c: (c.standing.words, c.standing.next_step) for c in answer.context["cl"].result_list}
    assert said == {
        stories["approved"]: ("Approved", ""),
        stories["opted_out"]: ("Opted out", ""),
        stories["window"]: ("Window until Dec 23", "Wait"),
        stories["undeliverable"]: ("Undeliverable", "Correct the address, notice again"),
        stories["never_noticed"]: ("Never noticed", "Send a notice"),
    }


def test_each_question_of_the_filter_finds_exactly_them(client_of, address, stories):
    client = client_of(roles.REPRESENTATIVE)
    for question, customer in stories.items():
        page = client.get(address("accounts_customer", "changelist"), {"cpni": question})
        assert list(page.context["cl"].result_list) == [customer], question


@pytest.mark.parametrize(
    ("on", "mailed_on"),
    [(date(2026, 1, 15), date(2024, 3, 16)), (date(2026, 11, 23), date(2025, 1, 22))],
)
def test_what_falls_due_in_sixty_days_falls_due_soon_leap_year_or_not(on, mailed_on):
    DeliveryFactory(mailed_on=mailed_on)
    assert (expires_after(mailed_on) - on).days == gaps.AHEAD
    assert gaps.due_soon(on=on).exists()
    assert not gaps.due_soon(on=on - timedelta(days=1)).exists()
    assert gaps.due_soon(on=on + timedelta(days=60)).exists()
    assert not gaps.due_soon(on=on + timedelta(days=61)).exists()
    assert gaps.overdue(on=on + timedelta(days=61)).exists()


def test_the_page_answers_for_each_use_with_its_dates_and_rule(client_of, address, stories):
    client = client_of(roles.REPRESENTATIVE)

    def read(customer):
        answer = client.get(address("accounts_customer", "change", customer.pk))
        return " ".join(answer.content.decode().split())

    window = read(stories["window"])
    assert "The customer may still object until December 23, 2026." in window
    assert "Last day Dec. 23, 2026" in window
    assert "May assume from Dec. 24, 2026" in window
    assert "64.2008(d)(1)" in window
    assert "The customer opted out, effective October 20, 2026." in read(stories["opted_out"])
    approved = read(stories["approved"])
    assert "Approval assumed" in approved  # in what happened, with who and why
    assert "Waiting period passed without objection" in approved


def test_an_address_is_shown_as_of_record_or_from_which_day(client_of, address):
    customer = CustomerFactory()
    client = client_of(roles.REPRESENTATIVE)
    form = {"kind": "email", "value": "new@mail.example", "because": "She called"}
    client.post(address("accounts_customer", "change_contact", customer.pk), form)
    page = client.get(address("accounts_customer", "change", customer.pk)).content.decode()
    assert "new@mail.example" in page
    assert "From Dec 23, 2026" in page
    assert "Of record" in page  # the postal address


def test_an_account_can_be_merged_by_the_officer_only_and_its_opt_out_stands(
    client_of, address, stories
):
    objector, other = stories["opted_out"], stories["approved"]
    page = address("accounts_customer", "merge", objector.pk)
    form = {"survivor": other.account_number, "because": "Same person, moved"}
    assert client_of(roles.SUPERVISOR).post(page, form).status_code == 403
    client_of(roles.OFFICER).post(page, form)
    objector.refresh_from_db()
    assert (objector.status, objector.merged_into) == (Customer.Status.MERGED, other)
    listed = client_of(roles.OFFICER).get(
        address("accounts_customer", "changelist"), {"cpni": "opted_out"}
    )
    assert other in listed.context["cl"].result_list


def test_what_a_caller_says_is_recorded_and_applied_in_one_go(client_of, address, said, stories):
    customer = stories["approved"]
    page = address("accounts_customer", "record_choice", customer.pk)
    form = {"wish": "opt_out", "route": "telephone", "stated": "Stop it", "because": "Password ok"}
    answer = client_of(roles.REPRESENTATIVE).post(page, form, follow=True)
    assert said(answer) == ["Opt out recorded; approvals changed: 6."]
    panels = answer.context["panels"]
    assert {row.decision.code for row in panels.answers} == {"opted_out"}


def test_opting_back_in_by_telephone_needs_its_proof(client_of, address, stories):
    customer = stories["opted_out"]
    page = address("accounts_customer", "record_choice", customer.pk)
    form = {"wish": "opt_in", "route": "telephone", "stated": "Do it", "because": "Password ok"}
    client = client_of(roles.REPRESENTATIVE)
    assert "needs its proof" in client.post(page, form).content.decode()
    client.post(page, {**form, "proof": "Recording 4711, script 3"})
    listed = client.get(address("accounts_customer", "changelist"), {"cpni": "opted_out"})
    assert customer not in listed.context["cl"].result_list


def test_marketing_by_a_channel_is_stopped_and_allowed_again_from_the_page(client_of, address):
    customer, rep = CustomerFactory(), client_of(roles.REPRESENTATIVE)
    page = address("accounts_customer", "change", customer.pk)
    stop, allow = (
        address("accounts_customer", f"{act}_marketing", customer.pk) for act in ("stop", "allow")
    )
    before = rep.get(page).content.decode()
    assert "No channel is stopped." in before
    assert f'href="{stop}">Stop marketing by a channel</a>' in before
    answer = rep.post(stop, {"channels": ["text", "call"], "because": "Asked for"}, follow=True)
    body = answer.content.decode()
    assert "No more marketing by: text message, telephone call." in body
    assert f'href="{allow}">Allow it again</a>' in body
    form = rep.get(allow).content.decode()
    assert "Text message, Telephone call" in form
    answer = rep.post(allow, {"channels": ["call"], "because": "Asked for"}, follow=True)
    assert "Allowed again: telephone call." in answer.content.decode()
    assert contact_optouts.stopped_channels(customer, on=TODAY) == ["text"]


def test_who_only_reads_is_offered_no_switch(client_of, address):
    page = address("accounts_customer", "change", CustomerFactory().pk)
    assert "Stop marketing" not in client_of(roles.AUDITOR).get(page).content.decode()
