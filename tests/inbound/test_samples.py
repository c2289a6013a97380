"""What mail servers and people really send: each sample is named for what it is."""

import pytest

from cpni.models import OptOutRequest
from tests.inbound.conftest import SAMPLES

pytestmark = pytest.mark.django_db
NAMES = sorted(file.stem for file in SAMPLES.glob("*.eml"))


def test_there_are_enough_samples():
    assert len(NAMES) >= 40


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_taken_for_what_it_is_and_matched_to_its_delivery(name, come, delivery):
    message = come(name)
    assert message.kind == name.partition("-")[0], message.detail
    assert message.delivery == delivery
    assert message.is_certain
    assert message.acted_at is not None


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("opt_out")])
def test_nothing_else_becomes_a_request(name, come):
    come(name)
    assert not OptOutRequest.objects.exists()
