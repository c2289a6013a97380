"""A campaign through real mail servers: one bounces, one is full, one reads and objects."""

import email
import smtplib
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.utils import timezone

from accounts.models import ContactPoint
from cpni.inbound import mailbox
from cpni.models import Approval, InboundMessage, OptOutRequest
from notices import sending
from notices.models import Delivery
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory
from tests.mail_servers import MailServers, why_not
from tests.running import wait_until

pytestmark = [
    pytest.mark.mailserver,
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "they are here"),
]


@pytest.fixture
def servers(settings):
    # Not in pytest's folders: another run that begins meanwhile closes these to others than root.
    with (
        TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        MailServers(Path(folder), "ann") as servers,
    ):
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", servers.smtp
        settings.EMAIL_URL = f"smtp://127.0.0.1:{servers.smtp}"
        settings.DEFAULT_FROM_EMAIL = "notices@wasatch.example"
        settings.RETURN_ADDRESS = "bounces@wasatch.example"
        settings.MAILBOX = servers.mailbox("bounces")
        yield servers


@pytest.fixture
def sent(servers, reference_data):
    """``sent["ann"]``: the notice to each of three customers, by a campaign that has left."""
    CarrierFactory()
    campaign = CampaignFactory(running=True)
    for name in ("ann", "missing", "full"):
        DeliveryFactory(
            campaign=campaign,
            customer=CustomerFactory(name=name, by_email=True, email=f"{name}@mail.example"),
            channel="email",
            state="queued",
        )
    sending.send(campaign.pk)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    return {d.recipient_name: d for d in Delivery.objects.all()}


def test_bounces_open_letters_and_a_reply_opts_out(servers, sent):
    wait_until(lambda: len(servers.mail("bounces")) == 2, "both bounces came back")
    assert mailbox.poll(clock=timezone.now) == {"permanent": 2}
    details = {m.customer.name: m.detail for m in InboundMessage.objects.all()}
    assert details["missing"].startswith("5.1.1")
    assert details["full"].startswith("5.2.2")
    assert set(InboundMessage.objects.values_list("matched_by", flat=True)) == {"envelope"}
    letters = Delivery.objects.filter(round=2, channel="post", state="queued")
    assert {letter.recipient_name for letter in letters} == {"missing", "full"}
    assert ContactPoint.objects.filter(undeliverable_since__isnull=False).count() == 2

    wait_until(lambda: servers.mail("ann"), "Ann has her notice")
    (raw,) = servers.mail("ann")
    notice = email.message_from_bytes(raw, policy=policy.default)
    reply = EmailMessage()
    reply["From"], reply["To"] = "Somebody else <other@mail.example>", notice["Reply-To"]
    reply["Subject"] = f"Re: {notice['Subject']}"
    quoted = "".join(
        f"> {line}\n" for line in notice.get_body(("plain",)).get_content().splitlines()
    )
    reply.set_content(f"No thanks, I want to opt out.\n\nOn Monday Wasatch wrote:\n{quoted}")
    with smtplib.SMTP("127.0.0.1", servers.smtp) as smtp:
        smtp.send_message(reply)
    wait_until(lambda: servers.mail("bounces"), "her answer has come")
    assert mailbox.poll(clock=timezone.now) == {"opt_out": 1}
    request = OptOutRequest.objects.get()
    assert (request.status, request.customer) == ("applied", sent["ann"].customer)
    assert set(Approval.objects.values_list("state", flat=True)) == {"denied"}

    # What is stored was put aside, so that the next round finds nothing.
    assert mailbox.poll(clock=lambda: timezone.now() + timedelta(minutes=1)) == {}
    assert InboundMessage.objects.count() == 3
    aside = servers.folder / "mail" / "bounces" / ".Stored by CPNI Desk"
    assert len([f for part in ("new", "cur") for f in (aside / part).glob("*")]) == 3
