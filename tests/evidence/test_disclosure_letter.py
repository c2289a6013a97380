"""The letter that tells a customer who received their information, when and why."""

from datetime import date

import pytest

from accounts.errors import Refused
from accounts.models import Look
from config import roles
from cpni import disclosures, reasons
from cpni.evidence import disclosure_words, to_customer
from notices.models import Use
from tests.evidence.conftest import AT, TODAY, words_of
from tests.factories.cpni import DisclosureFactory, RecipientFactory


@pytest.fixture
def customer(mailed):
    """Whose services an agent used for an offer, a vendor for the bill, and we for an offer."""
    for code, day, recipient, relationship in (
        ("agents", 10, "Canyon Sales Partners", "agent"),
        ("service", 11, "Pioneer Billing", "vendor"),
        ("other-services", 12, None, None),
    ):
        disclosures.record(
            mailed.customer,
            Use.objects.get(code=code),
            on=date(2026, 11, day),
            recipient=recipient and RecipientFactory(name=recipient, relationship=relationship),
            what="Services held",
            at=AT,
            by=None,
            because="x",
        )
    return mailed.customer


def letter(customer, language="en", first=date(2026, 1, 1), last=TODAY):
    pdf = to_customer.letter(customer, first=first, last=last, language=language, by=None, at=AT)
    return words_of(pdf)


def test_it_says_in_plain_words_who_got_what_when_and_why(customer):
    said = letter(customer)
    for words in (
        f"Dear {customer.name},",
        "November 10, 2026",
        "Canyon Sales Partners",
        "We asked you in our notice of October 1, 2026, and you had not objected.",
        "Starting, providing and billing your services",
        "The law allows this without asking you.",
        "(800) 555-0177",
        "We ourselves",
        "In all: 3.",
    ):
        assert words in said


def test_it_speaks_the_customers_language(customer):
    said = letter(customer, language="es")
    assert "Quién recibió información sobre su cuenta" in said
    assert "10 de noviembre de 2026" in said
    assert "Nosotros mismos" in said
    assert "aviso del 1 de octubre de 2026" in said


def test_only_days_that_were_asked_for_are_told(customer):
    said = letter(customer, first=date(2026, 11, 11))
    assert "Pioneer Billing" in said and "Canyon" not in said
    assert "show no use or disclosure" in letter(customer, first=date(2026, 11, 20))


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        (date(2026, 11, 20), date(2026, 11, 1), "lies before"),
        (date(2026, 11, 20), date(2026, 11, 24), "has not come yet"),
    ],
)
def test_days_that_make_no_period_are_refused(first, last, says, customer):
    with pytest.raises(Refused, match=says):
        to_customer.letter(customer, first=first, last=last, language="en", by=None, at=AT)


def test_no_language_lacks_a_sentence():
    languages = set(disclosure_words.WORDS)
    assert languages == {"en", "es"}
    assert len({frozenset(words) for words in disclosure_words.WORDS.values()}) == 1
    for table in (disclosure_words.ALLOWED, disclosure_words.PLAIN):
        assert all(set(words) == languages for words in table.values())


def test_every_reason_that_allows_has_its_plain_words():
    allowing = {r.code for r in reasons.ALL if r.verdict is reasons.Verdict.YES}
    assert set(disclosure_words.ALLOWED) == allowing


def test_every_use_without_approval_has_its_plain_words(reference_data):
    codes = Use.objects.filter(mechanism="none").values_list("code", flat=True)
    assert set(disclosure_words.PLAIN) == set(codes)


def test_a_supervisor_prints_it_and_that_is_recorded(client_of, address, customer):
    page = address("accounts_customer", "print_disclosures", customer.pk)
    client = client_of(roles.SUPERVISOR)
    form = client.get(page).context["form"]
    assert form["language"].initial == customer.language
    asked = {"first": "2026-01-01", "last": "2026-11-23", "language": "en"}
    answer = client.post(page, {**asked, "because": "She wrote to us"})
    assert answer["Content-Type"] == "application/pdf"
    assert "Canyon Sales Partners" in words_of(answer.content)
    look = Look.objects.get(what=Look.What.EXPORTED)
    assert look.customer_id == customer.pk and "She wrote to us" in look.detail


def test_what_the_law_compelled_is_pointed_out_before_it_is_printed(client_of, address, customer):
    DisclosureFactory(customer=customer, use=Use.objects.get(code="legal"), used_on=TODAY)
    page = address("accounts_customer", "print_disclosures", customer.pk)
    assert "Ask counsel first" in client_of(roles.OFFICER).get(page).content.decode()
