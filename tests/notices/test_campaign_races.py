"""Two acts on one campaign at the same moment: whichever comes first, nobody is lost."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from threading import Event, Thread

import pytest
from django.db import connection

from accounts.errors import Refused
from notices import campaigns, letters, outcomes
from notices.models import Campaign, Delivery
from tests.factories.accounts import CarrierFactory, CustomerFactory, UserFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory

pytestmark = [
    pytest.mark.postgresql,  # SQLite lets one writer in at a time
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("reference_data"),
]

AT = datetime(2026, 11, 23, 17, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def carrier(reference_data):
    return CarrierFactory()


@pytest.fixture
def meanwhile(monkeypatch) -> Callable:
    """``meanwhile(module, name, act)``: ``act`` begins when that function of the module has run.

    What called the function goes on, and commits, half a second later or when ``act`` is through.
    The fixture gives back a list with what ``act`` returned or raised, once it is joined.
    """

    def arrange(module, name: str, act: Callable) -> Callable[[], object]:
        original, begin, over, results = getattr(module, name), Event(), Event(), []

        def other() -> None:
            begin.wait(10)
            try:
                results.append(act())
            except Refused as refused:
                results.append(refused)
            finally:
                over.set()
                connection.close()

        def wrapped(*args, **kwargs):
            result = original(*args, **kwargs)
            if not begin.is_set():
                begin.set()
                over.wait(0.5)
            return result

        monkeypatch.setattr(module, name, wrapped)
        thread = Thread(target=other)
        thread.start()

        def result() -> object:
            thread.join(10)
            return results[0]

        return result

    return arrange


def test_a_substitute_that_is_just_being_added_keeps_the_campaign_from_finishing(meanwhile):
    delivery = DeliveryFactory(channel="email", customer=CustomerFactory(by_email=True))
    campaign = delivery.campaign
    finished = meanwhile(
        outcomes, "_open_substitute", lambda: campaigns.finish_if_done(campaign.pk)
    )
    outcomes.record(delivery, outcome="bounced", on=TODAY, by=None, because="It bounced")
    assert finished() is False
    assert Campaign.objects.get().status == "running"
    assert Delivery.objects.get(round=2).state == "queued"


def test_no_substitute_is_added_to_a_campaign_that_is_just_being_cancelled(meanwhile):
    delivery = DeliveryFactory(channel="email", customer=CustomerFactory(by_email=True))
    recorded = meanwhile(
        campaigns,
        "_cancel_waiting",
        lambda: outcomes.record(
            delivery, outcome="bounced", on=TODAY, by=None, because="It bounced"
        ),
    )
    campaigns.cancel(delivery.campaign, by=None, because="Wrong text")
    assert recorded() == outcomes.Result(True, None)
    assert not Delivery.objects.filter(state="queued").exists()


def test_letters_that_are_just_being_cancelled_are_not_put_back(meanwhile):
    campaign = CampaignFactory(running=True)
    left = DeliveryFactory(campaign=campaign, state="queued")
    batch = letters.make_batch(campaign, by=None, because="Printing day", at=AT)
    confirmed = meanwhile(
        campaigns,
        "_cancel_waiting",
        lambda: letters.confirm_mailed(
            batch,
            on=TODAY,
            proof="PS Form 3600",
            by=None,
            because="Handed over",
            today=TODAY,
            not_mailed=[left.reference],
        ),
    )
    campaigns.cancel(campaign, by=None, because="Wrong text")
    assert isinstance(confirmed(), Refused)
    assert Delivery.objects.get().state == "cancelled"


def test_the_second_of_two_starts_at_once_is_no_error(meanwhile):
    CustomerFactory.create_batch(3)
    campaign = CampaignFactory()
    campaigns.approve(campaign, by=UserFactory(may="notices.approve_campaign"), because="Checked")

    def start():
        return campaigns.start(
            campaign.pk, by=None, because="Now", at=AT, message_domain="wasatch.example"
        )

    second = meanwhile(campaigns, "_move", start)
    assert start() == second() == {"post": 3}
    assert Delivery.objects.count() == Delivery.history.count() == 3
