"""Incidents: whom they affect, their steps, and the letter to the FCC (64.2009(f))."""

import io
from datetime import UTC, date, datetime

import pypdf
import pytest
from django.core.files.base import ContentFile

from accounts.errors import Refused
from cpni import incident_letters, incidents, steps
from cpni.models import IncidentLetter
from tests.factories.cpni import IncidentFactory, IncidentLetterFactory, ProbeFactory
from tests.factories.notices import DeliveryFactory

pytestmark = pytest.mark.usefixtures("today")
AT, TODAY = datetime(2026, 11, 23, 18, tzinfo=UTC), date(2026, 11, 23)
WHY = {"by": None, "because": "Found by the night test"}


def read(letter):
    pdf = pypdf.PdfReader(io.BytesIO(incident_letters.pdf(letter, on=TODAY)))
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def open_tasks(incident):
    return [task.words for task in incidents.tasks(incident) if not (task.done or task.optional)]


@pytest.mark.parametrize(
    ("started", "ended", "affects"),
    [
        (date(2026, 11, 3), date(2026, 11, 3), True),  # the customer's last day
        (date(2026, 11, 4), date(2026, 11, 5), False),
        (date(2026, 9, 20), date(2026, 10, 1), True),  # until the day of mailing
        (date(2026, 9, 20), date(2026, 9, 30), False),
        (date(2026, 9, 20), None, True),  # and it does not work yet
    ],
)
def test_it_affects_customers_whose_time_to_object_it_overlaps(started, ended, affects):
    delivery = DeliveryFactory()  # October 1 to November 3
    DeliveryFactory(outcome="returned", outcome_on=date(2026, 10, 9))
    found = incidents.affected(IncidentFactory(started_on=started, ended_on=ended))
    assert list(found) == ([delivery.customer] if affects else [])


def test_five_business_days_are_counted_from_the_day_it_was_found():
    found = IncidentFactory(started_on=date(2026, 11, 20), discovered_on=TODAY)
    assert found.term.last == date(2026, 12, 1)  # over Thanksgiving Day
    assert IncidentFactory(started_on=date(2026, 11, 20)).term.last == date(2026, 11, 30)


def test_what_is_to_be_done_is_told_until_it_is_done():
    DeliveryFactory()
    incident = IncidentFactory()
    assert open_tasks(incident) == [
        "It works again",
        "The remedy was put in place",
        "The way to opt out was tested since",
        "The FCC is told by letter (64.2009(f))",
        "Customers whose time to object it overlapped had another chance",
        "Held approvals are released",
    ]
    incident.ended_on = date(2026, 11, 20)
    incident.save()
    ProbeFactory(route="telephone")  # of the 23rd
    for code in (steps.REMEDY, steps.CHANCE):
        steps.take(incident, code, on=TODAY, words="Done", today=TODAY, at=AT, by=None)
    IncidentLetterFactory(incident=incident, filed=True)
    assert open_tasks(incident) == ["Held approvals are released"]
    assert not incidents.open_ones().filter(told=False).exists()
    incidents.release(incident, on=TODAY, **WHY)
    assert open_tasks(incident) == []
    assert not incidents.open_ones().exists()


def test_a_released_incident_stays_open_until_the_fcc_is_told():
    incident = IncidentFactory(ended_on=TODAY, released_on=TODAY)
    IncidentLetterFactory(incident=incident)
    assert list(incidents.open_ones()) == [incident]


def test_the_draft_has_what_is_on_record_and_is_one_at_a_time():
    DeliveryFactory()
    incident = IncidentFactory(ended_on=date(2026, 10, 12))
    steps.take(
        incident, steps.REMEDY, on=TODAY, words="Four lines more.", today=TODAY, at=AT, by=None
    )
    letter = incident_letters.draft(incident, **WHY)
    assert incident_letters.draft(incident, **WHY) == letter
    assert letter.carrier_name == "Wasatch Telephone, Inc."
    assert "The one that failed: telephone." in letter.mechanisms
    assert "October 10, 2026 until October 12, 2026" in letter.problem
    assert "overlapped: 1." in letter.problem
    assert (letter.remedy, letter.remedy_when) == ("Four lines more.", "November 23, 2026")
    assert letter.customer_notice.startswith("Dear [name of the customer],")
    assert "Robin Hale" in letter.contact
    assert incident_letters.missing(letter) == [
        "State commissions: whether they were notified and whether they have taken action"
    ]


@pytest.mark.parametrize("element", incident_letters.ELEMENTS)
def test_without_any_one_element_it_cannot_be_final_and_the_element_is_named(element):
    letter = IncidentLetterFactory(**{element: " "})
    with pytest.raises(Refused) as refused:
        incident_letters.finish(letter, **WHY)
    assert incident_letters.ELEMENTS[element] in refused.value.message
    letter.refresh_from_db()
    assert letter.status == "draft"


def test_a_final_letter_is_filed_with_its_proof_and_never_changes_then(staff):
    letter = IncidentLetterFactory(incident__discovered_on=date(2026, 10, 12))
    filing = {"on": date(2026, 10, 19), "today": TODAY, **WHY}
    with pytest.raises(Refused, match="is a draft"):
        incident_letters.file(letter, proof="4711", **filing)
    assert incident_letters.finish(letter, **WHY) is True
    with pytest.raises(Refused, match="needs its proof"):
        incident_letters.file(letter, proof=" ", **filing)
    for day in (date(2026, 11, 24), date(2026, 10, 9)):
        with pytest.raises(Refused, match="on that day"):
            incident_letters.file(letter, proof="4711", **{**filing, "on": day})
    scan = ContentFile(b"%PDF-1.7 %%EOF", "x.pdf")
    assert incident_letters.file(letter, proof="4711", scan=scan, **filing) is True
    assert incident_letters.file(letter, proof="other", **filing) is False
    assert incident_letters.reopen(letter, **WHY) is False
    assert incident_letters.finish(letter, **WHY) is False
    letter.refresh_from_db()
    assert (letter.status, letter.proof, letter.in_time) == ("filed", "4711", True)
    with letter.scan.open() as kept:
        assert kept.read() == b"%PDF-1.7 %%EOF"


def test_a_final_letter_can_be_a_draft_again():
    letter = IncidentLetterFactory(status="final")
    assert incident_letters.reopen(letter, **WHY) is True
    assert IncidentLetter.objects.get().status == "draft"


def test_the_pdf_has_every_element_and_says_that_a_draft_is_one():
    draft = IncidentLetterFactory(states="")
    words = read(draft)
    assert "DRAFT, incomplete" in words
    assert "[missing]" in words
    final = IncidentLetterFactory(status="final", problem="#panic() *busy* $tone$")
    words = read(final)
    assert "DRAFT" not in words
    for title in incident_letters.ELEMENTS.values():
        assert title in words
    assert "#panic() *busy* $tone$" in words  # nobody's words are read as markup
    assert "You have a right to confidentiality." in words
    assert "November 23, 2026" in words
