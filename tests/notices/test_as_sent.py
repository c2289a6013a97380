"""What is on record as sent has the carrier's details that were in it, whenever these change."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts import history
from accounts.models import Carrier
from notices import as_sent, letter_files, letters, sending
from notices.models import Delivery, LetterFile
from tests.factories.accounts import CarrierFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, NoticeFactory, answer_for

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 18, tzinfo=UTC)
OLD, NEW = "(800) 555-0177", "(800) 555-0999"


def new_number():
    carrier = Carrier.objects.get()
    carrier.optout_number = "+18005550999"
    history.save(carrier, by=None, because="New line")


@pytest.fixture
def notice(reference_data):
    """An approved notice that names the carrier's number."""
    history.save(CarrierFactory(), by=None, because="First")
    notice = NoticeFactory(finish__draft=True)
    words = "Dear {{ customer_name }}, call {{ optout_number }}. {{ reference }}\n"
    notice.texts.update(email_body=words, letter_body=words)
    answer_for(notice, by=notice.author)
    notice.status = "approved"
    notice.save()
    return notice


@pytest.fixture
def batch(notice):
    """A batch of one letter, made at ``AT``."""
    campaign = CampaignFactory(running=True, notice=notice)
    DeliveryFactory(campaign=campaign, state="queued")
    return letters.make_batch(campaign, by=None, because="Printing day", at=AT)


def on_record(delivery):
    return as_sent.body(delivery, as_sent.CarrierThen().at(as_sent.made_at(delivery)))


def make_pdf(batch):
    letter_files.ask_for(batch, by=None, because="To print", at=timezone.now())
    assert letter_files.make(batch.pk) == 1


def test_each_e_mail_of_a_loop_in_which_the_number_changes(sink, campaign_to, notice, settings):
    settings.SMTP_CONNECTIONS = 1
    campaign = campaign_to(6, notice=notice)

    def meanwhile():
        sent = Delivery.objects.filter(state="sent")
        if sent.count() >= 2 and Carrier.objects.get().optout_number == "+18005550177":
            new_number()
        return False

    sending.send(campaign.pk, stopping=meanwhile)
    assert Carrier.objects.get().optout_number == "+18005550999"
    for address, message in sink.accepted:
        said = message.get_body(("plain",)).get_content()
        (delivery,) = (d for d in Delivery.objects.all() if d.contact_point.value == address)
        assert said.strip() == on_record(delivery).strip()
    assert Delivery.history.filter(state="sent", worded_at=None).count() == 0


def test_a_letter_whose_pdf_was_made_before_the_number_changed(batch):
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False) as clock:
        make_pdf(batch)
        clock.shift(timedelta(hours=1))
        new_number()
        clock.shift(timedelta(hours=1))
        letters.mark_exported(batch, by=None, at=timezone.now())
        assert OLD in on_record(Delivery.objects.get())


def test_a_letter_during_the_making_of_whose_pdf_the_number_changed(batch, monkeypatch):
    """It is set from one reading of the carrier's record, and that is on record."""
    set_by_typst = letter_files.typesetting.typeset

    def meanwhile(ready, head):
        new_number()
        printed = list(ready)
        assert OLD in printed[0].text
        return set_by_typst(iter(printed), head)

    monkeypatch.setattr(letter_files.typesetting, "typeset", meanwhile)
    make_pdf(batch)
    assert OLD in on_record(Delivery.objects.get())


def test_a_letter_that_was_exported_after_the_number_changed(batch):
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False) as clock:
        new_number()
        clock.shift(timedelta(hours=1))
        letters.mark_exported(batch, by=None, at=timezone.now())
        assert NEW in "".join(letters.export(batch, by=None))
        assert NEW in on_record(Delivery.objects.get())
        assert not LetterFile.objects.exists()
