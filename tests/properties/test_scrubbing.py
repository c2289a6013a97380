"""What is answered for many at once is what ``decide`` answers for each of them, for every use."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import ContactPoint, Customer, Service
from cpni import optouts
from cpni.assuming import assume_due
from cpni.decisions import judge
from cpni.facts import gather
from cpni.models import RequestCandidate
from cpni.scrubbing import Question, scrub, scrub_active
from notices.catalogue import install
from notices.models import PolicyBinding, Use
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import (
    InboundMessageFactory,
    IncidentFactory,
    OptOutRequestFactory,
    RecipientFactory,
    VerificationFactory,
)
from tests.factories.notices import CampaignFactory, DeliveryFactory, NoticeFactory, PolicyFactory

START = date(2024, 1, 8)
# Days of two and a half years on which something begins or ends, and those beside them.
DAYS = st.sampled_from([0, 1, 30, 33, 34, 365, 398, 399, 400, 731, 732, 764, 800]).map(
    lambda days: START + timedelta(days=days)
)
LETTERS = st.tuples(
    st.sampled_from(["wide", "narrow"]),
    st.sampled_from([0, 0, 1, 365, 400]).map(lambda days: START + timedelta(days=days)),
    st.sampled_from(["sent", "sent", "emailed", "returned", "queued", "failed", "cancelled"]),
)
CHOICES = st.tuples(
    st.sampled_from(["opt_out", "opt_in"]),
    st.sampled_from([None, "agents", "contractors"]),
    DAYS,
)
PEOPLE = st.fixed_dictionaries(
    {
        "since": st.sampled_from([START, START, START, START + timedelta(days=400)]),
        "ended": st.sampled_from([None, None, None, *(START + timedelta(d) for d in (500, 900))]),
        "merged": st.booleans(),
        "services": st.dictionaries(
            st.sampled_from(["local", "wireless", "other"]),
            st.sampled_from([None, None, START + timedelta(days=500), START + timedelta(days=850)]),
        ),
        "arizona": st.booleans(),
        "consented": st.sampled_from([None, START, START + timedelta(days=1)]),
        "letters": st.lists(LETTERS, min_size=1, max_size=3),
        "choices": st.one_of(st.just([]), st.just([]), st.lists(CHOICES, max_size=3)),
        "verified": st.none() | DAYS,
        "waits": st.sampled_from([None] * 4 + ["letter", "late letter", "message", "maybe"]),
        "moved": st.sampled_from([None, None, *(START + timedelta(days=n) for n in (399, 401))]),
    }
)
EVERYBODY = st.tuples(
    st.lists(PEOPLE, min_size=5, max_size=5),
    st.sampled_from([False, False, True]),  # an incident
    st.integers(-40, 0),  # when the daily job ran before the day
    st.sampled_from([34, 398, 399, 400, 450, 732, 764, 800]),  # which is asked about
)
USES = ("agents", "other-services", "contractors", "same-category", "service", "track-competitors")


class Scrubbing(TestCase):
    """Random records of some customers; every example is rolled back."""

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(EVERYBODY)
    def test_it_is_what_decide_answers_for_each(self, story):
        people, failed, before, later = story
        on = START + timedelta(days=later)
        install(Use)
        self.policies = [
            PolicyFactory(effective_on=date(2020, 1, 6)),
            PolicyFactory(effective_on=START + timedelta(days=33), uses=("agents", "equipment")),
        ]
        self.campaigns = {
            name: CampaignFactory(
                running=True,
                notice=NoticeFactory(policy_version=self.policies[0], finish__uses=uses),
            )
            for name, uses in (("wide", ("agents", "other-services")), ("narrow", ("agents",)))
        }
        if failed:
            IncidentFactory(started_on=START + timedelta(days=370), ended_on=None)
        self.named_in_letters = []
        for person in people:
            self.make(**person)
        assume_due(on=on + timedelta(days=before))
        for customer, days in self.named_in_letters:  # which the job would look for again
            RequestCandidate.objects.create(
                request=OptOutRequestFactory(received_on=START + timedelta(days=days)),
                customer=customer,
                rank=1,
                found_by="name",
            )
        customers = list(Customer.objects.select_related("merged_into"))
        self.facts = {customer.pk: gather(customer, on) for customer in customers}
        for use in Use.objects.filter(code__in=USES):
            self.compare(customers, use, on)
        affiliate = RecipientFactory(
            relationship="affiliate",
            categories=["wireless"],
            ended_on=START + timedelta(days=820),
        )
        within = Use.objects.get(code="same-category")
        self.compare(customers, within, on, recipient=affiliate)
        self.compare(customers, within, on, offered="wireless")

    def compare(self, customers, use, on, **asked):
        question = Question(use, on, **asked)
        one_by_one = {pk: judge(facts, use, on, **asked) for pk, facts in self.facts.items()}
        at_once = scrub([c.pk for c in customers], question)
        assert {s.customer_id: s.reason.code for s in at_once} == {
            pk: decision.code for pk, decision in one_by_one.items()
        }
        for scrubbed in at_once:
            if scrubbed.allowed:
                assert scrubbed.until == one_by_one[scrubbed.customer_id].until
        active = {c.pk for c in customers if c.status == "active"}
        chunked = [s for chunk in scrub_active(question, size=3) for s in chunk]
        assert chunked == [s for s in at_once if s.customer_id in active]

    def make(
        self,
        since,
        ended,
        merged,
        services,
        arizona,
        consented,
        letters,
        choices,
        verified,
        waits,
        moved,
    ):
        customer = CustomerFactory(
            service=False,
            active_since=since,
            email="ann@mail.example",
            email_notices_since=consented,
            email_notices_proof="Order form 17" if consented else "",
        )
        if arizona:
            ContactPoint.objects.filter(customer=customer).update(state="AZ")
        for category, until in services.items():
            Service.objects.create(
                customer=customer, category=category, started_on=since, ended_on=until
            )
        sent = set()
        for campaign, day, fate in letters:
            if campaign not in sent:
                sent.add(campaign)
                self.post(customer, self.campaigns[campaign], day, fate)
        for wish, code, day in choices:
            kind = {"opt_in": True} if wish == "opt_in" else {}
            request = OptOutRequestFactory(received_on=day, all_uses=code is None, **kind)
            if code:
                request.uses.add(Use.objects.get(code=code))
            optouts.apply(request, customer=customer, on=day, by=None, because="x")
        if verified:
            VerificationFactory(customer=customer, verified_on=verified)
        if waits in ("letter", "late letter"):
            self.named_in_letters.append((customer, 360 if waits == "letter" else 740))
        elif waits:
            message = InboundMessageFactory(
                customer=customer if waits == "message" else None, received_on=START
            )
            if waits == "maybe":
                message.candidates.add(customer)
        if moved:
            PolicyBinding.objects.create(
                customer=customer, policy_version=self.policies[1], since=moved
            )
        if ended and ended >= since:
            customer.discontinued_on, customer.status = ended, "discontinued"
            if merged:
                customer.status, customer.merged_into = (
                    "merged",
                    CustomerFactory(active_since=since),
                )
            customer.save()

    def post(self, customer, campaign, day, fate):
        more = {}
        if fate == "returned":
            more = {"outcome": "returned", "outcome_on": day + timedelta(days=5)}
        elif fate == "emailed":
            more = {"channel": "email"}
        state = "sent" if fate in ("returned", "emailed") else fate
        DeliveryFactory(campaign=campaign, customer=customer, mailed_on=day, state=state, **more)
