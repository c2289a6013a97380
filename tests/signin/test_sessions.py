"""Sessions: short, new at every step up, ended by what changes, seen and ended by their owner."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session

from accounts.tasks import discard_sign_ins
from config import roles


@pytest.fixture
def rep(person):
    return person(roles.REPRESENTATIVE)


@pytest.fixture
def inside(rep, browser):
    client = browser()
    client.sign_in(rep)
    return client


def test_half_an_hour_without_activity_ends_it_with_a_word(inside, rep, clock, events):
    clock.shift(timedelta(minutes=29))
    assert inside.is_in()
    clock.shift(timedelta(minutes=29))
    assert inside.is_in()
    clock.shift(timedelta(minutes=31))
    answer = inside.get("/admin/accounts/customer/", follow=True)
    assert "signed out after 30 minutes" in answer.content.decode()
    assert answer.context["redirect_field_value"] == "/admin/accounts/customer/"
    assert events(rep)[-2:] == ["session_over", "signed_out"]


def test_twelve_hours_end_it_however_busy_it_was(inside, clock):
    for _ in range(12 * 3):
        assert inside.is_in()
        clock.shift(timedelta(minutes=20))
    clock.shift(timedelta(seconds=1))
    assert not inside.is_in()


def test_a_copied_cookie_is_no_good_in_another_browser_nor_any_more_in_the_first(
    inside, rep, browser, events
):
    thief = browser(address="203.0.113.66", agent="curl/8.5")
    thief.cookies["sessionid"] = inside.session.session_key
    assert not thief.is_in()
    assert not inside.is_in()
    assert "session_moved" in events(rep)


def test_an_updated_browser_on_another_network_is_the_same_browser(inside, browser):
    later = browser(address="198.51.100.3", agent="Mozilla/5.0 (X11; Linux) Firefox/141.2")
    later.cookies["sessionid"] = inside.session.session_key
    assert later.is_in()


def test_a_session_planted_before_signing_in_is_not_the_one_after(rep, browser):
    client = browser()
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    client.sign_in(rep)
    assert client.session.session_key != planted
    attacker = browser()
    attacker.cookies["sessionid"] = planted
    assert not attacker.is_in()


def test_a_change_of_role_or_leaving_ends_the_sessions_of_that_person_only(
    inside, rep, person, browser, events
):
    officer = person(roles.OFFICER)
    client = browser()
    client.sign_in(officer)
    form = {
        "username": rep.username,
        "first_name": rep.first_name,
        "last_name": "Renamed",
        "is_active": "on",
        "groups": [g.pk for g in rep.groups.all()],
        "because": "Married",
    }
    page = f"/admin/accounts/user/{rep.pk}/change/"
    client.post(page, form)
    assert inside.is_in()
    form["groups"] = [Group.objects.get(name=roles.SUPERVISOR).pk]
    client.post(page, form)
    assert not inside.is_in()
    assert client.is_in()
    assert events(rep)[-1] == "sessions_ended"
    inside.sign_in(rep)
    del form["is_active"]
    client.post(page, form)
    assert not inside.is_in()
    assert inside.sign_in(rep).status_code == 200


def test_an_officer_ends_somebodys_sessions(inside, rep, person, browser):
    client = browser()
    client.sign_in(person(roles.OFFICER))
    act = f"/admin/accounts/user/{rep.pk}/end-sessions/"
    assert "Open sessions" in client.get(act).content.decode()
    assert inside.is_in()
    client.post(act, {"because": "Laptop stolen"})
    assert not inside.is_in()
    assert rep.sign_in_events.last().detail == "Laptop stolen"


def test_a_person_sees_their_sessions_and_ends_one(inside, rep, browser):
    other = browser(address="198.51.100.3", agent="Mozilla/5.0 (Windows) Chrome/140")
    other.sign_in(rep)
    page = inside.get("/account/sessions/")
    body = page.content.decode()
    assert "198.51.100.3" in body
    assert "Chrome on Windows" in body
    assert "This one" in body
    listed = {found.ip: found.pk for found, _ in page.context["sessions"]}
    inside.post(f"/account/sessions/{listed['198.51.100.3']}/end/")
    assert not other.is_in()
    assert inside.is_in()


def test_a_person_ends_all_others_at_once(inside, rep, browser):
    others = [browser() for _ in range(3)]
    for other in others:
        other.sign_in(rep)
    inside.post("/account/sessions/")
    assert inside.is_in()
    assert not any(other.is_in() for other in others)


def test_nobody_sees_or_ends_another_persons(inside, rep, person, browser):
    stranger = browser(address="198.51.100.9")
    stranger.sign_in(person(roles.AUDITOR))
    assert "192.0.2.10" not in stranger.get("/account/sessions/").content.decode()
    pk = rep.usersession_set.get().pk
    assert stranger.post(f"/account/sessions/{pk}/end/").status_code == 404
    assert stranger.get(f"/account/sessions/{pk}/end/").status_code == 405
    assert inside.is_in()


def test_the_cookie_is_kept_from_scripts_and_ends_with_the_browser(rep, browser):
    cookie = browser().sign_in(rep).cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == ""


def test_activity_is_written_down_at_most_once_a_minute(
    inside, clock, django_assert_max_num_queries
):
    inside.is_in()
    before = inside.session["desk_seen"]
    clock.shift(30)
    inside.is_in()
    assert inside.session["desk_seen"] == before
    clock.shift(31)
    inside.is_in()
    assert inside.session["desk_seen"] > before


def test_what_is_left_of_sessions_that_are_over_is_discarded(inside, rep, browser, clock):
    clock.shift(timedelta(days=30))
    browser().sign_in(rep)
    discard_sign_ins()
    assert (Session.objects.count(), UserSession.objects.count()) == (1, 1)
