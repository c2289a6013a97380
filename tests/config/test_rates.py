"""Nobody keeps the desk busy by script, and nobody who works fast is stopped."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from limits import RateLimitItemPerMinute

from accounts import turns
from accounts.models import ContactOptOut
from config import rates, roles
from notices import links
from tests.factories.notices import CampaignFactory, DeliveryFactory

pytestmark = pytest.mark.usefixtures("today", "reference_data")
SIGN_IN = "/account/sign-in/"
LIST = "/admin/notices/use/"
CUSTOMERS = "/admin/accounts/customer/"
REAL = turns.counter  # each test counts in memory of its own (tests/conftest.py)


@pytest.fixture
def few(settings):
    """Five requests a minute, so that tests need not make hundreds."""
    settings.REQUESTS_PER_MINUTE = settings.REQUESTS_PER_MINUTE_SIGNED_OUT = 5


def statuses(client, path, times, **headers):
    return [client.get(path, **headers).status_code for _ in range(times)]


def test_a_burst_is_answered_with_when_to_come_back_and_then_all_goes_on(few, client_of):
    rep = client_of(roles.REPRESENTATIVE)
    assert statuses(rep, LIST, 6) == [200] * 5 + [429]
    answer = rep.get(LIST)
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert "There were more than 5 requests in a minute." in answer.content.decode()
    with time_machine.travel("2026-11-23T18:01:01Z", tick=False):
        assert rep.get(LIST).status_code == 200


def test_colleagues_behind_one_address_have_turns_of_their_own(few, client_of):
    one, other = client_of(roles.REPRESENTATIVE), client_of(roles.REPRESENTATIVE)
    assert statuses(one, LIST, 6)[-1] == 429
    assert statuses(other, LIST, 5) == [200] * 5
    assert Client().get(SIGN_IN).status_code == 200


def test_a_forged_header_does_not_make_another_address(few, client, settings):
    forged = [client.get(SIGN_IN, HTTP_X_FORWARDED_FOR=f"10.0.0.{n}") for n in range(6)]
    assert forged[-1].status_code == 429
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for n in range(6):  # what stands left of our proxy's entry is the client's invention
        answer = client.get(SIGN_IN, HTTP_X_FORWARDED_FOR=f"10.0.0.{n}, 192.0.2.7")
    assert answer.status_code == 429
    assert client.get(SIGN_IN, HTTP_X_FORWARDED_FOR="192.0.2.8").status_code == 200


def test_addresses_of_one_network_of_ipv6_count_as_one(few, client):
    for n in range(1, 7):
        answer = client.get(SIGN_IN, REMOTE_ADDR=f"2001:db8:1:2::{n}")
    assert answer.status_code == 429
    assert client.get(SIGN_IN, REMOTE_ADDR="2001:db8:1:3::1").status_code == 200


def test_a_provider_stops_offers_for_many_of_its_users_from_one_address(few, monkeypatch):
    monkeypatch.setitem(rates.DOORS, "choices", (RateLimitItemPerMinute(5), "forms"))
    campaign = CampaignFactory(running=True)
    key = links.newest_key(at=datetime(2026, 11, 23, 18, tzinfo=UTC))
    paths = []
    for _ in range(7):
        offer = DeliveryFactory(campaign=campaign, marketing=True, state="queued")
        token = links.token(offer.pk, key, links.UNSUBSCRIBE)
        paths.append(reverse("choices:stop-marketing", args=[token]))
    one_click = {"List-Unsubscribe": "One-Click"}
    provider = Client()
    assert [provider.post(path, one_click).status_code for path in paths] == [200] * 7
    assert ContactOptOut.objects.count() == 7
    again = [provider.post(paths[0], one_click).status_code for _ in range(5)]
    assert again == [200] * 4 + [429]
    guessed = [provider.post(path[:-2] + "!/", one_click).status_code for path in paths]
    assert guessed == [404] * 5 + [429] * 2


@pytest.mark.parametrize(
    ("door", "path"),
    [
        ("search", CUSTOMERS),
        ("export", f"{CUSTOMERS}export/"),
        ("import", f"{CUSTOMERS}import/"),
        ("import", f"{CUSTOMERS}process_import/"),
    ],
)
def test_dear_doors_have_limits_of_their_own(client_of, monkeypatch, door, path):
    monkeypatch.setitem(rates.DOORS, door, (RateLimitItemPerMinute(2), "of these"))
    officer = client_of(roles.OFFICER)
    answers = [officer.post(path, {"q": "Ann"}).status_code for _ in range(3)]
    assert 429 not in answers[:2]
    assert answers[2] == 429
    assert officer.get(CUSTOMERS).status_code == 200


def test_a_representative_who_works_fast_is_never_stopped(client_of):
    """For two minutes, each second a search or a page: far more than a person on calls does."""
    rep = client_of(roles.REPRESENTATIVE)
    with time_machine.travel("2026-11-23T18:00Z", tick=False) as clock:
        for second in range(130):
            if second % 3:
                assert rep.get(CUSTOMERS + "add/").status_code == 200
            else:
                assert rep.post(CUSTOMERS, {"q": "Ann"}).status_code == 302
            clock.shift(timedelta(seconds=1))


def test_when_the_counts_cannot_be_reached_everybody_passes(client_of, settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(turns, "counter", REAL)
    REAL.cache_clear()
    try:
        assert statuses(client_of(roles.REPRESENTATIVE), LIST, 3) == [200] * 3
    finally:
        REAL.cache_clear()


@pytest.mark.redis
def test_in_redis_every_process_counts_the_same(settings):
    REAL.cache_clear()
    try:
        REAL().storage.reset()
        item = RateLimitItemPerMinute(2)
        taken = []
        for _ in range(3):
            REAL.cache_clear()  # as another process would
            counts = REAL()
            taken.append(counts.hit(item, "any", "person 1"))
        assert taken == [True, True, False]
    finally:
        REAL().storage.reset()
        REAL.cache_clear()
