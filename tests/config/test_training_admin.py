"""The officer records training held elsewhere and sanctions, and sees who is missing."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from accounts import looks, training
from accounts.errors import Refused
from accounts.models import Acknowledgement, Look, Sanction, TrainingText
from accounts.training_looks import lookers
from config import roles
from tests.factories.accounts import AcknowledgementFactory, TrainingTextFactory, UserFactory

pytestmark = pytest.mark.usefixtures("today", "reference_data")
AT = datetime(2026, 11, 23, 18, tzinfo=UTC)
LONG_HERE = datetime(2020, 1, 6, 18, tzinfo=UTC)


@pytest.fixture
def officer(client_of):
    return client_of(roles.OFFICER)


def looked(person, day):
    looks.record(by=person, at=day, what=Look.What.OPENED, screen="x", customers=[1])


def test_a_text_is_written_published_and_then_fixed(officer, address):
    officer.post(address("accounts_trainingtext", "add"), {"course": "CPNI", "text": "Ask."})
    text = TrainingText.objects.get()
    officer.post(address("accounts_trainingtext", "publish", text.pk), {"because": "Read"})
    text.refresh_from_db()
    assert (text.version, text.status) == (1, "published")
    page = address("accounts_trainingtext", "change", text.pk)
    assert officer.post(page, {"text": "Do not ask.", "because": "x"}).status_code == 403


def test_training_held_elsewhere_needs_a_proof_and_a_day_that_was(officer, address):
    text, person = TrainingTextFactory(), UserFactory()
    form = {"person": person.pk, "training": text.pk, "on": "2026-11-24", "proof": "Binder 4"}
    add = address("accounts_acknowledgement", "add")
    assert b"cannot have been held in the future" in officer.post(add, form).content
    officer.post(add, {**form, "on": "2026-11-20"})
    made = Acknowledgement.objects.get()
    assert (made.how, made.proof, made.digest) == ("elsewhere", "Binder 4", text.digest)


def test_nobody_records_their_own_training_or_sanction(staff):
    officer = staff(roles.OFFICER)
    with pytest.raises(Refused, match="about you"):
        training.record_elsewhere(
            officer, TrainingTextFactory(), on=AT.date(), proof="x", today=AT.date(), at=AT,
            by=officer,
        )  # fmt: skip
    about = Sanction(person=officer, happened_on=AT.date(), decided_on=AT.date())
    with pytest.raises(Refused, match="about you"):
        training.record_sanction(about, today=AT.date(), at=AT, by=officer)


def test_a_sanction_is_written_once_and_sealed(officer, address):
    person = UserFactory()
    form = {
        "person": person.pk,
        "happened_on": "2026-11-02",
        "happened": "Looked at a neighbor",
        "decided_on": "2026-11-01",
        "decided": "Warned",
        "decided_by": "Robin Hale",
    }
    add = address("accounts_sanction", "add")
    assert b"cannot be decided before it happened" in officer.post(add, form).content
    officer.post(add, {**form, "decided_on": "2026-11-03"})
    made = Sanction.objects.get()
    assert made.happened == "Looked at a neighbor"
    with pytest.raises(ValueError, match="written once"):
        made.save()


def test_the_officer_sees_who_is_overdue_on_top_and_as_a_file(officer, address):
    text = TrainingTextFactory()
    late = UserFactory(date_joined=LONG_HERE, last_name="Late", employer="Callers Inc.")
    AcknowledgementFactory(training=text, on=date(2026, 10, 1), person__date_joined=LONG_HERE)
    page = officer.get(address("accounts_acknowledgement", "standing"))
    assert page.context["overdue"] == 1
    assert page.context["rows"][0][0] == late and b"Callers Inc." in page.content
    file = b"".join(officer.get(page.request["PATH_INFO"], {"as": "csv"}).streaming_content)
    assert b"Pat Late,Callers Inc." in file and b"Overdue" in file


def test_whoever_looked_without_training_is_on_top(officer, address):
    text = TrainingTextFactory()
    trained = AcknowledgementFactory(training=text, on=date(2026, 7, 1)).person
    after = UserFactory(date_joined=LONG_HERE, last_name="After", employer="Callers Inc.")
    # Too late: it was signed after the last look.
    AcknowledgementFactory(training=text, on=date(2026, 9, 30), person=after)
    old = AcknowledgementFactory(training=text, on=date(2025, 8, 1)).person
    for person in (trained, after, old):
        looked(person, datetime(2026, 8, 20, 18, tzinfo=UTC))
    looked(UserFactory(), datetime(2026, 10, 20, 18, tzinfo=UTC))  # in the next quarter
    found = lookers(date(2026, 7, 1), date(2026, 9, 30))
    gaps = {one.person: one.gap for one in found}
    assert gaps == {trained: "", after: "Never", old: "More than a year before"}
    page = officer.get(address("accounts_acknowledgement", "looked"))  # of the last quarter
    assert [one.person for one, _ in page.context["found"]][-1] == trained
    asked = {"as": "csv", "first": "2026-07-01", "last": "2026-09-30"}
    answer = officer.get(address("accounts_acknowledgement", "looked"), asked)
    file = b"".join(answer.streaming_content)
    assert file.count(b"\n") == 4 and b"Pat After,Callers Inc." in file


def test_each_look_is_held_against_what_was_signed_by_its_day(db):
    text = TrainingTextFactory()
    late = AcknowledgementFactory(training=text, on=date(2026, 9, 1), person__date_joined=LONG_HERE)
    lapsed = AcknowledgementFactory(training=text, on=date(2025, 8, 20)).person
    AcknowledgementFactory(training=text, on=date(2026, 9, 1), person=lapsed)
    for day in (20, 21, 22):
        for person in (late.person, lapsed):
            looked(person, datetime(2026, 8, day, 18, tzinfo=UTC))
    for person in (late.person, lapsed):
        looked(person, datetime(2026, 9, 2, 18, tzinfo=UTC))
    found = {one.person: one for one in lookers(date(2026, 7, 1), date(2026, 9, 30))}
    assert found[late.person].gap == "Never, at 3 of 4 looks"
    assert found[lapsed].gap == "More than a year before, at 2 of 4 looks"
    assert found[late.person].last == late and found[late.person].looks == 4


def test_only_the_officer_and_the_auditor_read_sanctions(client_of):
    for role in (roles.SUPERVISOR, roles.REPRESENTATIVE, roles.MARKETING):
        answer = client_of(role).get(reverse("admin:accounts_sanction_changelist"))
        assert answer.status_code == 403
    answer = client_of(roles.AUDITOR).get(reverse("admin:accounts_sanction_changelist"))
    assert answer.status_code == 200
