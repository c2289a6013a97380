"""Seed addresses in the carrier's record, and a campaign that waits after its sample."""

import pytest

from accounts.models import Carrier
from config import roles
from notices import samples
from notices.models import Campaign
from tests.factories.accounts import CarrierFactory
from tests.factories.notices import CampaignFactory

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def save(client_of, address):
    """``save("a@b.example")``: the officer saves the carrier with these seed addresses."""
    client, page = client_of(roles.OFFICER), address("accounts_carrier", "change", 1)

    def post(text):
        shown = client.get(page).context["adminform"].form
        form = {name: shown[name].value() for name in shown.fields}
        answer = client.post(page, {**form, "seed_addresses": text, "because": "Proofs"})
        return answer.content.decode() if answer.status_code == 200 else "saved"

    return post


def test_the_officer_enters_seed_addresses_one_on_each_line(save):
    assert save("proof@wasatch.example\r\n\r\n officer@wasatch.example\r\n") == "saved"
    assert Carrier.get().seeds == ["proof@wasatch.example", "officer@wasatch.example"]
    assert Carrier.get().history.latest("history_id").history_change_reason == "Proofs"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("proof@wasatch.example, officer@wasatch.example", "is no e-mail address"),
        ("proof", "“proof” is no e-mail address"),
        ("proof@bücher.example", "has letters that not every relay takes"),
        ("\n".join(f"p{n}@wasatch.example" for n in range(21)), "At most 20 addresses"),
    ],
)
def test_what_is_no_address_is_not_taken(save, text, words):
    assert words in save(text)
    assert Carrier.get().seed_addresses == ""


def test_a_campaign_that_waits_after_its_sample_says_so_and_is_resumed(client_of, address):
    CarrierFactory(seed_addresses="proof@wasatch.example")
    campaign = CampaignFactory(running=True, status="paused", paused_because=samples.SENT)
    client = client_of(roles.OFFICER)
    shown = client.get(address("notices_campaign", "change", campaign.pk)).content.decode()
    assert "The sample was sent; look at it and resume" in shown
    client.post(address("notices_campaign", "resume", campaign.pk), {"because": "It is good"})
    campaign.refresh_from_db()
    assert campaign.status != Campaign.Status.PAUSED
