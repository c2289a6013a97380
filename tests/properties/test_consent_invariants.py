"""The invariants of consent (domain.md, section 3) over random stories of one customer.

Each story is a list of events with the days between them. After every event the answers for every
use are compared with a small model that is written independently, from the rules' words.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from unittest import mock
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.import_rows import CheckedRow
from accounts.import_writing import write_rows
from accounts.models import Call
from cpni import on_call, optouts, scripts, standard_scripts
from cpni.assuming import assume_due, forecast
from cpni.decisions import decide, judge
from cpni.facts import gather
from cpni.merging import merge
from cpni.models import Approval, Script
from cpni.one_time import decide_on_call
from notices.catalogue import install
from notices.models import Use
from tests.factories.accounts import CallFactory, CustomerFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, NoticeFactory

START = date(2026, 1, 5)
CODES = ("other-services", "agents", "affiliates", "contractors")

GAPS = st.sampled_from([0, 1, 2, 29, 30, 31, 32, 33, 34, 35, 100, 400, 700])
SCOPES = st.sampled_from([None, "agents", "other-services"])
EVENTS = st.one_of(
    st.tuples(st.just("notice"), st.sampled_from(["post", "email"]), st.booleans()),
    st.tuples(st.just("comes back"), st.none(), st.none()),
    st.tuples(st.just("opt out"), SCOPES, st.integers(0, 40)),
    st.tuples(st.just("opt in"), SCOPES, st.none()),
    st.tuples(st.just("reconnect"), st.none(), st.none()),
    st.tuples(st.just("import"), st.text("abc", min_size=1, max_size=3), st.none()),
    st.tuples(st.just("merge an account that opted out"), st.none(), st.none()),
    st.tuples(
        st.just("consent for a call"), st.sampled_from(["yes", "no", "unclear"]), st.booleans()
    ),
    st.tuples(st.just("job"), st.none(), st.none()),
)
STORIES = st.lists(st.tuples(GAPS, EVENTS), min_size=1, max_size=10)


@dataclass
class Mailing:
    mailed_on: date
    last_day: date
    narrow: bool
    missed: bool = False


@dataclass
class Model:
    """What the rules' words say should be so."""

    active_since: date
    mailings: list[Mailing] = field(default_factory=list)
    # (use code or None for all, may we, received on)
    choices: list[tuple[str | None, bool, date]] = field(default_factory=list)

    def may_ever(self, code: str, on: date) -> bool:
        """Whether a use may be allowed on ``on`` once the daily job has run."""
        # "Everything" in an opting in does not reach what needs opt-in by name.
        spoken = [
            c
            for c in self.choices
            if c[0] == code or (c[0] is None and not (c[1] and code == "contractors"))
        ]
        spoken = [c for c in spoken if not c[1] or c[2] >= self.active_since]
        if spoken:
            return spoken[-1][1]
        if code == "contractors":
            return False
        return any(
            not m.missed
            and m.mailed_on >= self.active_since
            and m.last_day < on
            and on <= _two_years_after(m.mailed_on)
            and (not m.narrow or code == "other-services")
            for m in self.mailings
        )


def _two_years_after(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 2, day=28 if leap else day.day)


class ConsentInvariants(TestCase):
    """Random stories; every example is rolled back."""

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(STORIES)
    def test_no_story_leads_to_a_yes_that_the_rules_do_not_give(self, story):
        install(Use)
        standard_scripts.install(Script, at=datetime(2026, 1, 5, tzinfo=UTC))
        self.customer = CustomerFactory(active_since=START, by_email=True)
        self.notices = {False: NoticeFactory(), True: NoticeFactory(finish__uses=CODES[:1])}
        self.model, self.today = Model(active_since=START), START
        for gap, (kind, what, more) in story:
            self.today += timedelta(days=gap)
            getattr(self, "do_" + kind.replace(" ", "_"))(what, more)
            self.check()
        promised = forecast(on=self.today).assumed
        assert assume_due(on=self.today).assumed == promised
        self.check(recorded=True)
        self.check_running_again_changes_nothing()

    def check(self, *, recorded=False):
        for use in Use.objects.filter(code__in=CODES):
            decision = decide(self.customer, use, on=self.today)
            expected = self.model.may_ever(use.code, self.today)
            if decision.allowed:
                assert expected, (use.code, decision.sentence)
                assert decision.evidence
            if recorded:
                assert decision.allowed == expected, (use.code, decision.sentence)

    def check_running_again_changes_nothing(self):
        before = list(Approval.objects.order_by("pk").values()), Approval.history.count()
        assume_due(on=self.today)
        assert (list(Approval.objects.order_by("pk").values()), Approval.history.count()) == before

    def do_notice(self, channel, narrow):
        notice = self.notices[narrow]
        delivery = DeliveryFactory(
            campaign=CampaignFactory(notice=notice, running=True),
            customer=self.customer,
            channel=channel,
            mailed_on=self.today,
        )
        days = 33  # stated by the notice, and counted from the mailing date by either channel
        last_day = self.today + timedelta(days=days)
        assert delivery.last_objection_day == last_day
        self.model.mailings.append(Mailing(self.today, last_day, narrow))
        self.last = delivery

    def do_comes_back(self, _, __):
        if self.model.mailings:
            self.last.outcome, self.last.outcome_on = "returned", self.today
            self.last.save()
            self.model.mailings[-1].missed = True

    @property
    def noon(self):
        return datetime(self.today.year, self.today.month, self.today.day, 18, tzinfo=UTC)

    def do_opt_out(self, code, days_in_transit):
        self.choose(
            code,
            OptOutRequestFactory(
                received_on=self.today,
                entered_at=self.noon,
                letter_date=self.today - timedelta(days=days_in_transit),
                all_uses=code is None,
            ),
        )
        self.model.choices.append((code, False, self.today))

    def do_opt_in(self, code, _):
        request = OptOutRequestFactory(
            opt_in=True, received_on=self.today, entered_at=self.noon, all_uses=code is None
        )
        # Declared by every policy of these stories, so an opting in is never a gap.
        self.choose(code, request)
        self.model.choices.append((code, True, self.today))

    def choose(self, code, request):
        if code:
            request.uses.add(Use.objects.get(code=code))
        optouts.apply(
            request, customer=self.customer, on=self.today, by=None, because="Certain match"
        )

    def do_reconnect(self, _, __):
        self.customer.active_since = self.model.active_since = self.today
        self.customer.save()

    def do_import(self, name, _):
        row = CheckedRow(
            line=2,
            account_number=self.customer.account_number,
            name=name,
            status="active",
            active_since=self.model.active_since,
        )
        write_rows([row], on=self.today, by=None, because="Billing export")

    def do_merge_an_account_that_opted_out(self, _, __):
        duplicate = CustomerFactory(active_since=START)
        optouts.apply(
            OptOutRequestFactory(received_on=START, entered_at=self.noon),
            customer=duplicate,
            on=self.today,
            by=None,
            because="Certain match",
        )
        denied = [
            u.code
            for u in Use.objects.filter(mechanism__in=Use.NEED_APPROVAL)
            if Approval.objects.filter(customer=self.customer, use=u, state="denied").exists()
        ]
        merge(duplicate, self.customer, on=self.today, at=self.noon, by=None, because="Same person")
        self.model.choices.extend((c, False, self.today) for c in CODES if c not in denied)

    def do_consent_for_a_call(self, answer, objects_then):
        """Whatever is answered, nothing but this call on this day knows of it."""
        # One after another: an objection of the same instant as a consent is taken to be later.
        at = self.noon + timedelta(seconds=1 + Call.objects.count())
        self.customer.refresh_from_db()
        call = CallFactory(customer=self.customer, started_at=at)
        use = Use.objects.get(code="other-services")
        before = self.everything(call)
        # Who the caller is, is another question.
        with mock.patch("cpni.on_call.authenticating.standing") as standing:
            standing.return_value.account = True
            on_call.one_time(
                call,
                script=scripts.current("one_time"),
                language="en",
                uses=[use],
                answer=answer,
                token=uuid4(),
                today=self.today,
                at=at,
                by=self.representative(call),
            )
        assert self.everything(call) == before
        plain = decide(self.customer, use, on=self.today)
        assert decide_on_call(call, use, on=self.today).allowed == (
            plain.allowed or answer == "yes"
        )
        other = CallFactory(customer=self.customer, started_at=at)
        tomorrow = self.today + timedelta(days=1)
        assert decide_on_call(other, use, on=self.today) == plain
        assert decide_on_call(call, use, on=tomorrow) == decide(self.customer, use, on=tomorrow)
        for other_use in Use.objects.exclude(pk=use.pk):
            assert decide_on_call(call, other_use, on=self.today) == decide(
                self.customer, other_use, on=self.today
            )
        if objects_then:
            on_call.opt_out(call, today=self.today, at=at, by=None)
            self.model.choices.append((None, False, self.today))
            assert not decide_on_call(call, use, on=self.today).allowed
        call.ended_at, call.outcome = at, "done"
        call.save()
        assert decide_on_call(call, use, on=self.today) == decide(self.customer, use, on=self.today)

    def representative(self, call):
        call.by.is_superuser = True  # may do everything: permissions are another test
        call.by.save()
        return call.by

    def everything(self, call):
        """Every approval with its history, and the plain answer for every use, now and later."""
        days = [self.today + timedelta(days=n) for n in (0, 1, 40)]
        return (
            list(Approval.objects.order_by("pk").values()),
            Approval.history.count(),
            [
                judge(facts, use, day)  # what ``decide`` is
                for day in days
                for facts in [gather(self.customer, day)]
                for use in Use.objects.all()
            ],
        )

    def do_job(self, _, __):
        assume_due(on=self.today)
