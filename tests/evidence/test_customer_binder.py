"""The binder of one customer: what is in it, what is not, and that it is recorded."""

import csv
import hashlib
import io
import json
from datetime import date

import pytest
from django.core.files.base import ContentFile

from accounts import changes
from accounts.errors import Refused
from accounts.models import Look
from config import roles
from cpni import merging, optouts, requested_disclosures
from cpni.evidence import of_customer
from cpni.timeline_events import Kind
from notices import change_notices
from notices.models import Delivery, Use
from tests.evidence.conftest import AT, TODAY, unpacked, words_of
from tests.factories.accounts import CallFactory, CustomerFactory, UserFactory
from tests.factories.cpni import (
    ComplaintFactory,
    DisclosureFactory,
    InboundMessageFactory,
    OptOutRequestFactory,
    RequestedDisclosureFactory,
    ScriptReadingFactory,
)

LETTER = b"%PDF-1.7 I object"


@pytest.fixture
def customer(mailed):
    """A customer who got a letter and objected by a letter that was scanned."""
    request = OptOutRequestFactory(received_on=date(2026, 11, 18), stated="My words")
    request.scan.save("letter.pdf", ContentFile(LETTER))
    optouts.apply(request, customer=mailed.customer, on=date(2026, 11, 19), by=None, because="x")
    return mailed.customer


def binder(customer, by=None, as_of=TODAY, kinds=None):
    return unpacked(of_customer.binder(customer, as_of=as_of, kinds=kinds, by=by, at=AT))


def test_everything_that_proves_is_in_it(customer, mailed):
    files = binder(customer)
    scans = [content for name, content in files.items() if "statement-" in name]
    assert scans == [b"%PDF-1.7 the post's stamp"]
    assert LETTER in files.values()
    letter = words_of(files[f"attachments/notice-{mailed.reference}.pdf"])
    assert f"Dear {customer.name}," in letter and mailed.reference in letter
    answers = {one["use"]: one["reason"] for one in json.loads(files["answers.json"])}
    assert answers["agents"] == "opted_out"
    rows = list(csv.DictReader(io.StringIO(files["timeline.csv"].decode())))
    assert [row["what"] for row in rows if row["kind"] == "Notices and messages"] == ["Notice sent"]


def test_the_pdf_tells_it_all_with_the_words_and_the_digests(customer, mailed):
    files = binder(customer)
    said = words_of(files["evidence.pdf"])
    for words in (customer.account_number, "opted out, effective", "Mailing proved", "write to"):
        assert words in said
    (name,) = [name for name in files if "statement-" in name]
    digest = hashlib.sha256(files[name]).hexdigest()
    assert digest in said.replace(" ", "").replace("\u200b", "")


def test_as_of_an_earlier_day_it_holds_nothing_later(customer):
    files = binder(customer, as_of=date(2026, 11, 10))
    answers = {one["use"]: one["reason"] for one in json.loads(files["answers.json"])}
    assert answers["agents"] == "assumed"
    assert LETTER not in files.values()
    assert b"Opt out" not in files["timeline.csv"]


def test_recordings_are_named_and_what_was_said_in_confidence_stays_out(customer):
    call = CallFactory(customer=customer, note="Her sister is ill")
    ScriptReadingFactory(call=call, recording="2026-5001")
    ComplaintFactory(customer=customer, said="My brother-in-law was told")
    said = words_of(binder(customer)["evidence.pdf"])
    assert "2026-5001" in said
    assert "sister" not in said and "brother" not in said and "My words" not in said


def test_what_was_not_asked_for_is_said(customer):
    files = binder(customer, kinds=[Kind.NOTICE])
    assert "looks" in files["README.txt"].decode()
    assert LETTER not in files.values()


def test_what_the_law_compelled_is_left_out_for_whoever_may_not_see_it_and_that_is_said(customer):
    legal = Use.objects.get(code="legal")
    DisclosureFactory(customer=customer, use=legal, recipient="FBI", used_on=date(2026, 11, 10))
    by = UserFactory(may="cpni.print_evidence cpni.view_disclosure")
    files = binder(customer, by=by)
    assert b"FBI" not in files["timeline.csv"]
    assert "What the law compels is left out" in files["README.txt"].decode()
    files = binder(customer)
    assert b"FBI" in files["timeline.csv"]
    assert "the law compels" not in files["README.txt"].decode()


def test_a_scan_that_is_lost_is_said(customer):
    request = optouts.OptOutRequest.objects.get(customer=customer)
    request.scan.storage.delete(request.scan.name)
    assert any(name.endswith(".missing.txt") for name in binder(customer))


def test_of_a_letter_for_several_each_part_has_the_whole_scan(customer):
    whole = OptOutRequestFactory(received_on=date(2026, 11, 18))
    whole.scan.save("x.pdf", ContentFile(b"%PDF-1.7 the two of us object"))
    other = CustomerFactory()
    optouts.split(
        whole, customers=[customer, other], rest="", on=TODAY, at=AT, by=None, because="Both"
    )
    files = binder(other)
    assert b"%PDF-1.7 the two of us object" in files.values()
    assert "which spoke of others as well" in words_of(files["evidence.pdf"])


def test_the_mail_in_which_a_customer_objected_is_there_also_when_a_person_found_whose(customer):
    words = b"From: ann@mail.example\nSubject: No\n\nDo not use my information.\n"
    request = OptOutRequestFactory(received_on=date(2026, 11, 18), route="email")
    message = InboundMessageFactory(kind="opt_out", request=request)
    message.raw.save("x", ContentFile(words))
    optouts.apply(request, customer=customer, on=TODAY, by=None, because="By name")
    files = binder(customer)
    assert files[f"attachments/message-{message.pk}.eml"] == words
    assert b"Mail: opt-out" in files["timeline.csv"]
    assert words not in binder(customer, kinds=[Kind.OBJECTION]).values()


def test_the_customers_own_request_to_tell_somebody_is_there(customer, staff):
    paper = RequestedDisclosureFactory(customer=customer, by_customer=True)
    requested_disclosures.disclose(
        paper, disclosed="Bills", on=TODAY, today=TODAY, at=AT, by=staff(roles.OFFICER), because="x"
    )
    assert f"attachments/disclosure-paper-{paper.pk}.pdf" in binder(customer)


def test_what_told_of_a_changed_account_is_there_in_its_words(customer):
    changes.note(customer, "password", at=AT, on=TODAY, route="call", by=None)
    change_notices.queue(at=AT, message_domain="wasatch.example")
    told = Delivery.objects.get(change__isnull=False)
    assert not any(told.reference in name for name in binder(customer))
    Delivery.objects.filter(pk=told.pk).update(state="sent", mailed_on=TODAY)
    letter = words_of(binder(customer)[f"attachments/notice-{told.reference}.pdf"])
    assert "password" in letter


def test_accounts_that_were_merged_with_it_are_named(customer, staff):
    """Both ways, and from one to the next; each has a binder of its own."""
    first, last = CustomerFactory(), CustomerFactory()
    officer = staff(roles.OFFICER)
    merging.merge(customer, first, on=TODAY, at=AT, by=officer, because="Same person")
    merging.merge(first, last, on=TODAY, at=AT, by=officer, because="Same person")
    for one, others in ((last, (customer, first)), (customer, (first, last))):
        files = binder(one)
        for other in others:
            assert other.account_number in files["README.txt"].decode()
            assert other.account_number in words_of(files["evidence.pdf"])


def test_a_day_to_come_is_refused(customer):
    with pytest.raises(Refused, match="has not come yet"):
        of_customer.binder(customer, as_of=date(2026, 11, 24), by=None, at=AT)


def test_printing_asks_why_and_is_recorded_as_an_export(client_of, address, customer):
    page = address("accounts_customer", "print_evidence", customer.pk)
    client = client_of(roles.AUDITOR)
    asked = {"as_of": "2026-11-10", "kind": ["notice", "proof"]}
    assert "This field is required" in client.post(page, asked).content.decode()
    answer = client.post(page, {**asked, "because": "Audit of 2026"})
    assert answer["Content-Type"] == "application/zip"
    assert "evidence.pdf" in unpacked(answer.streaming_content)
    look = Look.objects.get(what=Look.What.EXPORTED)
    assert look.customer_id == customer.pk
    assert look.detail == "Evidence binder as of 2026-11-10; reason: Audit of 2026"


def test_the_form_begins_with_the_day_that_was_looked_at(client_of, address, customer):
    page = address("accounts_customer", "print_evidence", customer.pk)
    client = client_of(roles.OFFICER)
    for given, expected in (("2026-11-10", date(2026, 11, 10)), ("x", TODAY)):
        form = client.get(page, {"as_of": given}).context["form"]
        assert form["as_of"].initial == expected
