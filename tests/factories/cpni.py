"""Opt-out requests, incidents, complaints, scripts, retention."""

from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from cpni.models import (
    AnnualCertificate,
    AudienceScrub,
    Breach,
    BrokerAction,
    CalendarFeed,
    CallingList,
    Complaint,
    Disclosure,
    InboundMessage,
    Incident,
    IncidentLetter,
    LateFinding,
    LeftOut,
    LegalHold,
    MarketingCampaign,
    OptOutRequest,
    Probe,
    Purge,
    Recipient,
    RequestedDisclosure,
    RetentionPeriod,
    Script,
    ScriptReading,
    StepTaken,
    Verification,
)
from cpni.standard_scripts import words
from notices.models import Use
from tests.factories.accounts import CallFactory, CustomerFactory, UserFactory


class OptOutRequestFactory(DjangoModelFactory):
    """A letter that asks to opt out of everything, not yet matched."""

    class Meta:
        model = OptOutRequest

    received_on = date(2026, 10, 20)
    entered_at = datetime(2026, 10, 20, 16, tzinfo=UTC)

    class Params:
        opt_in = factory.Trait(wish="opt_in", proof="Recording 4711, script 3", route="telephone")


class InboundMessageFactory(DjangoModelFactory):
    """A question by e-mail that waits to be read."""

    class Meta:
        model = InboundMessage

    digest = factory.Sequence(lambda n: f"{n:064x}")
    door = "pipe"
    received_at = datetime(2026, 10, 20, 16, tzinfo=UTC)
    received_on = date(2026, 10, 20)
    sender = "ann@mail.example"
    subject = "Re: Your rights"
    words = "What does this mean?"
    kind = "question"


class IncidentFactory(DjangoModelFactory):
    class Meta:
        model = Incident

    route = "telephone"
    started_on = date(2026, 10, 10)
    description = "The opt-out line gave a busy tone."


class IncidentLetterFactory(DjangoModelFactory):
    """A draft in which every element is."""

    class Meta:
        model = IncidentLetter

    class Params:
        filed = factory.Trait(
            status="filed", filed_on=date(2026, 10, 15), proof="Confirmation 2026-1015"
        )

    incident = factory.SubFactory(IncidentFactory)
    carrier_name = "Wasatch Telephone, Inc."
    mechanisms = "Letter, e-mail, telephone, web page. The telephone failed."
    problem = "A busy tone from October 10 on."
    remedy = "Four lines more."
    remedy_when = "October 12, 2026"
    states = "Utah was told on October 13; it has not acted."
    customer_notice = "You have a right to confidentiality."
    contact = "Robin Hale, 1-800-555-0134"


class BreachFactory(DjangoModelFactory):
    """A breach on purpose, determined on Monday, November 16, 2026."""

    class Meta:
        model = Breach

    name = "Call records copied by a former agent"
    discovered_at = datetime(2026, 11, 16, 18, tzinfo=UTC)
    determined_on = date(2026, 11, 16)
    opened_on = date(2026, 11, 16)
    intent = "yes"
    data = "Numbers called, with days and lengths of calls."
    circumstances = "A former agent signed in with a colleague's password."


class StepTakenFactory(DjangoModelFactory):
    """A way to opt out was tested since."""

    class Meta:
        model = StepTaken

    incident = factory.SubFactory(IncidentFactory)
    code = "tested"
    done_on = date(2026, 11, 16)
    words = "Called at night: it was recorded."
    recorded_at = datetime(2026, 11, 16, 18, tzinfo=UTC)


class CalendarFeedFactory(DjangoModelFactory):
    """An address in use, whose secret nobody knows."""

    class Meta:
        model = CalendarFeed

    person = factory.SubFactory(UserFactory)
    digest = factory.Sequence(lambda n: f"{n:064x}")
    made_at = datetime(2026, 11, 16, 18, tzinfo=UTC)


class ProbeFactory(DjangoModelFactory):
    """A test of the telephone line that worked; ``failed=True`` is one that did not."""

    class Meta:
        model = Probe

    class Params:
        failed = factory.Trait(state="failed", words="Busy tone.")

    route = "telephone"
    state = "worked"
    sent_at = datetime(2026, 11, 23, 18, tzinfo=UTC)
    answered_at = factory.SelfAttribute("sent_at")
    words = "Called at night, pressed 2, was recorded."


class ComplaintFactory(DjangoModelFactory):
    """A complaint that nobody has looked into yet."""

    class Meta:
        model = Complaint

    category = "individuals"
    received_on = date(2026, 10, 20)
    said = "My brother-in-law was told whom I call."
    entered_at = datetime(2026, 10, 20, 16, tzinfo=UTC)

    class Params:
        resolved = factory.Trait(found="A mistake; he was told so.", resolved_on=date(2026, 11, 2))


class ScriptFactory(DjangoModelFactory):
    """A draft of the one-time script, with the standard words."""

    class Meta:
        model = Script

    kind = "one_time"
    version = factory.Sequence(lambda n: n + 100)
    english = factory.LazyAttribute(lambda script: words(script.kind, "en"))
    spanish = factory.LazyAttribute(lambda script: words(script.kind, "es"))


class ScriptReadingFactory(DjangoModelFactory):
    """A yes to the one-time script on a call that goes on."""

    class Meta:
        model = ScriptReading

    call = factory.SubFactory(CallFactory)
    customer = factory.LazyAttribute(lambda reading: reading.call.customer)
    kind = "one_time"
    script = factory.LazyAttribute(lambda reading: Script.objects.current(reading.kind))
    language = "en"
    answer = "yes"
    read_on = date(2026, 11, 23)
    at = datetime(2026, 11, 23, 18, tzinfo=UTC)
    by = factory.LazyAttribute(lambda reading: reading.call.by)


class RetentionPeriodFactory(DjangoModelFactory):
    class Meta:
        model = RetentionPeriod
        django_get_or_create = ["kind"]

    kind = "delivery"
    months = 60


class LegalHoldFactory(DjangoModelFactory):
    """A hold on everything, unless ``scope`` and what is held are named."""

    class Meta:
        model = LegalHold

    scope = "everything"
    matter = factory.Sequence(lambda n: f"EB Docket 06-{n}")
    placed_on = date(2026, 10, 1)


class PurgeFactory(DjangoModelFactory):
    class Meta:
        model = Purge

    at = datetime(2026, 10, 20, 16, tzinfo=UTC)
    as_of = date(2026, 10, 20)
    actor = "Robin Hale"
    because = "Yearly purge"
    kind = "delivery"
    table = "notices_delivery"
    cut_off = date(2021, 10, 20)
    rows = 2
    ranges = [[1, 2, 2]]
    finished_at = datetime(2026, 10, 20, 16, 1, tzinfo=UTC)


class RecipientFactory(DjangoModelFactory):
    """An agent under contract since long ago, unless told what else it is."""

    class Meta:
        model = Recipient

    name = factory.Sequence(lambda n: f"Partner {n}, Inc.")
    relationship = "agent"
    contract = factory.Sequence(lambda n: f"MSA-{n}, cabinet 3")
    safeguards = "Only for the offers agreed; destroyed after 90 days."
    began_on = date(2020, 1, 6)


class VerificationFactory(DjangoModelFactory):
    """A signed letter that verifies the customer's approvals (A.A.C. R14-2-2108)."""

    class Meta:
        model = Verification

    customer = factory.SubFactory(CustomerFactory)
    verified_on = date(2026, 11, 20)
    way = "letter"
    proof = "Folder AZ-7"
    identity = authority = wish = True
    numbers = "All"
    services = "All"
    recorded_at = datetime(2026, 11, 20, 18, tzinfo=UTC)


class AnnualCertificateFactory(DjangoModelFactory):
    """That of an earlier year, gathered, with its statement and who signs."""

    class Meta:
        model = AnnualCertificate

    year = factory.Sequence(lambda n: 2008 + n % 190)
    signer_name = "Robin Hale"
    signer_title = "Regulatory Compliance Officer"
    procedures = "We ask before we use it."


class BrokerActionFactory(DjangoModelFactory):
    """A report to the police about a broker."""

    class Meta:
        model = BrokerAction

    taken_on = date(2026, 5, 4)
    against = "PhoneFinder LLC"
    kind = "police"
    what = "Reported its web page, on which calls were offered for sale."
    proof = "Report 26-1234"
    scan = factory.django.FileField(data=b"%PDF-1.7", filename="report.pdf")
    at = datetime(2026, 5, 4, 18, tzinfo=UTC)
    by = factory.SubFactory(UserFactory)


class MarketingCampaignFactory(DjangoModelFactory):
    """Calls that use CPNI to offer other services, which nobody has reviewed yet.

    ``reviewed=True`` is one that somebody has.
    """

    class Meta:
        model = MarketingCampaign
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Offer {n}")
    description = "Calls to offer internet access to those who use long distance much."
    channel = "call"
    products = "Internet access, 100 Mbit/s"
    use = factory.LazyFunction(lambda: Use.objects.get(code="other-services"))
    data_classes = factory.LazyFunction(lambda: ["amount"])
    items = "Minutes of long distance in the last three bills"
    audience = "More than 300 minutes a month"
    begins_on = date(2026, 11, 1)
    ends_on = date(2026, 12, 31)
    author = factory.SubFactory(UserFactory)

    @factory.post_generation
    def recipients(self, create, extracted, **kwargs):
        if extracted:
            self.recipients.set(extracted)

    @factory.post_generation
    def reviewed(self, create, extracted, **kwargs):
        if extracted:
            self.status, self.finds_competitors = "reviewed", False
            self.reviewed_by = UserFactory()
            self.reviewed_at = datetime(2026, 11, 2, 18, tzinfo=UTC)
            self.reviewed_because, self.seen = "Read", self.fingerprint
            self.save()


class AudienceScrubFactory(DjangoModelFactory):
    class Meta:
        model = AudienceScrub

    campaign = factory.SubFactory(MarketingCampaignFactory)
    moment = "review"
    at = datetime(2026, 11, 2, 18, tzinfo=UTC)
    on = date(2026, 11, 2)
    asked, allowed = 2, 1
    reasons = factory.LazyFunction(lambda: {"opted_out": 1})


class LeftOutFactory(DjangoModelFactory):
    class Meta:
        model = LeftOut

    scrub = factory.SubFactory(AudienceScrubFactory)
    customer = factory.SubFactory(CustomerFactory)
    reason = "opted_out"


class CallingListFactory(DjangoModelFactory):
    """A list that may be used until the end of November 9."""

    class Meta:
        model = CallingList

    scrub = factory.SubFactory(AudienceScrubFactory, moment="list")
    campaign = factory.LazyAttribute(lambda handed: handed.scrub.campaign)
    made_at = datetime(2026, 11, 2, 18, tzinfo=UTC)
    last_day = date(2026, 11, 9)
    size = 1
    digest = "0" * 64


class RequestedDisclosureFactory(DjangoModelFactory):
    """A subpoena that nobody has decided about; ``by_customer=True`` is a customer's request."""

    class Meta:
        model = RequestedDisclosure

    class Params:
        by_customer = factory.Trait(
            kind="customer", goes_to="Doe & Roe, attorneys", reference="", due_on=None
        )

    kind = "compelled"
    customer = factory.SubFactory(CustomerFactory)
    received_on = date(2026, 11, 16)
    goes_to = "Third District Court, Salt Lake City"
    reference = "Case 261900123"
    scope = "Calls from the line in October 2026"
    due_on = date(2026, 11, 30)
    scan = factory.django.FileField(data=b"%PDF-1.4 x %%EOF", filename="paper.pdf")
    entered_at = datetime(2026, 11, 16, 18, tzinfo=UTC)


class DisclosureFactory(DjangoModelFactory):
    """A use on an assumed approval."""

    class Meta:
        model = Disclosure

    customer = factory.SubFactory(CustomerFactory)
    use = factory.LazyFunction(lambda: Use.objects.get(code="other-services"))
    used_on = date(2026, 11, 5)
    recipient = "The carrier itself"
    what = "Services held"
    reason = "assumed"
    recorded_at = datetime(2026, 11, 5, 18, tzinfo=UTC)


class LateFindingFactory(DjangoModelFactory):
    class Meta:
        model = LateFinding

    disclosure = factory.SubFactory(DisclosureFactory)
    found_at = datetime(2026, 11, 20, 18, tzinfo=UTC)
    reason = "opted_out"
    sentence = "The customer opted out, effective October 20, 2026."
