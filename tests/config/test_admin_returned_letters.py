"""Returned letters: recorded by their codes, one after another, and undone."""

from datetime import date

import pytest

from accounts.models import ContactPoint, Look
from config import roles
from notices.models import Delivery
from notices.references import reference
from tests.factories.accounts import CustomerFactory
from tests.factories.notices import DeliveryFactory

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def page(address, db):
    return address("notices_delivery", "returned")


@pytest.fixture
def officer(client_of):
    return client_of(roles.OFFICER)


@pytest.fixture
def enter(officer, page, said):
    """``enter("N-00011")``: what the page says after the code was scanned or typed."""

    def post(code, **more):
        return said(officer.post(page, {"code": code, **more}, follow=True))

    return post


def test_one_letter_after_another_is_recorded_and_shown(officer, page, enter):
    first = DeliveryFactory()
    second = DeliveryFactory(customer=CustomerFactory(by_email=True))
    assert "autofocus" in officer.get(page).content.decode()
    assert enter(first.reference) == [
        f"{first.reference} is recorded as returned. There is no other way to reach the customer."
    ]
    typed = second.reference.lower().replace("-", " ")
    assert enter(typed) == [
        f"{second.reference} is recorded as returned. A substitute goes by e-mail."
    ]
    shown = officer.get(page)
    assert "autofocus" in shown.content.decode()
    assert [letter.pk for letter in shown.context["letters"]] == [second.pk, first.pk]
    outcomes = Delivery.objects.filter(pk__in=[first.pk, second.pk])
    assert set(outcomes.values_list("outcome", "outcome_on")) == {("returned", date(2026, 11, 23))}


def test_a_double_scan_records_once(enter):
    letter = DeliveryFactory(customer=CustomerFactory(by_email=True))
    enter(letter.reference)
    rows = Delivery.history.count()
    assert enter(letter.reference) == [
        f"{letter.reference} is already recorded as returned, on November 23, 2026."
        " Nothing was changed."
    ]
    assert Delivery.history.count() == rows
    assert Delivery.objects.filter(round=2).count() == 1


def test_what_cannot_be_recorded_is_said_and_nothing_changes(enter):
    letter = DeliveryFactory()
    waiting = DeliveryFactory(state="batched")
    mail = DeliveryFactory(channel="email", customer=CustomerFactory(by_email=True))
    misread = letter.reference[:-1] + ("2" if letter.reference[-1] != "2" else "3")
    rows = Delivery.history.count()
    assert "is no reference: a character is missing or misread" in enter(misread)[0]
    assert "is no reference" in enter("<script>" * 50)[0]
    assert "is no reference" in enter("N-")[0]
    assert "is not confirmed as mailed" in enter(waiting.reference)[0]
    assert "went by e-mail" in enter(mail.reference)[0]
    assert enter("") == []
    assert Delivery.history.count() == rows


def test_a_reference_of_no_letter_is_said(enter):
    nobody = reference(987_654)
    assert enter(nobody) == [f"There is no letter {nobody}. Compare it with the envelope."]


def test_a_mistake_is_undone_with_everything_that_followed(officer, page, enter):
    letter = DeliveryFactory(customer=CustomerFactory(by_email=True))
    enter(letter.reference)
    substitute = Delivery.objects.get(round=2)
    assert ContactPoint.objects.get(pk=letter.contact_point_id).undeliverable_since
    assert enter("", take_back=letter.pk) == [f"{letter.reference} is not returned any more."]
    letter.refresh_from_db()
    substitute.refresh_from_db()
    assert (letter.outcome, letter.outcome_on, substitute.state) == ("", None, "cancelled")
    assert ContactPoint.objects.get(pk=letter.contact_point_id).undeliverable_since is None
    assert officer.get(page).context["letters"] == []
    enter(letter.reference)
    substitute.refresh_from_db()
    assert substitute.state == "queued"
    assert Delivery.objects.filter(round=2).count() == 1


def test_a_mistake_about_someone_who_cannot_be_reached_otherwise_is_undone(enter):
    letter = DeliveryFactory()
    enter(letter.reference)
    enter("", take_back=letter.pk)
    assert Delivery.objects.get(round=2).state == "cancelled"
    enter(letter.reference)
    assert Delivery.objects.get(round=2).state == "unreachable"


def test_it_is_not_undone_once_the_substitute_has_left(enter):
    letter = DeliveryFactory(customer=CustomerFactory(by_email=True))
    enter(letter.reference)
    Delivery.objects.filter(round=2).update(state="sending")
    assert "is being sent" in enter("", take_back=letter.pk)[0]
    letter.refresh_from_db()
    assert letter.outcome == "returned"


def test_only_letters_that_were_just_recorded_here_can_be_undone(enter):
    other = DeliveryFactory(outcome="returned", outcome_on=date(2026, 11, 20))
    assert "not among the last ones" in enter("", take_back=other.pk)[0]
    assert "not among the last ones" in enter("", take_back="1 OR 1=1")[0]
    other.refresh_from_db()
    assert other.outcome == "returned"


def test_whoever_is_shown_there_is_on_record_as_looked_at(officer, page, enter):
    letter = DeliveryFactory()
    Look.objects.all().delete()
    enter(letter.reference)
    look = Look.objects.latest("pk")
    assert (look.screen, look.customer_id) == ("notices_delivery_returned", letter.customer_id)


def test_who_may_only_look_at_deliveries_may_not_record(client_of, page):
    letter = DeliveryFactory()
    client = client_of(roles.SUPERVISOR)
    assert client.get(page).status_code == 403
    assert client.post(page, {"code": letter.reference}).status_code == 403
    letter.refresh_from_db()
    assert letter.outcome == ""
