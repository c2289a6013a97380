"""The API does what its own document says, whatever is sent to it."""

import json
import warnings
from collections import Counter

import pytest
from django.core import signals
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis

from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.api import make_key
from tests.factories.notices import DeliveryFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
EXAMPLES = 5  # of each operation


def test_schemathesis_finds_nothing(reference_data, settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries that it loads
        import schemathesis

    settings.ALLOWED_HOSTS = ["*"]
    # As Django's own test client does: the test's connection outlives a request.
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    CarrierFactory()
    customer = CustomerFactory(by_email=True)
    DeliveryFactory(customer=customer)
    key = make_key(at=timezone.now(), per_minute=100_000).text
    try:
        found = run(schemathesis, key)
    finally:
        signals.request_started.connect(close_old_connections)
        signals.request_finished.connect(close_old_connections)
    assert found == [], json.dumps(found, indent=1)


def run(schemathesis, key):
    """Each operation with examples that fit the document and with some that do not."""
    # What fits the document may be refused all the same: there is no such use, or a rule forbids.
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())
    headers = {"Authorization": f"Bearer {key}"}
    found = []
    asked = Counter()

    def ask(case):
        asked[case.path] += 1
        answer = case.call(headers=headers)
        try:
            case.validate_response(
                answer, headers=headers, excluded_checks=[positive_data_acceptance]
            )
        except schemathesis.core.failures.FailureGroup as group:
            found.extend((case.method, case.path, str(error)) for error in group.exceptions)

    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            if mode == schemathesis.GenerationMode.NEGATIVE and not has_fields(operation):
                continue
            hypothesis(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            )(given(operation.as_strategy(generation_mode=mode))(ask))()
    assert len(asked) >= 11, asked
    return found


def has_fields(operation):
    """Whether anything in a request to it can be wrong."""
    return bool(list(operation.body) or list(operation.query) or list(operation.path_parameters))
