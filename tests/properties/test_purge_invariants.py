"""Purging changes no answer: random stories of years, then a purge with the shortest periods.

Whatever was told, said, used, ended and held, the answers for every day from the cut-off on are the
same before and after, with the same evidence; no opt-out is forgotten; nothing held is touched.
"""

from datetime import UTC, date, datetime, timedelta

import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.errors import Refused
from accounts.models import Customer
from cpni import disclosures, optouts, purging
from cpni.assuming import assume_due, due
from cpni.decisions import judge
from cpni.facts import gather
from cpni.merging import merge
from cpni.models import Approval, Disclosure, OptOutRequest, RetentionPeriod
from cpni.retention import cut_off
from cpni.retention_kinds import KINDS
from cpni.retention_records import RECORDS
from notices.catalogue import install
from notices.models import Campaign, Delivery, Use
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import IncidentFactory, LegalHoldFactory, OptOutRequestFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, NoticeFactory

START = date(2016, 1, 5)
CODES = ("other-services", "agents", "affiliates", "contractors")
GAPS = st.sampled_from([0, 1, 33, 34, 35, 100, 366, 400, 700, 731, 800])
WHO = st.integers(0, 1)
EVENTS = st.one_of(
    st.tuples(st.just("notice"), st.sampled_from(["wide", "narrow", "failed", "cancelled"])),
    st.tuples(st.just("notice"), st.just("wide")),
    st.tuples(st.just("notice"), st.just("wide")),
    st.tuples(st.just("comes_back"), st.none()),
    st.tuples(st.just("opt_out"), st.sampled_from([None, "agents"])),
    st.tuples(st.just("opt_in"), st.sampled_from([None, "agents"])),
    st.tuples(st.just("rejected"), st.none()),
    st.tuples(st.just("use"), st.sampled_from(CODES)),
    st.tuples(st.just("incident"), st.booleans()),
    st.tuples(st.just("leave"), st.none()),
    st.tuples(st.just("come_back"), st.none()),
    st.tuples(st.just("renamed"), st.none()),
    st.tuples(st.just("merge"), st.none()),
    st.tuples(st.just("job"), st.none()),
    st.tuples(st.just("job"), st.none()),
)
STORIES = st.lists(st.tuples(GAPS, WHO, EVENTS), min_size=4, max_size=16)
HOLDS = st.sampled_from([None, 0, 1, "everything"])


class PurgeInvariants(TestCase):
    """Random stories of two customers; every example is rolled back."""

    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(STORIES, st.sampled_from([0, 1, 200, 400, 900, 2000]), HOLDS)
    def test_a_purge_changes_no_answer(self, story, wait, hold):
        install(Use)
        self.today = START
        with time_machine.travel(noon(START), tick=False):
            self.people = [CustomerFactory(active_since=START, by_email=True) for _ in range(2)]
            self.notices = {
                "wide": NoticeFactory(),
                "narrow": NoticeFactory(finish__uses=CODES[:1]),
            }
            for kind in KINDS:
                RetentionPeriod.objects.update_or_create(
                    kind=kind.code, defaults={"months": kind.floor}
                )
        for gap, who, (event, what) in story:
            self.today += timedelta(days=gap)
            with time_machine.travel(noon(self.today), tick=False):
                getattr(self, f"do_{event}")(Customer.objects.get(pk=self.people[who].pk), what)
        self.today += timedelta(days=wait)
        with time_machine.travel(noon(self.today), tick=False):
            self.hold(hold)
            if self.check_purge():
                self.check_purge()  # what the first one freed

    def check_purge(self):
        days = self.days()
        before, kept, assumed = self.answers(days), self.kept(), list(due(on=self.today))
        lines = purging.plan(as_of=self.today)
        done = purging.purge(
            as_of=self.today,
            today=self.today,
            by=None,
            because="Yearly",
            seen=purging.fingerprint(lines),
        )
        assert sum(p.rows for p in done) == sum(line.removable for line in lines)
        assert self.answers(days) == before
        assert self.kept() == kept
        assert list(due(on=self.today)) == assumed
        return sum(p.rows for p in done)

    def days(self):
        """Every day from the last cut-off on at which an answer may change, and some later ones."""
        ruled = [r.kind for r in RECORDS if r.kind.floor]
        cut = max(cut_off(kind, as_of=self.today).on for kind in ruled)
        days = {cut, cut + timedelta(days=1), self.today, self.today + timedelta(days=40)}
        for delivery in Delivery.objects.exclude(mailed_on=None):
            for day in (delivery.mailed_on, delivery.assume_from):
                days |= {day, day - timedelta(days=1)}
            days |= {delivery.mailed_on + timedelta(days=n) for n in (730, 731, 732)}
        for row in Approval.history.all():
            days |= {row.effective_on, row.effective_on - timedelta(days=1)}
        for person in Customer.objects.all():
            days |= {person.active_since, person.discontinued_on or cut}
        found = sorted(day for day in days if day >= cut)
        # The first ones are those at the cut-off; of the many others every few will do.
        return found[:6] + found[6 :: max(1, len(found) // 6)]

    def answers(self, days):
        uses = list(Use.objects.filter(code__in=CODES))
        return [
            judge(facts, use, day).as_json()  # what ``decide`` is
            for person in Customer.objects.order_by("pk")
            for day in days
            for facts in [gather(person, day)]
            for use in uses
        ]

    def kept(self):
        """What no purge may touch: choices, and everything about whoever is held."""
        choices = OptOutRequest.objects.exclude(status="rejected").order_by("pk").values()
        held = [
            list(rows.order_by("pk").values())
            for ids in [self.held]
            for rows in (
                Delivery.objects.filter(customer__in=ids),
                Delivery.history.filter(customer_id__in=ids),
                Approval.objects.filter(customer__in=ids),
                Approval.history.filter(customer_id__in=ids),
                Disclosure.objects.filter(customer__in=ids),
                Customer.history.filter(id__in=ids),
                OptOutRequest.objects.filter(customer__in=ids),
            )
        ]
        return list(choices), held

    def hold(self, hold):
        self.held = []
        if hold == "everything":
            LegalHoldFactory()
            self.held = [person.pk for person in self.people]
        elif hold is not None:
            LegalHoldFactory(scope="customer", customer=self.people[hold])
            self.held = [self.people[hold].pk]

    # --- What happens ------------------------------------------------------------------------

    def do_notice(self, person, what):
        campaign = CampaignFactory(
            notice=self.notices["narrow" if what == "narrow" else "wide"], running=True
        )
        state = what if what in ("failed", "cancelled") else "sent"
        DeliveryFactory(
            campaign=campaign,
            customer=person,
            channel="email",
            mailed_on=self.today,
            state=state,
        )
        campaign.status = Campaign.Status.FINISHED
        campaign.started_at = campaign.finished_at = noon(self.today)
        campaign.save()

    def do_comes_back(self, person, _):
        delivery = Delivery.objects.filter(customer=person, state="sent").order_by("pk").last()
        if delivery:
            delivery.outcome, delivery.outcome_on = "bounced", self.today
            delivery.save()

    def do_opt_out(self, person, code):
        self.choose(person, code, received_on=self.today)

    def do_opt_in(self, person, code):
        self.choose(person, code, opt_in=True, received_on=self.today)

    def choose(self, person, code, **kwargs):
        request = OptOutRequestFactory(all_uses=code is None, **kwargs)
        if code:
            request.uses.add(Use.objects.get(code=code))
        try:
            optouts.apply(request, customer=person, on=self.today, by=None, because="Certain")
        except Refused:  # merged: the choice waits for the account that remains
            return

    def do_rejected(self, person, _):
        optouts.reject(
            OptOutRequestFactory(received_on=self.today), by=None, because="An advertisement"
        )

    def do_use(self, person, code):
        try:
            disclosures.record(
                person,
                Use.objects.get(code=code),
                on=self.today,
                recipient=None,
                what="Services",
                at=noon(self.today),
                by=None,
                because="Offer",
            )
        except Refused:
            return

    def do_incident(self, person, released):
        IncidentFactory(
            started_on=self.today - timedelta(days=3),
            ended_on=self.today,
            released_on=self.today if released else None,
        )

    def do_leave(self, person, _):
        if person.status == "active":
            person.status, person.discontinued_on = "discontinued", self.today
            person.save()

    def do_come_back(self, person, _):
        if person.status == "discontinued":
            person.status, person.discontinued_on = "active", None
            person.active_since = self.today
            person.save()

    def do_renamed(self, person, _):
        person.name += "x"
        person.save()

    def do_merge(self, person, _):
        if person.pk == self.people[0].pk:
            return
        survivor = Customer.objects.get(pk=self.people[0].pk)
        try:
            merge(
                person, survivor, on=self.today, at=noon(self.today), by=None, because="Same person"
            )
        except Refused:
            return

    def do_job(self, person, _):
        assume_due(on=self.today)


def noon(day):
    """Noon in Denver, more or less."""
    return datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
