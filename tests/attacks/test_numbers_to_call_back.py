"""The number of record is shown only where calling it back could authenticate the caller."""

import pytest

from accounts.models import Look
from tests.factories.accounts import AuthorisedUserFactory, CallFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(post, customer):
    """Whether the whole number is in the page that answers the question for it."""
    number = customer.services.get().telephone_number

    def ask(call):
        body = post(call, "call-back", service=customer.services.get().pk).content.decode()
        return number[5:8] + "-" + number[8:] in body or number[2:] in body

    return ask


def test_it_is_shown_on_the_telephone(call, shown):
    assert shown(call)


def test_in_a_store_nobody_is_called_back_and_no_look_says_that_a_number_was_shown(
    rep, customer, shown
):
    assert not shown(CallFactory(by=rep, customer=customer, direction="store"))
    assert Look.objects.exists()
    assert not Look.objects.filter(detail__contains="number of record").exists()


def test_not_to_someone_else_nor_to_whose_authority_ended(rep, customer, shown, clock):
    assert not shown(CallFactory(by=rep, customer=customer, caller="other", ended=True))
    user = AuthorisedUserFactory(customer=customer)
    call = CallFactory(by=rep, customer=customer, caller="authorised", authorised_user=user)
    type(user).objects.filter(pk=user.pk).update(until="2026-11-23")
    assert not shown(call)


def test_not_when_the_call_has_ended(call, post, shown):
    post(call, "end", outcome="done")
    assert not shown(call)
