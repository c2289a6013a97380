"""Deliveries and post batches in the admin: found, counted out, and what came back recorded."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from config import roles
from notices.models import Delivery, PostBatch
from tests.factories.accounts import CustomerFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory

pytestmark = pytest.mark.usefixtures("today")


def test_a_reference_finds_its_delivery_however_it_is_typed(client_of, address):
    wanted = DeliveryFactory()
    DeliveryFactory()
    client = client_of(roles.REPRESENTATIVE)
    for typed in (wanted.reference, wanted.reference.lower(), f" {wanted.reference} "):
        found = client.get(address("notices_delivery", "changelist"), {"q": typed}).context["cl"]
        assert [d.pk for d in found.result_list] == [wanted.pk]


def test_a_returned_letter_opens_a_substitute_by_email(client_of, address, said):
    letter = DeliveryFactory(customer=CustomerFactory(by_email=True))
    page = address("notices_delivery", "came_back", letter.pk)
    client = client_of(roles.OFFICER)
    assert "Returned by the post" in client.get(page).content.decode()
    form = {"on": "2026-11-20", "because": "Returned envelope"}
    answer = client.post(page, form, follow=True)
    assert said(answer) == ["Recorded as returned by the post. A substitute goes by e-mail."]
    letter.refresh_from_db()
    assert (letter.outcome, letter.outcome_on) == ("returned", date(2026, 11, 20))
    assert Delivery.objects.get(round=2).channel == Delivery.Channel.EMAIL


def test_it_cannot_have_come_back_tomorrow(client_of, address):
    letter = DeliveryFactory()
    answer = client_of(roles.OFFICER).post(
        address("notices_delivery", "came_back", letter.pk), {"on": "2026-11-24", "because": "x"}
    )
    assert "That day has not come yet." in answer.content.decode()
    letter.refresh_from_db()
    assert letter.outcome == ""


def test_a_representative_may_look_but_not_record_what_came_back(client_of, address):
    letter = DeliveryFactory()
    client = client_of(roles.REPRESENTATIVE)
    assert client.get(address("notices_delivery", "change", letter.pk)).status_code == 200
    page = address("notices_delivery", "came_back", letter.pk)
    assert client.post(page, {"on": "2026-11-20", "because": "x"}).status_code == 403


@pytest.fixture
def batch(db):
    """Two letters that wait to be confirmed; one of the customers tries a formula."""
    campaign = CampaignFactory(running=True)
    batch = PostBatch.objects.create(
        campaign=campaign, created_at=datetime(2026, 11, 20, tzinfo=UTC), size=2
    )
    for name in ("Ann Example", "=1+1"):
        customer = CustomerFactory(name=name)
        DeliveryFactory(campaign=campaign, customer=customer, state="batched", batch=batch)
    return batch


def test_letters_are_exported_by_a_post_and_not_by_looking(client_of, address, batch):
    client, page = client_of(roles.OFFICER), address("notices_postbatch", "export", batch.pk)
    assert client.get(page)["Content-Type"].startswith("text/html")
    batch.refresh_from_db()
    assert batch.exported_at is None
    answer = client.post(page, {"because": "To the printer"})
    assert answer["Content-Disposition"] == f'attachment; filename="letters-{batch.pk}.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert len(rows) == 2
    assert not any(cell.startswith("=") for row in rows for cell in row.values())
    batch.refresh_from_db()
    assert batch.exported_at is not None


def test_confirming_the_mailing_starts_the_clocks_and_says_how_many(
    client_of, address, said, batch
):
    left = batch.deliveries.last()
    form = {
        "on": "2026-11-23",
        "proof": "PS Form 3602, 17",
        "not_mailed": left.reference,
        "because": "Receipt came",
    }
    page = address("notices_postbatch", "mailed", batch.pk)
    answer = client_of(roles.OFFICER).post(page, form, follow=True)
    assert said(answer) == ["1 letter has its mailing date. 1 waits for the next batch."]
    mailed = Delivery.objects.get(state="sent")
    assert (mailed.last_objection_day, mailed.assume_from) == (
        date(2026, 12, 26),
        date(2026, 12, 27),
    )
