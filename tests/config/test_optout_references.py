"""References that are read back to callers: as written, as typed, and found again."""

import pytest
from django.urls import reverse

from config import roles
from cpni import optouts
from cpni.references import reference, request_id
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import OptOutRequestFactory


@pytest.mark.parametrize(
    "typed", ["O-00042", "o-00042", " O 00042 ", "o00042", "O – 000 42", "0-00042"]
)
def test_it_is_read_as_people_type_it(typed):
    assert request_id(typed) == 42


@pytest.mark.parametrize(
    "typed",
    ["", "O", "O-", "O-42", "O-00000", "000042", "N-00042", "O-00042x", "O-000042"],
)
def test_what_is_none_is_taken_for_none(typed):
    assert request_id(typed) is None


@pytest.mark.parametrize("number", [1, 99_999, 100_000, 12_345_678])
def test_each_is_written_in_one_way(number):
    assert request_id(reference(number)) == number


@pytest.fixture
def requests(today, reference_data):
    """Two that wait, one of them found by ``reference``."""
    return OptOutRequestFactory(), OptOutRequestFactory()


@pytest.mark.parametrize("lower", [True, False])
def test_the_list_finds_it(client_of, requests, lower):
    wanted, _ = requests
    typed = wanted.reference.lower().replace("-", " ") if lower else wanted.reference
    address = reverse("admin:cpni_optoutrequest_changelist")
    answer = client_of(roles.REPRESENTATIVE).post(address, {"q": typed}, follow=True)
    assert list(answer.context["cl"].result_list) == [wanted]


def test_its_page_shows_it(client_of, requests):
    wanted, _ = requests
    address = reverse("admin:cpni_optoutrequest_change", args=[wanted.pk])
    assert wanted.reference in client_of(roles.OFFICER).get(address).content.decode()


def test_the_box_of_the_call_desk_finds_whose_it_is(client_of, requests, today):
    wanted, waits = requests
    customer = CustomerFactory(name="Ann Example")
    optouts.apply(wanted, customer=customer, on=wanted.received_on, by=None, because="Matches")
    rep, address = client_of(roles.REPRESENTATIVE), reverse("desk:results")
    body = rep.post(address, {"words": wanted.reference.lower()}).content.decode()
    assert "Ann Example" in body
    assert f"opt-out {wanted.reference}" in body
    assert "Nobody found" in rep.post(address, {"words": waits.reference}).content.decode()
