"""The second factor: setting it up, being asked for it, recovery codes, where it is required."""

import pytest
from allauth.mfa.models import Authenticator

from accounts import second_factor
from config import roles
from tests.factories.accounts import UserFactory

TOTP, RECOVERY = "/account/two-step/totp/activate/", "/account/two-step/recovery-codes/"


@pytest.fixture
def rep(person):
    return person(roles.REPRESENTATIVE)


@pytest.fixture
def secret(rep, browser):
    """The rep's authenticator app, set up a while ago."""
    client = browser()
    client.sign_in(rep)
    made = client.set_up_totp()
    rep.refresh_from_db()  # their other sessions were ended
    return made


def enter(client, code):
    return client.post("/account/two-step/authenticate/", {"code": code})


def test_setting_one_up_asks_for_the_password_again(rep, browser):
    client = browser()
    client.sign_in(rep)
    assert client.get(TOTP)["Location"].startswith("/account/confirm/")
    assert client.confirm("wrong").status_code == 200
    assert client.get(TOTP)["Location"].startswith("/account/confirm/")
    client.confirm()
    assert client.get(TOTP).status_code == 200


def test_whoever_set_one_up_is_asked_for_it(rep, browser, secret, code_of, clock, events):
    clock.shift(60)
    client = browser()
    assert client.sign_in(rep)["Location"] == "/account/two-step/authenticate/"
    assert not client.is_in()
    assert enter(client, "000000").status_code == 200
    assert not client.is_in()
    assert enter(client, code_of(secret))["Location"] == "/admin/"
    assert client.is_in()
    assert events(rep)[-2:] == ["factor_failed", "signed_in"]
    assert rep.sign_in_events.last().detail == "password and TOTP Authenticator"


def test_a_code_works_once(rep, browser, secret, code_of, clock):
    clock.shift(60)
    code = code_of(secret)
    first, second = browser(), browser(address="203.0.113.66")
    first.sign_in(rep)
    second.sign_in(rep)
    assert enter(first, code).status_code == 302
    assert enter(second, code).status_code == 200
    assert not second.is_in()


@pytest.mark.parametrize("periods", [-2, -1, 1, 2])
def test_a_code_of_another_half_minute_does_not_work(rep, browser, secret, code_of, clock, periods):
    clock.shift(300)
    client = browser()
    client.sign_in(rep)
    assert enter(client, code_of(secret, ahead=periods)).status_code == 200


def test_codes_cannot_be_guessed(rep, browser, secret, code_of, clock):
    clock.shift(60)
    for n in range(5):
        client = browser(address=f"203.0.113.{n}")
        client.sign_in(rep)
        enter(client, f"00000{n}")
    client = browser()
    client.sign_in(rep)
    answer = enter(client, code_of(secret))
    assert "Too many attempts" in str(answer.context["form"].errors)
    clock.shift(15 * 60)
    client = browser()
    client.sign_in(rep)
    assert enter(client, code_of(secret)).status_code == 302


def test_recovery_codes_are_shown_once_and_each_works_once(rep, browser, secret, clock, events):
    client = browser()
    clock.shift(60)
    client.force_login(rep)
    client.confirm()
    codes = client.get(RECOVERY).context["unused_codes"]
    assert len(codes) == len(set(codes)) == 10
    assert all(len(code) == 12 for code in codes)
    assert not client.get(RECOVERY).context.get("can_view_codes")
    client = browser()
    client.sign_in(rep)
    assert enter(client, codes[3]).status_code == 302
    assert rep.sign_in_events.filter(kind="code_used").get().detail == "9 left"
    again = browser()
    again.sign_in(rep)
    assert enter(again, codes[3]).status_code == 200
    assert enter(again, codes[4]).status_code == 302


def test_a_copy_of_the_database_gives_away_no_second_factor(secret, rep, settings):
    for kept in Authenticator.objects.filter(user=rep):
        assert secret not in str(kept.data)
    totp = Authenticator.objects.get(user=rep, type="totp")
    assert second_factor.decrypt(totp.data["secret"]) == secret
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 10
    assert second_factor.decrypt(totp.data["secret"]) == secret


def test_setting_one_up_ends_sessions_that_were_opened_without(rep, browser):
    other = browser(address="203.0.113.66")
    other.sign_in(rep)
    client = browser()
    client.sign_in(rep)
    client.set_up_totp()
    assert client.is_in()
    assert not other.is_in()


def test_where_it_is_offered_the_desk_opens_without(rep, browser):
    client = browser()
    client.sign_in(rep)
    assert client.is_in()
    assert "Two-step sign-in" in client.get("/admin/").content.decode()


# --- Where it is required ---------------------------------------------------------------------


@pytest.mark.parametrize("role", roles.ROLES)
def test_every_role_sets_one_up_before_anything_opens(role, person, browser, required):
    client = browser()
    client.sign_in(person(role))
    for page in ("/admin/", "/admin/notices/campaign/", "/captured-mail/", "/account/sessions/"):
        assert client.get(page)["Location"] == "/account/two-step/", page
    assert "Set up a second step" in client.get("/account/two-step/").content.decode()
    client.set_up_totp()
    assert client.is_in()


def test_superusers_and_people_without_a_role_too(clock, browser, required):
    for user in (UserFactory(is_superuser=True), UserFactory()):
        client = browser()
        client.force_login(user)
        assert client.get("/admin/")["Location"] == "/account/two-step/"
        assert client.post("/admin/accounts/customer/add/")["Location"] == "/account/two-step/"


def test_without_one_a_person_may_still_sign_out(rep, browser, required):
    client = browser()
    client.sign_in(rep)
    client.post("/account/sign-out/")
    assert "_auth_user_id" not in client.session


def test_the_last_one_stays(rep, browser, required):
    client = browser()
    client.sign_in(rep)
    client.set_up_totp()
    page = client.post("/account/two-step/totp/deactivate/")
    assert "This is your only second factor" in str(page.context["form"].errors)
    assert second_factor.authenticators(rep).exists()


def test_a_session_that_got_past_the_question_is_ended(rep, browser, secret, required):
    client = browser()
    client.force_login(rep)
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/account/sign-in/")
    assert "_auth_user_id" not in client.session


def test_one_persons_proof_does_not_count_for_the_next_in_the_same_browser(
    rep, person, browser, secret, code_of, clock, required
):
    clock.shift(60)
    client = browser()
    client.sign_in(rep)
    enter(client, code_of(secret))
    assert client.is_in()
    client.force_login(person(roles.OFFICER))
    assert client.get("/admin/")["Location"] == "/account/two-step/"


# --- An officer helps ---------------------------------------------------------------------------


@pytest.fixture
def officer(person, browser):
    client = browser()
    client.user = person(roles.OFFICER)
    client.sign_in(client.user)
    return client


def act(client, user, name="reset-second-factor", because="Lost the telephone; known by voice"):
    return client.post(f"/admin/accounts/user/{user.pk}/{name}/", {"because": because})


def test_an_officer_resets_a_lost_one_with_a_reason(rep, secret, officer, browser, events, clock):
    theirs = browser()
    theirs.force_login(rep)
    assert theirs.is_in()
    page = officer.get(f"/admin/accounts/user/{rep.pk}/reset-second-factor/")
    assert "TOTP Authenticator" in page.content.decode()
    assert second_factor.authenticators(rep).exists()
    assert "because" in act(officer, rep, because="").context["form"].errors
    assert act(officer, rep).status_code == 302
    assert not Authenticator.objects.filter(user=rep).exists()
    assert not theirs.is_in()
    row = rep.history.first()
    assert row.history_change_reason == ("Second factor reset: Lost the telephone; known by voice")
    assert row.history_user == officer.user
    assert events(rep)[-2:] == ["factor_reset", "sessions_ended"]
    event = rep.sign_in_events.get(kind="factor_reset")
    assert (event.by, event.detail) == (officer.user, "Lost the telephone; known by voice")
    assert browser().sign_in(rep)["Location"] == "/admin/"


def test_nobody_resets_their_own(officer):
    officer.set_up_totp()
    answer = act(officer, officer.user)
    assert "Nobody resets their own" in answer.content.decode()
    assert second_factor.authenticators(officer.user).exists()


@pytest.mark.parametrize("role", [roles.REPRESENTATIVE, roles.SUPERVISOR, roles.AUDITOR])
def test_nobody_else_resets_one(role, person, browser, rep, secret):
    client = browser()
    client.sign_in(person(role))
    assert act(client, rep).status_code == 403
    assert act(client, rep, "end-sessions").status_code == 403
    assert second_factor.authenticators(rep).exists()


def test_an_officer_does_nothing_to_a_superuser(officer, clock):
    root = UserFactory(is_superuser=True)
    Authenticator.objects.create(user=root, type="totp", data={"secret": "x"})
    assert "Only a superuser" in act(officer, root).content.decode()
    assert "Only a superuser" in act(officer, root, "end-sessions").content.decode()
    assert second_factor.authenticators(root).exists()
