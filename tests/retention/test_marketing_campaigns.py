"""Marketing campaigns, their lists and uses go years after they ended, what hangs on them first."""

from datetime import UTC, date, datetime

import pytest
from django.core.files.storage import default_storage

from cpni.models import (
    AudienceScrub,
    CallingList,
    Disclosure,
    LateFinding,
    LeftOut,
    MarketingCampaign,
    RequestedDisclosure,
)
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import (
    AudienceScrubFactory,
    CallingListFactory,
    DisclosureFactory,
    LateFindingFactory,
    LeftOutFactory,
    LegalHoldFactory,
    MarketingCampaignFactory,
    RequestedDisclosureFactory,
)
from tests.retention.conftest import purge

pytestmark = pytest.mark.django_db
LONG_AGO = date(2026, 3, 1)
AT = datetime(2026, 3, 1, 18, tzinfo=UTC)
OF_CAMPAIGNS = (Disclosure, LateFinding, CallingList, AudienceScrub, LeftOut, MarketingCampaign)


@pytest.fixture
def over(today):
    """A list of a campaign that ended long ago: whom it left out, and a use that was settled."""
    campaign = MarketingCampaignFactory(begins_on=LONG_AGO, ends_on=LONG_AGO)
    scrub = AudienceScrubFactory(campaign=campaign, on=LONG_AGO, at=AT, moment="list")
    LeftOutFactory(scrub=scrub)
    handed = CallingListFactory(
        scrub=scrub, made_at=AT, last_day=LONG_AGO, destroyed_on=LONG_AGO, destroyed_proof="Log"
    )
    use = DisclosureFactory(
        campaign=campaign, calling_list=handed, used_on=LONG_AGO, recorded_at=AT
    )
    LateFindingFactory(disclosure=use, found_at=AT, settled_at=AT, note="Called off")
    return campaign


def left():
    return [model.objects.count() for model in OF_CAMPAIGNS]


def purged_until_nothing_changes():
    """What is left, after each purge."""
    seen = [left()]
    while len(seen) < 2 or seen[-1] != seen[-2]:
        purge("--do", "--because=x")
        seen.append(left())
    return seen


def test_the_use_goes_first_then_the_list_whom_it_left_out_and_the_campaign(over):
    seen = purged_until_nothing_changes()
    assert seen[0] == [1] * 6
    assert seen[-1] == [0] * 6
    # Whatever is left always has what it hangs on.
    for uses, findings, lists, scrubs, left_out, campaigns in seen:
        assert findings <= uses
        assert bool(uses) <= bool(lists)
        assert bool(lists) <= bool(scrubs)
        assert left_out <= scrubs
        assert bool(scrubs) <= bool(campaigns)


def test_a_list_that_nobody_destroyed_stays_with_all_that_it_hangs_on(over):
    CallingList.objects.update(destroyed_on=None, destroyed_proof="")
    assert purged_until_nothing_changes()[-1] == [0, 0, 1, 1, 1, 1]


def test_a_use_that_is_still_to_be_looked_into_stays(over):
    LateFinding.objects.update(settled_at=None, note="")
    assert purged_until_nothing_changes()[-1] == [1] * 6


def test_a_campaign_that_goes_on_stays_with_whom_it_left_out(over):
    MarketingCampaign.objects.update(ends_on=date(2033, 12, 31))
    assert purged_until_nothing_changes()[-1] == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("whose", ["who was used", "who was left out"])
def test_a_legal_hold_on_a_customer_keeps_what_names_them(over, whose):
    model = Disclosure if whose == "who was used" else LeftOut
    LegalHoldFactory(scope="customer", customer=model.objects.get().customer)
    kept = purged_until_nothing_changes()[-1]
    assert kept[OF_CAMPAIGNS.index(model)] == 1
    assert kept[-1] == 1


def test_a_paper_that_asked_goes_after_its_disclosure_and_with_its_file(
    today, django_capture_on_commit_callbacks
):
    customer = CustomerFactory()
    paper = RequestedDisclosureFactory(
        customer=customer,
        status="disclosed",
        received_on=LONG_AGO,
        decided_on=LONG_AGO,
        due_on=LONG_AGO,
    )
    waits = RequestedDisclosureFactory(received_on=LONG_AGO, due_on=LONG_AGO)
    DisclosureFactory(customer=customer, requested=paper, used_on=LONG_AGO, recorded_at=AT)
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            purge("--do", "--because=x")
    assert list(RequestedDisclosure.objects.all()) == [waits]
    assert not default_storage.exists(paper.scan.name)
    assert default_storage.exists(waits.scan.name)
