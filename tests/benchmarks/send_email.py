"""Sending e-mail, one worker, against bare smtplib that sends one prebuilt message again and again.

Both send to the same server, a process of its own that only counts. The limit uses one connection
that stays open, a message of the same size, and records nothing. Required: 0.5 of its speed.
Then to a server that is 20 ms late with every answer: ten connections against one. Required: 8.
"""

import smtplib
import subprocess
import sys
import time

from tests.benchmarks import scratch

REQUIRED_SHARE, REQUIRED_GAIN = 0.5, 8
LATE_MS = 20


def serve(delay_ms: float = 0) -> "tuple[subprocess.Popen[bytes], int]":
    """A counting mail server in a process of its own, and its port."""
    from tests.running import free_port, listens

    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "config.mail_capture", f"--port={port}", f"--delay-ms={delay_ms}"]
    )
    while not listens(port):
        time.sleep(0.05)
    return process, port


def make_campaign(customers: int) -> int:
    """A running campaign of the standard notice to so many customers. Returns its id."""
    from datetime import date

    from django.utils import timezone

    from accounts.models import ContactPoint, Customer
    from accounts.planner import refresh_statistics
    from notices import campaigns, publishing, standard_texts
    from notices.policies import record_earlier
    from tests.factories.accounts import LONG_AGO, CarrierFactory, UserFactory, keep_points
    from tests.factories.notices import CampaignFactory, cleared

    CarrierFactory()
    author, second = UserFactory(is_superuser=True), UserFactory(is_superuser=True)
    policy = standard_texts.install_policy(
        "1.0", effective_on=date(2015, 1, 1), by=author, because="Benchmark"
    )
    record_earlier(
        policy,
        effective_on=policy.effective_on,
        today=date(2026, 1, 5),
        by=None,
        because="Benchmark",
    )
    notice = standard_texts.draft_cpni_notice(policy, by=author, because="Benchmark")
    cleared(notice, by=second)
    publishing.approve_notice(notice, by=second, because="Benchmark", at=timezone.now())
    notice.refresh_from_db()
    people = Customer.objects.bulk_create(
        (
            Customer(
                account_number=f"B{n:07}",
                name=f"Customer Number{n}",
                active_since=LONG_AGO,
                email_notices_since=LONG_AGO,
                email_notices_proof="Order form",
            )
            for n in range(customers)
        ),
        batch_size=2_000,
    )
    keep_points(
        (
            ContactPoint(
                customer=c, kind="email", value=f"{c.account_number}@mail.example", since=LONG_AGO
            )
            for c in people
        ),
        batch_size=2_000,
    )
    refresh_statistics(Customer, ContactPoint)
    campaign = CampaignFactory(notice=notice)
    campaigns.approve(campaign, by=UserFactory(may="notices.approve_campaign"), because="Benchmark")
    taken = scratch.seconds(
        lambda: campaigns.start(
            campaign.pk,
            by=None,
            because="Benchmark",
            at=timezone.now(),
            message_domain="wasatch.example",
        )
    )
    scratch.say(f"freezing {customers:,} recipients: {customers / taken:,.0f} a second")
    return campaign.pk


def prebuilt(campaign_id: int) -> bytes:
    """One of the campaign's messages."""
    from django.utils import timezone

    from notices import sending
    from notices.claims import next_jobs
    from notices.models import Campaign

    campaign = Campaign.objects.select_related("notice__policy_version").get(pk=campaign_id)
    (job,) = next_jobs(campaign_id, after=0, at=timezone.now(), limit=1)
    return sending.prepare(campaign).compose(job, timezone.now())[2]


def bare_rate(port: int, message: bytes, number: int) -> float:
    """Messages a second of bare smtplib on one open connection."""
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        return number / scratch.seconds(
            lambda: [
                smtp.sendmail("notices@wasatch.example", ["someone@mail.example"], message)
                for _ in range(number)
            ]
        )


def our_rate(campaign_id: int, port: int, connections: int, number: int) -> float:
    """Messages a second of the product's loop, over so many connections."""
    from django.conf import settings

    from notices import sending
    from notices.models import Campaign, Delivery

    settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.SMTP_CONNECTIONS = connections
    queued = Delivery.objects.filter(campaign=campaign_id, state="queued")
    keep = queued.order_by("pk").values_list("pk", flat=True)[number : number + 1].first()
    later = Delivery.objects.filter(campaign=campaign_id, state="queued", pk__gte=keep or 0)
    if keep:
        later.update(state="batched")
    before = Delivery.objects.filter(state="sent").count()
    taken = scratch.seconds(lambda: sending.send(campaign_id))
    sent = Delivery.objects.filter(state="sent").count() - before
    assert sent == number
    Delivery.objects.filter(campaign=campaign_id, state="batched").update(state="queued")
    Campaign.objects.filter(pk=campaign_id).update(status="running")
    return sent / taken


def main(number: int = 5_000) -> None:
    """Print the rates and their ratios."""
    scratch.make("email")
    from django.conf import settings

    settings.DEFAULT_FROM_EMAIL = "notices@wasatch.example"
    settings.EMAIL_URL = "smtp://127.0.0.1"
    campaign_id = make_campaign(number * 2 + 1_000)
    message = prebuilt(campaign_id)
    server, port = serve()
    try:
        bare_rate(port, message, 200)  # warm
        limit = bare_rate(port, message, number)
        rates = {n: our_rate(campaign_id, port, n, number) for n in (10,)}
    finally:
        server.kill()
    scratch.say(f"message: {len(message):,} bytes")
    scratch.say(f"bare smtplib, one connection: {limit:>7,.0f} messages a second")
    for connections, rate in rates.items():
        scratch.say(
            f"sending loop, {connections:>2} connections: {rate:>7,.0f} messages a second,"
            f" ratio {rate / limit:.2f} (required {REQUIRED_SHARE})"
        )
    server, port = serve(LATE_MS)
    try:
        one = our_rate(campaign_id, port, 1, 60)
        ten = our_rate(campaign_id, port, 10, 600)
    finally:
        server.kill()
    scratch.say(f"answers {LATE_MS} ms late, one connection:  {one:>6,.1f} messages a second")
    scratch.say(f"answers {LATE_MS} ms late, ten connections: {ten:>6,.1f} messages a second")
    scratch.say(f"gain: {ten / one:.1f} times (required {REQUIRED_GAIN})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
