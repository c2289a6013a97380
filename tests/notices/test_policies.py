"""Policy versions: published once; in force by date; which one governs a customer."""

from datetime import date

import pytest

from accounts.errors import Changed, Refused
from notices import policies
from notices.models import PolicyBinding, PolicyVersion, Use
from tests.factories.accounts import CallFactory, CustomerFactory, UserFactory
from tests.factories.notices import DeliveryFactory, PolicyFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

BEFORE, CHANGE, AFTER = date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)


def draft(**kwargs):
    return PolicyFactory(status=PolicyVersion.Status.DRAFT, **kwargs)


def publish(version, by=None, *, on=AFTER, today=BEFORE):
    return policies.publish(
        version, effective_on=on, today=today, by=by, because="Approved by the board"
    )


def test_publishing_records_who_and_why_and_a_second_time_does_nothing():
    version, officer = draft(), UserFactory(may="notices.publish_policyversion")
    assert publish(version, by=officer) is True
    assert version.status == PolicyVersion.Status.PUBLISHED
    row = version.history.latest()
    assert (row.history_user, row.history_change_reason) == (officer, "Approved by the board")
    rows = version.history.count()
    assert publish(version) is False
    assert version.history.count() == rows


def test_a_version_is_published_as_it_is_stored():
    stale = draft(text="What we say.")
    fresh = PolicyVersion.objects.get(pk=stale.pk)
    fresh.text = "What we say now."
    fresh.save()
    publish(stale)
    assert PolicyVersion.objects.get(pk=stale.pk).text == stale.text == "What we say now."


def test_a_stale_copy_of_a_published_version_is_not_published_again():
    version = draft()
    stale = PolicyVersion.objects.get(pk=version.pk)
    publish(version)
    assert publish(stale) is False


def test_a_version_without_uses_is_refused():
    with pytest.raises(Refused, match="declares no use"):
        publish(draft(uses=[]))


def test_a_prohibited_use_is_refused():
    version = draft()
    version.uses.add(Use.objects.get(code="track-competitors"))
    with pytest.raises(Refused, match="is prohibited"):
        publish(version)


def test_two_versions_on_one_day_are_refused():
    PolicyFactory(number="October", effective_on=CHANGE)
    with pytest.raises(Refused, match="Policy October takes effect on the same day"):
        publish(draft(), on=CHANGE)


def test_a_draft_for_the_same_day_is_no_hindrance():
    draft(effective_on=CHANGE)
    assert publish(draft(), on=CHANGE) is True


def test_publishing_sets_the_day_and_that_is_to_come():
    version = draft(effective_on=BEFORE)
    PolicyFactory()
    for day in (date(2026, 10, 30), BEFORE):
        with pytest.raises(Refused, match="tomorrow at the earliest"):
            publish(version, on=day)
    assert publish(version, on=CHANGE) is True
    assert version.effective_on == CHANGE


def test_publishing_keeps_by_which_approval_each_use_was_declared():
    version = draft(uses=["agents", "contractors"])
    publish(version)
    kept = dict(version.declared.values_list("use__code", "mechanism"))
    assert kept == {"agents": "opt_out", "contractors": "opt_in"}
    row = version.history.latest()
    assert {r.mechanism for r in row.uses.all()} == {"opt_out", "opt_in"}


def test_what_was_changed_after_it_was_read_is_not_published():
    version = draft()
    seen = version.fingerprint
    version.declared.filter(use__code="agents").update(data_classes=["location"])
    with pytest.raises(Changed):
        policies.publish(
            version, effective_on=AFTER, today=CHANGE, by=None, because="Read", seen=seen
        )


def test_the_first_version_of_all_may_take_effect_today():
    assert publish(draft(), on=BEFORE) is True


def record_earlier(version, on, *, because="On the web site since, archived copy attached"):
    return policies.record_earlier(version, effective_on=on, today=CHANGE, by=None, because=because)


def test_a_version_of_earlier_is_recorded_with_its_day_and_a_reason():
    version = draft()
    for day, because, words in (
        (CHANGE, "Because", "has not passed"),
        (BEFORE, " ", "No reason is given"),
    ):
        with pytest.raises(Refused, match=words):
            record_earlier(version, day, because=because)
    assert record_earlier(version, BEFORE) is True
    assert (version.status, version.effective_on) == ("published", BEFORE)


def test_nobody_is_put_under_a_version_of_earlier_behind_their_back():
    DeliveryFactory(mailed_on=date(2026, 10, 1))
    with pytest.raises(Refused, match="told of their rights since that day"):
        record_earlier(draft(), date(2026, 10, 1))
    assert record_earlier(draft(), date(2026, 10, 2)) is True


def test_the_next_version_begins_as_a_copy_and_knows_who_made_it():
    officer = UserFactory(may="notices.add_policyversion")
    version = PolicyFactory(number="1.0", text="# What we do", uses=["agents"])
    made = policies.next_version(
        version, number="2.0", effective_on=AFTER, by=officer, because="New plans"
    )
    assert (made.status, made.text, made.effective_on) == ("draft", "# What we do", AFTER)
    assert [u.code for u in made.uses.all()] == ["agents"]
    row = made.history.latest()
    assert row.history_user == officer
    assert [str(r.use) for r in row.uses.all()] == [str(made.uses.get())]
    with pytest.raises(Refused, match=r"There is a policy 2\.0 already"):
        policies.next_version(
            version, number="2.0", effective_on=AFTER, by=officer, because="Again"
        )


def test_a_version_is_material_against_each_earlier_one_for_itself():
    first = PolicyFactory(number="1", effective_on=date(2015, 1, 1), uses=["agents"])
    PolicyFactory(number="2", effective_on=date(2020, 1, 1), uses=["agents", "affiliates"])
    third = draft(number="3", effective_on=AFTER, uses=["agents", "affiliates"])
    assert policies.material_against(third) == [first]
    assert [u.code for u in policies.newly_asked(third)] == ["affiliates"]


def test_a_customer_of_an_earlier_service_was_under_the_version_of_that_service(old_and_new):
    old, new = old_and_new
    back = CustomerFactory(active_since=AFTER)
    assert policies.governing(back, BEFORE, collected_from=date(2020, 1, 1)) == old
    assert policies.governing(back, AFTER) == new


def test_a_move_of_an_earlier_service_does_not_govern_who_comes_back():
    wide = PolicyFactory(effective_on=date(2022, 1, 1))
    narrow = PolicyFactory(effective_on=date(2025, 1, 1), uses=["service"])
    back = CustomerFactory(active_since=date(2026, 2, 2))
    moved = PolicyBinding.objects.create(customer=back, policy_version=wide, since=date(2022, 3, 1))
    assert policies.governing(back, AFTER) == narrow
    assert policies.governing(back, BEFORE, collected_from=moved.since) == wide
    again = PolicyBinding.objects.create(
        customer=back, policy_version=wide, since=BEFORE, call=CallFactory(customer=back)
    )
    assert policies.governing(back, AFTER) == again.policy_version


@pytest.fixture
def old_and_new():
    return PolicyFactory(effective_on=date(2015, 1, 1)), PolicyFactory(effective_on=CHANGE)


def test_the_latest_version_that_has_taken_effect_is_in_force(old_and_new):
    old, new = old_and_new
    draft(effective_on=date(2026, 11, 2))
    found = [policies.in_force(day) for day in (BEFORE, CHANGE, AFTER)]
    assert found == [old, new, new]


def test_before_the_first_version_the_first_is_in_force(old_and_new):
    assert policies.in_force(date(2009, 5, 1)) == old_and_new[0]


def test_without_a_published_version_none_is_in_force():
    draft()
    assert policies.in_force(CHANGE) is None
    assert policies.governing(CustomerFactory(), CHANGE) is None


def test_information_stays_under_the_version_in_force_when_service_began(old_and_new):
    old, new = old_and_new
    assert policies.governing(CustomerFactory(active_since=BEFORE), AFTER) == old
    assert policies.governing(CustomerFactory(active_since=CHANGE), AFTER) == new


def test_a_customer_moves_from_the_day_of_the_binding_and_nobody_else_does(old_and_new):
    old, new = old_and_new
    moved, other = CustomerFactory(), CustomerFactory()
    PolicyBinding.objects.create(customer=moved, policy_version=new, since=date(2026, 12, 27))
    assert policies.governing(moved, date(2026, 12, 26)) == old
    assert policies.governing(moved, date(2026, 12, 27)) == new
    assert policies.governing(other, date(2026, 12, 27)) == old


def test_of_two_bindings_the_later_counts(old_and_new):
    customer, newest = CustomerFactory(), PolicyFactory(effective_on=date(2027, 6, 1))
    PolicyBinding.objects.create(customer=customer, policy_version=newest, since=date(2027, 8, 1))
    PolicyBinding.objects.create(
        customer=customer, policy_version=old_and_new[1], since=date(2026, 12, 27)
    )
    assert policies.governing(customer, date(2027, 7, 31)) == old_and_new[1]
    assert policies.governing(customer, date(2027, 8, 1)) == newest
