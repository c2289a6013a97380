"""The inbox in the admin: read, and corrected by the officer, with what follows from that."""

import pytest
from django.urls import reverse

from accounts.models import ContactOptOut, Look
from config import roles
from cpni import optouts
from cpni.assuming import assume_due
from cpni.models import Approval, InboundMessage, OptOutRequest
from notices.models import Delivery
from tests.factories.accounts import CustomerFactory
from tests.inbound.conftest import AT, ON
from tests.inbound.test_what_follows import LATER, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client_of):
    return client_of(roles.OFFICER)


@pytest.fixture
def offer(delivery):
    """Ann's message is no notice but an offer."""
    clock = {"last_objection_day": None, "assume_from": None}
    Delivery.objects.filter(pk=delivery.pk).update(marketing=True, **clock)
    return delivery


def page(client, name, *args):
    answer = client.get(reverse(f"admin:cpni_inboundmessage_{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def correct(client, message, **data):
    address = reverse("admin:cpni_inboundmessage_correct", args=[message.pk])
    answer = client.post(address, {"because": "Read it", **data}, follow=True)
    message.refresh_from_db()
    return answer.content.decode()


def test_what_waits_comes_first_and_the_home_page_leads_to_it(come, officer):
    come("auto_reply-german")
    come("question-how")
    home = officer.get(reverse("admin:index")).content.decode()
    assert "Messages to be read" in home
    assert "The oldest came today." in home
    assert reverse("admin:cpni_inboundmessage_changelist") + "?read=open" in home
    table = page(officer, "changelist")
    assert table.index("How do I opt out?") < table.index("Ich bin bis 7.")
    answer = officer.get(reverse("admin:cpni_inboundmessage_changelist") + "?read=open")
    assert "Ich bin bis 7." not in answer.content.decode()


def test_a_message_is_shown_as_text_and_nothing_in_it_runs(come, sample, officer, delivery):
    message = come(sample("opt_out-html-only").replace(b"Ann Example", b"<script>x()</script>"))
    shown = page(officer, "change", message.pk)
    assert "Please opt me out of this." in shown
    assert "x()</script>" not in shown
    assert "alert(1)" not in shown
    assert "with what it quotes" in shown
    assert "In-Reply-To" in shown
    look = Look.objects.filter(screen="cpni_inboundmessage_change").get()
    assert look.customer_id == delivery.customer_id


def test_of_many_whom_it_may_be_from_some_are_shown_and_the_rest_counted(come, officer, delivery):
    CustomerFactory.create_batch(12, name="Ann Example")
    message = come(b"From: Ann Example <ann@office.example>\n\nI would rather you did not.\n")
    shown = page(officer, "change", message.pk)
    assert "; 3 more, who are held as well" in shown
    assert shown.count('<a class="text-link"') == 10


def test_marking_as_read_lets_the_daily_job_go_on(come, officer, delivery):
    message = come("other-thanks")
    assume_due(on=LATER)
    assert states(delivery.customer) == set()
    address = reverse("admin:cpni_inboundmessage_mark_read", args=[message.pk])
    assert (
        "The message is read."
        in officer.post(address, {"because": "Only thanks"}, follow=True).content.decode()
    )
    message.refresh_from_db()
    assert (message.to_read, message.read_by.is_active) == (False, True)
    assert message.history.first().history_change_reason == "Only thanks"
    assume_due(on=LATER)
    assert states(delivery.customer) == {"assumed"}


def test_a_reply_that_was_not_understood_is_corrected_to_an_opt_out(come, officer, delivery):
    message = come("other-below-the-quote")
    said = correct(officer, message, kind="opt_out")
    assert "was applied" in said
    assert (message.to_read, message.request.customer) == (False, delivery.customer)
    assert states(delivery.customer) == {"denied"}


def test_an_opt_out_that_was_none_is_taken_back(come, officer, delivery):
    message = come("opt_out-gmail")
    correct(officer, message, kind="question")
    request = OptOutRequest.objects.get()
    assert (request.status, message.request) == ("rejected", None)
    assert states(delivery.customer) == {"ended"}
    assume_due(on=LATER)
    assert states(delivery.customer) == {"assumed", "ended"}  # those that need opt-in stay ended


def test_an_opt_out_of_somebody_else_is_moved_to_them(come, officer, delivery):
    message, other = come("opt_out-gmail"), CustomerFactory()
    correct(officer, message, kind="opt_out", account=other.account_number)
    assert OptOutRequest.objects.get().customer == other
    assert states(delivery.customer) == {"ended"}
    assert states(other) == {"denied"}


def test_one_that_waits_to_be_matched_is_matched_here(come, officer, delivery):
    message = come(b"From: ann@mail.example\n\nopt me out\n")
    number = delivery.customer.account_number
    correct(officer, message, kind="opt_out", account=number)
    request = OptOutRequest.objects.get()
    assert (request.customer, request.status) == (delivery.customer, "applied")


def test_a_no_to_an_offer_stops_marketing_and_no_use_of_information(come, officer, offer):
    spouse = CustomerFactory(by_email=True, email=offer.contact_point.value)
    message = come("opt_out-gmail")
    said = correct(officer, message, kind="opt_out")
    assert "Marketing by e-mail is stopped." in said
    stopped = ContactOptOut.objects.order_by("customer").values_list("customer", flat=True)
    assert list(stopped) == [offer.customer.pk, spouse.pk]
    assert (message.request, states(offer.customer)) == (None, set())


def test_a_no_to_an_offer_that_means_the_use_of_information_is_entered_for_the_account(
    come, officer, offer
):
    message = come("opt_out-gmail")
    correct(officer, message, kind="opt_out", account=offer.customer.account_number)
    assert states(offer.customer) == {"denied"}
    assert not ContactOptOut.objects.exists()
    correct(officer, message, kind="opt_out", reference=offer.reference)
    assert (states(offer.customer), message.request) == ({"ended"}, None)
    assert ContactOptOut.objects.exists()


def test_a_report_of_an_offer_as_spam_that_was_not_recognised_stops_marketing(come, officer, offer):
    message = come("other-thanks")
    assert "Marketing by e-mail is stopped." in correct(officer, message, kind="complaint")
    assert ContactOptOut.objects.get().customer == offer.customer


@pytest.fixture
def split(come, delivery):
    """A message whose request speaks for two customers, and was split between them."""
    message = come(b"From: ann@mail.example\n\nopt us out\n")
    people = [delivery.customer, CustomerFactory()]
    optouts.split(
        message.request, customers=people, rest="And my aunt", on=ON, at=AT,
        by=None, because="Two sign it",
    )  # fmt: skip
    return message


def test_an_opt_out_that_was_split_and_was_none_is_taken_back_in_all_its_parts(split, officer):
    correct(officer, split, kind="other")
    kinds = OptOutRequest.objects.order_by("pk").values_list("status", flat=True)
    assert list(kinds) == ["split", "rejected", "rejected", "rejected"]
    assert split.request is None
    assert not Approval.objects.filter(state="denied").exists()


def test_of_an_opt_out_that_was_split_the_parts_are_corrected_one_by_one(split, officer):
    number = CustomerFactory().account_number
    assert "Take back the match of the part" in correct(
        officer, split, kind="opt_out", account=number
    )
    assert OptOutRequest.objects.filter(status="applied").count() == 2


def test_a_failure_that_was_not_recognised_is_recorded_with_its_reference(come, officer, delivery):
    message = come(b"From: x@y.example\nSubject: Hmm\n\nkein solcher Empfaenger\n")
    assert "Enter its reference" in correct(officer, message, kind="permanent")
    assert message.kind == "other"
    said = correct(officer, message, kind="permanent", reference=delivery.reference)
    assert "Recorded as bounced." in said
    delivery.refresh_from_db()
    assert (delivery.outcome, Delivery.objects.filter(round=2).count()) == ("bounced", 1)


def test_a_failure_that_was_none_is_taken_back_with_its_substitute(come, officer, delivery):
    message = come("permanent-gmail-no-such-user")
    said = correct(officer, message, kind="delayed")
    assert "no longer recorded as bounced" in said
    delivery.refresh_from_db()
    assert delivery.outcome == ""
    assert Delivery.objects.get(round=2).state == "cancelled"
    assert not message.bounced


def test_correcting_twice_does_it_once(come, officer, delivery):
    message = come("other-below-the-quote")
    correct(officer, message, kind="opt_out")
    correct(officer, message, kind="opt_out")
    assert OptOutRequest.objects.count() == 1
    assert not Approval.objects.filter(state="express").exists()


@pytest.mark.parametrize("role", [roles.REPRESENTATIVE, roles.SUPERVISOR, roles.AUDITOR])
def test_others_read_the_inbox_and_correct_nothing(role, come, client_of):
    message, client = come("question-how"), client_of(role)
    assert "How do I opt out?" in page(client, "change", message.pk)
    address = reverse("admin:cpni_inboundmessage_correct", args=[message.pk])
    assert client.post(address, {"kind": "other", "because": "x"}).status_code == 403
    assert InboundMessage.objects.get().kind == "question"


def test_the_customers_page_tells_of_their_mail_what_it_was_taken_for_and_what_followed(
    come, officer, delivery
):
    objected, asked = come("opt_out-gmail"), come("question-how")
    address = reverse("admin:accounts_customer_change", args=[delivery.customer_id])

    def told():
        events = officer.get(address).context["panels"].events
        return {e.link: e for e in events if "Mail: " in e.what}

    links = [reverse("admin:cpni_inboundmessage_change", args=[m.pk]) for m in (objected, asked)]
    found = told()
    assert set(found) == set(links)
    objection, question = (found[link] for link in links)
    assert (objection.event.at, objection.event.who) == (objected.received_at, "")
    assert "Mail: opt-out" in objection.what
    assert f"Opt-out request {objected.request.reference}" in objection.event.detail
    assert question.event.detail.endswith("A person must read it")
    # What they wrote is read on the message's own page.
    assert "How do I opt out?" not in officer.get(address).content.decode()
    officer.post(reverse("admin:cpni_inboundmessage_mark_read", args=[asked.pk]), {"because": "x"})
    asked.refresh_from_db()
    assert told()[links[1]].event.who == asked.read_by.get_full_name()
