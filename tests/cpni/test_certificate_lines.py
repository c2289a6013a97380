"""Whether procedures were followed, told by records: each of these breaks one, and only that."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from accounts import looks
from accounts.models import Customer, LockRelease, Look, Run, UnusualLook
from cpni.assuming import JOB, assume_due
from cpni.certificate_lines import FOLLOWED, NOT_FOLLOWED, NOTHING, PROCEDURES, lines
from cpni.models import Probe
from cpni.sealing import seal_due
from tests.factories.accounts import (
    AcknowledgementFactory,
    AuthenticationTryFactory,
    CarrierFactory,
    CustomerFactory,
    TrainingTextFactory,
    UserFactory,
)
from tests.factories.cpni import (
    ComplaintFactory,
    DisclosureFactory,
    IncidentFactory,
    IncidentLetterFactory,
    LateFindingFactory,
    MarketingCampaignFactory,
    OptOutRequestFactory,
    ProbeFactory,
)
from tests.factories.notices import CampaignFactory, DeliveryFactory

pytestmark = pytest.mark.usefixtures("reference_data")
AT = datetime(2026, 11, 23, 18, tzinfo=UTC)
TODAY = AT.date()


@pytest.fixture(autouse=True)
def carrier(db):
    with time_machine.travel(AT, tick=False):
        yield CarrierFactory()


def found(at=AT):
    return {line.code: line for line in lines(2026, today=at.date(), at=at)}


def day(n):
    return AT - timedelta(days=n)


def probes(*days, route="web"):
    for n in days:
        ProbeFactory(route=route, sent_at=day(n))


def release(own):
    person = UserFactory()
    by = person if own else UserFactory()
    AuthenticationTryFactory()
    LockRelease.objects.create(representative=person, by=by, at=AT, because="x")


def look(reviewed):
    UnusualLook.objects.create(
        person=UserFactory(), day=TODAY, rule="many", count=9, limit=1, says="9",
        reviewed_at=AT if reviewed else None, reviewed_by=UserFactory() if reviewed else None,
    )  # fmt: skip


def runs(*days):
    for n in days:
        Run.objects.create(
            name=JOB, for_day=TODAY - timedelta(days=n), started_at=day(n), finished_at=day(n)
        )


def campaign(by):
    CampaignFactory(approved_by=by, started_at=AT, status="running")


def entered(after):
    received = date(2026, 10, 1)
    at = datetime(2026, 10, 1, 18, tzinfo=UTC) + timedelta(days=after)
    OptOutRequestFactory(received_on=received, entered_at=at)


def sent(mailed_on):
    DeliveryFactory(mailed_on=mailed_on)


def settled(**letter):
    """A failure found on Saturday, October 10, whose held approvals were released."""
    incident = IncidentFactory(ended_on=date(2026, 10, 12), released_on=date(2026, 10, 13))
    if letter:
        IncidentLetterFactory(incident=incident, filed=True, **letter)
    return incident


BREAKS = {
    "noticed": (lambda: sent(date(2026, 11, 1)), CustomerFactory),
    "renewed": (lambda: sent(date(2026, 11, 1)), lambda: sent(date(2023, 11, 1))),
    "reviewed": (lambda: campaign(UserFactory()), lambda: campaign(None)),
    "marketed": (
        lambda: MarketingCampaignFactory(reviewed=True),
        lambda: DisclosureFactory(campaign=MarketingCampaignFactory()),
    ),
    "entered": (lambda: entered(3), lambda: entered(4)),
    "locked": (lambda: release(own=False), lambda: release(own=True)),
    "looked": (lambda: look(reviewed=True), lambda: look(reviewed=False)),
    "resolved": (lambda: ComplaintFactory(resolved=True), ComplaintFactory),
    "settled": (lambda: settled(filed_on=date(2026, 10, 16)), IncidentFactory),
    "ran": (lambda: runs(0, 1, 2), lambda: runs(4)),
}


@pytest.mark.parametrize("code", BREAKS)
def test_a_line_is_followed_until_a_record_says_otherwise(code):
    keep, break_it = BREAKS[code]
    keep()
    assert found()[code].verdict == FOLLOWED
    break_it()
    assert found()[code].verdict == NOT_FOLLOWED


def test_a_day_without_a_test_of_the_web_page_is_told():
    sent(date(2026, 11, 21))
    probes(0, 2)
    line = found()["probed"]
    assert (line.verdict, line.figure) == (NOT_FOLLOWED, "Web page: 1 of 3 days without")
    probes(1)
    assert found()["probed"].verdict == FOLLOWED


def test_a_week_without_a_test_of_the_telephone_line_is_told():
    sent(date(2026, 11, 1))
    probes(*range(23), route="letter")
    probes(16, 8, 0, route="telephone")
    assert found()["probed_by_hand"].verdict == FOLLOWED
    Probe.objects.filter(route="telephone", sent_at=day(8)).delete()
    assert found()["probed_by_hand"].verdict == NOT_FOLLOWED


def test_approvals_that_silence_gave_after_the_last_day_are_in_order():
    sent(date(2026, 10, 1))
    assume_due(on=date(2026, 11, 4))
    assert found()["waited"].verdict == FOLLOWED


def test_training_counts_from_the_looks_of_the_year():
    text = TrainingTextFactory()
    person = AcknowledgementFactory(training=text, on=date(2026, 10, 1)).person
    looks.record(by=person, at=AT, what=Look.What.OPENED, screen="x", customers=[1])
    assert found()["trained"].verdict == FOLLOWED
    new = UserFactory(date_joined=datetime(2020, 1, 6, tzinfo=UTC))
    looks.record(by=new, at=AT, what=Look.What.OPENED, screen="x", customers=[1])
    line = found()["trained"]
    assert line.verdict == NOT_FOLLOWED and line.figure.startswith("1 of 2 people")


def test_who_was_trained_in_the_end_was_not_when_they_looked_before():
    text = TrainingTextFactory(published_at=datetime(2025, 1, 6, 18, tzinfo=UTC))
    person = UserFactory(date_joined=datetime(2025, 1, 6, tzinfo=UTC))
    looks.record(by=person, at=day(30), what=Look.What.OPENED, screen="x", customers=[1])
    AcknowledgementFactory(training=text, person=person, on=TODAY)
    looks.record(by=person, at=AT, what=Look.What.OPENED, screen="x", customers=[1])
    assert found()["trained"].verdict == NOT_FOLLOWED


def test_a_failure_of_which_the_fcc_was_not_told_in_time_is_not_settled():
    settled(filed_on=date(2026, 10, 19))  # the fifth business day was the 19th: Columbus Day
    assert found()["settled"].verdict == FOLLOWED
    late = settled(filed_on=date(2026, 10, 20))
    line = found()["settled"]
    assert line.verdict == NOT_FOLLOWED and line.figure.startswith("1 of 2 failures")
    late.letters.update(filed_on=date(2026, 10, 19))
    settled()
    assert found()["settled"].verdict == NOT_FOLLOWED


def test_there_is_still_time_to_tell_the_fcc_of_what_was_found_today():
    IncidentFactory(
        started_on=date(2026, 11, 20), ended_on=TODAY, discovered_on=TODAY, released_on=TODAY
    )
    assert found()["settled"].verdict == FOLLOWED


def test_a_use_that_should_not_have_been_made_is_told_settled_or_not():
    sent(date(2026, 10, 1))
    assume_due(on=date(2026, 11, 4))
    customer = Customer.objects.get()
    DisclosureFactory(customer=customer)
    assert found()["used"].verdict == FOLLOWED
    finding = LateFindingFactory(disclosure__customer=customer)
    line = found()["used"]
    assert line.verdict == NOT_FOLLOWED and line.figure.startswith("1 of 2 uses of CPNI")
    finding.settled_at, finding.settled_by, finding.note = AT, UserFactory(), "Said sorry."
    finding.save()
    assert found()["used"].verdict == NOT_FOLLOWED
    finding.settled_by = None  # it was allowed after all
    finding.save()
    assert found()["used"].verdict == FOLLOWED


def test_a_use_before_silence_could_count_is_told_before_anybody_looked_back():
    DisclosureFactory()
    assert found()["used"].verdict == NOT_FOLLOWED


def test_a_job_that_never_ran_though_notices_were_sent_is_told():
    sent(date(2026, 11, 20))
    line = found()["ran"]
    assert (line.verdict, line.figure) == (NOT_FOLLOWED, "4 of 4 days without the daily job")


def test_history_without_any_seal_is_not_sealed_from_the_second_day_on():
    assert found()["sealed"].verdict == NOTHING
    line = found(AT + timedelta(days=1))["sealed"]
    assert (line.verdict, line.figure) == (NOT_FOLLOWED, "There is no seal")
    seal_due(at=AT + timedelta(days=1))
    assert found(AT + timedelta(days=1))["sealed"].figure != "There is no seal"


def test_where_there_is_no_course_whoever_looked_was_not_trained():
    looks.record(by=UserFactory(), at=AT, what=Look.What.OPENED, screen="x", customers=[1])
    line = found()["trained"]
    assert (line.verdict, line.figure) == (NOT_FOLLOWED, "No training text is published")


def test_every_procedure_is_judged_once_and_of_an_empty_year_nothing_is_claimed():
    judged = lines(2026, today=TODAY, at=AT)
    assert [line.code for line in judged] == [one.code for one in PROCEDURES]
    assert not [line.code for line in judged if line.verdict == FOLLOWED]
