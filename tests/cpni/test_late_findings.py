"""What we learn late shows which uses should not have been made; each is settled by a person."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine

from accounts.errors import Refused
from cpni import disclosures, late_findings, optouts, recipients
from cpni.assuming import assume_due
from cpni.merging import merge
from cpni.models import Incident, LateFinding
from notices import outcomes
from notices.models import Use
from tests.factories.accounts import CarrierFactory, CustomerFactory, UserFactory
from tests.factories.cpni import (
    LateFindingFactory,
    OptOutRequestFactory,
    RecipientFactory,
)
from tests.factories.notices import DeliveryFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
USED, LATER = date(2026, 11, 9), date(2026, 11, 23)
NOON = datetime(2026, 11, 9, 18, tzinfo=UTC)
AFTER = datetime(2026, 11, 23, 18, tzinfo=UTC)


@pytest.fixture
def delivery():
    """A notice of October 1, on whose silence a use rested on November 9; it was looked at then."""
    CarrierFactory()
    with time_machine.travel(NOON, tick=False):
        sent = DeliveryFactory(mailed_on=date(2026, 10, 1))
        assume_due(on=USED)
        use(sent.customer, "other-services")
        assert found_at(NOON) == 0
    with time_machine.travel(AFTER, tick=False):
        yield sent


def use(customer, code, recipient=None):
    return disclosures.record(
        customer, Use.objects.get(code=code), on=USED, recipient=recipient, what="Services",
        at=NOON, by=None, because="Offer",
    )  # fmt: skip


def found_at(at):
    return late_findings.run(at=at).counts["found"]


def objects(customer, **kwargs):
    request = OptOutRequestFactory(received_on=LATER, **kwargs)
    optouts.apply(request, customer=customer, on=LATER, by=None, because="Matches")
    return request


def test_an_objection_in_time_that_came_late_is_found_once(delivery):
    objects(delivery.customer, letter_date=date(2026, 10, 30), postmark=date(2026, 11, 2))
    assert found_at(AFTER) == 1
    finding = LateFinding.objects.get()
    assert (finding.disclosure.customer, finding.reason) == (delivery.customer, "opted_out")
    assert "October 30" in finding.sentence
    assert found_at(AFTER + timedelta(hours=1)) == 0


def test_an_objection_that_counts_from_later_makes_no_earlier_use_wrong(delivery):
    objects(delivery.customer)
    assert found_at(AFTER) == 0


def test_a_notice_that_turns_out_to_have_come_back_is_found(delivery):
    outcomes.record(delivery, outcome="returned", on=LATER, by=None, because="Not at address")
    assert found_at(AFTER) == 1
    assert LateFinding.objects.get().reason == "undeliverable"


def test_an_incident_of_the_waiting_period_is_found_for_everybody(delivery):
    Incident.objects.create(
        route="telephone", started_on=date(2026, 10, 10), ended_on=date(2026, 10, 12),
        description="Busy",
    )  # fmt: skip
    assert found_at(AFTER) == 1
    assert LateFinding.objects.get().reason == "held"


def test_a_recipient_that_turns_out_to_be_something_else_is_found(delivery):
    with time_machine.travel(NOON, tick=False):
        partner = RecipientFactory()
        use(delivery.customer, "agents", partner)
    recipients.set_relationship(partner, "contractor", by=None, because="The contract says so")
    assert found_at(AFTER) == 1
    assert LateFinding.objects.get().reason == "recipient_differs"


def test_a_match_that_is_taken_back_settles_its_finding_by_itself(delivery):
    request = objects(delivery.customer, letter_date=date(2026, 10, 30))
    assert found_at(AFTER) == 1
    optouts.undo(request, on=LATER, by=None, because="Another Ann")
    request.candidates.all().delete()
    counts = late_findings.run(at=AFTER).counts
    assert (counts["found"], counts["allowed after all"]) == (0, 1)
    finding = LateFinding.objects.get()
    assert not finding.is_open
    assert "allowed after all" in finding.note


def test_one_that_settled_itself_is_open_again_when_it_was_right_and_a_persons_word_stays(delivery):
    request = objects(delivery.customer, letter_date=date(2026, 10, 30))
    late_findings.run(at=AFTER)
    optouts.undo(request, on=LATER, by=None, because="Another Ann")
    request.candidates.all().delete()
    late_findings.run(at=AFTER)
    optouts.apply(request, customer=delivery.customer, on=LATER, by=None, because="Ann after all")
    assert found_at(AFTER) == 1
    finding = LateFinding.objects.get()
    assert (finding.is_open, finding.reason, finding.note) == (True, "opted_out", "")
    officer = UserFactory(may="cpni.settle_latefinding")
    late_findings.settle(finding, note="Told them", at=AFTER, by=officer, because="Seen")
    assert found_at(AFTER) == 0
    assert not LateFinding.objects.get().is_open


def test_an_objection_in_time_as_the_account_that_remains_finds_the_uses_of_the_merged_one(
    delivery,
):
    chain = [delivery.customer, CustomerFactory(), CustomerFactory()]
    for duplicate, survivor in pairwise(chain):
        merge(duplicate, survivor, on=date(2026, 11, 20), at=NOON, by=None, because="The same")
    assert found_at(AFTER) == 0
    objects(chain[-1], letter_date=date(2026, 10, 30))
    assert found_at(AFTER) == 1
    assert LateFinding.objects.get().disclosure.customer == delivery.customer


def test_what_nobody_touched_is_not_looked_at_again(delivery):
    late_findings.run(at=AFTER)
    with time_machine.travel(AFTER + timedelta(hours=7), tick=False):
        assert late_findings.run(at=AFTER).counts["looked at"] == 0


def test_it_costs_the_same_number_of_queries_for_one_and_for_many(
    delivery, django_assert_max_num_queries
):
    with time_machine.travel(NOON, tick=False):
        for _ in range(10):
            DeliveryFactory(campaign=delivery.campaign, mailed_on=date(2026, 10, 1))
        assume_due(on=USED)
        for other in delivery.campaign.deliveries.exclude(pk=delivery.pk):
            use(other.customer, "other-services")
    with django_assert_max_num_queries(35):
        counts = late_findings.look_back(late_findings.to_look_at(None), at=AFTER)
    assert counts["looked at"] == 11


def test_it_is_settled_with_what_was_done(delivery):
    finding = LateFindingFactory()

    def settle(note="The partner destroyed it"):
        return late_findings.settle(finding, note=note, at=AFTER, by=None, because="Told them")

    with pytest.raises(Refused, match="what was done"):
        settle(" ")
    assert settle()
    assert not settle()
    assert finding.note == "The partner destroyed it"
