"""Letters: batched, exported, and mailed only when somebody confirms it with a proof."""

import csv
from datetime import UTC, date, datetime

import pytest

from accounts.errors import Refused
from notices import letters
from notices.models import Delivery
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

AT = datetime(2026, 11, 23, 17, tzinfo=UTC)
MADE_ON = date(2026, 11, 23)


@pytest.fixture
def campaign(reference_data):
    CarrierFactory()
    campaign = CampaignFactory(running=True)
    for name in ("Ann Lee", "=HYPERLINK(1)", "Bea Ríos"):
        DeliveryFactory(campaign=campaign, customer=CustomerFactory(name=name), state="queued")
    return campaign


@pytest.fixture
def batch(campaign):
    return letters.make_batch(campaign, by=None, because="Printing day", at=AT)


def confirm(batch, on=MADE_ON, today=date(2026, 12, 1), proof="PS Form 3600", **kwargs):
    return letters.confirm_mailed(
        batch, on=on, proof=proof, by=None, because="Handed over", today=today, **kwargs
    )


def test_waiting_letters_go_into_one_batch_and_only_once(campaign, batch):
    assert batch.size == 3
    assert letters.make_batch(campaign, by=None, because="Again", at=AT) is None
    assert set(Delivery.objects.values_list("state", "mailed_on")) == {("batched", None)}
    assert Delivery.history.filter(state="batched").count() == 3


def test_the_export_has_each_letter_filled_in_and_no_formula(batch):
    rows = list(csv.DictReader(line for line in letters.export(batch, by=None)))
    assert {r["name"] for r in rows} == {"Ann Lee", "'=HYPERLINK(1)", "Bea Ríos"}
    first = next(r for r in rows if r["name"] == "Ann Lee")
    assert first["letter"].startswith("Dear Ann Lee,")
    assert first["reference"] in first["letter"]


def test_confirming_gives_each_letter_its_mailing_date_and_its_window(batch):
    assert confirm(batch) == letters.Confirmed(mailed=3, put_back=0)
    dates = Delivery.objects.values_list("mailed_on", "last_objection_day", "assume_from")
    assert set(dates) == {(MADE_ON, date(2026, 12, 26), date(2026, 12, 27))}
    assert confirm(batch) == letters.Confirmed(mailed=0, put_back=0)
    batch.campaign.refresh_from_db()
    assert batch.campaign.status == "finished"


def test_letters_that_were_left_over_wait_for_the_next_batch(batch, campaign):
    left = Delivery.objects.first()
    assert confirm(batch, not_mailed=[left.reference.lower()]).put_back == 1
    left.refresh_from_db()
    assert (left.state, left.batch, left.assume_from) == ("queued", None, None)
    assert letters.make_batch(campaign, by=None, because="The rest", at=AT).size == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"on": date(2026, 12, 2)}, "lies in the future"),
        ({"on": date(2026, 11, 22)}, "The batch was made on November 23"),
        ({"proof": "  "}, "needs its proof"),
        ({"not_mailed": ["N-99999"]}, "Not waiting in this batch: N-99999"),
    ],
)
def test_a_wrong_confirmation_is_refused_and_changes_nothing(batch, wrong, message):
    with pytest.raises(Refused, match=message):
        confirm(batch, **wrong)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"batched"}
