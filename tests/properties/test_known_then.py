"""What we knew at an instant stays what it was, whatever is recorded or corrected later."""

from datetime import UTC, datetime, timedelta

import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import ContactPoint, Service
from cpni import merging, optouts, recipients
from cpni.assuming import assume_due
from cpni.decisions import decide
from cpni.models import OptOutRequest, Recipient
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

START = datetime(2026, 1, 5, 18, tzinfo=UTC)
# Each use, and how many days before it is asked about.
ASKED = (("agents", 0), ("agents", 30), ("contractors", 0), ("same-category", 30))
EVENTS = (
    "notice",
    "notice",
    "notice recorded late",
    "comes back",
    "job",
    "job",
    "opt out",
    "opt in",
    "take a match back",
    "letter waits",
    "message waits",
    "message is read",
    "incident",
    "incident is released",
    "service ends",
    "service begins",
    "leaves",
    "returns",
    "moves to Arizona",
    "verifies",
    "policy",
    "merges",
    "contract is corrected",
    "contract ends",
    "contract begins",
)
STORIES = st.lists(
    st.tuples(st.sampled_from([1, 20, 34, 60, 400]), st.sampled_from(EVENTS)),
    min_size=3,
    max_size=7,
)


class KnownThen(TestCase):
    """Random stories; every example is rolled back."""

    @settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(STORIES)
    def test_an_answer_of_an_instant_never_changes(self, story):
        install(Use)
        self.uses = {use.code: use for use in Use.objects.all()}
        with time_machine.travel(START, tick=False) as clock:
            self.policy = PolicyFactory()
            self.partner = RecipientFactory(began_on=START.date(), name="Partner, Inc.")
            self.incident = self.delivery = self.message = self.request = None
            # Somebody to whom letters may be matched by the name that is in them.
            self.customer = CustomerFactory(name="Ann Winter", active_since=START.date())
            self.now, asked = START, []
            for days, event in story:
                self.now += timedelta(days=days)
                clock.move_to(self.now)
                getattr(self, "do_" + event.replace(" ", "_"))()
                self.customer.refresh_from_db()
                # Asked a moment later: what is recorded at the same instant was not known before.
                self.now += timedelta(minutes=5)
                clock.move_to(self.now)
                # Of a recipient, too, as the register has it now.
                partners = None, Recipient.objects.get(pk=self.partner.pk)
                asked += [
                    (self.now, use, day, partner, self.ask(use, day, recipient=partner))
                    for use, day in self.questions()
                    for partner in partners
                ]
            self.now += timedelta(days=1)
            clock.move_to(self.now)
            for at, use, day, partner, answer in asked:
                now = partner and Recipient.objects.get(pk=partner.pk)
                again = self.ask(use, day, recipient=now, known_at=at)
                assert again == answer, (at, use.code, day, partner)

    def questions(self):
        today = self.now.date()
        return [(self.uses[code], today - timedelta(days=before)) for code, before in ASKED]

    def ask(self, use, day, **kwargs):
        found = decide(self.customer, use, on=day, **kwargs)
        return found.code, found.sentence, found.since, found.until, found.evidence

    def post(self, mailed_on):
        campaign = CampaignFactory(running=True, notice=NoticeFactory(policy_version=self.policy))
        self.delivery = DeliveryFactory(
            customer=self.customer, campaign=campaign, mailed_on=mailed_on
        )

    def do_notice(self):
        self.post(self.now.date())

    def do_notice_recorded_late(self):
        self.post(self.now.date() - timedelta(days=40))

    def do_comes_back(self):
        if self.delivery:
            self.delivery.outcome, self.delivery.outcome_on = "returned", self.now.date()
            self.delivery.save()

    def do_job(self):
        assume_due(on=self.now.date())

    def choose(self, **kwargs):
        if self.customer.merged_into_id:
            return
        self.request = OptOutRequestFactory(
            received_on=self.now.date() - timedelta(days=3), entered_at=self.now, **kwargs
        )
        self.request.uses.set(() if self.request.all_uses else Use.objects.filter(code="agents"))
        optouts.apply(
            self.request, customer=self.customer, on=self.now.date(), by=None, because="x"
        )

    def do_opt_out(self):
        self.choose()

    def do_opt_in(self):
        self.choose(opt_in=True, all_uses=False)

    def do_take_a_match_back(self):
        if self.request:
            self.request.refresh_from_db()
            if self.request.status == OptOutRequest.Status.APPLIED:
                optouts.undo(self.request, on=self.now.date(), by=None, because="Another Ann")

    def do_letter_waits(self):
        request = OptOutRequest(
            stated="Ann Winter asks to be left alone", received_on=self.now.date()
        )
        optouts.receive(request, today=self.now.date(), at=self.now, by=None, because="x")

    def do_message_waits(self):
        self.message = InboundMessageFactory(received_on=self.now.date(), received_at=self.now)
        self.message.candidates.add(self.customer)

    def do_message_is_read(self):
        if self.message:
            self.message.to_read, self.message.acted_at = False, self.now
            self.message.save()

    def do_incident(self):
        self.incident = IncidentFactory(started_on=self.now.date() - timedelta(days=5))

    def do_incident_is_released(self):
        if self.incident:
            self.incident.ended_on = self.incident.released_on = self.now.date()
            self.incident.save()

    def do_service_ends(self):
        for service in Service.objects.filter(customer=self.customer, ended_on=None):
            service.ended_on = self.now.date() - timedelta(days=2)
            if service.ended_on >= service.started_on:
                service.save()

    def do_service_begins(self):
        Service.objects.create(
            customer=self.customer,
            category="wireless",
            telephone_number=f"+1801555{self.now.toordinal() % 10000:04}",
            started_on=self.now.date(),
        )

    def do_leaves(self):
        if self.customer.status == "active":
            self.customer.status = "discontinued"
            self.customer.discontinued_on = self.now.date() - timedelta(days=1)
            self.customer.save()

    def do_returns(self):
        if self.customer.status == "discontinued":
            self.customer.status, self.customer.discontinued_on = "active", None
            self.customer.active_since = self.now.date()
            self.customer.save()

    def do_contract_is_corrected(self):
        self.partner.refresh_from_db()
        was_agent = self.partner.relationship == "agent"
        is_now = "contractor" if was_agent else "agent"
        recipients.set_relationship(self.partner, is_now, by=None, because="As the contract says")

    def do_contract_ends(self):
        ended_on = max(self.now.date() - timedelta(days=20), self.partner.began_on)
        recipients.end(self.partner, on=ended_on, by=None, because="Breach of contract")

    def do_contract_begins(self):
        recipients.end(self.partner, on=self.now.date(), by=None, because="A new contract")
        self.partner = RecipientFactory(name="Partner, Inc.", began_on=self.now.date())

    def do_moves_to_Arizona(self):
        for point in ContactPoint.objects.filter(customer=self.customer, until=None):
            point.until = self.now.date()
            point.save()
        ContactPoint.objects.create(
            customer=self.customer,
            kind="post",
            line1="7 Saguaro Road",
            city="Mesa",
            state="AZ",
            postcode="85201",
            since=self.now.date(),
        )

    def do_verifies(self):
        VerificationFactory(customer=self.customer, verified_on=self.now.date())

    def do_policy(self):
        version = PolicyFactory(
            effective_on=self.now.date() - timedelta(days=1), uses=("service", "same-category")
        )
        PolicyBinding.objects.create(
            customer=self.customer, policy_version=version, since=self.now.date()
        )

    def do_merges(self):
        if not self.customer.merged_into_id:
            merging.merge(
                self.customer,
                CustomerFactory(active_since=START.date()),
                on=self.now.date(),
                at=self.now,
                by=None,
                because="x",
            )
