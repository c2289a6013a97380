"""Objections: honoured at any time, by any route; three dates; opting back in; wrong matches."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from accounts.errors import Refused
from cpni import disclosures, optouts, reasons
from cpni.assuming import assume_due
from cpni.decisions import decide
from cpni.models import Approval, OptOutRequest
from notices.models import Use
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

MAILED = date(2026, 10, 1)
LAST_DAY = date(2026, 11, 3)
DAY_AFTER = date(2026, 11, 4)
AT = datetime(2026, 11, 4, 18, tzinfo=UTC)


@pytest.fixture
def delivery(reference_data):
    return DeliveryFactory(mailed_on=MAILED)


def ask(customer, on, code="other-services"):
    return decide(customer, Use.objects.get(code=code), on=on)


def apply(request, customer, on=None):
    return optouts.apply(
        request, customer=customer, on=on or request.received_on, by=None, because="Name matches"
    )


def use_cpni(customer, on):
    return disclosures.record(
        customer,
        Use.objects.get(code="other-services"),
        on=on,
        recipient=None,
        what="Services held, for an offer of voicemail",
        at=datetime(on.year, on.month, on.day, 18, tzinfo=UTC),
        by=None,
        because="Spring campaign",
    )


def test_a_day_before_our_time_is_refused_and_not_reckoned_with():
    request = OptOutRequest(received_on=date(1, 5, 1), letter_date=date(1, 4, 1))
    with pytest.raises(Refused, match="not a day of our time"):
        optouts.receive(request, today=LAST_DAY, at=AT, by=None, because="Letter")


def test_an_objection_within_the_window_denies_every_use_and_survives_the_job(delivery):
    apply(OptOutRequestFactory(received_on=date(2026, 10, 20)), delivery.customer)
    assert assume_due(on=DAY_AFTER).left_alone == {"denied": 3}
    decision = ask(delivery.customer, DAY_AFTER)
    assert decision.reason is reasons.OPTED_OUT
    assert decision.since == date(2026, 10, 20)


@pytest.mark.parametrize("dated", ["letter_date", "postmark"])
@time_machine.travel("2026-11-10T17:00Z", tick=False)
def test_a_letter_that_was_in_time_by_any_date_beats_an_assumed_approval(delivery, dated):
    assume_due(on=DAY_AFTER)
    used = use_cpni(delivery.customer, date(2026, 11, 6))
    late = OptOutRequestFactory(
        received_on=date(2026, 11, 9),
        entered_at=datetime(2026, 11, 10, 16, tzinfo=UTC),
        **{dated: LAST_DAY},
    )
    apply(late, delivery.customer)
    late.refresh_from_db()
    assert late.in_time
    assert late.effective_on == LAST_DAY
    assert not ask(delivery.customer, DAY_AFTER).allowed
    assert list(optouts.uses_in_between(late)) == [used]


@time_machine.travel("2026-12-03T17:00Z", tick=False)
def test_an_objection_after_the_window_counts_from_its_receipt(delivery):
    assume_due(on=DAY_AFTER)
    use_cpni(delivery.customer, date(2026, 11, 6))
    late = OptOutRequestFactory(
        received_on=date(2026, 12, 1),
        letter_date=date(2026, 11, 25),
        entered_at=datetime(2026, 12, 3, 16, tzinfo=UTC),
    )
    after_receipt = use_cpni(delivery.customer, date(2026, 12, 2))
    apply(late, delivery.customer)
    late.refresh_from_db()
    assert late.in_time is False
    assert ask(delivery.customer, date(2026, 11, 30)).allowed
    assert not ask(delivery.customer, date(2026, 12, 1)).allowed
    assert list(optouts.uses_in_between(late)) == [after_receipt]


def test_a_use_made_while_the_objection_waited_to_be_matched_is_listed_and_no_later_one(delivery):
    assume_due(on=DAY_AFTER)
    with time_machine.travel("2026-12-03T17:00Z", tick=False):
        waiting = OptOutRequestFactory(
            received_on=date(2026, 12, 1), entered_at=datetime(2026, 12, 1, 16, tzinfo=UTC)
        )
        while_it_waited = use_cpni(delivery.customer, date(2026, 12, 2))
        apply(waiting, delivery.customer)
    waiting.refresh_from_db()
    with time_machine.travel("2027-03-05T17:00Z", tick=False):
        apply(OptOutRequestFactory(opt_in=True, received_on=date(2027, 3, 1)), delivery.customer)
        use_cpni(delivery.customer, date(2027, 3, 2))
    assert list(optouts.uses_in_between(waiting)) == [while_it_waited]


def test_an_objection_to_one_use_leaves_the_others(delivery):
    request = OptOutRequestFactory(all_uses=False)
    request.uses.add(Use.objects.get(code="agents"))
    apply(request, delivery.customer)
    assume_due(on=DAY_AFTER)
    assert not ask(delivery.customer, DAY_AFTER, "agents").allowed
    assert ask(delivery.customer, DAY_AFTER, "affiliates").allowed


def test_an_opt_out_stands_through_later_notices_and_is_revoked_only_by_the_customer(delivery):
    apply(OptOutRequestFactory(received_on=date(2026, 10, 20)), delivery.customer)
    DeliveryFactory(
        campaign=CampaignFactory(notice=delivery.campaign.notice, running=True),
        customer=delivery.customer,
        mailed_on=date(2028, 9, 1),
    )
    later = date(2028, 12, 1)
    assume_due(on=later)
    assert ask(delivery.customer, later).reason is reasons.OPTED_OUT
    apply(OptOutRequestFactory(opt_in=True, received_on=later), delivery.customer)
    decision = ask(delivery.customer, later)
    assert decision.reason is reasons.EXPRESS
    assert "Recording 4711" in decision.evidence[0].says


def test_an_opt_out_outlives_discontinuation_and_an_opting_in_does_not(delivery):
    customer = delivery.customer
    other = CustomerFactory()
    apply(OptOutRequestFactory(received_on=date(2026, 10, 20)), customer)
    apply(OptOutRequestFactory(opt_in=True, received_on=date(2026, 10, 20)), other)
    for c in (customer, other):
        c.active_since = date(2027, 5, 1)  # reconnected
        c.save()
    assume_due(on=date(2027, 5, 1))
    assert ask(customer, date(2027, 5, 1)).reason is reasons.OPTED_OUT
    assert ask(other, date(2027, 5, 1)).reason is reasons.NEVER_NOTICED
    assert Approval.objects.filter(customer=other, state="ended").count() == 3


def test_a_use_added_later_is_denied_to_whom_opted_out_of_all(delivery):
    apply(OptOutRequestFactory(), delivery.customer)
    use = Use.objects.create(
        code="new", purpose="A new use", recipient="own", mechanism="opt_out", section="64.2007(b)"
    )
    assert ask(delivery.customer, DAY_AFTER, "new").reason is reasons.OPTED_OUT
    assume_due(on=DAY_AFTER)
    assert Approval.objects.get(customer=delivery.customer, use=use).state == "denied"


def test_a_wrong_match_is_taken_back_and_the_daily_job_goes_on(delivery, staff):
    request = OptOutRequestFactory()
    apply(request, delivery.customer)
    assert optouts.undo(request, on=DAY_AFTER, by=None, because="A namesake") == 6
    assert OptOutRequest.objects.get().status == "received"
    assume_due(on=DAY_AFTER)
    assert ask(delivery.customer, DAY_AFTER).allowed


def test_opting_back_in_to_everything_does_not_reach_uses_that_need_opt_in_by_name(delivery):
    customer = delivery.customer
    apply(OptOutRequestFactory(opt_in=True), customer)
    assert ask(customer, DAY_AFTER, "agents").reason is reasons.EXPRESS
    assert ask(customer, DAY_AFTER, "contractors").reason is reasons.OPT_IN_NEEDED
    named = OptOutRequestFactory(opt_in=True, all_uses=False)
    named.uses.add(Use.objects.get(code="contractors"))
    apply(named, customer)
    assert ask(customer, DAY_AFTER, "contractors").reason is reasons.EXPRESS


def test_applying_twice_changes_nothing_and_a_second_customer_is_refused(delivery):
    request = OptOutRequestFactory()
    assert apply(request, delivery.customer) == 6
    rows = Approval.history.count()
    assert apply(request, delivery.customer) == 0
    assert Approval.history.count() == rows
    with pytest.raises(Refused, match="another customer"):
        apply(request, CustomerFactory())


def test_opting_in_without_proof_is_refused(delivery):
    request = OptOutRequest(wish="opt_in", route="telephone", received_on=MAILED)
    with pytest.raises(Refused, match=r"64\.2007\(a\)\(1\)"):
        optouts.receive(
            request, today=MAILED, at=datetime(2026, 10, 1, tzinfo=UTC), by=None, because="Call"
        )
    assert not OptOutRequest.objects.exists()


def test_a_use_that_is_not_allowed_is_refused_and_not_recorded(delivery):
    with pytest.raises(Refused, match="may still object until November 3, 2026"):
        use_cpni(delivery.customer, LAST_DAY)
