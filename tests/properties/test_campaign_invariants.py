"""Whatever the order of edits, approvals, pauses and retries: nobody gets two of one campaign, and
no text that was sent differs from the text on record.

Random stories of one campaign against a real relay that now takes a message, now puts it off, now
refuses the address, and now cuts the connection.
"""

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import time_machine
from django.core.exceptions import ValidationError
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.errors import Refused
from notices import campaigns, publishing, sending
from notices.catalogue import install
from notices.models import Campaign, Delivery, Notice, NoticeText, Use
from notices.placeholders import fill
from notices.rendering import campaign_values
from tests.factories.accounts import CarrierFactory, CustomerFactory, UserFactory
from tests.factories.notices import CampaignFactory, NoticeFactory, cleared
from tests.smtp_sink import DROP, Sink

START = datetime(2026, 11, 23, 18, tzinfo=UTC)
PEOPLE = 3
ANSWERS = st.sampled_from(
    ["", "450 4.2.0 Later", "550 5.1.1 Unknown", "554 5.7.1 Not this text", DROP]
)
STEPS = st.one_of(
    st.tuples(st.just("edit"), st.sampled_from(["first", "second", "third"])),
    st.tuples(st.just("approve notice"), st.none()),
    st.tuples(st.just("approve campaign"), st.none()),
    st.tuples(st.just("start"), st.none()),
    st.tuples(st.just("pause"), st.none()),
    st.tuples(st.just("resume"), st.none()),
    st.tuples(st.just("cancel"), st.none()),
    st.tuples(st.just("send"), st.lists(ANSWERS, min_size=PEOPLE, max_size=PEOPLE)),
    st.tuples(st.just("new customer"), st.none()),
    st.tuples(st.just("later"), st.sampled_from([1, 30, 600])),  # minutes
)
# A story that goes well begins with these; after them anything may happen, and again.
BEGUN = [("approve notice", None), ("approve campaign", None), ("start", None)]


class CampaignInvariants(TestCase):
    """Random stories; every example is rolled back."""

    def setUp(self):
        self.sink = Sink()
        self.sink.start()
        self.addCleanup(self.sink.stop)

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.booleans(), st.lists(STEPS, min_size=1, max_size=12))
    def test_nobody_gets_two_and_what_was_sent_is_what_is_on_record(self, begun, story):
        self.sink.accepted.clear()
        self.sink.answers.clear()
        install(Use)
        relay = {
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": self.sink.port,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}",
            "EMAIL_TIMEOUT": 5,
            "SMTP_CONNECTIONS": 2,
            "DEFAULT_FROM_EMAIL": "notices@wasatch.example",
        }
        with override_settings(**relay), time_machine.travel(START) as self.clock:
            self.now = START
            self.carrier = CarrierFactory()
            self.people = [self.person(number) for number in range(PEOPLE)]
            self.officer = UserFactory(is_superuser=True)
            self.notice = NoticeFactory(finish__draft=True)
            self.campaign = CampaignFactory(notice=self.notice, audience="active")
            for step, what in [*(BEGUN if begun else []), *story]:
                with suppress(Refused, ValidationError):
                    getattr(self, "do_" + step.replace(" ", "_"))(what)
                self.check()
            self.check_it_ends()

    def person(self, number):
        return CustomerFactory(by_email=True, email=f"c{number}@mail.example", post=False)

    # --- What happens ---

    def do_edit(self, words):
        text = NoticeText.objects.get(notice=self.notice)
        text.email_body = f"Dear {{{{ customer_name }}}},\n\n{words} words. {{{{ reference }}}}\n"
        text.save()

    def do_approve_notice(self, _):
        notice = Notice.objects.get(pk=self.notice.pk)
        if notice.status == Notice.Status.DRAFT:
            cleared(notice, by=UserFactory(is_superuser=True))
        publishing.approve_notice(notice, by=self.officer, because="Read", at=self.now)

    def do_approve_campaign(self, _):
        campaigns.approve(self.fresh(), by=self.officer, because="Read")

    def do_start(self, _):
        campaigns.start(
            self.campaign.pk, by=None, because="Now", at=self.now, message_domain="x.example"
        )

    def do_pause(self, _):
        campaigns.pause(self.fresh(), by=None, because="Wait")

    def do_resume(self, _):
        campaigns.resume(self.fresh(), by=None, because="Go on")

    def do_cancel(self, _):
        campaigns.cancel(self.fresh(), by=None, because="No")

    def do_send(self, answers):
        for number, answer in enumerate(answers):
            self.sink.answers["DONE", f"c{number}@mail.example"] = answer
        sending.send(self.campaign.pk)

    def do_new_customer(self, _):
        self.people.append(self.person(len(self.people)))

    def do_later(self, minutes):
        self.now += timedelta(minutes=minutes)
        self.clock.move_to(self.now)

    # --- What must hold ---

    def fresh(self):
        return Campaign.objects.get(pk=self.campaign.pk)

    def check(self):
        rows = Delivery.objects.filter(campaign=self.campaign)
        by_customer = Counter(rows.values_list("customer", "round"))
        assert not [who for who, times in by_customer.items() if times > 1]
        doubts = {
            row.contact_point.value: row.in_doubt
            for row in rows.filter(channel="email").select_related("contact_point")
        }
        for address, times in self.sink.recipients.items():
            # Only one whose answer was lost may have gone twice, and that is on record.
            assert times <= 1 + doubts[address], address
        text = NoticeText.objects.get(notice=self.notice)
        assert text.digest == text.computed_digest() or not self.sink.accepted
        for address, message in self.sink.accepted:
            row = rows.select_related("text").get(
                contact_point__index=self.index(address), channel="email"
            )
            shared = campaign_values(row.text.notice, self.carrier, row.text.language)
            own = {"customer_name": row.recipient_name, "reference": row.reference}
            said = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
            assert said == fill(row.text.email_body, {**shared, **own})

    def index(self, address):
        (point,) = (
            person.contact_points.get(kind="email")
            for person in self.people
            if person.contact_points.get(kind="email").value == address
        )
        return point.index

    def check_it_ends(self):
        """Let go on, and with a relay that takes everything, everybody has one fate."""
        self.sink.answers.clear()
        for _ in range(8):
            with suppress(Refused):
                self.do_resume(None)
            self.do_later(600)
            sending.send(self.campaign.pk, clock=timezone.now)
            self.check()
        campaign = self.fresh()
        if campaign.status in (Campaign.Status.RUNNING, Campaign.Status.PAUSED):
            raise AssertionError(f"{campaign.status}: {campaign.paused_because}")
        pending = Delivery.objects.filter(campaign=campaign, state__in=Delivery.PENDING)
        assert not pending.exists()
