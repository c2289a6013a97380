"""A worker that is told to stop (SIGTERM) in mid-campaign: it ends soon and leaves no doubt."""

import signal
from collections import Counter

import pytest

from notices.models import Delivery
from tests import running
from tests.drills.test_kill_the_worker import CONNECTIONS, CUSTOMERS, running_campaign
from tests.factories.accounts import CarrierFactory


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_stopped_worker_finishes_its_messages_and_the_next_goes_on(reference_data, tmp_path):
    CarrierFactory()
    running_campaign()
    with running.MailServer(tmp_path / "mail", delay_ms=10) as mail:
        env = running.environment(tmp_path / "worker", mail.port, SMTP_CONNECTIONS=str(CONNECTIONS))
        with running.worker(env) as process:
            running.call("notices.tasks.start_due_campaigns", env=env)
            running.wait_until(lambda: mail.count() >= 50, "it is sending")
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)
        assert 50 <= mail.count() < CUSTOMERS
        assert Counter(Delivery.objects.values_list("state", flat=True)) == {
            "sent": mail.count(),
            "queued": CUSTOMERS - mail.count(),
        }
        # It put its own message back, so the next worker goes on without being asked.
        with running.worker(env):
            running.wait_until(
                lambda: not Delivery.objects.exclude(state="sent").exists(), "everybody is reached"
            )
        assert mail.count() == CUSTOMERS
    assert not Delivery.objects.filter(in_doubt__gt=0).exists()
