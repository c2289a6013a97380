"""A test of the way for replies goes out by the relay and comes in by the door of replies."""

from uuid import uuid4

import pytest

from cpni import probing
from cpni.inbound.receiving import receive
from cpni.models import InboundMessage, Probe
from tests.factories.cpni import ProbeFactory
from tests.inbound.conftest import AT
from tests.smtp_sink import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(settings):
    """A relay that keeps what it takes."""
    sink = Sink()
    sink.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    settings.EMAIL_URL = f"smtp://127.0.0.1:{sink.port}"
    ProbeFactory(route="web", sent_at=AT)  # not due, so only the mail is tried
    yield sink
    sink.stop()


def test_what_comes_back_is_noted_and_stored_nowhere(sink):
    assert probing.run(at=AT) == {"sent": 1, "failed": 0}
    probe = Probe.objects.get(route="email")
    (message,) = sink.messages
    assert message["To"] == f"bounces+p-{probe.token.hex}@wasatch.example"
    assert receive(bytes(message), door="mailbox", at=AT) is None
    probe.refresh_from_db()
    assert (probe.state, probe.answered_at) == ("worked", AT)
    assert not InboundMessage.objects.exists()


def test_a_relay_that_does_not_take_it_is_found(sink):
    sink.answers["RCPT", "*"] = "550 5.1.1 Unknown"
    assert probing.run(at=AT) == {"sent": 1, "failed": 1}
    words = Probe.objects.get(route="email").words
    assert words.startswith("The relay did not take it: ")


def test_an_address_like_it_that_we_did_not_make_is_a_message_like_others(come):
    raw = f"To: bounces+p-{uuid4().hex}@wasatch.example\n\nPlease stop.\n".encode()
    assert come(raw).kind == "opt_out"
