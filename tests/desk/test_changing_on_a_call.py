"""Each change runs its verb, names the call, and tells the customer where they were before."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import contacts
from accounts.models import (
    AccountChange,
    AuthorisedUser,
    ContactPoint,
    Credential,
    Customer,
    Service,
)
from cpni.desk.told import NOWHERE
from notices import change_notices, channels
from notices.models import Delivery
from tests.desk.conftest import AT, panel

pytestmark = pytest.mark.django_db
NEW = {"line1": "1 New Road", "line2": "", "city": "Sandy", "state": "ut", "postcode": "84070"}


def current(call, kind):
    return ContactPoint.objects.current().get(customer=call.customer, kind=kind)


def test_the_address_is_read_back_before_it_is_saved(known, edit):
    answer = edit(known, "post", step="check", **NEW)
    details = panel(answer, "details")
    assert details["checked"]
    assert details["after"] == "1 New Road\nSandy, UT 84070"
    assert "Cottonwood Lane" in details["now"]
    assert "Cottonwood" in current(known, "post").line1


def test_the_form_says_who_gets_told_in_masked_words(known, desk, monkeypatch):
    monkeypatch.setattr(channels, "set_up", lambda channel: channel in ("email", "post"))
    answer = desk.get(reverse("desk:edit", args=[known.pk, "post"]))
    told = panel(answer, "details")["told"]
    assert "an e-mail to a…@m…" in told
    assert re.search(r"a letter to \d*… C…, Midvale, UT", told)


def test_a_new_address_is_told_to_the_old_one(known, edit):
    before = current(known, "post")
    edit(known, "post", **NEW)
    after = current(known, "post")
    assert (after.line1, after.state) == ("1 New Road", "UT")
    change = AccountChange.objects.get()
    assert (change.kind, change.route, change.call) == ("post", "call", known)
    assert change.postal_point == before
    assert after.history.get().in_call == known.pk
    assert after.history.get().history_change_reason == "The caller asked for it"


def test_a_new_email_address(known, edit):
    edit(known, "email", value="ann.new@mail.example")
    assert current(known, "email").value == "ann.new@mail.example"
    assert AccountChange.objects.get().email_point.value == "ann@mail.example"


def test_contact_numbers_come_and_go(known, edit):
    edit(known, "telephone", value="801 555 7788")
    point = current(known, "telephone")
    assert point.value == "+18015557788"
    edit(known, "telephone", value="", gone=[point.pk])
    assert not ContactPoint.objects.current().filter(kind="telephone").exists()
    assert not AccountChange.objects.exists()


def test_the_name_and_the_language_are_corrected(known, edit):
    edit(known, "name", name="Anne Example")
    edit(known, "language", language="es")
    customer = Customer.objects.get(pk=known.customer_id)
    assert (customer.name, customer.language) == ("Anne Example", "es")
    assert customer.history.first().in_call == known.pk


def test_consent_to_notices_by_email_needs_the_recording(known, edit):
    edit(known, "consent", consents="no")
    assert Customer.objects.get(pk=known.customer_id).email_notices_since is None
    answer = edit(known, "consent", consents="yes", recording="")
    assert "Consent needs its proof" in answer.content.decode()
    edit(known, "consent", consents="yes", recording="R-9")
    proof = Customer.objects.get(pk=known.customer_id).email_notices_proof
    assert proof == f"Call {known.pk}, recording R-9"


def test_consent_said_once_more_leaves_the_day_on_which_earlier_notices_rest(known, edit):
    before = Customer.objects.get(pk=known.customer_id).email_notices_since
    edit(known, "consent", consents="yes", recording="R-9")
    assert Customer.objects.get(pk=known.customer_id).email_notices_since == before is not None


def test_authorised_users_come_and_go(known, edit):
    edit(known, "users", name="Uma Friend", authority="full")
    user = AuthorisedUser.objects.get()
    assert (user.name, user.authority) == ("Uma Friend", "full")
    edit(known, "users", name="", authority="ask", ended=[user.pk])
    user.refresh_from_db()
    assert user.until is not None


def test_a_new_password_is_set_told_and_never_shown(known, edit):
    answer = edit(known, "password", new="seven purple lanterns")
    body = answer.content.decode()
    assert "The password is set." in body
    assert "lanterns" not in body
    assert AccountChange.objects.get().kind == "password"
    assert Credential.objects.filter(kind="password", until=None).count() == 1


def test_a_password_from_the_account_is_refused_in_the_form(known, edit):
    answer = edit(known, "password", new="Ann Example")
    form = panel(answer, "details")["form"]
    assert form.non_field_errors()
    assert not AccountChange.objects.exists()


def test_a_back_up_question_of_the_callers_own(known, edit):
    edit(known, "backup", question="What did we name the blue boat?", answer="flying kettle")
    backup = Credential.objects.get(kind="backup")
    assert backup.question == "What did we name the blue boat?"


def test_what_is_wrong_is_said_beside_what_was_typed(known, edit):
    answer = edit(known, "post", **{**NEW, "postcode": "none"})
    body = answer.content.decode()
    assert "is not a ZIP code" in body
    assert "1 New Road" in body


def test_the_panel_lists_what_was_done_in_the_call(known, edit, desk):
    edit(known, "post", **NEW)
    lines = panel(desk.get(reverse("desk:call", args=[known.pk])), "done")["lines"]
    said = [line.what for line in lines]
    assert "Postal address added" in said
    assert "Postal address ended" in said
    assert "Postal address changed, customer: being told" in said
    assert "Password: passed" in said


@pytest.mark.parametrize(
    ("category", "up", "told"),
    [
        ("wireless", {"text", "voice", "email"}, "a text to …"),
        ("local", {"text", "voice", "email"}, "a voice message to …"),
        ("local", {"text"}, "a letter to "),
    ],
)
def test_who_gets_told_is_what_the_notice_will_do(known, desk, monkeypatch, category, up, told):
    monkeypatch.setattr(channels, "set_up", lambda channel: channel in up)
    Service.objects.filter(customer=known.customer).update(category=category)
    answer = desk.get(reverse("desk:edit", args=[known.pk, "password"]))
    assert panel(answer, "details")["told"].startswith(told)


@pytest.mark.parametrize("category", ["wireless", "local"])
@pytest.mark.parametrize("has", ["all", "post", "email", "no number", "nothing"])
@pytest.mark.parametrize(
    "up", [("text", "voice", "email"), ("text",), ("voice",), ("email",), ()], ids=" ".join
)
def test_what_the_form_says_is_what_is_sent(known, desk, edit, monkeypatch, category, has, up):
    monkeypatch.setattr(channels, "set_up", lambda channel: channel in {*up, "post"})
    Service.objects.filter(customer=known.customer).update(
        category=category, **({"ended_on": AT.date()} if has in ("no number", "nothing") else {})
    )
    gone = {"post": ["email"], "email": ["post"], "nothing": ["post", "email"]}.get(has, [])
    young = known.customer.contact_points.filter(kind__in=gone)
    young.update(since=AT.date() - timedelta(days=3))
    told = panel(desk.get(reverse("desk:edit", args=[known.pk, "password"])), "details")["told"]
    edit(known, "password", new="seven purple lanterns")
    change_notices.queue(at=AT, message_domain="wasatch.example")
    says = {"text": "a text", "voice": "a voice", "email": "an e-mail", "post": "a letter"}
    sent = list(Delivery.objects.values_list("channel", flat=True))
    assert [way for way, words in says.items() if f"{words} " in told] == sorted(
        set(sent) - {"none"}, key=list(says).index
    )
    assert (told == NOWHERE) == (sent == ["none"])


def test_back_at_an_older_address_nothing_is_said_to_go_there_or_sent(known, edit):
    old = current(known, "post")
    moved = AT - timedelta(days=10)
    contacts.change_contact(
        known.customer, kind="post", on=moved.date(), at=moved, route="import", by=None,
        because="They moved", **NEW,
    )  # fmt: skip
    back = {name: getattr(old, name) for name in NEW}
    told = panel(edit(known, "post", step="check", **back), "details")["told"]
    assert told.startswith("an e-mail to a…@m….")
    edit(known, "post", **back)
    change = AccountChange.objects.first()
    assert (change.postal_point, change.email_point.value) == (None, "ann@mail.example")
