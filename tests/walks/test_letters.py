"""Letters in a real browser: made while the page says how far, and recorded when they come back."""

from datetime import UTC, datetime

from config import roles
from notices import letter_files, letters
from notices.models import Delivery, LetterFile
from notices.tasks import make_letters
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory
from tests.walks.conftest import IN_A_BROWSER

AT = datetime(2026, 11, 20, 17, tzinfo=UTC)
pytestmark = IN_A_BROWSER


def test_an_officer_has_letters_made_and_sees_how_far_they_are(sign_in, reference_data):
    CarrierFactory()
    campaign = CampaignFactory(running=True)
    DeliveryFactory.create_batch(3, campaign=campaign, state="queued")
    batch = letters.make_batch(campaign, by=None, because="Printing day", at=AT)
    page = sign_in(roles.OFFICER)
    page.goto(f"/admin/notices/postbatch/{batch.pk}/make-letters/")
    page.get_by_label("Reason").fill("To print")
    page.get_by_role("button", name="Make letters as PDF").click()
    page.get_by_text("0 of 3 letters").wait_for()
    LetterFile.objects.update(typeset=1)
    page.get_by_text("1 of 3 letters").wait_for()
    assert page.locator("progress").get_attribute("value") == "1"
    make_letters(batch.pk)
    page.get_by_role("cell", name=LetterFile.objects.get().sha256).wait_for()
    page.get_by_role("link", name="Download letters").click()
    page.get_by_label("Reason").fill("For the mail house")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download letters").click()
    assert downloading.value.suggested_filename == f"letters-{batch.pk}.zip"
    assert letter_files.progress(batch, at=AT).complete
    assert page.faults == []


def test_returned_letters_are_recorded_by_a_scanner_that_presses_enter(sign_in, reference_data):
    CarrierFactory()
    back = [DeliveryFactory(customer=CustomerFactory(name=f"Ann {n}")) for n in range(3)]
    page = sign_in(roles.OFFICER)
    page.goto("/admin/notices/campaign/")  # where the menu's group is open
    page.get_by_role("link", name="Returned letters").click()
    for letter in back:
        page.locator("#code:focus").wait_for()
        page.keyboard.type(letter.reference)
        page.keyboard.press("Enter")
        page.get_by_text(f"{letter.reference} is recorded as returned").wait_for()
    assert Delivery.objects.filter(outcome="returned").count() == 3
    page.get_by_role("button", name=f"Undo {back[0].reference}").click()
    page.get_by_text(f"{back[0].reference} is not returned any more.").wait_for()
    assert Delivery.objects.filter(outcome="returned").count() == 2
    assert page.faults == []
