"""No version governs a customer of which they were not told and asked (domain.md, section 12).

Each story is a list of events with the days between them: versions are published, a notice of one
arrives or does not, the customer objects, accepts or takes back on a call, comes back after having
left, and the daily job runs on some days only. The model knows which versions they may be under,
and from when; after every event the product is asked in each of the ways in which it asks itself.
"""

from datetime import date, timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Customer
from cpni import optouts
from cpni.assuming import assume_due
from cpni.decisions import decide
from cpni.standings import gather_many
from notices import policies
from notices.catalogue import install
from notices.models import PolicyVersion, Use
from tests.factories.accounts import CallFactory, CustomerFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, NoticeFactory, PolicyFactory

START = date(2026, 1, 5)
CODES = ("agents", "affiliates", "same-category")

GAPS = st.sampled_from([0, 1, 10, 33, 34, 35, 60])
NUMBERS = st.integers(0, 3)
EVENTS = st.one_of(
    st.tuples(
        st.just("publish"),
        st.lists(st.sampled_from(CODES), min_size=1, unique=True),
        st.sampled_from([1, 20, 60]),
    ),
    st.tuples(st.just("tell"), NUMBERS, st.just("policy_change")),
    st.tuples(st.just("tell"), NUMBERS, st.just("cpni")),
    st.tuples(st.just("opt out"), st.none(), st.none()),
    st.tuples(st.just("accept"), NUMBERS, st.none()),
    st.tuples(st.just("take back"), NUMBERS, st.none()),
    st.tuples(st.just("reconnect"), st.none(), st.none()),
    st.tuples(st.just("job"), st.none(), st.none()),
)
JOB = ("job", None, None)
STORIES = st.lists(st.tuples(GAPS, EVENTS), min_size=2, max_size=12)


class PolicyInvariants(TestCase):
    """``known`` and ``silent`` hold versions that they may be under, and the day from which on."""

    # Stories that went wrong once, or would without one of the guards.
    @example([(0, ("tell", 1, "cpni")), (34, JOB)])
    @example([(0, ("tell", 1, "policy_change")), (10, ("opt out", None, None)), (34, JOB)])
    @example([(0, ("tell", 1, "policy_change")), (33, ("accept", 2, None)), (60, JOB)])
    @example([(0, ("tell", 2, "policy_change")), (34, JOB)])
    @example([(0, ("accept", 1, None)), (0, ("opt out", None, None))])
    @example([(10, ("reconnect", None, None)), (1, ("tell", 0, "policy_change")), (34, JOB)])
    @example([(0, ("tell", 1, "policy_change")), (34, JOB), (10, ("reconnect", None, None))])
    @example([(0, ("accept", 1, None)), (60, ("reconnect", None, None)), (0, ("accept", 1, None))])
    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(STORIES)
    def test_no_story_puts_a_customer_under_a_version_behind_their_back(self, story):
        install(Use)
        self.today = START
        self.versions = [
            PolicyFactory(number=f"p{days}", effective_on=START + timedelta(days=days), uses=uses)
            for days, uses in ((-400, CODES[:1]), (1, CODES[:2]), (40, CODES))
        ]
        self.customer = CustomerFactory(active_since=START)
        self.known = [(self.versions[0], START)]
        self.silent = []  # what of it silence alone would bring, and the day of the notice
        for gap, (kind, what, more) in story:
            self.today += timedelta(days=gap)
            getattr(self, "do_" + kind.replace(" ", "_"))(what, more)
            self.check()
        self.do_job(None, None)
        self.check()

    def check(self):
        for day in (self.today, self.today + timedelta(days=200)):
            found = policies.governing(self.customer, day)
            assert found in {told[0] for told in self.known + self.silent if told[1] <= day}
            assert gather_many([self.customer], day)[self.customer.pk].governing == found
            effective = policies.governing_effective_on(day)
            asked = Customer.objects.annotate(found=effective).get(pk=self.customer.pk)
            assert asked.found == found.effective_on
        declared = policies.governing(self.customer, self.today).uses
        for use in Use.objects.filter(code__in=CODES):
            if decide(self.customer, use, on=self.today).allowed:
                assert declared.contains(use), use.code

    def version(self, number):
        return self.versions[number % len(self.versions)]

    def do_publish(self, codes, days):
        day = self.today + timedelta(days=days)
        if not PolicyVersion.objects.filter(effective_on=day).exists():
            draft = PolicyFactory(
                number=f"later{len(self.versions)}", status="draft", effective_on=day, uses=codes
            )
            policies.publish(draft, effective_on=day, today=self.today, by=None, because="New")
            self.versions.append(draft)

    def deliver(self, version, kind, **kwargs):
        asked = version.uses.filter(mechanism="opt_out").values_list("code", flat=True)
        notice = NoticeFactory(kind=kind, policy_version=version, finish__uses=list(asked))
        return DeliveryFactory(
            campaign=CampaignFactory(running=True, notice=notice),
            customer=self.customer,
            mailed_on=self.today,
            **kwargs,
        )

    def do_tell(self, number, kind):
        version = self.version(number)
        told = self.deliver(version, kind)
        if kind == "policy_change":
            since = max(told.assume_from, version.effective_on)
            self.silent.append((version, since, self.today))

    def in_vain(self, version):
        return self.deliver(version, "policy_change", outcome="returned", outcome_on=self.today)

    def do_opt_out(self, _, __):
        """Of whatever they were told of and whose days still run, nothing may govern by silence."""
        optouts.apply(
            OptOutRequestFactory(received_on=self.today),
            customer=self.customer,
            on=self.today,
            by=None,
            because="Said so",
        )
        self.silent = [told for told in self.silent if told[1] <= self.today]

    def do_accept(self, number, _):
        version = self.version(number)
        since = max(self.today, version.effective_on)
        bound = policies.bind(
            self.customer,
            version,
            since=since,
            delivery=self.in_vain(version),
            call=CallFactory(customer=self.customer),
            by=None,
            because="Accepted",
        )
        if bound:
            self.known.append((version, since))

    def do_take_back(self, number, _):
        policies.take_back(
            self.customer,
            self.version(number),
            on=self.today,
            call=CallFactory(customer=self.customer),
            by=None,
            because="Taken back",
        )

    def do_reconnect(self, _, __):
        """A new service: what they were told in the earlier one, or accepted for it, has ended."""
        self.customer.active_since = self.today
        self.customer.save()
        self.known = [told for told in self.known if told[1] >= self.today]
        self.known.append((policies.in_force(self.today), self.today))
        # No notice of the service before moves them by silence; but a move of today stands.
        self.known += [told for told in self.silent if told[1] == self.today]
        self.silent = [told for told in self.silent if told[2] == self.today]

    def do_job(self, _, __):
        """Silence moves them onwards or not at all, on whichever day one looks."""
        days = {
            self.today,
            self.today + timedelta(days=200),
            *(told[1] for told in self.known + self.silent),
        }
        before = {day: policies.governing(self.customer, day).effective_on for day in days}
        assume_due(on=self.today)
        for day, effective_on in before.items():
            assert policies.governing(self.customer, day).effective_on >= effective_on
