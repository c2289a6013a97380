"""Who saw which customer: each page, list, search, file and refusal leaves one row, cheaply."""

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Look, LookShown
from config import roles
from cpni.models import OptOutRequest
from tests.factories.accounts import CustomerFactory, UserFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory

pytestmark = pytest.mark.usefixtures("today", "reference_data")
LIST = "/admin/accounts/customer/"


@pytest.fixture
def rep(staff):
    return staff(roles.REPRESENTATIVE, first_name="Riley", last_name="Ortega")


@pytest.fixture
def signed_in(client, rep):
    client.force_login(rep)
    return client


@pytest.fixture
def customer(db):
    return CustomerFactory(account_number="A1", name="Ann Example")


def seen(look):
    """The customers whom ``look`` showed."""
    shown = LookShown.objects.filter(look_id=look.pk).values_list("customer_id", flat=True)
    return {look.customer_id} if look.customer_id else set(shown)


def test_a_customer_page_writes_one_row_with_one_statement(
    signed_in, rep, customer, address, django_assert_max_num_queries
):
    page = address("accounts_customer", "change", customer.pk)
    signed_in.get(page)
    first = Look.objects.get()
    with CaptureQueriesContext(connection) as queries:
        signed_in.get(page)
    about = [q["sql"][:25] for q in queries if "accounts_look" in q["sql"]]
    assert about == ["INSERT INTO accounts_look"]
    look = Look.objects.exclude(pk=first.pk).get()
    assert (look.by_id, look.actor, look.what) == (rep.pk, "Riley Ortega", "opened")
    assert (look.customer_id, look.rows, look.call) == (customer.pk, 1, "")
    assert look.screen == "accounts_customer_change"


@pytest.mark.parametrize("page", ["change", "history", "change_contact", "record_choice"])
def test_every_page_about_a_customer_is_a_look(signed_in, customer, address, page):
    signed_in.get(address("accounts_customer", page, customer.pk))
    look = Look.objects.get()
    assert (look.customer_id, look.screen) == (customer.pk, f"accounts_customer_{page}")


def test_the_record_as_it_was_is_a_look(signed_in, customer, address):
    version = customer.history.get().history_id
    signed_in.get(address("accounts_customer", "simple_history", customer.pk, version))
    assert Look.objects.get().customer_id == customer.pk


def test_records_about_a_customer_name_the_customer_and_themselves(signed_in, address):
    delivery = DeliveryFactory()
    signed_in.get(address("notices_delivery", "change", delivery.pk))
    look = Look.objects.get()
    assert (look.customer_id, look.record_id) == (delivery.customer_id, delivery.pk)


def test_a_scan_that_is_downloaded_is_a_look(signed_in, customer, address):
    request = OptOutRequestFactory(customer=customer, status="applied", effective_on="2026-10-20")
    request.scan.save("letter.pdf", ContentFile(b"%PDF"))
    answer = signed_in.get(address("cpni_optoutrequest", "scan", request.pk))
    assert b"".join(answer.streaming_content) == b"%PDF"
    look = Look.objects.get()
    assert (look.screen, look.customer_id) == ("cpni_optoutrequest_scan", customer.pk)


def test_the_customers_whom_matching_suggests_are_seen(signed_in, customer, address):
    other = CustomerFactory(name="Ann Example")
    request = OptOutRequestFactory(stated="Ann Example, account A1")
    page = signed_in.get(address("cpni_optoutrequest", "match", request.pk))
    suggested = {int(pk) for pk in page.context["form"].found}
    assert customer.pk in suggested
    assert other.pk not in suggested or len(suggested) > 1
    assert seen(Look.objects.get()) == suggested


def test_a_list_says_how_many_and_whom_it_showed(signed_in, customer):
    others = CustomerFactory.create_batch(3)
    signed_in.get(LIST, {"kind__exact": "residential"})
    look = Look.objects.get()
    assert (look.what, look.rows, look.customer_id) == ("listed", 4, None)
    assert look.detail == "kind: residential"
    assert seen(look) == {customer.pk, *(c.pk for c in others)}


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("ann@mail.example", "e-mail address"),
        ("(801) 555-0134", "telephone number"),
        ("A1", "account number"),
        ("Example", "name"),
    ],
)
def test_a_search_keeps_its_kind_and_never_its_words(signed_in, customer, typed, kind):
    signed_in.post(LIST, {"q": typed}, follow=True)
    look = Look.objects.get()  # the redirect shows nothing and is none
    assert look.what == "searched"
    assert look.detail.endswith(f" found by {kind}")
    kept = {name: value for name, value in vars(look).items() if name != "_state"}
    assert typed.lower() not in str(kept).lower()


def test_a_search_by_reference_says_so(signed_in):
    delivery = DeliveryFactory()
    signed_in.post(LIST, {"q": delivery.reference}, follow=True)
    look = Look.objects.get()
    assert (look.detail, look.customer_id) == ("1 found by reference", delivery.customer_id)


def test_a_search_that_finds_just_one_customer_names_them(signed_in, customer):
    CustomerFactory(name="Ben Other")
    signed_in.post(LIST, {"q": "Example"}, follow=True)
    look = Look.objects.get()
    assert (look.customer_id, look.detail) == (customer.pk, "1 found by name")


def test_a_question_about_any_field_is_not_taken_from_an_address(signed_in, customer):
    assert signed_in.get(LIST, {"name__startswith": "Ann"}).status_code == 400
    assert not Look.objects.exists()


def test_a_refusal_is_recorded_with_the_customer_it_was_about(client, staff, customer, address):
    marketing = staff(roles.MARKETING)
    client.force_login(marketing)
    assert client.get(address("accounts_customer", "change", customer.pk)).status_code == 403
    assert client.get(LIST).status_code == 403
    opened, listed = Look.objects.order_by("id")
    assert (opened.what, opened.customer_id, opened.by_id, opened.rows) == (
        "refused",
        customer.pk,
        marketing.pk,
        0,
    )
    assert (listed.what, listed.customer_id) == ("refused", None)


def test_a_refused_act_names_the_customer_too(signed_in, customer, address):
    page = address("accounts_customer", "merge", customer.pk)
    assert signed_in.post(page, {"because": "x"}).status_code == 403
    assert Look.objects.get().customer_id == customer.pk


def test_a_number_that_no_customer_has_is_recorded(signed_in, address):
    signed_in.get(address("accounts_customer", "change", 4711))
    signed_in.get(address("accounts_customer", "history", 4712))
    looks = Look.objects.order_by("id")
    assert [(k.what, k.record_id, k.customer_id) for k in looks] == [
        ("missing", 4711, None),
        ("missing", 4712, None),
    ]


def test_words_in_the_place_of_a_number_are_not_kept(signed_in, address):
    signed_in.get(address("accounts_customer", "change", "Ann Example"))
    look = Look.objects.get()
    assert (look.what, look.record_id) == ("missing", None)
    assert "Ann" not in str(vars(look))


def test_what_was_done_is_in_the_history_and_what_was_seen_after_it_is_a_look(
    signed_in, customer, address
):
    form = {"kind": "telephone", "value": "801-555-0199", "because": "She called"}
    page = address("accounts_customer", "change_contact", customer.pk)
    assert signed_in.post(page, form).status_code == 302
    assert not Look.objects.exists()
    assert signed_in.post(page, {**form, "because": ""}).status_code == 200
    assert Look.objects.get().customer_id == customer.pk


def test_a_superuser_is_recorded_as_everybody_else(client, customer, address):
    root = UserFactory(is_superuser=True)
    client.force_login(root)
    client.get(address("accounts_customer", "change", customer.pk))
    assert Look.objects.get().by_id == root.pk


def test_pages_that_show_no_customer_and_pages_for_nobody_leave_no_row(
    signed_in, customer, address
):
    campaign = CampaignFactory()
    signed_in.get("/admin/")
    signed_in.get(address("notices_campaign", "change", campaign.pk))
    Client().get(address("accounts_customer", "change", customer.pk))
    assert not Look.objects.exists()


def test_an_unmatched_request_is_a_look_at_nobody_yet(signed_in, address):
    request = OptOutRequestFactory(stated="Ann, 12 Elm Way")
    signed_in.get(address("cpni_optoutrequest", "change", request.pk))
    look = Look.objects.get()
    assert (look.customer_id, look.record_id, look.rows) == (None, request.pk, 0)
    assert OptOutRequest.objects.count() == 1


def test_a_look_cannot_be_changed(signed_in, customer, address):
    signed_in.get(address("accounts_customer", "change", customer.pk))
    look = Look.objects.get()
    look.what = "listed"
    with pytest.raises(TypeError, match="never changed"):
        look.save()


def test_a_page_that_cannot_be_recorded_is_not_shown(signed_in, customer, address, monkeypatch):
    def fails(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr("accounts.looks.record", fails)
    signed_in.raise_request_exception = False
    answer = signed_in.get(address("accounts_customer", "change", customer.pk))
    assert answer.status_code == 500
    assert b"Ann Example" not in answer.content
