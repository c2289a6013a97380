"""Breaches: entered, their customers named, steps recorded, closed (64.2011)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.base import ContentFile

from accounts import looks
from accounts.errors import Refused
from accounts.models import Look
from cpni import breach_notice, breaches, steps
from cpni.models import Breach, StepTaken
from tests.factories.accounts import CustomerFactory, UserFactory
from tests.factories.cpni import BreachFactory

pytestmark = pytest.mark.usefixtures("today")
AT, TODAY = datetime(2026, 11, 23, 18, tzinfo=UTC), date(2026, 11, 23)
LATER = date(2026, 12, 9)


def take(breach, code, on=TODAY, today=LATER, **kwargs):
    kwargs = {"words": "Reported", "at": AT, "by": None, **kwargs}
    return steps.take(breach, code, on=on, today=today, **kwargs)


def codes(breach):
    return [step.code for step in breaches.outstanding(breach)]


def test_steps_are_to_be_done_until_they_are_recorded_and_then_it_can_be_closed():
    breach = BreachFactory()
    assert codes(breach) == ["agencies", "customers"]
    with pytest.raises(Refused, match=r"Still to be done: Tell the Secret Service.*64\.2011\(b\)"):
        breaches.close(breach, on=LATER, by=None, because="Over")
    take(breach, "agencies", proof="Case 26-1")
    take(breach, "customers", on=date(2026, 12, 4))
    assert codes(breach) == []
    with pytest.raises(Refused, match="needs a reason"):
        breaches.close(breach, on=LATER, by=None, because=" ")
    assert breaches.close(breach, on=LATER, by=None, because="All were told") is True
    assert breaches.close(breach, on=LATER, by=None, because="Twice") is False
    with pytest.raises(Refused, match="is closed"):
        take(breach, "other")


def test_customers_are_not_told_before_the_agencies_nor_seven_business_days_after_them():
    breach = BreachFactory()
    with pytest.raises(Refused, match="are told first"):
        take(breach, "customers")
    take(breach, "agencies")  # on the 23rd: 24, 25, 27, 30 November, 1, 2, 3 December
    with pytest.raises(Refused, match=r"not told before December 4, 2026 \(64\.2011\(b\)\(1\)"):
        take(breach, "customers", on=date(2026, 12, 3))
    take(breach, "customers", on=date(2026, 12, 4))


def test_customers_wait_from_the_day_that_was_corrected_whichever_is_earlier():
    first = datetime(2026, 11, 2, 18, tzinfo=UTC)
    breach = BreachFactory(discovered_at=first, determined_on=first.date())
    take(breach, "agencies", on=date(2026, 11, 3))  # a slip
    take(breach, "agencies", on=date(2026, 11, 13), words="It was the 13th")
    assert breaches.judged(breach).step("customers").not_before == date(2026, 11, 25)
    with pytest.raises(Refused, match="not told before November 25"):
        take(breach, "customers", on=date(2026, 11, 18))
    take(breach, "agencies", on=date(2026, 11, 4), words="No: it was the 4th")
    assert breaches.judged(breach).step("customers").not_before == date(2026, 11, 17)
    take(breach, "customers", on=date(2026, 11, 18))


def test_nobody_is_told_of_a_breach_before_it_was_discovered():
    breach = BreachFactory(determined_on=date(2026, 11, 18))
    with pytest.raises(Refused, match="discovered on November 16, 2026, after that day"):
        take(breach, "agencies", on=date(2025, 11, 17))
    take(breach, "agencies", on=date(2026, 11, 16))


def test_what_has_happened_too_early_is_recorded_all_the_same():
    breach = BreachFactory()
    take(breach, "customers", too_early=True)
    assert codes(breach) == ["agencies"]


def test_an_urgent_need_is_for_the_agency_to_be_consulted_first():
    breach = BreachFactory(urgent_need="Numbers of shelters were taken.")
    take(breach, "agencies")
    with pytest.raises(Refused, match="consulted first"):
        take(breach, "customers")
    take(breach, "consulted")
    take(breach, "customers")
    assert codes(breach) == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"on": date(2026, 11, 24), "today": TODAY}, "in the future"),
        ({"words": " "}, "Say what was done"),
        ({"code": "nothing"}, "no such step"),
        ({"scan": ContentFile(b"<html>", "x.pdf")}, "The scan is"),
    ],
)
def test_a_step_that_cannot_be_is_refused(wrong, message):
    with pytest.raises(Refused, match=message):
        take(BreachFactory(), **{"code": "agencies", **wrong})
    assert not StepTaken.objects.exists()


def test_a_step_is_written_once():
    step = take(BreachFactory(), "agencies", scan=ContentFile(b"%PDF-1.7 %%EOF", "case 4711.pdf"))
    assert step.scan.name.startswith("steptaken/")
    assert "4711" not in step.scan.name
    step.words = "Changed"
    with pytest.raises(ValueError, match="written once"):
        step.save()


def test_customers_are_named_once_each_and_the_history_says_how_many():
    breach, some = BreachFactory(estimate=900), [CustomerFactory().pk for _ in range(3)]
    kwargs = {"at": AT, "by": None, "because": "List of the store"}
    assert breaches.name_affected(breach, some[:2], replace=False, **kwargs) == 2
    assert breaches.name_affected(breach, some[1:], replace=False, **kwargs) == 3
    assert breaches.facts(breach).customers == 900  # as long as the estimate is more
    assert breaches.name_affected(breach, some[:1], replace=True, **kwargs) == 1
    assert set(breaches.affected(breach).values_list("pk", flat=True)) == set(some[:1])
    reason = breach.history.first().history_change_reason
    assert reason == "List of the store (1 customer affected)"
    with pytest.raises(Refused, match="No customer was found"):
        breaches.name_affected(breach, [], replace=True, **kwargs)


def test_customers_whom_a_person_was_shown_are_found_by_the_record_of_looks():
    agent, opened, listed, other = UserFactory(), *(CustomerFactory() for _ in range(3))
    seen = {"by": agent, "at": AT, "screen": "accounts_customer_change"}
    looks.record(what=Look.What.OPENED, customers=[opened.pk], **seen)
    looks.record(what=Look.What.LISTED, customers=[listed.pk, opened.pk], **seen)
    looks.record(what=Look.What.REFUSED, customers=[other.pk], **seen)
    looks.record(
        what=Look.What.OPENED, customers=[other.pk], **{**seen, "at": AT - timedelta(days=1)}
    )
    assert set(breaches.looked_at(agent, TODAY, TODAY)) == {opened, listed}
    assert not breaches.looked_at(UserFactory(), TODAY, TODAY).exists()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"discovered_at": AT + timedelta(hours=1)}, "discovered in the future"),
        ({"determined_on": date(2026, 11, 24)}, "determined in the future"),
        ({"determined_on": date(2026, 11, 15)}, "before it was discovered"),
        ({"happened_on": date(2026, 11, 17)}, "after it was discovered"),
        ({"discovered_at": datetime(226, 11, 16, 18, tzinfo=UTC)}, "no rule about breaches"),
        ({"discovered_at": datetime(2007, 12, 7, 18, tzinfo=UTC)}, "no rule .* December 7, 2007"),
        ({"delayed_until": date(2062, 12, 1)}, "that long"),
        ({"has_cpni": False}, "what kind of information"),
        ({"harm": "unlikely"}, "why no harm is likely"),
    ],
)
def test_a_breach_that_cannot_be_is_refused(wrong, message):
    with pytest.raises(Refused, match=message):
        breaches.open_breach(BreachFactory.build(**wrong), today=TODAY, at=AT, by=None)
    assert not Breach.objects.exists()


def test_without_a_day_of_determination_the_day_of_discovery_counts_in_the_carriers_zone():
    late = datetime(2026, 11, 17, 3, tzinfo=UTC)  # the 16th in Utah
    breach = BreachFactory(determined_on=None, discovered_at=late)
    assert breaches.judged(breach).step("agencies").due == date(2026, 11, 25)


def test_customers_get_a_draft_in_each_language_with_what_is_on_record():
    breach = BreachFactory(happened_on=date(2026, 11, 2))
    (_, english), (_, spanish) = breach_notice.drafts(breach)
    assert "When: November 2, 2026. We discovered it on November 16, 2026." in english
    assert "Numbers called, with days and lengths of calls." in english
    assert "2 de noviembre de 2026" in spanish
    assert "{{" not in english + spanish
    (_, unknown), _ = breach_notice.drafts(BreachFactory())
    assert "When: ____." in unknown
