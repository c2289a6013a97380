"""The doors by which mail comes in: a mail server's pipe, a provider's webhooks."""

import base64
import io
import json
import os
import subprocess
import sys
import time
from datetime import date

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from django.urls import clear_url_caches

from config.urls import urlpatterns
from config.webhooks import webhook_urls
from cpni.assuming import assume_due
from cpni.models import InboundMessage
from notices.models import Delivery
from tests.inbound.test_what_follows import LATER
from tests.mailing import address, message_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipe(monkeypatch):
    """``pipe(raw)``: the code with which ``receive_mail`` leaves after reading those bytes."""

    def run(raw: bytes, *args: str) -> int:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        try:
            call_command("receive_mail", *args)
        except SystemExit as left:
            return int(left.code or 0)
        return 0

    return run


def test_a_mail_server_hands_over_a_message_with_its_recipient(pipe, delivery):
    raw = b"From: eve@evil.example\n\nI opt out.\n"
    assert pipe(raw, address(delivery, "reply")) == 0
    message = InboundMessage.objects.get()
    assert (message.door, message.matched_by) == ("pipe", "reply")
    assert message.request.customer == delivery.customer


def test_no_message_is_an_error_of_the_data(pipe, capsys):
    assert pipe(b" \n") == 65
    assert "no message" in capsys.readouterr().err


def test_a_database_that_is_away_has_the_mail_server_try_again(pipe, monkeypatch, capsys):
    def fail(*args, **kwargs):
        raise OperationalError("ann@mail.example")

    monkeypatch.setattr("cpni.management.commands.receive_mail.receive", fail)
    assert pipe(b"Subject: x\n\nx") == 75
    assert "ann@mail.example" not in capsys.readouterr().err


@pytest.mark.slow
def test_settings_that_are_wrong_do_not_send_mail_back(tmp_path, settings):
    """An exit code of 1 would be a failure for good to every mail server."""
    done = subprocess.run(
        [sys.executable, "manage.py", "receive_mail"],
        input=b"Subject: x\n\nx",
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": "sqlite:////nonexistent/x.sqlite3",
             "DATA_DIR": str(tmp_path)},
        capture_output=True,
        timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 75
    assert b"Traceback" not in done.stderr


# --- Webhooks ------------------------------------------------------------------------------------

SECRET = "desk:a-password-of-twenty-characters"


@pytest.fixture
def provider(settings):
    """``provider("postmark")``: the installation's provider of mail, and who calls for it."""

    def set_up(name: str) -> Client:
        settings.MAIL_PROVIDER = name
        settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": "key"}
        settings.ROOT_URLCONF = (*webhook_urls(name), *urlpatterns)
        clear_url_caches()
        token = base64.b64encode(SECRET.encode()).decode()
        return Client(headers={"Authorization": f"Basic {token}"})

    yield set_up
    clear_url_caches()


def told(client, path, data):
    return client.post(path, json.dumps(data), content_type="application/json").status_code


def by_postmark(**changes):
    return {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "ID": 4323372036854775807,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Email": "ann@mail.example",
        "Description": "The server was unable to deliver your message.",
        "Details": "smtp;550 5.1.1 unknown",
        "Metadata": {},
        "BouncedAt": "2026-11-23T16:33:54Z",
        **changes,
    }


def test_postmark_tells_of_a_bounce(provider, delivery):
    event = by_postmark(Metadata={"message-id": message_id(delivery)})
    client = provider("postmark")
    assert told(client, "/mail/postmark/tracking/", event) == 200
    assert told(client, "/mail/postmark/tracking/", event) == 200
    message = InboundMessage.objects.get()
    assert (message.kind, message.door, message.delivery) == ("permanent", "webhook", delivery)
    delivery.refresh_from_db()
    assert delivery.outcome == "bounced"


def test_postmark_brings_a_reply(provider, delivery):
    to = address(delivery, "reply")
    mail = {
        "FromFull": {"Email": "ann@mail.example", "Name": "Ann", "MailboxHash": ""},
        "ToFull": [{"Email": to, "Name": "", "MailboxHash": ""}],
        "CcFull": [],
        "BccFull": [],
        "OriginalRecipient": to,
        "Subject": "Re: Your rights",
        "MessageID": "x",
        "Date": "Mon, 23 Nov 2026 11:00:00 -0700",
        "TextBody": "Please opt me out.",
        "HtmlBody": "",
        "Headers": [{"Name": "Message-ID", "Value": "<a@mail.example>"}],
        "Attachments": [],
    }
    assert told(provider("postmark"), "/mail/postmark/inbound/", mail) == 200
    assert InboundMessage.objects.get().request.customer == delivery.customer


def test_mailgun_signs_what_it_tells(provider, delivery):
    import hashlib
    import hmac

    stamp, token = str(int(time.time())), "t" * 50
    proof = hmac.new(b"key", f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    event = {
        "signature": {"timestamp": stamp, "token": token, "signature": proof},
        "event-data": {
            "event": "failed",
            "severity": "permanent",
            "timestamp": time.time(),
            "id": "1",
            "recipient": "ann@mail.example",
            "message": {"headers": {"message-id": message_id(delivery).strip("<>")}},
            "delivery-status": {"code": 550, "message": "5.1.1 unknown"},
        },
    }
    client = provider("mailgun")
    assert told(client, "/mail/mailgun/tracking/", event) == 200
    assert InboundMessage.objects.get().delivery == delivery
    event["signature"]["signature"] = proof[::-1]
    assert told(client, "/mail/mailgun/tracking/", event) == 400


@pytest.mark.parametrize("kind", ["Bounce", "SpamComplaint"])
def test_what_names_no_message_of_ours_holds_whom_it_went_to_until_it_is_read(
    kind, provider, delivery
):
    event = by_postmark(RecordType=kind, Type="HardBounce" if kind == "Bounce" else kind)
    assert told(provider("postmark"), "/mail/postmark/tracking/", event) == 200
    message = InboundMessage.objects.get()
    assert (message.delivery, message.to_read) == (None, True)
    assert list(message.candidates.all()) == [delivery.customer]
    assert assume_due(on=LATER).left_alone["unread"] == 3


def test_whom_we_wrote_to_long_ago_is_not_held_by_what_names_no_message(provider, delivery):
    Delivery.objects.filter(pk=delivery.pk).update(mailed_on=date(2026, 10, 20))
    told(provider("postmark"), "/mail/postmark/tracking/", by_postmark())
    assert not InboundMessage.objects.get().candidates.exists()


SOFT = {
    "brevo": {"event": "soft_bounce", "email": "ann@mail.example", "reason": "unavailable"},
    "mailjet": {
        "event": "bounce", "email": "ann@mail.example", "hard_bounce": False, "time": 1795000000,
        "error": "quota exceeded",
    },
    "sparkpost": {
        "type": "bounce", "bounce_class": "22", "raw_rcpt_to": "ann@mail.example",
        "raw_reason": "the mailbox is full",
    },
}  # fmt: skip


def wrapped(name, event):
    return [{"msys": {"message_event": event}}] if name == "sparkpost" else event


@pytest.mark.parametrize("name", SOFT)
def test_a_failure_that_a_provider_calls_soft_is_for_a_person(name, provider, delivery):
    event = {**SOFT[name], "message-id": message_id(delivery)}
    assert told(provider(name), f"/mail/{name}/tracking/", wrapped(name, event)) == 200
    message = InboundMessage.objects.get()
    assert (message.kind, message.delivery, message.to_read) == ("temporary", delivery, True)
    delivery.refresh_from_db()
    assert delivery.outcome == ""


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("smtp;421 too many connections", "temporary"),
        ("smtp;452 4.2.2 full", "temporary"),
        ("Mailbox full", "temporary"),
        ("smtp;550 5.1.1 no such user", "permanent"),
        ("smtp;550 no such user", "permanent"),
    ],
)
def test_what_the_other_server_said_is_nearer_to_the_truth_than_the_providers_word(
    said, kind, provider, delivery
):
    event = by_postmark(
        Type="SoftBounce", Details=said, Metadata={"message-id": message_id(delivery)}
    )
    told(provider("postmark"), "/mail/postmark/tracking/", event)
    assert InboundMessage.objects.get().kind == kind


def test_who_does_not_know_the_secret_tells_nothing(provider):
    provider("postmark")
    assert told(Client(), "/mail/postmark/inbound/", {"Subject": "x"}) == 400
    assert not InboundMessage.objects.exists()


def test_there_are_no_addresses_of_other_providers_or_of_none(provider):
    assert told(provider("postmark"), "/mail/sendgrid/inbound/", {}) == 404
    assert webhook_urls("") == []
