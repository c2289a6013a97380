"""The bytes of an e-mail read back as exactly the notice's text, whatever customers are called."""

import email
from datetime import UTC, date, datetime
from email import policy

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from accounts.fields import CONTROL
from notices.models import Notice, NoticeText, PolicyVersion
from notices.placeholders import fill
from notices.rendering import (
    Unaddressable,
    ascii_address,
    campaign_values,
    compile_message,
    date_in_words,
)
from tests.factories.accounts import CarrierFactory

AT = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
BODY = (
    "Dear {{ customer_name }},\n\n.\n"
    "Rights of “{{carrier_name}}” customers, {{ customer_name }}: trailing space \n"
    "Write to:\n{{ optout_address }}\n"
    "{{ reference }} is yours; {{ waiting_days }} days from {{ policy_effective_on }}."
)
# Anything a database can hold: no lone surrogates, no NUL.
hostile = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=220)


def compiled(body=BODY, subject="Your rights", language="en"):
    """The notice with this text, compiled without a database."""
    notice = Notice(policy_version=PolicyVersion(number="2.0", effective_on=date(2026, 1, 5)))
    text = NoticeText(notice=notice, language=language, subject=subject, email_body=body)
    return text, compile_message(text, CarrierFactory.build())


def message(ready, name="Ann Example", **kwargs):
    """What a mail reader makes of the message to a customer of this name."""
    values = {
        "address": "ann@mail.example",
        "name": name,
        "message_id": "<7.1.notice@wasatch.example>",
        "reference": "N-00077",
        "at": AT,
        **kwargs,
    }
    raw = ready.message(**values)
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    return email.message_from_bytes(raw, policy=policy.default)


def plain(got):
    """The plain text of a message."""
    return got.get_body(("plain",)).get_content().replace("\r\n", "\n")


@settings(deadline=None)  # the machine may be busy
@given(name=hostile, body_end=hostile)
@example(name="Ann\r\nBcc: eve@evil.example\r\n\r\nHi", body_end="")
@example(name="{{ reference }}", body_end="{{ customer_name }}")
@example(name='"Q" \\ <x@y.example>, z', body_end=" ")
@example(name="=?utf-8?b?eA==?=", body_end=".")
@example(name="محمد بن سلمان \u202e", body_end="x" * 200)
def test_the_body_and_headers_read_back_as_meant(name, body_end):
    text, ready = compiled(BODY + body_end)
    got = message(ready, name)
    shown = CONTROL.sub(" ", name)
    values = campaign_values(text.notice, CarrierFactory.build())
    template = text.email_body.replace("\r\n", "\n").replace("\r", "\n")
    expected = fill(template, {**values, "customer_name": shown, "reference": "N-00077"})
    assert plain(got) == expected.removesuffix("\n") + "\n"
    assert got.keys() == message(ready).keys()
    (to,) = got["To"].addresses
    assert to.addr_spec == "ann@mail.example"
    # Mail readers put runs of spaces in a name together.
    assert to.display_name.split() in (shown.split(), [])
    assert not got.defects


@settings(deadline=None)  # the machine may be busy
@given(subject=hostile)
def test_a_subject_in_any_script_reads_back(subject):
    _, ready = compiled(subject=subject)
    assert message(ready)["Subject"].strip() == CONTROL.sub(" ", subject).strip()


def test_headers_name_the_carrier_and_where_replies_go():
    _, ready = compiled()
    got = message(ready, reply_to="cpni@wasatch.example")
    assert got["From"].addresses[0].display_name == "Wasatch Telephone, Inc."
    assert got["Reply-To"] == "cpni@wasatch.example"
    assert got["Message-ID"] == "<7.1.notice@wasatch.example>"
    assert got["Date"] == "Mon, 23 Nov 2026 15:30:00 -0700"
    assert got["Auto-Submitted"] == "auto-generated"


def test_postmark_is_told_to_leave_the_message_id_and_to_name_it_in_what_it_tells(settings):
    """In at most 80 characters, of which our own part is the first."""
    _, ready = compiled()
    assert not [name for name in message(ready) if name.startswith("X-PM-")]
    settings.MAIL_PROVIDER = "postmark"
    identifier = f"<n-00077-{'a' * 20}.notice@{'long.' * 12}example>"
    got = message(ready, message_id=identifier)
    assert got["X-PM-KeepID"] == "true"
    named = got["X-PM-Metadata-message-id"]
    assert len(named) == 80
    assert identifier.startswith(f"<{named}")


def test_dates_are_in_the_language_of_the_text():
    day = AT.date()
    assert date_in_words(day, "en") == "November 23, 2026"
    assert date_in_words(day, "es") == "23 de noviembre de 2026"


def test_an_international_domain_goes_out_in_ascii():
    assert ascii_address("ann@bücher.example") == "ann@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "address", ["", "ann", "@mail.example", "änn@mail.example", "a@b\r\nRCPT TO:<c@d>", "a b@c.d"]
)
def test_what_cannot_be_addressed_is_refused(address):
    with pytest.raises(Unaddressable):
        ascii_address(address)
