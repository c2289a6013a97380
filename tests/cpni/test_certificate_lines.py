"""Whether procedures were followed, told by records: each of these breaks one, and only that."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from accounts import looks
from accounts.models import LockRelease, Look, Run, UnusualLook
from cpni.assuming import JOB, assume_due
from cpni.certificate_lines import FOLLOWED, NOT_FOLLOWED, PROCEDURES, lines
from cpni.models import Probe
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
    IncidentFactory,
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


def found():
    return {line.code: line for line in lines(2026, today=TODAY, at=AT)}


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


BREAKS = {
    "noticed": (lambda: sent(date(2026, 11, 1)), CustomerFactory),
    "renewed": (lambda: sent(date(2026, 11, 1)), lambda: sent(date(2023, 11, 1))),
    "reviewed": (lambda: campaign(UserFactory()), lambda: campaign(None)),
    "entered": (lambda: entered(3), lambda: entered(4)),
    "locked": (lambda: release(own=False), lambda: release(own=True)),
    "looked": (lambda: look(reviewed=True), lambda: look(reviewed=False)),
    "resolved": (lambda: ComplaintFactory(resolved=True), ComplaintFactory),
    "settled": (
        lambda: IncidentFactory(ended_on=date(2026, 10, 12), released_on=date(2026, 10, 13)),
        IncidentFactory,
    ),
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


def test_where_there_is_no_course_whoever_looked_was_not_trained():
    looks.record(by=UserFactory(), at=AT, what=Look.What.OPENED, screen="x", customers=[1])
    line = found()["trained"]
    assert (line.verdict, line.figure) == (NOT_FOLLOWED, "No training text is published")


def test_every_procedure_is_judged_once_and_of_an_empty_year_nothing_is_claimed():
    judged = lines(2026, today=TODAY, at=AT)
    assert [line.code for line in judged] == [one.code for one in PROCEDURES]
    claimed = {line.code for line in judged if line.verdict == FOLLOWED}
    assert claimed == {"sealed"}
