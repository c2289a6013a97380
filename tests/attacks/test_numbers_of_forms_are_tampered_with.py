"""The number that a form carries is changed, left out, or taken from another form or call."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import AuthenticationTry
from cpni.models import OptOutRequest
from tests.factories.accounts import CallFactory, CredentialFactory

pytestmark = pytest.mark.django_db


def tries(call):
    return list(AuthenticationTry.objects.filter(call=call).values_list("method", "result"))


def test_one_number_for_two_ways_to_prove_who_one_is(call, post):
    CredentialFactory(customer=call.customer, kind="backup", said="the yellow boat")
    token = uuid4()
    post(call, "say", "password", said="wrong", token=token)
    answer = post(call, "say", "backup", said="wrong", token=token)
    assert answer.status_code == 200
    assert "Open the call again" in answer.content.decode()
    assert tries(call) == [("password", "failed")]


def test_the_number_of_a_right_answer_lets_nobody_in_on_another_call(rep, call, post, customer):
    token = uuid4()
    post(call, "say", "password", said="blue kite 42", token=token)
    post(call, "end", outcome="done")
    later = CallFactory(by=rep, customer=customer)
    answer = post(later, "say", "password", said="wrong", token=token)
    assert answer.status_code == 200
    assert tries(later) == []
    assert "ann@mail.example" not in answer.content.decode()


@pytest.mark.parametrize("number", ["", "1", "x" * 50, f"{uuid4()}g"], ids=range(4))
def test_a_form_without_a_number_does_nothing(known, desk, number):
    for address, more in [
        (reverse("desk:opt-out", args=[known.pk]), {}),
        (reverse("desk:say", args=[known.pk, "password"]), {"said": "blue kite 42"}),
        (reverse("desk:edit", args=[known.pk, "language"]), {"language": "es", "because": "x"}),
    ]:
        answer = desk.post(address, {"token": number, "seen": "", **more})
        assert answer.status_code == 200
    assert tries(known) == [("password", "passed")]
    assert not OptOutRequest.objects.exists()
