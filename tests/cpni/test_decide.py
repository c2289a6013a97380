"""``decide`` explains each answer: verdict, reason, section, dates, evidence."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from accounts.models import Service
from cpni import optouts, reasons, recipients
from cpni.assuming import assume_due
from cpni.decisions import decide
from cpni.reasons import Verdict
from notices.models import PolicyBinding, Use
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import IncidentFactory, OptOutRequestFactory, RecipientFactory
from tests.factories.notices import DeliveryFactory, PolicyFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

MAILED = date(2026, 10, 1)
LAST_DAY = date(2026, 11, 3)
DAY_AFTER = date(2026, 11, 4)


def ask(customer, code="other-services", on=DAY_AFTER):
    return decide(customer, Use.objects.get(code=code), on=on)


def test_an_assumed_approval_is_a_yes_with_its_whole_chain():
    delivery = DeliveryFactory(mailed_on=MAILED, mailing_proof="PS Form 3600, Oct 1")
    assume_due(on=DAY_AFTER)
    decision = ask(delivery.customer)
    assert decision.allowed
    assert decision.reason is reasons.ASSUMED
    assert decision.since == DAY_AFTER
    assert decision.until == date(2028, 10, 1)
    assert [e.kind for e in decision.evidence] == ["delivery", "notice text", "approval"]
    assert "PS Form 3600" in decision.evidence[0].says
    assert delivery.text.digest in decision.evidence[1].says


@pytest.mark.parametrize("wish", ["silent", "opted in"])
def test_a_yes_is_good_no_longer_than_the_contract_and_the_service(wish):
    customer = DeliveryFactory(mailed_on=MAILED).customer
    if wish == "opted in":
        request = OptOutRequestFactory(opt_in=True)
        optouts.apply(request, customer=customer, on=DAY_AFTER, by=None, because="x")
    assume_due(on=DAY_AFTER)
    agent = RecipientFactory(relationship="agent", ended_on=date(2026, 12, 31))
    use = Use.objects.get(code="agents")
    assert decide(customer, use, on=DAY_AFTER, recipient=agent).until == date(2026, 12, 31)
    customer.status, customer.discontinued_on = "discontinued", date(2026, 12, 1)
    customer.save()
    decision = decide(customer, use, on=DAY_AFTER, recipient=agent)
    assert (decision.allowed, decision.until) == (True, date(2026, 11, 30))
    assert decide(customer, use, on=date(2026, 12, 1)).reason is reasons.DISCONTINUED
    assert ask(customer, "service").until is None  # what was used is billed afterwards too


def test_marketing_within_services_is_proved_by_the_service_and_the_policy():
    policy = PolicyFactory()
    customer = CustomerFactory(service=False)
    for category in ("local", "wireless"):
        Service.objects.create(customer=customer, category=category, started_on=MAILED)
    use = Use.objects.get(code="same-category")
    decision = decide(customer, use, on=DAY_AFTER, offered="wireless")
    wireless = Service.objects.get(category="wireless")
    assert decision.reason is reasons.SERVES_CATEGORY
    assert [(e.kind, e.id) for e in decision.evidence] == [
        ("service", wireless.pk),
        ("policy version", policy.pk),
    ]
    # What they do not have needs approval (64.2005(b)).
    assert decide(customer, use, on=DAY_AFTER, offered="long_distance").section == "64.2005(b)"


def test_marketing_within_services_is_good_until_the_last_one_ends():
    customer = CustomerFactory(service=False)
    PolicyFactory()
    for category, end in (("local", date(2026, 11, 20)), ("wireless", date(2026, 11, 30))):
        Service.objects.create(
            customer=customer, category=category, started_on=MAILED, ended_on=end
        )
    assert ask(customer, "same-category").until == date(2026, 11, 30)
    # An affiliate may be told of customers of two categories only (64.2005(a)).
    affiliate = RecipientFactory(relationship="affiliate", categories=["wireless"])
    use = Use.objects.get(code="same-category")
    shared = decide(customer, use, on=DAY_AFTER, recipient=affiliate)
    assert (shared.allowed, shared.until) == (True, date(2026, 11, 20))


def test_the_last_day_still_belongs_to_the_customer():
    delivery = DeliveryFactory(mailed_on=MAILED)
    decision = ask(delivery.customer, on=LAST_DAY)
    assert (decision.verdict, decision.reason) == (Verdict.NOT_YET, reasons.WINDOW_OPEN)
    assert decision.until == LAST_DAY
    assert decision.sentence == "The customer may still object until November 3, 2026."


def test_a_closed_window_that_the_job_has_not_recorded_is_not_yet_a_yes():
    delivery = DeliveryFactory(mailed_on=MAILED)
    assert ask(delivery.customer).reason is reasons.NOT_RECORDED


def test_a_past_date_is_answered_as_it_was_then():
    delivery = DeliveryFactory(mailed_on=MAILED)
    assume_due(on=date(2026, 12, 24))
    assert ask(delivery.customer, on=date(2026, 9, 30)).reason is reasons.NEVER_NOTICED
    assert ask(delivery.customer, on=LAST_DAY).reason is reasons.WINDOW_OPEN
    assert ask(delivery.customer, on=DAY_AFTER).reason is reasons.ASSUMED


def test_a_customer_who_was_never_noticed_is_a_gap():
    decision = ask(CustomerFactory())
    assert (decision.verdict, decision.reason) == (Verdict.GAP, reasons.NEVER_NOTICED)
    assert "64.2008" in decision.section


def test_a_notice_that_did_not_ask_for_the_use_does_not_cover_it():
    delivery = DeliveryFactory(mailed_on=MAILED, campaign__notice__finish__uses=("other-services",))
    assume_due(on=DAY_AFTER)
    assert ask(delivery.customer, "other-services").allowed
    assert ask(delivery.customer, "affiliates").reason is reasons.NEVER_NOTICED


@pytest.mark.parametrize("outcome", ["bounced", "returned"])
def test_a_notice_that_came_back_is_a_gap_even_before_the_job_runs(outcome):
    delivery = DeliveryFactory(mailed_on=MAILED)
    assume_due(on=DAY_AFTER)
    delivery.outcome, delivery.outcome_on = outcome, date(2026, 11, 20)
    delivery.save()
    decision = ask(delivery.customer, on=date(2026, 11, 20))
    assert (decision.verdict, decision.reason) == (Verdict.GAP, reasons.UNDELIVERABLE)


def test_nobody_reachable_is_a_gap():
    delivery = DeliveryFactory(channel="none", state="unreachable", reason="No address")
    assert ask(delivery.customer).reason is reasons.UNDELIVERABLE


def test_a_letter_without_a_mailing_date_starts_no_clock():
    delivery = DeliveryFactory(state="batched")
    assert ask(delivery.customer).reason is reasons.NOT_MAILED


def test_two_years_to_the_day_still_carry_and_the_next_day_does_not():
    delivery = DeliveryFactory(mailed_on=date(2024, 2, 29))
    assume_due(on=date(2024, 4, 3))
    assert ask(delivery.customer, on=date(2026, 2, 28)).allowed
    assert ask(delivery.customer, on=date(2026, 3, 1)).reason is reasons.OVERDUE


def test_an_incident_that_overlaps_the_window_holds_the_answer_until_it_is_released():
    delivery = DeliveryFactory(mailed_on=MAILED)
    incident = IncidentFactory(started_on=LAST_DAY)
    assert assume_due(on=DAY_AFTER).left_alone == {"held": 3}
    assert ask(delivery.customer).reason is reasons.HELD
    incident.ended_on = incident.released_on = date(2026, 11, 10)
    incident.save()
    assert assume_due(on=date(2026, 11, 10)).assumed == 3
    assert ask(delivery.customer, on=date(2026, 11, 10)).allowed


@pytest.mark.parametrize("code", ["contractors", "joint-ventures", "third-parties"])
def test_opt_in_uses_are_never_assumed(code):
    delivery = DeliveryFactory(mailed_on=MAILED)
    assume_due(on=DAY_AFTER)
    assert ask(delivery.customer, code).reason is reasons.OPT_IN_NEEDED


def test_tracking_calls_to_competitors_is_prohibited():
    assert ask(CustomerFactory(), "track-competitors").reason is reasons.PROHIBITED


@pytest.mark.parametrize("code", ["service", "fraud", "inside-wiring", "emergency", "legal"])
def test_service_billing_fraud_and_the_law_need_no_approval(code):
    assert ask(CustomerFactory(discontinued=True), code).allowed


def test_marketing_within_a_category_needs_a_service_of_a_category():
    PolicyFactory()
    assert ask(CustomerFactory(), "same-category").reason is reasons.SERVES_CATEGORY
    internet_only = CustomerFactory(service=Service.Category.OTHER)
    assert ask(internet_only, "same-category").reason is reasons.NO_SERVICE


def test_information_stays_governed_by_the_policy_under_which_it_was_collected():
    PolicyFactory(number="1", effective_on=date(2015, 1, 1), uses=["service"])
    PolicyFactory(number="2", effective_on=date(2026, 1, 1), uses=["service", "equipment"])
    decision = ask(CustomerFactory(active_since=date(2020, 1, 6)), "equipment")
    assert (decision.verdict, decision.reason) == (Verdict.GAP, reasons.NOT_DECLARED)
    assert decision.sentence.startswith("Policy 1, ")
    assert ask(CustomerFactory(active_since=date(2026, 2, 2)), "equipment").allowed


def test_who_comes_back_is_under_the_policy_of_then_whatever_they_were_moved_to_before():
    wide = PolicyFactory(effective_on=date(2022, 1, 1))
    PolicyFactory(number="2", effective_on=date(2025, 1, 1), uses=["service"])
    customer = CustomerFactory(active_since=date(2026, 2, 2))
    PolicyBinding.objects.create(customer=customer, policy_version=wide, since=date(2022, 3, 1))
    decision = ask(customer, "same-category")
    assert (decision.allowed, decision.reason) == (False, reasons.NOT_DECLARED)
    assert decision.sentence.startswith("Policy 2, ")


def test_an_answer_of_an_instant_has_the_recipient_as_the_register_had_it_then():
    with time_machine.travel(datetime(2026, 11, 9, 18, tzinfo=UTC), tick=False):
        customer = DeliveryFactory(mailed_on=MAILED).customer
        assume_due(on=date(2026, 11, 9))
        partner, gone = RecipientFactory(), RecipientFactory()
    later = RecipientFactory()
    # The first is corrected and the second ends, as of a day before.
    recipients.set_relationship(partner, "contractor", by=None, because="The contract says so")
    recipients.end(gone, on=date(2026, 11, 8), by=None, because="Breach of contract")

    def code(recipient, **known):
        use, on = Use.objects.get(code="agents"), date(2026, 11, 10)
        return decide(customer, use, on=on, recipient=recipient, **known).code

    known_at = datetime(2026, 11, 10, 18, tzinfo=UTC)
    assert [code(one, known_at=known_at) for one in (partner, gone, later)] == [
        "assumed",
        "assumed",
        "recipient_not_current",
    ]
    assert [code(one) for one in (partner, gone, later)] == [
        "recipient_differs",
        "recipient_not_current",
        "assumed",
    ]


def test_the_number_of_queries_does_not_grow_with_the_records(django_assert_max_num_queries):
    customer = CustomerFactory()
    for year in (2018, 2020, 2022, 2024):
        DeliveryFactory(customer=customer, mailed_on=date(year, 10, 1))
    use = Use.objects.get(code="agents")
    with django_assert_max_num_queries(13):
        decide(customer, use, on=DAY_AFTER)
