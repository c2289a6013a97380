"""Another system with a key, on a frozen day."""

from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from tests.factories.accounts import CarrierFactory
from tests.factories.api import AT, make_key


class System:
    """What another system does: it sends JSON with its key."""

    def __init__(self, text: str) -> None:
        self.prefix = text.partition("_")[2].partition("_")[0]
        self.client = Client(
            headers={"authorization": f"Bearer {text}"}, raise_request_exception=False
        )

    def post(self, path: str, body: object = None, **headers: str):
        """POST ``body`` as JSON."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(
            f"/api/v1/{path}", body or {}, content_type="application/json", headers=names
        )

    def get(self, path: str, **query: object):
        """GET with a query."""
        return self.client.get(f"/api/v1/{path}", query)


@pytest.fixture
def clock(db):
    """Noon in Utah on 23 November 2026."""
    CarrierFactory()
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def system_with(clock, reference_data) -> Callable[..., System]:
    """``system_with("decisions")`` is a system whose key has that scope; without any, all."""

    def make(*scopes: str, **kwargs: object) -> System:
        return System(make_key(*scopes, **kwargs).text)

    return make


@pytest.fixture
def billing(system_with) -> System:
    """A system that may do everything."""
    return system_with()
