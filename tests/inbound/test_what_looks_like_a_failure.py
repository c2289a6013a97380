"""What only looks like a failure to deliver: answers with numbers in them, holiday notes."""

import pytest

from cpni.assuming import assume_due
from cpni.models import OptOutRequest
from tests.inbound.test_what_follows import LATER, states
from tests.mailing import address

pytestmark = pytest.mark.django_db


@pytest.fixture
def written(come, delivery):
    """``written("postmaster@acme.example", "words")``: a message to where replies go."""

    def make(sender: str, words: str, *, kind: str = "reply", **headers: str):
        lines = {
            "From": sender,
            "To": address(delivery, kind),
            "Subject": "Re: Your rights about your telephone information",
            "Message-ID": "<1@acme.example>",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        top = "".join(f"{name}: {value}\n" for name, value in lines.items())
        return come(f"{top}\n{words}\n".encode())

    return make


@pytest.mark.parametrize("sender", ["postmaster@acme.example", "bounce.house@mail.example"])
@pytest.mark.parametrize(
    "below",
    [
        "> Questions? Call us: (800) 555-0134.",
        "Acme, 500 Main Street, 435-555-0100",
        "> said: 550 5.1.1 ann@mail.example unknown",
    ],
)
def test_an_objection_with_numbers_in_it_is_an_objection(sender, below, written, delivery):
    message = written(sender, f"Please opt me out.\n\n{below}")
    assert message.kind == "opt_out"
    assert OptOutRequest.objects.get().customer == delivery.customer
    delivery.refresh_from_db()
    assert delivery.outcome == ""


def test_the_answer_of_who_is_away_takes_nothing_back(written, delivery):
    """Such programs leave the envelope without a sender, as those do that report failures."""
    assume_due(on=LATER)
    message = written(
        "ann@mail.example",
        "I am away. In urgent cases call 801-555-0100, 500 Main Street.",
        kind="bounce",
        Return_Path="<>",
        Subject="Auto: Your rights",
        Auto_Submitted="auto-replied",
    )
    assert (message.kind, message.to_read) == ("auto_reply", False)
    assert states(delivery.customer) == {"assumed"}
    delivery.contact_point.refresh_from_db()
    assert delivery.contact_point.undeliverable_since is None


@pytest.mark.parametrize(
    "words",
    [
        "Mail delivery failed when I wrote to your office. Do not use my information.",
        "Sorry, my mailbox is full. I object.",
        "Your message was delayed by my server. Please opt me out.",
    ],
)
def test_what_reads_like_a_failure_and_like_an_objection_is_for_a_person(words, written, delivery):
    message = written("postmaster@acme.example", words, kind="bounce")
    assert (message.kind, message.detail) == ("other", "It may be an objection")
    assert message.to_read
    assume_due(on=LATER)
    assert states(delivery.customer) == set()


def test_a_failure_that_its_form_does_not_prove_is_for_a_person_where_replies_go(written, delivery):
    message = written("mailer-daemon@acme.example", "Undeliverable: ann@mail.example, no such user")
    assert (message.kind, message.to_read) == ("other", True)
    delivery.refresh_from_db()
    assert delivery.outcome == ""


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("<ann@mail.example>:\nSorry, no mailbox here by that name. (#5.1.1)", "permanent"),
        ("ann@mail.example\n  5.1.1 unbekannt (Exim 4.94.2)", "permanent"),
        ("Could not be sent:\n\nann@mail.example, 4.2.2 too much", "temporary"),
        ("Undeliverable: host mx said: 452 too much mail", "temporary"),
    ],
)
def test_a_failure_in_a_form_of_its_own_is_one_at_the_address_for_failures(words, kind, written):
    message = written("", words, kind="bounce", From="mailer-daemon@acme.example")
    assert message.kind == kind


def test_a_number_alone_is_no_failure_even_from_a_machine(written, delivery):
    message = written("mailer-daemon@acme.example", "550 Main Street\n801-555-0100", kind="bounce")
    assert (message.kind, message.to_read) == ("other", True)
    assume_due(on=LATER)
    assert states(delivery.customer) == set()


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        ("5.1.1", "550 No such user here (Exim 4.94.2)", "permanent"),
        ("5.1.1", "550 No such user here, says mailer 4.7.2", "permanent"),
        ("5.0.0", "452 4.2.2 The mailbox is full", "temporary"),
        ("5.0.0", "host mx.example said: 452-4.2.2 The mailbox is full", "temporary"),
        ("4.0.0", "No mailbox by that name. (#5.1.1)", "permanent"),
        ("4.4.7", "550 4.4.7 QUEUE.Expired; message expired", "temporary"),
        ("", "Gave up after four days, 4.4.7", "temporary"),
    ],
)
def test_the_codes_of_a_report_are_told_from_other_numbers_in_it(status, said, kind, come, sample):
    raw = sample("permanent-postfix-unknown-user").decode()
    head, _, rest = raw.partition("Status: ")
    _, _, after = rest.partition("Diagnostic-Code: ")
    _, _, after = after.partition("\n\n")
    assert (
        come(f"{head}Status: {status}\nDiagnostic-Code: smtp; {said}\n\n{after}".encode()).kind
        == kind
    )
