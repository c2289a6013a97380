"""The doors by which mail comes in: a mail server's pipe, a provider's webhooks."""

import base64
import io
import json
import os
import subprocess
import sys
import time

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from django.urls import clear_url_caches

from config.urls import urlpatterns
from config.webhooks import webhook_urls
from cpni.models import InboundMessage
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


def test_postmark_tells_of_a_bounce(provider, delivery):
    event = {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "ID": 4323372036854775807,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Email": "ann@mail.example",
        "Description": "The server was unable to deliver your message.",
        "Details": "smtp;550 5.1.1 unknown",
        "Headers": [],
        "Metadata": {},
        "Message-ID": message_id(delivery),
        "BouncedAt": "2026-11-23T16:33:54Z",
    }
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


def test_who_does_not_know_the_secret_tells_nothing(provider):
    provider("postmark")
    assert told(Client(), "/mail/postmark/inbound/", {"Subject": "x"}) == 400
    assert not InboundMessage.objects.exists()


def test_there_are_no_addresses_of_other_providers_or_of_none(provider):
    assert told(provider("postmark"), "/mail/sendgrid/inbound/", {}) == 404
    assert webhook_urls("") == []
