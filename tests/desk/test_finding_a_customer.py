"""The one box: what was typed is in no address and in no record, and what is found is masked."""

import pytest
from django.urls import reverse

from accounts.models import Look
from tests.factories.accounts import CustomerFactory
from tests.factories.notices import DeliveryFactory

pytestmark = pytest.mark.django_db


def find(desk, words):
    return desk.post(reverse("desk:results"), {"words": words}, headers={"HX-Request": "true"})


def test_whoever_is_meant_is_listed_with_what_identifies_the_account(desk, customer):
    body = find(desk, "Example").content.decode()
    assert "Ann Example" in body
    assert "A77" in body
    assert "Midvale, UT" in body
    assert reverse("desk:start", args=[customer.pk]) in body


def test_neither_address_nor_number_nor_email_is_shown(desk, customer):
    number = customer.services.get().telephone_number
    for words in ("Example", number, "ann@mail.example"):
        body = find(desk, words).content.decode()
        assert "Ann Example" in body
        for value in ("Cottonwood", "ann@mail.example", number[-7:], "84047"):
            assert value not in body


def test_the_record_of_looks_keeps_the_kind_of_words_and_not_the_words(desk, customer):
    find(desk, "Example")
    look = Look.objects.latest("id")
    assert (look.what, look.customer_id) == ("searched", customer.pk)
    assert look.detail == "1 found by name"


def test_the_reference_on_a_notice_finds_whom_it_was_sent_to(desk):
    delivery = DeliveryFactory(customer=CustomerFactory(name="Bo Other"))
    body = find(desk, delivery.reference.lower()).content.decode()
    assert "Bo Other" in body
    assert Look.objects.latest("id").detail == "1 found by reference"


def test_the_words_are_taken_from_the_body_alone(desk, customer):
    assert desk.get(reverse("desk:results")).status_code == 405
    answer = desk.post(reverse("desk:results") + "?words=Example", headers={"HX-Request": "true"})
    assert "Ann Example" not in answer.content.decode()


def test_nobody_found_says_what_to_try(desk):
    body = find(desk, "Nobody At All").content.decode()
    assert "Nobody found." in body


def test_without_scripts_the_box_leads_to_a_page(desk, customer):
    body = desk.post(reverse("desk:results"), {"words": "Example"}).content.decode()
    assert "<title>" in body
    assert "Ann Example" in body
