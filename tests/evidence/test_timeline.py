"""The timeline of one customer: everything in order, by kind and day, and as of any day."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import looks
from accounts.changes import note
from accounts.models import ContactOptOut
from config import roles
from cpni import disclosures, merging, optouts, timeline
from cpni.timeline_events import Kind, Span
from notices import change_notices
from notices.models import Telling, Use
from tests.evidence.conftest import AT
from tests.factories.accounts import (
    AuthenticationTryFactory,
    CallFactory,
    CustomerFactory,
    UserFactory,
)
from tests.factories.cpni import (
    ComplaintFactory,
    InboundMessageFactory,
    OptOutRequestFactory,
    ScriptReadingFactory,
)
from tests.factories.notices import DeliveryFactory

ZONE = ZoneInfo("America/Denver")


def look(customer, by=None, **kwargs):
    """A member of staff opened the customer's page, at noon of November 20."""
    at = datetime(2026, 11, 20, 19, tzinfo=UTC)
    given = {"what": "opened", "screen": "accounts_customer_change", "customers": [customer.pk]}
    return looks.record(by=by or UserFactory(), at=at, **{**given, **kwargs})


@pytest.fixture
def customer(mailed):
    """A customer with something of every kind."""
    customer = mailed.customer
    DeliveryFactory(
        customer=customer,
        mailed_on=date(2026, 10, 5),
        outcome="returned",
        outcome_on=date(2026, 10, 12),
    )
    disclosures.record(
        customer,
        Use.objects.get(code="other-services"),
        on=date(2026, 11, 10),
        recipient=None,
        what="Services held",
        at=AT,
        by=None,
        because="Offer",
    )
    request = OptOutRequestFactory(received_on=date(2026, 11, 18))
    optouts.apply(request, customer=customer, on=date(2026, 11, 19), by=None, because="x")
    InboundMessageFactory(customer=customer)
    AuthenticationTryFactory(call=CallFactory(customer=customer))
    ScriptReadingFactory(customer=customer, recording="2026-5001")
    ComplaintFactory(customer=customer)
    ContactOptOut.objects.create(customer=customer, channel="text", since=date(2026, 11, 4))
    note(customer, "password", at=AT, on=AT.date(), route="call", by=UserFactory())
    look(customer)
    look(customer, what="listed", customers=[customer.pk, customer.pk + 1])
    return customer


def happened(customer, *, first=None, last=None, kinds=None, most=500, viewer=None):
    """What happened, oldest first, as (kind, words)."""
    span = Span(ZONE, first, last)
    found = timeline.events(customer, span, most=most, viewer=viewer, kinds=kinds)
    return [(event.kind, event.what) for event in reversed(found)]


def test_everything_that_happened_is_there_in_its_order(customer):
    found = timeline.events(customer, Span(ZONE), most=500, viewer=None)
    assert {event.kind for event in found} == set(Kind)
    assert [event.at for event in found] == sorted((e.at for e in found), reverse=True)
    story = happened(customer, kinds=[Kind.NOTICE, Kind.PROOF, Kind.RETURN, Kind.DISCLOSURE])
    assert story == [
        (Kind.PROOF, "Mailing proved"),
        (Kind.NOTICE, "Notice sent"),
        (Kind.NOTICE, "Notice sent"),
        (Kind.RETURN, "Notice returned by the post"),
        (Kind.DISCLOSURE, "Information used"),
    ]


def test_a_notice_has_the_words_that_went_to_the_customer(customer):
    (sent, *_) = reversed(
        timeline.events(customer, Span(ZONE), most=9, viewer=None, kinds=[Kind.NOTICE])
    )
    assert f"Dear {customer.name}," in sent.words
    assert "write to opt out" in sent.words


def test_as_of_a_day_nothing_is_told_that_had_not_happened(customer):
    before = happened(customer, last=date(2026, 10, 11))
    assert (Kind.NOTICE, "Notice sent") in before
    assert Kind.RETURN not in {kind for kind, _ in before}
    assert (Kind.RETURN, "Notice returned by the post") in happened(
        customer, last=date(2026, 10, 12)
    )
    assert Kind.OBJECTION not in {k for k, _ in happened(customer, last=date(2026, 11, 17))}
    assert (Kind.OBJECTION, "Opt out: received") in happened(customer, last=date(2026, 11, 18))


def test_as_of_a_day_nobody_had_been_told_of_a_change_who_was_later(today):
    customer = CustomerFactory(by_email=True)
    begun = datetime(2026, 11, 3, 18, tzinfo=UTC)
    change = note(customer, "password", at=begun, on=begun.date(), route="call", by=None)
    change_notices.queue(at=begun, message_domain="wasatch.example")

    def said(day):
        (event,) = timeline.events(
            customer, Span(ZONE, last=date(2026, 11, day)), most=9, viewer=None, kinds=[Kind.CHANGE]
        )[:1]
        return event.detail

    told = change.deliveries.get()
    change.deliveries.filter(pk=told.pk).update(
        state="sent", mailed_on=date(2026, 11, 10), outcome="bounced", outcome_on=date(2026, 11, 12)
    )
    Telling.objects.create(
        change=change, how="telephone", on=date(2026, 11, 20), because="x", by=UserFactory(), at=AT
    )
    assert "Being told." in said(5) and "waiting" in said(5)
    assert "Told." in said(10) and "on Nov 10, 2026" in said(10)
    assert "Not told." in said(12) and "bounced" in said(12)
    assert "Told. By telephone on Nov 20" in said(20)


def test_the_accounts_merged_with_it_are_named_on_its_pages(mailed, client_of, address, staff):
    remains = CustomerFactory()
    officer = staff(roles.OFFICER)
    merging.merge(mailed.customer, remains, on=AT.date(), at=AT, by=officer, because="Same person")
    client = client_of(roles.AUDITOR)
    page = client.get(address("accounts_customer", "timeline", remains.pk)).content.decode()
    assert address("accounts_customer", "timeline", mailed.customer_id) in page
    page = client.get(address("accounts_customer", "change", remains.pk)).content.decode()
    assert f"Active; merged into it: {mailed.customer.account_number}" in page


def test_the_newest_of_a_long_timeline_are_those_of_the_whole(customer):
    whole = happened(customer)
    for most in (1, 5, 12):
        assert happened(customer, most=most) == whole[-most:]


@pytest.mark.parametrize(
    ("role", "hidden"),
    [
        (roles.OFFICER, set()),
        (roles.AUDITOR, set()),
        (roles.SUPERVISOR, set()),
        (roles.REPRESENTATIVE, {Kind.PROOF, Kind.CALL, Kind.COMPLAINT, Kind.LOOK}),
    ],
)
def test_a_role_is_shown_the_kinds_that_it_may_see(role, hidden, customer, staff):
    shown = {kind for kind, _ in happened(customer, viewer=staff(role))}
    assert shown == set(Kind) - hidden


def test_a_supervisor_sees_no_looks_of_the_officer(customer, staff):
    look(customer, by=staff(roles.OFFICER, first_name="Robin", last_name="Hale"))
    everybody = timeline.events(customer, Span(ZONE), most=99, viewer=None, kinds=[Kind.LOOK])
    supervisor = staff(roles.SUPERVISOR)
    seen = timeline.events(customer, Span(ZONE), most=99, viewer=supervisor, kinds=[Kind.LOOK])
    assert "Robin Hale" in {event.who for event in everybody}
    assert {event.who for event in seen} and "Robin Hale" not in {event.who for event in seen}


def test_the_page_answers_for_the_day_that_it_is_asked_about(client_of, address, customer):
    page = address("accounts_customer", "timeline", customer.pk)
    client = client_of(roles.AUDITOR)

    def verdicts(day):
        answer = client.get(page, {"as_of": day})
        decisions = [a.decision for a in answer.context["answers"]]
        return {d.use.code: d.code for d in decisions}

    assert verdicts("2026-10-20")["agents"] == "window_open"
    assert verdicts("2026-11-12")["agents"] == "assumed"
    assert verdicts("2026-11-20")["agents"] == "opted_out"


def test_the_page_filters_by_kind_and_shows_the_words(client_of, address, customer):
    page = address("accounts_customer", "timeline", customer.pk)
    answer = client_of(roles.OFFICER).get(page, {"kind": ["notice"], "first": "2026-10-04"})
    assert [shown.event.what for shown in answer.context["events"]] == ["Notice sent"]
    body = answer.content.decode()
    assert "Text as sent" in body and f"Dear {customer.name}," in body


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"as_of": "2026-11-24"}, "has not come yet"),
        ({"as_of": "soon"}, "Enter a valid date"),
        ({"first": "2026-11-20", "as_of": "2026-11-01"}, "Exchange them"),
        ({"kind": "secrets"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_asked_is_said_and_nothing_is_shown(
    asked, says, client_of, address, customer
):
    page = address("accounts_customer", "timeline", customer.pk)
    answer = client_of(roles.OFFICER).get(page, asked)
    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert answer.context["events"] == []


def test_pages_follow_each_other_at_a_fixed_cost(client_of, address, customer):
    page = address("accounts_customer", "timeline", customer.pk)
    client = client_of(roles.OFFICER)
    client.get(page)  # the session begins

    def cost(number):
        with CaptureQueriesContext(connection) as queries:
            # Up to the day before: opening the page is one more look.
            answer = client.get(page, {"p": number, "kind": "look", "as_of": "2026-11-22"})
        return len(queries), [shown.event.record for shown in answer.context["events"]]

    few, _ = cost(1)
    for _ in range(60):
        look(customer)
    many, first = cost(1)
    _, second = cost(2)
    assert many == few
    assert (len(first), len(second)) == (50, 12)
    assert not set(first) & set(second)


def test_the_whole_page_costs_the_same_for_many_events_as_for_few(client_of, address, customer):
    page = address("accounts_customer", "timeline", customer.pk)
    client = client_of(roles.OFFICER)
    client.get(page)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        return len(queries)

    few = cost()
    for year in (2019, 2021, 2023):
        DeliveryFactory(customer=customer, mailed_on=date(year, 10, 1))
        AuthenticationTryFactory(call=CallFactory(customer=customer))
        ComplaintFactory(customer=customer)
        InboundMessageFactory(customer=customer)
    assert cost() == few <= 55
