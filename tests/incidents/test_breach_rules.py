"""What each rule about breaches asks, as data (64.2011, domain.md 7)."""

from dataclasses import replace
from datetime import date

import pytest

from cpni.breach_rules import RULES, Facts, adopted, assess, differences, in_force

OLD, NEW = RULES
MONDAY = date(2026, 11, 16)
# Seven business days later, over Thanksgiving Day (the 26th).
SEVENTH = date(2026, 11, 25)
FACTS = Facts(MONDAY, customers=12)


def asked(rule, facts):
    return {step.code: step for step in assess(rule, facts).asked()}


def test_the_rule_of_2007_is_in_force_and_that_of_2023_is_adopted():
    assert in_force(date(2026, 11, 16)) is OLD
    assert adopted(date(2026, 11, 16)) == (NEW,)
    assert adopted(date(2023, 12, 12)) == ()
    with pytest.raises(LookupError):
        in_force(date(2007, 12, 7))


def test_each_rule_says_where_it_stands():
    assert all(rule.source and rule.adopted_on for rule in RULES)
    assert (OLD.effective_from, NEW.effective_from) == (date(2007, 12, 8), None)


def test_in_force_the_agencies_are_told_within_seven_business_days():
    assert asked(OLD, FACTS)["agencies"].due == SEVENTH
    over_new_year = replace(FACTS, determined_on=date(2026, 12, 22))
    assert asked(OLD, over_new_year)["agencies"].due == date(2027, 1, 4)


def test_in_force_customers_wait_seven_full_business_days_more():
    told = replace(FACTS, told_on=date(2026, 11, 18))
    # 19, 20, 23, 24, 25, 27, 30 November.
    assert asked(OLD, told)["customers"].not_before == date(2026, 12, 1)
    assert asked(OLD, told)["customers"].due is None
    # Nobody is told yet: counted from the last day on which the agencies may be.
    assert asked(OLD, FACTS)["customers"].not_before == date(2026, 12, 8)


def test_in_force_an_urgent_need_or_an_agency_moves_the_day():
    told = replace(FACTS, told_on=date(2026, 11, 18))
    assert asked(OLD, replace(told, urgent=True))["customers"].not_before is None
    delayed = replace(told, delayed_until=date(2026, 12, 18))
    assert asked(OLD, delayed)["customers"].not_before == date(2026, 12, 19)
    both = replace(delayed, urgent=True)
    assert asked(OLD, both)["customers"].not_before == date(2026, 12, 19)


@pytest.mark.parametrize("facts", [{"on_purpose": False}, {"cpni": False, "pii": True}])
def test_what_nobody_did_on_purpose_or_is_no_cpni_is_a_breach_only_by_the_adopted_rule(facts):
    these = replace(FACTS, **facts)
    assert assess(OLD, these).outside
    assert set(asked(NEW, these)) == {"agencies", "commission", "customers"}
    assert differences(assess(OLD, these), assess(NEW, these))[0] == "It becomes a breach."


def test_adopted_good_faith_is_no_breach():
    these = replace(FACTS, good_faith=True)
    assert assess(NEW, these).outside
    (said,) = differences(assess(OLD, these), assess(NEW, these))
    assert said.startswith("It is no breach any more.")


@pytest.mark.parametrize(
    ("customers", "harm_unlikely", "reported"),
    [(499, True, False), (500, True, True), (499, False, True), (None, True, True)],
)
def test_adopted_few_customers_and_no_harm_are_put_in_the_yearly_summary(
    customers, harm_unlikely, reported
):
    these = replace(FACTS, customers=customers, harm_unlikely=harm_unlikely)
    found = asked(NEW, these)
    assert ("commission" in found, "agencies" in found) == (reported, reported)
    assert ("summary" in found) == (not reported)
    if not reported:
        assert found["summary"].due == date(2027, 2, 1)


def test_adopted_customers_are_told_within_thirty_days_unless_no_harm_or_encrypted():
    found = asked(NEW, FACTS)["customers"]
    assert (found.due, found.not_before) == (date(2026, 12, 16), None)
    assert "customers" not in asked(NEW, replace(FACTS, harm_unlikely=True))
    assert "customers" not in asked(NEW, replace(FACTS, encrypted=True))
    delayed = asked(NEW, replace(FACTS, delayed_until=date(2026, 12, 20)))["customers"]
    assert (delayed.not_before, delayed.due) == (date(2026, 12, 21), date(2026, 12, 21))


def test_what_changes_if_the_adopted_rule_took_effect_tomorrow_is_said_in_sentences():
    said = differences(assess(OLD, FACTS), assess(NEW, FACTS))
    assert said == [
        "To be done as well: tell the FCC, by November 25, 2026.",
        "Tell the customers whose information it was: by December 16, 2026, instead of not before"
        " December 8, 2026.",
    ]
    harmless = replace(FACTS, harm_unlikely=True)
    said = differences(assess(OLD, harmless), assess(NEW, harmless))
    assert said[0].startswith("To be done as well: put it in the summary of the year")
    assert any("Not to be done any more: tell the customers" in words for words in said)
    neither = replace(FACTS, cpni=False, good_faith=True)
    assert differences(assess(OLD, neither), assess(NEW, neither)) == []
