"""On the telephone list: a frozen clock, a customer whom no notice reached, a representative."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from notices import telephone_tasks
from tests.calling import AT, ON, clock  # noqa: F401  (a fixture)
from tests.factories.accounts import CustomerFactory
from tests.factories.notices import TelephoneTaskFactory

LIST = "/desk/policy-calls/"


@pytest.fixture
def customer():
    """Somebody in Utah with a number of record."""
    return CustomerFactory(name="Ann Example", account_number="A77")


@pytest.fixture
def task(customer):
    """The policy changed, and no notice reached them."""
    return TelephoneTaskFactory(customer=customer)


@pytest.fixture
def next_call(rep):
    """``next_call(at)`` claims the next customer for the representative; None without one."""

    def claim(at=AT, *, by=rep, token=None):
        return telephone_tasks.call_next(by=by, at=at, on=at.date(), token=token or uuid4())

    return claim


@pytest.fixture
def desk(rep):
    """The representative's browser."""
    client = Client()
    client.force_login(rep)
    return client


@pytest.fixture
def take(desk):
    """Press “Call next”: the answer, after it was followed."""
    return lambda token=None: desk.post(LIST + "next/", {"token": token or uuid4()}, follow=True)


@pytest.fixture
def say(desk):
    """``say(call, "refused")`` sends the panel's form as the page does."""

    def send(call, outcome, **data):
        answer = desk.get(reverse("desk:call", args=[call.pk]))
        panel = policy(answer)
        filled = {
            "task": panel["task"].pk, "script": panel["script"].pk, "language": "en",
            "place": panel["places"][0][0] if panel["places"] else "",
            "token": uuid4(), "outcome": outcome, **data,
        }  # fmt: skip
        return desk.post(reverse("desk:policy", args=[call.pk]), filled, follow=True)

    return send


def policy(answer):
    """What the panel about the policy shows, None where it is not there."""
    return next((p for about, p in answer.context["main"] if about.name == "policy"), None)
