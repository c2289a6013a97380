"""What the relay's answers mean."""

import smtplib
import socket
import ssl

import pytest

from notices.relay import ANSWER_LENGTH, blames_address, configured, shown, trouble


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (550, "5.1.1 User unknown"),
        (550, "5.1.10 Recipient not found"),
        (554, "5.2.1 Mailbox disabled"),
        (550, "5.4.1 Recipient address rejected"),
        (550, "No such user here"),
        (553, "Mailbox name not allowed"),
    ],
)
def test_these_blame_the_address(code, words):
    assert blames_address(code, words)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (554, "5.7.1 Relay access denied"),
        (550, "5.7.1 Message looks like spam"),
        (553, "5.1.8 Sender domain not found"),
        (552, "5.3.4 Message too big"),
        (530, "5.7.0 Authentication required"),
        (554, "Transaction failed"),
        (552, "Message size exceeds limit"),
    ],
)
def test_these_do_not(code, words):
    assert not blames_address(code, words)


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPAuthenticationError(535, b"5.7.8 Bad credentials"),
        smtplib.SMTPConnectError(554, b"No service for you"),
        smtplib.SMTPNotSupportedError("STARTTLS extension not supported by server."),
        ssl.SSLCertVerificationError("self-signed certificate"),
    ],
)
def test_trouble_that_needs_a_person(error):
    assert trouble(error).lasting


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(111, "Connection refused"),
        TimeoutError("timed out"),
        socket.gaierror(-3, "Temporary failure in name resolution"),
        smtplib.SMTPAuthenticationError(454, b"4.7.0 Temporary failure"),
        smtplib.SMTPConnectError(421, b"Busy"),
        smtplib.SMTPServerDisconnected("Connection unexpectedly closed"),
    ],
)
def test_trouble_that_passes(error):
    found = trouble(error)
    assert not found.lasting
    assert found.words


def test_an_answer_is_kept_on_one_line_and_not_longer_than_its_column():
    assert shown(550, "5.1.1 No\r\nsuch\x00 user") == "550 5.1.1 No such user"
    assert len(shown(550, "x" * 999)) == ANSWER_LENGTH


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("smtp://relay.example:25", True),
        ("smtp+tls://user:secret@relay.example:587", True),
        ("smtp+ssl://relay.example", True),
        ("smtps://relay.example", True),
        ("", False),
        ("consolemail://", False),
        ("filemail:///tmp", False),
    ],
)
def test_only_an_smtp_relay_will_do(settings, url, good):
    settings.EMAIL_URL = url
    assert configured() is good
