"""Searching: what staff search for never gets into an address, which servers log."""

import pytest

from config import roles
from tests.factories.accounts import CustomerFactory

pytestmark = pytest.mark.usefixtures("today", "reference_data")
LIST = "/admin/accounts/customer/"


@pytest.fixture
def rep(client_of):
    CustomerFactory(account_number="A1", name="Ann Example")
    CustomerFactory(account_number="B1", name="Ann Other", kind="business")
    CustomerFactory(account_number="C1", name="Ben Other")
    return client_of(roles.REPRESENTATIVE)


def found(answer):
    return [customer.account_number for customer in answer.context["cl"].result_list]


def test_the_words_are_posted_and_stay_out_of_every_address(rep):
    answer = rep.post(LIST, {"q": "Ann"}, follow=True)
    assert found(answer) == ["A1", "B1"]
    assert answer.redirect_chain == [(f"{LIST}?searched=1", 302)]
    page = answer.content.decode()
    assert 'value="Ann"' in page
    assert "q=Ann" not in page


def test_a_search_keeps_the_filters_and_a_filter_keeps_the_search(rep):
    answer = rep.post(LIST, {"q": "Ann", "kind__exact": "business"}, follow=True)
    assert found(answer) == ["B1"]
    assert answer.redirect_chain[0][0] == f"{LIST}?kind__exact=business&searched=1"


def test_an_empty_search_shows_all_again(rep):
    rep.post(LIST, {"q": "Ann"})
    answer = rep.post(LIST, {"q": "", "searched": "1"}, follow=True)
    assert found(answer) == ["A1", "B1", "C1"]
    assert "searched" not in answer.redirect_chain[0][0]


def test_one_list_does_not_search_for_the_words_of_another(rep):
    rep.post(LIST, {"q": "Ann"})
    answer = rep.get("/admin/notices/delivery/?searched=1")
    assert answer.context["cl"].query == ""


def test_nobody_searches_what_they_may_not_view(client_of):
    client = client_of(roles.MARKETING)
    assert client.post(LIST, {"q": "Ann"}, follow=True).status_code == 403
