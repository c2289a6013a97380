"""While a request waits to be matched, nobody is assumed to approve who may have written it."""

from datetime import UTC, date, datetime

import pytest

from accounts.errors import Refused
from cpni import merging, optouts, reasons
from cpni.assuming import assume_due, forecast
from cpni.decisions import decide
from cpni.entering_times import entering_times
from cpni.models import Approval, OptOutRequest, RequestCandidate
from cpni.standings import standings
from notices.models import PolicyBinding, Use
from tests.factories.accounts import CarrierFactory, CustomerFactory, UserFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, NoticeFactory, PolicyFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

MAILED = date(2026, 10, 1)
LAST_DAY = date(2026, 11, 3)
DAY_AFTER = date(2026, 11, 4)
AT = datetime(2026, 11, 4, 18, tzinfo=UTC)


@pytest.fixture
def delivery(reference_data):
    return DeliveryFactory(mailed_on=MAILED, customer__name="Ann Example")


def wrote(stated="Ann Example, do not share my data", **kwargs):
    received_on = kwargs.pop("received_on", date(2026, 10, 20))
    request = OptOutRequest(stated=stated, received_on=received_on, **kwargs)
    return optouts.receive(request, today=DAY_AFTER, at=AT, by=None, because="Letter")


def ask(customer, on=DAY_AFTER, code="other-services"):
    return decide(customer, Use.objects.get(code=code), on=on)


def match(request, customer):
    optouts.apply(request, customer=customer, on=DAY_AFTER, by=None, because="Called them")


def reject(request):
    optouts.reject(request, by=None, because="Not a customer of ours")


def test_every_candidate_is_held_and_the_answer_says_by_which_request(delivery):
    namesake = DeliveryFactory(
        campaign=delivery.campaign, mailed_on=MAILED, customer__name="Ann Example"
    )
    request = wrote()
    assert forecast(on=DAY_AFTER).left_alone == {"open_request": 6}
    assert assume_due(on=DAY_AFTER).left_alone == {"open_request": 6}
    for customer in (delivery.customer, namesake.customer):
        decision = ask(customer)
        assert decision.reason is reasons.OPEN_REQUEST
        assert request.reference in decision.sentence
        assert standings([customer], on=DAY_AFTER)[customer.pk].words == "May have objected"


def test_once_it_is_matched_the_others_are_assumed_to_approve(delivery):
    namesake = DeliveryFactory(
        campaign=delivery.campaign, mailed_on=MAILED, customer__name="Ann Example"
    )
    match(wrote(), delivery.customer)
    assert assume_due(on=DAY_AFTER).assumed == 3
    assert ask(delivery.customer).reason is reasons.OPTED_OUT
    assert ask(namesake.customer).allowed
    assert not RequestCandidate.objects.exists()


def test_once_it_is_rejected_nobody_is_held(delivery):
    reject(wrote())
    assert assume_due(on=DAY_AFTER).assumed == 3


def test_a_wrong_match_that_is_taken_back_holds_again(delivery):
    other = CustomerFactory(name="Somebody Else")
    request = wrote()
    match(request, other)
    optouts.undo(request, on=DAY_AFTER, by=None, because="They rang up")
    assert assume_due(on=DAY_AFTER).left_alone == {"open_request": 3}


@pytest.mark.parametrize(
    "dates",
    [
        {"letter_date": LAST_DAY, "received_on": DAY_AFTER},
        {"postmark": LAST_DAY, "received_on": DAY_AFTER},
        {"received_on": LAST_DAY},
        {"received_on": date(2026, 9, 1)},
    ],
)
def test_any_date_up_to_the_last_day_holds(delivery, dates):
    wrote(**dates)
    assert assume_due(on=DAY_AFTER).left_alone == {"open_request": 3}


def test_a_request_after_the_window_holds_from_its_day_on_until_a_person_decides(delivery):
    assume_due(on=DAY_AFTER)
    later = date(2026, 11, 10)
    request = OptOutRequest(stated="Ann Example", received_on=later)
    optouts.receive(request, today=later, at=AT, by=None, because="Letter")
    assert ask(delivery.customer, date(2026, 11, 9)).allowed
    assert ask(delivery.customer, later).reason is reasons.OPEN_REQUEST
    assert assume_due(on=later).suspended == 3  # so that other systems learn of it
    assert ask(delivery.customer, date(2026, 11, 9)).allowed
    reject(request)
    assert assume_due(on=later).assumed == 3
    assert ask(delivery.customer, later).allowed


def test_an_opt_in_is_held_by_a_later_opt_out_that_may_be_the_same_customers(delivery):
    given = OptOutRequestFactory(opt_in=True, received_on=MAILED, all_uses=False)
    given.uses.set(Use.objects.filter(code="contractors"))
    match(given, delivery.customer)
    assert ask(delivery.customer, code="contractors").allowed
    request = wrote(received_on=DAY_AFTER)
    decision = ask(delivery.customer, code="contractors")
    assert (decision.allowed, decision.reason) == (False, reasons.OPEN_REQUEST)
    assert [evidence.id for evidence in decision.evidence] == [given.pk, request.pk]
    reject(request)
    assert ask(delivery.customer, code="contractors").allowed


def test_opting_in_holds_nobody(delivery):
    wrote(wish="opt_in", proof="Signed form")
    assert assume_due(on=DAY_AFTER).assumed == 3


def test_a_letter_that_was_in_time_but_comes_late_suspends_what_was_assumed(delivery):
    assume_due(on=DAY_AFTER)
    later = date(2026, 11, 10)
    request = OptOutRequest(stated="Ann Example", letter_date=LAST_DAY, received_on=later)
    optouts.receive(request, today=later, at=AT, by=None, because="Letter")
    # At once, before any job has run; the days before it came stay as they were.
    assert ask(delivery.customer, later).reason is reasons.OPEN_REQUEST
    assert assume_due(on=later).suspended == 3
    assert ask(delivery.customer, date(2026, 11, 9)).allowed
    assert ask(delivery.customer, later).reason is reasons.OPEN_REQUEST
    reject(request)
    assert assume_due(on=later).assumed == 3
    assert ask(delivery.customer, later).allowed


def test_who_becomes_a_customer_meanwhile_is_found_by_the_daily_job(delivery):
    request = wrote("account B-77")
    assert not request.candidates.exists()
    delivery.customer.account_number = "B-77"
    delivery.customer.save()
    assert assume_due(on=DAY_AFTER).left_alone == {"open_request": 3}


def test_who_is_merged_passes_the_hold_on(delivery):
    duplicate = CustomerFactory(name="Old Name", account_number="OLD-1")
    wrote("account OLD-1")
    merging.merge(duplicate, delivery.customer, on=DAY_AFTER, at=AT, by=None, because="Same person")
    assert ask(delivery.customer).reason is reasons.OPEN_REQUEST


def test_nobody_is_moved_to_a_new_policy_by_silence_who_may_have_objected(reference_data):
    PolicyFactory(effective_on=date(2019, 1, 1))
    later = PolicyFactory(effective_on=MAILED)
    notice = NoticeFactory(kind="policy_change", policy_version=later)
    told = DeliveryFactory(
        campaign=CampaignFactory(notice=notice), mailed_on=MAILED, customer__name="Ann Example"
    )
    request = wrote()
    assert assume_due(on=DAY_AFTER).moved_to_policy == 0
    reject(request)
    assert assume_due(on=DAY_AFTER).moved_to_policy == 1
    assert PolicyBinding.objects.get().customer == told.customer


def test_a_request_that_speaks_for_two_is_split_and_each_is_honoured_from_its_dates(delivery):
    second = DeliveryFactory(
        campaign=delivery.campaign, mailed_on=MAILED, customer__name="Bob Example"
    )
    request = wrote("Ann Example and Bob Example, and my aunt Sue", letter_date=date(2026, 10, 15))
    people = [delivery.customer, second.customer]
    parts = split(request, people, rest="my aunt Sue Example")
    request.refresh_from_db()
    assert request.status == "split"
    assert [(part.customer, part.effective_on) for part in fresh(parts)] == [
        (delivery.customer, date(2026, 10, 15)),
        (second.customer, date(2026, 10, 15)),
        (None, None),
    ]
    assert fresh(parts)[2].status == "received"
    assert fresh(parts)[2].stated == "my aunt Sue Example"
    for customer in people:
        assert ask(customer).reason is reasons.OPTED_OUT
    # Sent twice, it is split once.
    assert split(request, people, rest="my aunt Sue Example") == parts
    assert OptOutRequest.objects.count() == 4


def split(request, customers, rest="", by=None):
    return optouts.split(
        request, customers=customers, rest=rest, on=DAY_AFTER, at=AT, by=by, because="A couple"
    )


def fresh(parts):
    return [OptOutRequest.objects.get(pk=part.pk) for part in parts]


def test_one_part_is_no_split_and_nothing_is_half_done(delivery):
    request = wrote()
    with pytest.raises(Refused, match="at least two parts"):
        split(request, [delivery.customer, delivery.customer])
    merged = CustomerFactory(status="merged", discontinued_on=MAILED, merged_into=CustomerFactory())
    with pytest.raises(Refused, match="was merged"):
        split(request, [delivery.customer, merged])
    assert fresh([request])[0].status == "received"
    assert OptOutRequest.objects.count() == 1
    assert not Approval.objects.exists()


@pytest.mark.parametrize("verb", [match, lambda request, customer: reject(request)])
def test_a_split_request_is_neither_matched_nor_rejected(delivery, verb):
    request = wrote()
    split(request, [delivery.customer], rest="and somebody")
    with pytest.raises(Refused, match="was split"):
        verb(request, delivery.customer)


def test_splitting_needs_the_permission_to_match(delivery):
    with pytest.raises(Refused):
        split(wrote(), [delivery.customer], rest="more", by=UserFactory())


def test_the_days_from_receipt_to_entry_are_reported_by_route(delivery):
    zone = CarrierFactory().zone
    at = datetime(2026, 11, 4, 18, tzinfo=UTC)
    for days in (0, 0, 1, 2, 30):
        day = date.fromordinal(date(2026, 11, 4).toordinal() - days)
        OptOutRequestFactory(received_on=day, route="letter", entered_at=at)
    whole = OptOutRequestFactory(received_on=date(2026, 11, 4), route="web", entered_at=at)
    OptOutRequestFactory(
        received_on=date(2026, 11, 4), route="web", entered_at=at, split_from=whole
    )
    OptOutRequestFactory(received_on=date(2026, 11, 4), route="merge", entered_at=at)
    letters, web = entering_times(date(2026, 1, 1), date(2026, 12, 31), zone)
    assert (letters.number, letters.same_day, letters.median) == (5, 2, 1)
    assert (letters.ninety, letters.longest) == (30, 30)
    assert (web.label, web.number) == ("Web page", 1)
    assert entering_times(date(2025, 1, 1), date(2025, 12, 31), zone) == []
