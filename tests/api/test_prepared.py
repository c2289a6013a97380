"""What each request of another system asks first minds no lost connection, and knows the zone."""

import psycopg
import pytest
import time_machine
from django.db import connection

from accounts.models import Carrier
from cpni import api_keys
from tests.factories.api import AT, make_key
from tests.running import database_url


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_key_opens_though_the_database_was_restarted_since_the_last_request():
    text = make_key().text
    assert api_keys.prove(text, at=AT)
    with psycopg.connect(database_url(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    assert api_keys.prove(text, at=AT)


@pytest.mark.django_db
def test_today_is_that_of_the_carrier_wherever_the_installation_is(system_with):
    billing = system_with()
    Carrier.objects.update(time_zone="Pacific/Honolulu")
    with time_machine.travel("2026-11-24T08:30:00Z", tick=False):  # the 23rd in Hawaii
        asked = {"account": "A1", "use": "agents"}
        assert billing.post("decisions", {**asked, "on": "2026-11-24"}).status_code == 422
        assert billing.post("decisions", {**asked, "on": "2026-11-23"}).status_code == 404
