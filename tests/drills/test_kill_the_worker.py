"""A worker that is killed with SIGKILL in mid-campaign, ten times: nobody is lost, few get two."""

import random
import time
from collections import Counter

import pytest
from django.utils import timezone

from accounts.models import ContactPoint, Customer
from notices import campaigns
from notices.clock import window
from notices.models import Delivery
from tests import running
from tests.factories.accounts import LONG_AGO, CarrierFactory, UserFactory, keep_points
from tests.factories.notices import CampaignFactory
from tests.mailing import message_id

CUSTOMERS, KILLS, CONNECTIONS, LEASE = 900, 10, 5, 1


def running_campaign():
    people = Customer.objects.bulk_create(
        Customer(
            account_number=f"K{n:05}",
            name=f"Customer {n}",
            active_since=LONG_AGO,
            email_notices_since=LONG_AGO,
            email_notices_proof="Order form",
        )
        for n in range(CUSTOMERS)
    )
    keep_points(
        ContactPoint(
            customer=c, kind="email", value=f"{c.account_number}@mail.example", since=LONG_AGO
        )
        for c in people
    )
    campaign = CampaignFactory()
    campaigns.approve(campaign, by=UserFactory(may="notices.approve_campaign"), because="Checked")
    campaigns.start(
        campaign.pk, by=None, because="Drill", at=timezone.now(), message_domain="wasatch.example"
    )
    return campaign


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_ten_kills_lose_nobody_and_double_at_most_one_message_per_connection(
    reference_data, tmp_path
):
    CarrierFactory()
    campaign = running_campaign()
    chance = random.Random(33)
    with running.MailServer(tmp_path / "mail", delay_ms=10) as mail:
        env = running.environment(
            tmp_path / "worker",
            mail.port,
            SMTP_CONNECTIONS=str(CONNECTIONS),
            SENDING_LEASE=str(LEASE),
        )
        for kill in range(KILLS):
            before = mail.count()
            process = running.start_worker(env)
            running.call("notices.tasks.start_due_campaigns", env=env)
            wanted = before + chance.randrange(5, 60)
            running.wait_until(lambda n=wanted: mail.count() >= n, f"kill {kill} finds it sending")
            running.kill(process)
            time.sleep(LEASE)  # the dead worker's hold on the campaign runs out
        sending = Delivery.objects.filter(state="sending").count()
        assert sending <= CONNECTIONS
        with running.worker(env):
            running.call("notices.tasks.start_due_campaigns", env=env)
            running.wait_until(
                lambda: not Delivery.objects.exclude(state="sent").exists(), "everybody is reached"
            )
            running.wait_until(
                lambda: campaigns.progress(campaign).by_fate == {"sent": CUSTOMERS}, "all settled"
            )
        messages = mail.messages()

    received = Counter(m["Message-ID"] for m in messages)
    sent = {message_id(d): d for d in Delivery.objects.select_related("campaign")}
    assert set(received) == set(sent)
    extra = sum(received.values()) - len(received)
    assert extra <= KILLS * CONNECTIONS
    # Each double is on record, and nobody's clock runs from a sending that is not.
    assert {i for i, n in received.items() if n - 1 > sent[i].in_doubt} == set()
    doubtful = Delivery.objects.filter(in_doubt__gt=0)
    assert 0 < sum(d.in_doubt for d in doubtful) <= KILLS * CONNECTIONS
    for delivery in doubtful:
        rows = delivery.history.order_by("history_id")
        assert [r.state for r in rows][-1] == "sent"
        assert delivery.sent_at > rows.filter(in_doubt__gt=0, state="queued").last().history_date
    for delivery in sent.values():
        clock = window(delivery.mailed_on, 33, by_post=False)
        assert delivery.assume_from == clock.assume_from
