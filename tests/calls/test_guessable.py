"""What is refused as a password or back-up: biographical, of the account, common (64.2010(e))."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts import guessable
from accounts.errors import Refused
from accounts.models import ContactPoint, Service
from tests.calls.conftest import ON
from tests.factories.accounts import AuthorisedUserFactory, CarrierFactory, CustomerFactory

PET = "What was your first pet called?"


def known_customer():
    """Ann of 7730 South Cottonwood Lane, with all that a desk knows of someone."""
    customer = CustomerFactory(
        name="Ann-Marie O'Brien Núñez", account_number="WT-4410927", post=False, service=False
    )
    Service.objects.create(
        customer=customer, category="local", telephone_number="+18015556177",
        started_on=date(2020, 1, 6),
    )  # fmt: skip
    for fields in (
        {"kind": "email", "value": "skyhiker88@mail.example"},
        {"kind": "telephone", "value": "+13855540162", "until": ON},
        {"kind": "post", "line1": "7730 South Cottonwood Lane", "line2": "Apt 318",
         "city": "Saint George", "state": "UT", "postcode": "84790-2216"},
    ):  # fmt: skip
        ContactPoint.objects.create(customer=customer, since=date(2020, 1, 6), **fields)
    AuthorisedUserFactory(customer=customer, name="Theodore Núñez")
    return customer


@pytest.fixture
def customer():
    return known_customer()


def refused(text, customer):
    with pytest.raises(Refused) as said:
        guessable.check_password(text, customer, on=ON)
    assert len(text) < 5 or text not in str(said.value)
    return said.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("6177", "Four digits"),
        ("98-76", "Four digits"),
        ("kite", "fewer than 6"),
        ("k i t e!", "fewer than 6"),
        ("", "fewer than 6"),
        ("kite" * 17, "more than 64"),
        ("517-40-2983", "Social Security"),
        ("517402983", "Social Security"),
        ("my 517 40 2983", "Social Security"),
        ("3/5/1970", "a date"),
        ("03051970", "a date"),
        ("1970-03-05", "a date"),
        ("19700305", "a date"),
        ("5.3.70 kite", "a date"),
        ("030570", "a date"),
        ("351970", "a date"),
        ("x3051970x", "a date"),
        ("March 5, 1970", "a date"),
        ("5 de marzo 1970", "a date"),
        ("5th of March", "a date"),
        ("kite 5556", "number of this account"),
        ("801-555-6177", "number of this account"),
        ("kite 0162", "number of this account"),
        ("7716 kite", "number of this account"),
        ("wt4410927", "number of this account"),
        ("kite 4109", "number of this account"),
        ("kite 7730", "number of this account"),
        ("tulip84790", "number of this account"),
        ("318 tulips", "number of a house"),
        ("cottonwood kite", "word of an address"),
        ("SaintGeorge", "word of an address"),
        ("doowнottoc", "not of the alphabet"),
        ("doownottoc9", "word of an address"),
        ("nuñez tulip", "a name of this account"),
        ("NUNEZ tulip", "a name of this account"),
        ("ann tulip 9", "a name of this account"),
        ("obrien tulip", "a name of this account"),
        ("theodore tulip", "a name of this account"),
        ("skyhiker tulip", "a name of this account"),
        ("password", "first that a guesser tries"),
        ("P4ssw0rd!", "first that a guesser tries"),
        ("qwertyuiop", "first that a guesser tries"),
        ("sunshine", "first that a guesser tries"),
        ("11111111111", "first that a guesser tries"),
        ("wasatch", "first that a guesser tries"),
    ],
)
@pytest.mark.django_db
def test_a_password_is_refused(customer, text, words):
    CarrierFactory()
    assert words in refused(text, customer)


@pytest.mark.parametrize("text", ["violet tractor", "blue kite 42", "82947163", "tulip-6 ranch"])
@pytest.mark.django_db
def test_a_password_is_taken(customer, text):
    guessable.check_password(text, customer, on=ON)


@pytest.mark.parametrize(
    "question",
    [
        "What is your mother's maiden name?",
        "What is your Social Security number?",
        "Last four of your social?",
        "What is your date of birth?",
        "Where were you born?",
        "What street did you grow up on?",
        "What is your ZIP code?",
        "What is your address?",
        "What is your phone number?",
        "What is your account number?",
        "How much was your last bill?",
        "What is your husband's name?",
        "What school did you go to?",
        "What is your password?",
        "How old are you now?",
        "¿Cuál es el apellido de soltera de su madre?",
        "¿En qué ciudad nació usted?",
        "¿Cuál es su fecha de nacimiento?",
        "¿Cuál es su número de seguro social?",
        "¿Cuál es su dirección?",
        "¿Cuál es su código postal?",
        "¿Cuál es su número de teléfono?",
        "¿Cuál es su número de cuenta?",
        "¿Cómo se llama tu papá?",
        "Pet?",
        "Pet\x00 called what?",
    ],
)
@pytest.mark.django_db
def test_a_question_is_refused(customer, question):
    with pytest.raises(Refused, match=r"biographical|between 8 and 200"):
        guessable.check_backup(question, "Rex the third", customer, on=ON)


@pytest.mark.parametrize(
    "question",
    [
        PET,
        "What was my childhood dog's name?",
        "What song do I sing in the car?",
        "Which book do I read every winter?",
        "¿Cómo se llamaba mi primer perro?",
        "¿Cuál es mi canción favorita?",
    ],
)
@pytest.mark.django_db
def test_a_question_of_their_own_is_taken(customer, question):
    guessable.check_backup(question, "Whiskers", customer, on=ON)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("Ann", "a name of this account"),
        ("Cottonwood", "word of an address"),
        ("3/5/1970", "a date"),
        ("517-40-2983", "Social Security"),
        ("6177", "number of this account"),
        ("pet", "gives the answer away"),
        (PET, "gives the answer away"),
        ("ab", "between 3 and 64"),
    ],
)
@pytest.mark.django_db
def test_an_answer_is_refused(customer, answer, words):
    with pytest.raises(Refused, match=words):
        guessable.check_backup(PET, answer, customer, on=ON)


class WhatIsKnown(TestCase):
    """Whatever is known of the customer is refused however it is dressed up."""

    @classmethod
    def setUpTestData(cls):
        CarrierFactory()
        cls.customer = known_customer()

    @settings(max_examples=40, deadline=None)
    @given(
        st.sampled_from(["8015556177", "3855540162", "4410927", "847902216", "7730"]),
        st.integers(0, 20),
        st.sampled_from(["", "-", " ", ".", "/"]),
        st.sampled_from(["tulip", "ranch otter", "Zebra!"]),
    )
    def test_four_digits_in_a_row_of_any_number(self, number, at, sign, word):
        at %= len(number) - 3
        part = sign.join(number[at : at + 4])
        for text in (f"{word}{part}", f"{part} {word}"):
            with pytest.raises(Refused):
                guessable.check_password(text, self.customer, on=ON)

    @settings(max_examples=40, deadline=None)
    @given(
        st.dates(date(1910, 1, 1), date(2015, 12, 31)),
        st.sampled_from(
            "%m/%d/%Y %d-%m-%Y %Y.%m.%d %m%d%Y %d%m%Y %Y%m%d %m%d%y %y%m%d %B%d,%Y %d%b%Y".split()
        ),
        st.sampled_from(["", "tulip ", "Otter"]),
    )
    def test_a_day_in_any_form(self, day, form, word):
        with pytest.raises(Refused):
            guessable.check_password(word + day.strftime(form), self.customer, on=ON)

    @settings(max_examples=40, deadline=None)
    @given(st.text(max_size=300))
    def test_any_text_is_taken_or_refused(self, text):
        try:
            guessable.check_password(text, self.customer, on=ON)
        except Refused as refused:
            assert len(text) < 5 or text not in str(refused)
