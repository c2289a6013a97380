"""What a message that came back leads to, by itself."""

from datetime import date, datetime, timedelta

import pytest

from accounts.models import ContactOptOut, ContactPoint
from cpni.assuming import assume_due, forecast
from cpni.inbound.receiving import act_on_left
from cpni.models import Approval, Disclosure, InboundMessage, OptOutRequest
from notices.models import Delivery, Use
from notices.outcomes import OUTCOME_OF
from tests.factories.accounts import CustomerFactory
from tests.factories.notices import DeliveryFactory
from tests.inbound.conftest import AT, ON
from tests.mailing import message_id

pytestmark = pytest.mark.django_db
LATER = date(2026, 12, 20)  # after the customer's last day


def states(customer):
    return set(Approval.objects.filter(customer=customer).values_list("state", flat=True))


def test_a_failure_makes_the_notice_undeliverable_and_a_letter_takes_its_place(come, delivery):
    message = come("permanent-postfix-unknown-user")
    delivery.refresh_from_db()
    assert (delivery.outcome, delivery.outcome_on) == (OUTCOME_OF["email"], ON)
    assert ContactPoint.objects.get(pk=delivery.contact_point_id).undeliverable_since == ON
    letter = Delivery.objects.get(round=2)
    assert (letter.customer, letter.channel, letter.state) == (delivery.customer, "post", "queued")
    assert letter.reference in message.outcome
    assert not message.to_read
    assume_due(on=LATER)
    assert states(delivery.customer) == set()


def test_an_approval_that_it_had_led_to_is_taken_back_and_its_uses_are_listed(come, delivery):
    Delivery.objects.filter(pk=delivery.pk).update(
        mailed_on=date(2026, 10, 1),
        last_objection_day=date(2026, 11, 3),
        assume_from=date(2026, 11, 4),
    )
    assume_due(on=date(2026, 11, 4))
    assert states(delivery.customer) == {"assumed"}
    used = Disclosure.objects.create(
        customer=delivery.customer, use=Use.objects.get(code="agents"), used_on=date(2026, 11, 10),
        recipient="Agents", what="Services", reason="assumed", recorded_at=AT,
    )  # fmt: skip
    message = come("permanent-qmail")
    assert states(delivery.customer) == {"ended"}
    assert "Approvals taken back: 3." in message.outcome
    assert "to be reviewed: 1" in message.outcome
    assert message.to_read
    assert used.customer_id == message.customer_id


@pytest.mark.parametrize("name", ["delayed-exim-24-hours", "auto_reply-german"])
def test_what_changes_nothing_changes_nothing_and_waits_for_nobody(name, come, delivery):
    assert not come(name).to_read
    delivery.refresh_from_db()
    assert delivery.outcome == ""
    assume_due(on=LATER)
    assert states(delivery.customer) == {"assumed"}


def test_a_plain_objection_is_applied_at_once_whoever_sent_it(come, sample, delivery):
    message = come(sample("opt_out-gmail").replace(b"ann@mail.example", b"eve@evil.example"))
    request = OptOutRequest.objects.get()
    assert (request.customer, request.status, request.wish) == (
        delivery.customer,
        "applied",
        "opt_out",
    )
    assert (request.route, request.received_on, request.all_uses) == ("email", ON, True)
    assert "Please opt me out." in request.stated
    assert message.request == request
    assert states(delivery.customer) == {"denied"}


def test_a_senders_address_alone_is_not_certain_and_the_request_waits(come, delivery):
    raw = b"From: Ann <ANN@mail.example>\nTo: cpni@wasatch.example\nSubject: Hi\n\nOpt me out.\n"
    message = come(raw)
    request = OptOutRequest.objects.get()
    assert (request.status, request.customer) == ("received", None)
    assert "ann@mail.example" in request.stated
    assert (message.matched_by, message.customer) == ("sender", None)
    assert list(message.candidates.all()) == [delivery.customer]
    assume_due(on=LATER)
    assert states(delivery.customer) == set()


def from_elsewhere(words):
    """A message of Ann's from an address that is not known, to ours that anybody knows."""
    return (
        "From: Ann Example <ann.work@office.example>\nTo: cpni@wasatch.example\n"
        f"Subject: my data\n\n{words}\n"
    ).encode()


@pytest.mark.parametrize(
    "said", ["account {account}", "> Your reference: {reference}", "Yours, an old customer"]
)
def test_whoever_is_named_in_a_doubtful_message_is_held_until_it_is_read(said, come, delivery):
    said = said.format(account=delivery.customer.account_number, reference=delivery.reference)
    message = come(from_elsewhere(f"I would rather you kept my calls to yourselves.\n\n{said}"))
    assert (message.matched_by, message.customer, message.to_read) == ("", None, True)
    assert list(message.candidates.all()) == [delivery.customer]
    assume_due(on=LATER)
    assert states(delivery.customer) == set()


def test_of_a_doubtful_message_every_namesake_is_held(come, delivery):
    CustomerFactory.create_batch(12, name="Ann Example")
    assert come(from_elsewhere("I would rather you did not.")).candidates.count() == 13


def test_an_objection_that_waits_is_stated_with_the_name_of_its_sender(come, delivery):
    come(from_elsewhere("Opt me out."))
    request = OptOutRequest.objects.get()
    assert request.stated == "Opt me out.\n\nFrom: Ann Example <ann.work@office.example>"
    assert [one.customer for one in request.candidates.all()] == [delivery.customer]


@pytest.mark.parametrize(
    "name", ["question-how", "other-do-not-stop", "other-thanks", "complaint-arf"]
)
def test_what_a_person_must_read_holds_back_the_assumption(name, come, delivery):
    other = DeliveryFactory(campaign=delivery.campaign, channel="email",
        customer=CustomerFactory(by_email=True), mailed_on=date(2026, 11, 2))  # fmt: skip
    message = come(name)
    assert message.to_read
    assert forecast(on=LATER).left_alone["unread"] == 3
    assert assume_due(on=LATER).left_alone["unread"] == 3
    assert states(delivery.customer) == set()
    assert states(other.customer) == {"assumed"}
    InboundMessage.objects.update(to_read=False)
    assume_due(on=LATER)
    assert states(delivery.customer) == {"assumed"}


def test_an_answer_to_a_message_about_a_change_is_for_a_person(come, sample, delivery):
    Delivery.objects.filter(pk=delivery.pk).update(change=change_of(delivery.customer),
        last_objection_day=None, assume_from=None)  # fmt: skip
    message = come("opt_out-gmail")
    assert message.to_read
    assert not OptOutRequest.objects.exists()


def change_of(customer):
    from accounts.changes import note

    return note(customer, "password", at=AT, on=ON, route="call", by=None)


def test_a_bounce_that_overtakes_its_own_sending_is_done_in_the_next_round(come, delivery):
    fields = ("mailed_on", "last_objection_day", "assume_from")
    kept = {name: getattr(delivery, name) for name in fields}
    Delivery.objects.filter(pk=delivery.pk).update(state="sending", **dict.fromkeys(fields))
    message = come("permanent-yahoo")
    assert message.acted_at is None
    assert act_on_left(at=AT) == 0
    Delivery.objects.filter(pk=delivery.pk).update(state="sent", **kept)
    assert act_on_left(at=AT) == 1
    delivery.refresh_from_db()
    assert delivery.outcome == "bounced"
    assert act_on_left(at=AT) == 0


def test_a_copy_for_each_of_two_accounts_opts_out_both(come, sample, delivery):
    second = DeliveryFactory(campaign=delivery.campaign, channel="email",
        customer=CustomerFactory(by_email=True, email="ann@mail.example"))  # fmt: skip
    from tests.mailing import address

    both = f"{address(delivery, 'reply')}, {address(second, 'reply')}"
    raw = f"From: ann@mail.example\nTo: {both}\nMessage-ID: <x@y>\n\nOpt me out.\n".encode()
    for one in (delivery, second):
        come(raw, recipient=address(one, "reply"))
    assert {r.customer_id for r in OptOutRequest.objects.filter(status="applied")} == {
        delivery.customer_id,
        second.customer_id,
    }


def test_a_message_that_names_two_accounts_and_came_once_is_read_by_a_person(come, delivery):
    second = DeliveryFactory(campaign=delivery.campaign, channel="email",
        customer=CustomerFactory(by_email=True))  # fmt: skip
    raw = f"References: {message_id(delivery)} {message_id(second)}\n\nOpt me out.\n".encode()
    message = come(raw)
    assert message.to_read
    assert list(message.candidates.all()) == [second.customer]
    assert states(delivery.customer) == {"denied"}


def test_our_own_message_in_a_loop_is_kept_and_starts_nothing(come, delivery):
    raw = f"From: notices@wasatch.example\nMessage-ID: {message_id(delivery)}\n\nopt out\n".encode()
    message = come(raw)
    assert (message.kind, message.to_read) == ("other", False)
    assert not OptOutRequest.objects.exists()


def test_an_objection_counts_from_the_day_on_which_it_came_for_the_carrier(come):
    come("opt_out-gmail", at=datetime(2026, 11, 23, 5, tzinfo=AT.tzinfo) + timedelta(minutes=1))
    assert OptOutRequest.objects.get().received_on == date(2026, 11, 22)


def test_whoever_reports_an_offer_as_spam_gets_no_more_of_them(come, delivery):
    come("complaint-arf")  # of a notice: that says nothing of offers
    assert not ContactOptOut.objects.exists()
    Delivery.objects.filter(pk=delivery.pk).update(
        marketing=True, last_objection_day=None, assume_from=None
    )
    InboundMessage.objects.all().delete()
    message = come("complaint-arf")
    assert message.outcome == "Marketing by e-mail is stopped."
    assert ContactOptOut.objects.get().customer == delivery.customer
    assert message.to_read
    assert not OptOutRequest.objects.exists()
