"""Who may ask: a key that holds, for what it is for, as often as it may."""

from datetime import timedelta

import pytest

from accounts.models import Look, User
from config import roles
from cpni import api_keys
from cpni.models import ApiKey
from tests.api.conftest import System
from tests.factories.api import AT, make_key

pytestmark = pytest.mark.django_db
WHY = {"by": None, "because": "x"}


def problem(answer, status):
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    return answer.json()


def test_without_a_key_or_with_another_nobody_is_told_anything(clock):
    made = make_key()
    for text in ("", "nonsense", f"{made.text}x", made.text.replace(made.key.prefix, "0" * 12)):
        answer = System(text or "x_x").get("key")
        problem(answer, 401)
        assert answer["WWW-Authenticate"] == "Bearer"
    assert System(made.text).get("key").json()["system"] == "Billing"


def test_a_key_ends_at_its_time_and_when_it_is_revoked(clock):
    made, other = make_key(expires_at=AT + timedelta(hours=1)), make_key()
    clock.shift(timedelta(minutes=59))
    assert System(made.text).get("key").status_code == 200
    clock.shift(timedelta(minutes=1))
    problem(System(made.text).get("key"), 401)
    assert api_keys.revoke(other.key, at=AT, **WHY) is True
    assert api_keys.revoke(other.key, at=AT, **WHY) is False
    problem(System(other.text).get("key"), 401)


def test_a_key_opens_only_what_it_is_for(system_with):
    scoped = {
        "decisions": ("post", "decisions"),
        "customers": ("post", "customers"),
        "opt_outs": ("post", "opt-outs"),
        "opt_ins": ("post", "opt-ins"),
        "disclosures": ("post", "disclosures"),
        "audiences": ("get", "campaigns/1/audience"),
        "changes": ("get", "changes"),
    }
    assert set(scoped) == set(ApiKey.Scope.values)
    for scope in scoped:
        system = system_with(scope)
        for other, (method, path) in scoped.items():
            answer = getattr(system, method)(path)
            if other == scope:
                assert answer.status_code in (200, 404, 422)
            else:
                assert other in problem(answer, 403)["detail"]


def test_a_program_never_signs_in_and_is_no_member_of_staff(clock, client, client_of):
    made = make_key()
    program = User.objects.get(is_program=True)
    assert (program.is_active, program.has_usable_password()) == (False, False)
    assert not client.login(username=program.username, password="")
    assert (
        program.username
        not in client_of(roles.OFFICER).get("/admin/accounts/user/").content.decode()
    )
    # A session of a person opens nothing of it either.
    problem(client_of(roles.OFFICER).get("/api/v1/key"), 401)
    assert made.key.client == program


def test_too_many_requests_are_told_when_to_come_back_and_each_key_has_its_own_turns(system_with):
    busy, calm = system_with(per_minute=2), system_with(per_minute=2)
    assert [busy.get("key").status_code for _ in range(3)] == [200, 200, 429]
    answer = busy.get("key")
    problem(answer, 429)
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert calm.get("key").status_code == 200


def test_guesses_of_keys_are_counted_by_address(clock, settings):
    settings.REQUESTS_PER_MINUTE_SIGNED_OUT = 2
    guesser = System("cpni_0123456789ab_guess")
    assert [guesser.get("key").status_code for _ in range(3)] == [401, 401, 429]


def test_that_a_key_was_used_is_noted_at_most_once_a_minute(clock):
    made = make_key()
    noted = []
    for _ in range(3):
        System(made.text).get("key")
        made.key.refresh_from_db()
        noted.append(made.key.last_used_at)
        clock.shift(timedelta(seconds=31))
    assert noted == [AT, AT, AT + timedelta(seconds=62)]


def test_a_key_is_kept_as_a_digest_and_its_history_has_not_even_that(clock):
    made = make_key()
    assert made.text not in str(ApiKey.objects.values().get())
    assert "digest" not in {f.name for f in ApiKey.history.model._meta.fields}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"scopes": []}, "for something"),
        ({"scopes": ["everything"]}, "for something"),
        ({"expires_at": AT}, "must end"),
        ({"expires_at": AT + timedelta(days=800)}, "must end"),
        ({"system": " "}, "no name"),
        ({"per_minute": 0}, "greater than or equal to 1"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(clock, wrong, says):
    with pytest.raises(api_keys.Refused, match=says):
        make_key(**wrong)
    assert not ApiKey.objects.exists()


def test_the_officer_makes_a_key_sees_it_once_and_revokes_it(clock, client_of):
    officer = client_of(roles.OFFICER)
    form = {
        "system": "Dialler",
        "scopes": ["decisions"],
        "per_minute": "60",
        "ends_on": "2027-11-23",
    }
    page = officer.post("/admin/cpni/apikey/add/", form)
    assert page.status_code == 200
    text = page.context["secret"]
    assert text in page.content.decode()
    assert System(text).get("key").json()["expires_on"] == "2027-11-23"
    key = ApiKey.objects.get()
    for path in (f"/admin/cpni/apikey/{key.pk}/change/", "/admin/cpni/apikey/"):
        assert text not in officer.get(path).content.decode()
    officer.post(f"/admin/cpni/apikey/{key.pk}/revoke/", {"because": "Lost"})
    problem(System(text).get("key"), 401)
    assert ApiKey.history.first().history_change_reason == "Lost"


def test_what_a_program_reads_is_no_unusual_look_of_a_person(clock, system_with):
    from accounts import unusual_looks

    system_with().post("decisions", {"account": "nobody", "use": "other-services"})
    assert Look.objects.count() == 1
    for _ in range(10):
        system_with().post("decisions", {"account": "nobody", "use": "other-services"})
    assert unusual_looks.report(on=AT.date()) == 0
