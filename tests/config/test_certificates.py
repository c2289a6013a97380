"""The annual certificate: gathered, explained, drafted, signed, filed; then nothing changes."""

from datetime import UTC, date, datetime
from io import BytesIO

import pypdf
import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse

from config import roles
from cpni import certificate_figures, certificates
from cpni.models import AnnualCertificate
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.cpni import (
    AnnualCertificateFactory,
    BreachFactory,
    BrokerActionFactory,
    ComplaintFactory,
    IncidentFactory,
    MarketingCampaignFactory,
)

pytestmark = pytest.mark.usefixtures("today", "reference_data")
AT = datetime(2026, 11, 23, 18, tzinfo=UTC)
TODAY = AT.date()
PDF = b"%PDF-1.7\nsigned\n%%EOF\n"


@pytest.fixture
def officer(client_of):
    return client_of(roles.OFFICER)


@pytest.fixture
def numbered():
    carrier = CarrierFactory()
    carrier.filer_id = "812345"
    carrier.save()


@pytest.fixture
def certificate(numbered):
    """Of a year in which nothing happened, while a customer who is here now was never noticed."""
    CustomerFactory()
    return AnnualCertificateFactory(year=2025)


def words_of(answer):
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(answer.content)).pages)


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2025, date(2026, 3, 2)),  # 1 March is a Sunday
        (2026, date(2027, 3, 1)),
        (2030, date(2031, 3, 3)),  # a Saturday
    ],
)
def test_it_is_due_on_the_first_of_march_or_the_business_day_after(year, day):
    assert certificates.due(year) == day


def test_it_begins_with_the_carriers_officer_and_a_statement_to_be_made_ones_own(officer, address):
    officer.post(address("cpni_annualcertificate", "add"), {"year": "2025"})
    made = AnnualCertificate.objects.get()
    assert (made.signer_name, made.state) == ("Robin Hale", "gathering")
    assert "mailing date" in made.procedures
    again = officer.post(address("cpni_annualcertificate", "add"), {"year": "2027"})
    assert b"That year has not begun" in again.content


def test_it_cannot_be_drafted_until_what_was_not_followed_is_explained(
    officer, certificate, address
):
    draft = address("cpni_annualcertificate", "draft", certificate.pk)
    assert b"Not followed, and not explained" in officer.post(draft, {"because": "x"}).content
    explain = address("cpni_annualcertificate", "explain", certificate.pk)
    assert b"line_noticed" in officer.get(explain).content
    officer.post(explain, {"line_noticed": "Notices went out in January.", "because": "Asked"})
    officer.post(draft, {"because": "Complete"})
    certificate.refresh_from_db()
    assert certificate.state == "drafted"
    assert certificate.explanations == {"noticed": "Notices went out in January."}


@pytest.fixture
def drafted(certificate, officer, address):
    certificate.explanations = {"noticed": "Notices went out in January."}
    certificate.save()
    officer.post(address("cpni_annualcertificate", "draft", certificate.pk), {"because": "x"})
    certificate.refresh_from_db()
    return certificate


def test_the_paper_says_it_in_the_form_of_the_docket(officer, drafted, address):
    text = words_of(officer.get(address("cpni_annualcertificate", "paper", drafted.pk)))
    for said in (
        "EB Docket 06-36",
        "812345",
        "personal knowledge",
        "in what respects",
        "Notices went out in January.",
        "has not received any customer complaints",
        "Nothing to judge",
    ):
        assert said in " ".join(text.split())
    assert "DRAFT" not in text


def test_the_figures_stay_as_they_were_when_it_was_drafted(officer, drafted, address):
    ComplaintFactory(received_on=date(2025, 5, 4))
    BrokerActionFactory(taken_on=date(2025, 5, 4))
    page = officer.get(address("cpni_annualcertificate", "figures", drafted.pk))
    assert b"PhoneFinder" not in page.content
    officer.post(address("cpni_annualcertificate", "reopen", drafted.pk), {"because": "More"})
    page = officer.get(address("cpni_annualcertificate", "figures", drafted.pk))
    assert b"PhoneFinder" in page.content
    assert ["Other", 0] in page.context["figures"]["complaints"]
    text = words_of(officer.get(address("cpni_annualcertificate", "paper", drafted.pk)))
    assert "DRAFT" in text and "has received 1 customer complaint " in " ".join(text.split())


def test_the_register_of_marketing_and_breaches_are_in_it(officer, numbered, address):
    """64.2009(c), (d) and 64.2011(d); a breach without its name, as the paper is published."""
    MarketingCampaignFactory(reviewed=True, name="Gold offer")
    MarketingCampaignFactory(name="Never carried out")
    BreachFactory(name="Copied call records", estimate=12)
    BreachFactory(determined_on=date(2027, 1, 4), discovered_at=datetime(2026, 12, 30, tzinfo=UTC))
    made = AnnualCertificateFactory(year=2026)
    page = officer.get(address("cpni_annualcertificate", "figures", made.pk))
    assert b"Gold offer" in page.content and b"November 16, 2026" in page.content
    figures = page.context["figures"]
    assert [row[:3] for row in figures["marketing"]] == [["Gold offer", "2026-11-01", "2026-12-31"]]
    assert figures["breaches"] == [["2026-11-16", "CPNI", "On purpose", 12, ""]]
    text = words_of(officer.get(address("cpni_annualcertificate", "paper", made.pk)))
    text = " ".join(text.split())
    assert "Gold offer" in text and "Copied" not in text and "Never carried out" not in text


def test_a_failure_that_was_found_in_a_later_year_is_in_both(numbered):
    lasting = IncidentFactory(
        started_on=date(2025, 12, 20), ended_on=date(2025, 12, 28), discovered_on=date(2026, 3, 9)
    )
    IncidentFactory(started_on=date(2024, 5, 1), ended_on=date(2024, 5, 2))
    for year in (2025, 2026):
        found = certificate_figures.gather(year, today=TODAY, at=AT)["incidents"]
        assert found == [[lasting.get_route_display(), "2025-12-20", "2025-12-28"]]


def test_it_is_signed_filed_with_its_proof_and_then_fixed(officer, drafted, address):
    page = "cpni_annualcertificate"
    signed = {"on": "2026-11-23", "because": "Signed"}
    filed = {"on": "2026-11-23", "confirmation": "20260224123456", "because": "Filed"}
    officer.post(address(page, "file_it", drafted.pk), filed)
    drafted.refresh_from_db()
    assert drafted.state == "drafted"  # not before it is signed
    for day in ("2026-11-22", "2026-11-24"):  # before it was drafted; tomorrow
        paper = SimpleUploadedFile("x.pdf", PDF)
        answer = officer.post(
            address(page, "sign", drafted.pk), {**signed, "on": day, "paper": paper}
        )
        assert b"in the future, or before the draft" in answer.content
    officer.post(
        address(page, "sign", drafted.pk), {**signed, "paper": SimpleUploadedFile("x.pdf", PDF)}
    )
    early = officer.post(address(page, "file_it", drafted.pk), {**filed, "on": "2026-11-22"})
    assert b"before the signature" in early.content
    officer.post(
        address(page, "file_it", drafted.pk),
        {**filed, "receipt": SimpleUploadedFile("y.pdf", PDF)},
    )
    drafted.refresh_from_db()
    assert (drafted.state, drafted.confirmation) == ("filed", "20260224123456")
    for kept in ("signed_paper", "receipt"):
        answer = officer.get(address(page, kept, drafted.pk))
        assert b"".join(answer.streaming_content) == PDF
    officer.post(address(page, "reopen", drafted.pk), {"because": "Changed my mind"})
    drafted.refresh_from_db()
    assert drafted.state == "filed"
    with pytest.raises(DatabaseError), transaction.atomic():
        AnnualCertificate.objects.update(confirmation="other")


def test_a_year_that_goes_on_is_not_drafted(officer, numbered, address):
    made = AnnualCertificateFactory(year=2026)
    answer = officer.post(address("cpni_annualcertificate", "draft", made.pk), {"because": "Early"})
    assert b"The year is not over" in answer.content


def test_the_home_page_asks_for_last_years_from_january_on_until_it_is_filed(client_of):
    def shown(now):
        with time_machine.travel(now, tick=False):
            return client_of(roles.OFFICER).get(reverse("admin:index")).content.decode()

    assert "due by Monday, March 1, 2027" in shown("2026-12-30T18:00Z")
    assert "to be filed" not in shown("2026-12-30T18:00Z")
    assert "for 2026, to be filed" in shown("2027-01-02T18:00Z")
    assert "was due by Monday, March 1, 2027" in shown("2027-03-02T18:00Z")
    made = AnnualCertificateFactory(year=2026)
    AnnualCertificate.objects.filter(pk=made.pk).update(
        state="filed",
        drafted_at="2027-02-01T18:00Z",
        signed_on="2027-02-02",
        signed_paper="x",
        filed_on="2027-02-03",
        confirmation="1",
    )
    assert "to be filed" not in shown("2027-03-02T18:00Z")


def test_what_was_done_against_a_broker_is_kept_with_its_proof(officer, address):
    form = {
        "taken_on": "2026-11-20",
        "against": "PhoneFinder LLC",
        "kind": "police",
        "what": "Reported.",
        "proof": "26-1",
        "scan": ContentFile(PDF, "report.pdf"),
    }
    officer.post(address("cpni_brokeraction", "add"), form)
    page = officer.get(address("cpni_brokeraction", "changelist"))
    assert b"PhoneFinder LLC" in page.content
