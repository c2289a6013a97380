"""Guessing is stopped; nobody is shut out by it. Two people's addresses, an attacker's many."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts import lockout
from accounts.models import SignInAttempts, SignInEvent
from accounts.tasks import discard_sign_ins
from config import roles

ATTACKER = "203.0.113.66"
WRONG = "not the password"


@pytest.fixture
def rep(person):
    return person(roles.REPRESENTATIVE)


def fails(client, account, times):
    """So many failures; the last page."""
    for _ in range(times):
        answer = client.sign_in(account, WRONG)
    return answer


def says(answer):
    return " ".join(answer.context["form"].non_field_errors())


def test_five_failures_lock_the_account_from_that_address_even_with_the_right_password(
    rep, browser
):
    client = browser(address=ATTACKER)
    assert "do not belong together" in says(fails(client, rep, 5))
    assert "Too many attempts" in says(client.sign_in(rep))
    assert not client.is_in()


def test_whoever_fails_on_purpose_does_not_lock_the_person_out_elsewhere(rep, browser):
    fails(browser(address=ATTACKER), rep, 10)
    assert browser().sign_in(rep)["Location"] == "/admin/"


def test_a_lock_ends_after_a_quarter_of_an_hour(rep, browser, clock):
    client = browser()
    fails(client, rep, 6)
    clock.shift(timedelta(minutes=15, seconds=1))
    assert client.sign_in(rep)["Location"] == "/admin/"


def test_a_right_password_uses_nothing_up(rep, browser):
    for _ in range(3):
        client = browser()
        fails(client, rep, 4)
        assert client.sign_in(rep).status_code == 302


def test_one_address_cannot_try_many_accounts(rep, person, browser):
    client = browser(address=ATTACKER)
    for n in range(20):
        client.sign_in(f"someone{n}", WRONG)
    assert "Too many attempts" in says(client.sign_in(rep))
    assert browser(address="203.0.113.67").sign_in(rep).status_code == 302


def test_an_office_behind_one_address_is_not_shut_out_by_one_who_fails_there(rep, browser):
    known = browser()
    known.sign_in(rep)
    known.post("/account/sign-out/")
    stranger = browser()
    for n in range(25):
        stranger.sign_in(f"someone{n}", WRONG)
    fails(stranger, rep, 5)
    assert "Too many attempts" in says(stranger.sign_in(rep))
    assert known.sign_in(rep)["Location"] == "/admin/"


def test_many_addresses_cannot_try_one_account_and_its_owner_still_gets_in(rep, browser):
    known = browser()
    known.sign_in(rep)
    known.post("/account/sign-out/")
    for n in range(12):
        fails(browser(address=f"198.51.100.{n}"), rep, 5)
    unknown = browser(address="198.51.100.200")
    assert "Too many attempts" in says(unknown.sign_in(rep))
    assert known.sign_in(rep)["Location"] == "/admin/"


def test_a_known_browser_may_guess_no_more_often_than_another(rep, browser):
    known = browser()
    known.sign_in(rep)
    known.post("/account/sign-out/")
    fails(known, rep, 5)
    assert "Too many attempts" in says(known.sign_in(rep))


def test_a_cookie_that_we_did_not_sign_makes_no_browser_known(rep, browser):
    client = browser(address=ATTACKER)
    client.cookies["known_browser"] = f'{{"{rep.pk}": "forged"}}'
    fails(client, rep, 5)
    client.cookies["known_browser"] = f'{{"{rep.pk}": "forged-again"}}'
    assert "Too many attempts" in says(client.sign_in(rep))


def test_the_name_may_be_spelt_in_any_way_and_counts_as_one(rep, browser):
    client = browser(address=ATTACKER)
    name = rep.username
    for spelt in (name, name.upper(), f" {name} ", name.title(), f"{name} "):
        client.sign_in(spelt, WRONG)
    assert "Too many attempts" in says(client.sign_in(rep))


def test_an_account_that_does_not_exist_locks_like_one_that_does(rep, browser):
    pages = []
    for name in (rep.username, "nobody-here"):
        client = browser(address=ATTACKER)
        page = fails(client, name, 3)
        pages.append((says(page), says(fails(client, name, 3))))
    assert pages[0] == pages[1]


def test_ipv6_counts_by_network_of_64_bits(rep, browser):
    for n in range(5):
        fails(browser(address=f"2001:db8:1:2::{n}"), rep, 1)
    assert "Too many attempts" in says(browser(address="2001:db8:1:2:ffff::9").sign_in(rep))
    assert browser(address="2001:db8:1:3::1").sign_in(rep).status_code == 302


def test_what_a_client_claims_as_its_address_is_not_believed(rep, browser, settings):
    for n in range(5):
        client = browser(address=ATTACKER, HTTP_X_FORWARDED_FOR=f"198.51.100.{n}")
        client.sign_in(rep, WRONG)
    client = browser(address=ATTACKER, HTTP_X_FORWARDED_FOR="198.51.100.99")
    assert "Too many attempts" in says(client.sign_in(rep))


def test_behind_a_proxy_its_own_entry_counts_and_nothing_left_of_it(rep, browser, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    proxy = "10.0.0.1"
    for n in range(5):
        client = browser(address=proxy, HTTP_X_FORWARDED_FOR=f"198.51.100.{n}, {ATTACKER}")
        client.sign_in(rep, WRONG)
    client = browser(address=proxy, HTTP_X_FORWARDED_FOR=f"198.51.100.99, {ATTACKER}")
    assert "Too many attempts" in says(client.sign_in(rep))
    other = browser(address=proxy, HTTP_X_FORWARDED_FOR="192.0.2.44")
    assert other.sign_in(rep).status_code == 302
    assert str(SignInEvent.objects.get(kind="signed_in").address) == "192.0.2.44"


def test_a_lock_is_recorded_once_however_often_it_is_run_into(rep, browser, events):
    fails(browser(address=ATTACKER), rep, 30)
    assert events(rep) == ["failed"] * 5 + ["locked"]


def test_the_counters_hold_neither_names_nor_addresses_and_are_discarded(rep, browser, clock):
    fails(browser(address=ATTACKER), rep, 1)
    keys = " ".join(SignInAttempts.objects.values_list("key", flat=True))
    assert rep.username not in keys
    assert ATTACKER not in keys
    clock.shift(timedelta(hours=2))
    discard_sign_ins()
    assert not SignInAttempts.objects.exists()


def test_a_turn_cannot_be_shared_however_the_steps_fall(db):
    at = datetime.fromisoformat("2026-11-23T18:00+00:00")
    taken = [lockout.take(lockout.DEVICE, "k", at=at) for _ in range(7)]
    assert taken == [True] * 5 + [False] * 2
    lockout.give_back("k")
    assert lockout.take(lockout.DEVICE, "k", at=at)
    assert not lockout.take(lockout.DEVICE, "k", at=at)
    assert lockout.take(lockout.DEVICE, "k", at=at + timedelta(minutes=15))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("begun", [False, True])
def test_simultaneous_guesses_use_up_the_limit_and_do_not_exceed_it(begun):
    at = timezone.now()
    for key in "abcdefgh":  # one time in seven, some were refused while there were turns
        if begun:  # a window that is over
            lockout.take(lockout.DEVICE, key, at=at - timedelta(hours=1))
        assert simultaneous_guesses(12, key, at) == lockout.DEVICE.turns


def simultaneous_guesses(number, key, at):
    """How many of so many that come at once are allowed."""
    allowed, together = [], threading.Barrier(number)

    def guess():
        connection.ensure_connection()
        together.wait()
        try:
            if lockout.take(lockout.DEVICE, key, at=at):
                allowed.append(1)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(allowed)
