"""Marketing reaches only who wants it and, where CPNI chose them, who approves that use."""

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import contact_optouts, contacts
from accounts.errors import Refused
from accounts.models import ContactOptOut
from config import roles
from cpni import marketing_campaigns, optouts, recipients
from cpni.assuming import assume_due
from cpni.decisions import decide
from cpni.models import Approval, Disclosure, MarketingCampaign, OptOutRequest
from cpni.results import results
from notices import audience, campaigns, links, marketing, outcomes, publishing, sending
from notices.audience import meant_for
from notices.models import Campaign, Delivery, Notice, Use
from notices.tasks import start_campaign
from tests.factories.accounts import CarrierFactory, CustomerFactory, UserFactory
from tests.factories.cpni import MarketingCampaignFactory, OptOutRequestFactory, RecipientFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, NoticeFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 18, tzinfo=UTC)
TODAY = AT.date()
WORDS = """Dear {{ customer_name }},

Faster internet is here.

{{ carrier_name }}
{{ optout_address }}
No more offers: {{ unsubscribe_link }}
"""


@pytest.fixture(autouse=True)
def noon(reference_data):
    CarrierFactory()
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def offer():
    """``offer()``: an approved marketing campaign; ``cpni_use="agents"`` names a use of CPNI.

    One that uses CPNI is in the register and reviewed, unless ``reviewed`` says otherwise.
    """

    def make(cpni_use=None, words=WORDS, reviewed=True, **kwargs):
        notice = NoticeFactory(
            kind="marketing",
            policy_version=None,
            channels="email",
            finish__draft=True,
            finish__uses=[],
        )
        notice.texts.update(email_body=words, letter_body="", subject="Faster internet")
        approver = UserFactory(is_superuser=True)
        publishing.approve_notice(notice, by=approver, because="Read", at=AT)
        use = Use.objects.get(code=cpni_use) if cpni_use else None
        campaign = CampaignFactory(
            notice=Notice.objects.get(pk=notice.pk),
            audience="active",
            cpni_use=use,
            status="approved",
            **kwargs,
        )
        if use and reviewed:
            MarketingCampaignFactory(
                email_campaign=campaign, channel="email", use=use, reviewed=True
            )
        return campaign

    return make


def start(campaign):
    campaigns.start(campaign.pk, by=None, because="Now", at=AT, message_domain="wasatch.example")
    return sending.send(campaign.pk)


def customer(name, **kwargs):
    return CustomerFactory(email=f"{name}@mail.example", **kwargs)


def test_it_reaches_who_wants_it_with_a_click_to_stop_and_a_postal_address(sink, offer):
    customer("ann")  # who has not consented to notices by e-mail: that is another question
    stopped = customer("bob")
    contact_optouts.stop(stopped, channels=["email"], on=TODAY, by=None, because="Called")
    by_text = customer("cy")
    contact_optouts.stop(by_text, channels=["text"], on=TODAY, by=None, because="Called")
    CustomerFactory()  # no e-mail address: nobody is owed an offer
    campaign = offer()
    start(campaign)
    assert sink.recipients == {"ann@mail.example": 1, "cy@mail.example": 1}
    message = message_from_bytes(bytes(sink.messages[0]), policy=policy.default)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = message["List-Unsubscribe"].strip(" <>")
    for kind in ("plain", "html"):
        words = message.get_body((kind,)).get_content()
        assert link in words
        assert "500 S State Street" in words
    assert "Reply-To" not in message
    assert not message.defects
    delivery = Delivery.objects.filter(campaign=campaign).first()
    assert (delivery.marketing, delivery.state, delivery.assume_from) == (True, "sent", None)
    assert not Delivery.objects.notices().exists()


def one_click(link, **headers):
    path = link.partition("/choices/")[2]
    return Client(enforce_csrf_checks=True).post(
        f"/choices/{path}",
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
        **headers,
    )


def link_of(delivery):
    return links.unsubscribe_address(delivery.pk, links.newest_key(at=AT))


@pytest.fixture
def sent(sink, offer):
    ann = customer("ann", by_email=True)
    campaign = offer()
    start(campaign)
    return Delivery.objects.get(campaign=campaign, customer=ann)


def test_one_click_stops_marketing_by_email_and_nothing_else(sent):
    ann = sent.customer
    assume_due(on=TODAY)
    before = (ann.email_notices_since, Approval.objects.count(), OptOutRequest.objects.count())
    for _ in range(2):
        assert one_click(link_of(sent)).status_code == 200
    row = ContactOptOut.objects.get()
    assert (row.customer, row.channel, row.since, row.until) == (ann, "email", TODAY, None)
    assert sent.reference in row.history.get().history_change_reason
    ann.refresh_from_db()
    after = (ann.email_notices_since, Approval.objects.count(), OptOutRequest.objects.count())
    assert after == before


def test_it_stands_on_the_customers_page_as_an_offer(sent, client_of):
    page = client_of(roles.OFFICER).get(f"/admin/accounts/customer/{sent.customer_id}/change/")
    assert "Offer sent" in page.content.decode()


def test_following_the_link_stops_nothing_as_mail_scanners_follow_it(sent):
    path = link_of(sent).partition("/choices/")[2]
    for method in ("get", "head"):
        answer = getattr(Client(), method)(f"/choices/{path}")
        assert answer.status_code == 200
    page = Client().get(f"/choices/{path}").content.decode()
    assert "Stop offers by e-mail" in page
    assert not ContactOptOut.objects.exists()
    for private in (sent.customer.name, "ann@mail.example", sent.customer.account_number):
        assert private not in page


def test_a_link_that_we_did_not_make_and_that_of_a_notice_stop_nothing(sent):
    notice = DeliveryFactory(mailed_on=date(2026, 11, 2))
    key = links.newest_key(at=AT)
    for token in (
        links.token(sent.pk, key),  # made for choices
        links.token(notice.pk, key, links.UNSUBSCRIBE),
        "N-00011-XXXXXXXXXXXXXXXXXXXX",
    ):
        assert one_click(f"https://x/choices/stop/{token}/").status_code == 404
    assert not ContactOptOut.objects.exists()


def test_whoever_stops_it_while_it_is_being_sent_gets_no_more(sink, offer):
    ann, bob = customer("ann"), customer("bob")
    campaign = offer()
    campaigns.start(campaign.pk, by=None, because="Now", at=AT, message_domain="x.example")
    contact_optouts.stop(ann, channels=["email"], on=TODAY, by=None, because="One click")
    sending.send(campaign.pk)
    assert sink.recipients == {"bob@mail.example": 1}
    mine = Delivery.objects.get(campaign=campaign, customer=ann)
    assert (mine.state, mine.reason) == ("cancelled", marketing.STOPPED)
    assert mine.history.count() == 2
    campaign.refresh_from_db()
    assert campaign.status == "finished"
    assert bob.deliveries.get().state == "sent"


def noticed(name, mailed_on=date(2026, 10, 1)):
    return DeliveryFactory(customer=customer(name), mailed_on=mailed_on).customer


def test_chosen_with_cpni_only_who_approves_that_use_is_written_to(sink, offer):
    approves, objects, waits = noticed("yes"), noticed("no"), noticed("wait", date(2026, 11, 20))
    customer("never")
    request = OptOutRequestFactory(received_on=date(2026, 10, 20))
    optouts.apply(request, customer=objects, on=TODAY, by=None, because="Matches")
    assume_due(on=TODAY)
    campaign = offer(cpni_use="other-services")
    assert meant_for(campaign) == f"All active customers, chosen with CPNI ({campaign.cpni_use})"
    explained = audience.explain(campaign, on=TODAY)
    assert explained.by_channel["email"] == 1
    assert (explained.active, explained.reached) == (4, 1)
    assert dict(explained.left_out)[audience.NOT_OFFERED] == 3
    start(campaign)
    assert sink.recipients == {"yes@mail.example": 1}
    assert {c.name for c in (approves, objects, waits)}
    used = Disclosure.objects.get()
    assert (used.customer, used.reason, used.used_on) == (approves, "assumed", TODAY)
    assert used.delivery == Delivery.objects.get(campaign=campaign, state="sent")
    assert used.campaign.email_campaign == campaign
    assert (used.data_classes, used.evidence[0][0]) == (["amount"], "delivery")
    assert used.history.count() == 1


def test_marketing_with_cpni_does_not_start_before_it_is_reviewed(offer):
    campaign = offer(cpni_use="other-services", reviewed=False)
    with pytest.raises(Refused, match="register of marketing campaigns"):
        campaigns.schedule(campaign, at=AT, by=None, because="Now")
    with pytest.raises(Refused, match="register of marketing campaigns"):
        campaigns.start(campaign.pk, by=None, because="Now", at=AT, message_domain="x.example")
    campaign.refresh_from_db()
    assert campaign.status == "approved"


def test_marketing_without_cpni_that_is_in_the_register_does_not_start_before_it_is_reviewed(offer):
    campaign = offer()
    plain = {"uses_cpni": False, "use": None, "data_classes": [], "items": ""}
    MarketingCampaignFactory(email_campaign=campaign, channel="email", **plain)
    with pytest.raises(Refused, match="not been reviewed"):
        start(campaign)


def test_within_the_services_it_reaches_who_has_one_and_is_recorded_as_a_use(sink, offer):
    has = noticed("has")
    customer("none", service=False)
    objects = noticed("no")
    request = OptOutRequestFactory(received_on=date(2026, 10, 20))
    optouts.apply(request, customer=objects, on=TODAY, by=None, because="Matches")
    campaign = offer(cpni_use="adjunct-services")
    assert audience.explain(campaign, on=TODAY).reached == 2
    start(campaign)
    # What needs no approval is no matter of an opt-out (64.2005(a)).
    assert sink.recipients == {"has@mail.example": 1, "no@mail.example": 1}
    used = Disclosure.objects.get(customer=has)
    assert (used.reason, used.campaign.email_campaign) == ("within_services", campaign)


def test_chosen_by_services_without_a_use_of_cpni_it_is_not_drafted_and_does_not_start(sink, offer):
    customer("ann", service="wireless")
    campaign = offer(categories=["wireless"])
    with pytest.raises(Refused, match="chosen by the services"):
        start(campaign)
    campaign.status = "draft"
    campaign.save()
    with pytest.raises(ValidationError, match="Name the use, or tick none"):
        campaign.clean()
    campaign.cpni_use = Use.objects.get(code="other-services")
    campaign.clean()


@pytest.fixture
def running(offer):
    """A running e-mail campaign with one message to send, and its entry in the register."""
    noticed("ann")
    assume_due(on=TODAY)
    campaign = offer(cpni_use="other-services")
    campaigns.start(campaign.pk, by=None, because="Now", at=AT, message_domain="x.example")
    campaign.refresh_from_db()
    return campaign, MarketingCampaign.objects.get(email_campaign=campaign)


def test_what_has_ended_in_the_register_pauses_and_is_not_resumed(sink, running):
    campaign, entry = running
    marketing_campaigns.end(entry, on=TODAY, by=None, because="Sold out")
    with time_machine.travel(AT + timedelta(days=1), tick=False):
        assert sending.send(campaign.pk).ended == "the campaign paused itself"
        campaign.refresh_from_db()
        assert campaign.paused_because.startswith("It runs from 2026-11-01 until 2026-11-23")
        with pytest.raises(Refused, match="It runs from"):
            campaigns.resume(campaign, by=None, because="Go on")
    assert not sink.recipients
    assert not Disclosure.objects.exists()
    campaigns.resume(campaign, by=None, because="On its last day")
    sending.send(campaign.pk)
    assert sink.recipients == {"ann@mail.example": 1}


def test_it_is_sent_for_each_recipient_that_the_register_names(sink, running):
    campaign, entry = running
    agent = RecipientFactory()
    agents = Use.objects.get(code="agents")
    Campaign.objects.filter(pk=campaign.pk).update(cpni_use=agents)
    entry.refresh_from_db()
    entry.use = agents
    entry.recipients.set([agent])
    entry.seen = entry.fingerprint
    entry.save()
    recipients.end(agent, on=date(2026, 11, 20), by=None, because="The contract is over")
    sending.send(campaign.pk)
    assert not sink.recipients
    assert Delivery.objects.get(campaign=campaign).reason == marketing.NOT_ALLOWED


def test_an_approval_that_falls_before_its_message_leaves_stops_that_message(sink, offer):
    person = noticed("ann")
    assume_due(on=TODAY)
    campaign = offer(cpni_use="other-services")
    campaigns.start(campaign.pk, by=None, because="Now", at=AT, message_domain="x.example")
    request = OptOutRequestFactory(received_on=TODAY)
    optouts.apply(request, customer=person, on=TODAY, by=None, because="Called")
    sending.send(campaign.pk)
    assert not sink.recipients
    delivery = Delivery.objects.get(campaign=campaign)
    assert (delivery.state, delivery.reason) == ("cancelled", marketing.NOT_ALLOWED)


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_marketing_is_allowed_exactly_where_decide_says_yes(data):
    # A table of its own for each example: customers in every state, asked in bulk and one by one.
    notices = Campaign.objects.filter(notice__kind="cpni").first() or CampaignFactory()
    people = [CustomerFactory() for _ in range(data.draw(st.integers(1, 3)))]
    for person in people:
        if data.draw(st.booleans()):
            day = data.draw(st.dates(date(2024, 6, 1), TODAY))
            DeliveryFactory(campaign=notices, customer=person, mailed_on=day)
        if data.draw(st.booleans()):
            asked = OptOutRequestFactory(received_on=data.draw(st.dates(date(2026, 1, 1), TODAY)))
            optouts.apply(asked, customer=person, on=TODAY, by=None, because="x")
    assume_due(on=TODAY)
    use = Use.objects.get(code="other-services")
    campaign = Campaign(cpni_use=use)
    answers = marketing.ask(campaign, [p.pk for p in people], on=TODAY)
    decided = {p.pk: decide(p, use, on=TODAY) for p in people}
    assert {pk for pk, decision in decided.items() if not decision.allowed} == set(answers.refused)
    assert {pk: basis.code for pk, basis in answers.allowed.items()} == {
        pk: decision.code for pk, decision in decided.items() if decision.allowed
    }


def test_a_bounced_offer_marks_the_address_and_is_followed_by_nothing(sent):
    result = outcomes.record(sent, outcome="bounced", on=TODAY, by=None, because="No mailbox")
    assert result.substitute is None
    assert sent.contact_point.__class__.objects.get(pk=sent.contact_point_id).undeliverable_since
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("name", ["unsubscribe_link", "optout_address"])
def test_an_offer_without_a_way_to_stop_it_or_an_address_is_not_approved(offer, name):
    with pytest.raises(Refused, match=name):
        offer(words=WORDS.replace(f"{{{{ {name} }}}}", "–"))


def test_an_offer_asks_for_nothing_and_a_notice_is_not_chosen_with_cpni(offer):
    campaign = offer()
    campaign.status = "draft"
    campaign.save()
    campaign.audience = "never_noticed"
    with pytest.raises(ValidationError, match="active customers or a list"):
        campaign.clean()
    notice = CampaignFactory(cpni_use=Use.objects.get(code="agents"))
    with pytest.raises(ValidationError, match="Only marketing"):
        notice.clean()


def test_a_click_stops_the_address_whichever_account_it_was_written_for(sink, offer):
    first, second, moved = customer("shared"), customer("Shared"), customer("shared")
    contacts.change_contact(
        moved,
        kind="email",
        value="own@mail.example",
        at=AT,
        on=TODAY,
        route="admin",
        by=None,
        because="New",
    )
    campaign = offer()
    start(campaign)
    assert (
        one_click(link_of(Delivery.objects.get(campaign=campaign, customer=first))).status_code
        == 200
    )
    assert {row.customer for row in ContactOptOut.objects.all()} == {first, second}
    before = sink.recipients["shared@mail.example"]
    start(offer())
    assert sink.recipients["shared@mail.example"] == before
    assert sink.recipients["own@mail.example"] == 2


def test_its_results_count_who_got_it_and_who_stopped_after_it(sink, offer, client_of):
    ann, bob = customer("ann"), customer("bob")
    first = offer()
    start(first)
    one_click(link_of(Delivery.objects.get(campaign=first, customer=ann)))
    with time_machine.travel(AT + timedelta(days=1), tick=False):
        second = offer()
        start(second)
        one_click(link_of(Delivery.objects.get(campaign=second, customer=bob)))
        officer = client_of(roles.OFFICER)
        for campaign, recipients in ((first, 2), (second, 1)):
            found = results(campaign)
            assert (found.recipients.total(), found.stopped.total()) == (recipients, 1)
            page = officer.get(reverse("admin:notices_campaign_results", args=[campaign.pk]))
            assert "1 of those who got it" in page.content.decode()


def test_what_keeps_it_from_starting_is_said_where_it_waits(offer, client_of):
    campaign = offer("agents")
    campaigns.schedule(campaign, at=AT + timedelta(minutes=1), by=None, because="Soon")
    MarketingCampaign.objects.filter(email_campaign=campaign).update(seen="something else")
    officer = client_of(roles.OFFICER)
    with time_machine.travel(AT + timedelta(hours=1), tick=False):
        start_campaign(campaign.pk)
        page = officer.get(reverse("admin:notices_campaign_change", args=[campaign.pk]))
        assert "Does not start: It is not what was reviewed any more" in page.content.decode()
        rows = officer.get("/admin/").context["desk_needed"]
        late = next(row for row in rows if row.title == "scheduled campaigns that have not started")
        assert list(officer.get(late.address).context["cl"].result_list) == [campaign]
