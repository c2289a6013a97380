"""Two tabs, or ten processes, that guess at once have no more tries than one."""

import pytest

from accounts.models import AuthenticationTry
from tests.factories.accounts import CallFactory, CarrierFactory, CredentialFactory, CustomerFactory
from tests.running import environment, kill, start

pytestmark = [pytest.mark.slow, pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

GUESS = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from datetime import UTC, datetime
from accounts import authenticating
from accounts.models import Call
for call in Call.objects.filter(pk__in={calls}).select_related("by"):
    for _ in range(2):
        authenticating.try_password(call, said="wrong", by=call.by, at=datetime.now(tz=UTC))
"""


def guess(tmp_path, calls):
    """Eight processes at once, each with two guesses in each of these calls."""
    program = GUESS.format(calls=[call.pk for call in calls])
    env = environment(tmp_path, 1)
    running = [start("-c", program, env=env) for _ in range(8)]
    try:
        assert [process.wait(timeout=240) for process in running] == [0] * 8
    finally:
        for process in running:
            kill(process)


def results(**of):
    found = AuthenticationTry.objects.filter(**of).values_list("result", flat=True)
    return (list(found).count("failed"), list(found).count("locked"))


def test_a_customer_has_five_tries_and_a_representative_ten(tmp_path, reference_data):
    CarrierFactory()
    customer = CustomerFactory()
    CredentialFactory(customer=customer)
    guess(tmp_path, [CallFactory(customer=customer)])
    assert results(customer=customer) == (5, 11)
