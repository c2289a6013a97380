"""Below the pages: a verb that is called around them asks for the same permission."""

import tempfile
import uuid
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator

from accounts import (
    authenticating,
    authorised_users,
    calls,
    contact_optouts,
    contacts,
    credentials,
    customers,
    exemptions,
    importing,
    lists,
    online_accounts,
    second_factor,
)
from accounts.errors import Refused
from accounts.permissions import NotAllowed
from config import roles
from cpni import (
    api_keys,
    breaches,
    calendar_feeds,
    calling_lists,
    complaints,
    disclosures,
    holds,
    incident_letters,
    incidents,
    late_findings,
    marketing_campaigns,
    merging,
    on_call,
    optouts,
    policy_calls,
    probing,
    purging,
    recipients,
    requested_disclosures,
    scripts,
    steps,
    verifying_approvals,
    webhooks,
)
from cpni.evidence import of_campaign, of_customer, of_sample, sampling, to_customer
from cpni.inbound import acting
from cpni.models import LegalHold
from notices import (
    automatic,
    campaigns,
    letter_files,
    letters,
    outcomes,
    policies,
    policy_campaigns,
    publishing,
    signing_off,
    telephone_tasks,
)
from notices.models import AutomaticNotice, PolicyVersion, PostBatch, Use
from tests.factories.accounts import (
    BusinessExemptionFactory,
    CallFactory,
    CarrierFactory,
    CustomerFactory,
    UserFactory,
)
from tests.factories.api import WebhookSubscriptionFactory, make_key
from tests.factories.cpni import (
    BreachFactory,
    CalendarFeedFactory,
    CallingListFactory,
    ComplaintFactory,
    InboundMessageFactory,
    IncidentFactory,
    IncidentLetterFactory,
    LateFindingFactory,
    LegalHoldFactory,
    MarketingCampaignFactory,
    OptOutRequestFactory,
    ProbeFactory,
    RecipientFactory,
    RequestedDisclosureFactory,
    ScriptFactory,
    VerificationFactory,
)
from tests.factories.notices import (
    CampaignFactory,
    DeliveryFactory,
    NoticeFactory,
    PolicyFactory,
    TelephoneTaskFactory,
    cleared,
)

pytestmark = pytest.mark.usefixtures("today", "reference_data")
AT, ON = datetime(2026, 11, 23, 18, tzinfo=UTC), date(2026, 11, 23)
NEXT = date(2026, 11, 24)
R, S, M, O, A = (  # noqa: E741  (the letters of the table of roles)
    roles.REPRESENTATIVE,
    roles.SUPERVISOR,
    roles.MARKETING,
    roles.OFFICER,
    roles.AUDITOR,
)


def email_of_somebody():
    return CustomerFactory(email="ann@mail.example").contact_points.get(kind="email")


def with_a_second_factor():
    user = UserFactory()
    Authenticator.objects.create(user=user, type="totp", data={})
    return user


def empty_file():
    path = Path(tempfile.mkdtemp(), "billing.csv")
    path.write_text("account_number,name,active_since\n")
    return path


def batch():
    delivery = DeliveryFactory()
    return PostBatch.objects.create(campaign=delivery.campaign, created_at=AT)


def waiting_batch():
    delivery = DeliveryFactory(state="batched")
    made = PostBatch.objects.create(campaign=delivery.campaign, created_at=AT)
    made.deliveries.add(delivery)
    return made


def made_batch():
    made = waiting_batch()
    CarrierFactory()
    letter_files.ask_for(made, by=None, at=AT, **WHY)
    letter_files.make(made.pk)
    return made


def by_telephone():
    CustomerFactory()
    return MarketingCampaignFactory(
        uses_cpni=False, use=None, data_classes=[], items="", reviewed=True
    )


def automatic_notice():
    return AutomaticNotice.objects.create(kind="new", notice=NoticeFactory())


def wider_policy():
    if not PolicyVersion.objects.filter(effective_on=date(2010, 1, 1)).exists():
        PolicyFactory(uses=["agents"], effective_on=date(2010, 1, 1))
    return PolicyFactory()


def opt_in(**kwargs):
    return OptOutRequestFactory.build(opt_in=True, **kwargs)


def answered(verb, kind, use, by):
    return verb(
        CallFactory(by=by),
        script=scripts.current(kind),
        language="en",
        uses=Use.objects.filter(code=use),
        answer="no",
        token=uuid.uuid4(),
        today=ON,
        at=AT,
        by=by,
    )


def nobody_answered(by):
    call = CallFactory(by=by)
    return telephone_tasks.not_reached(
        TelephoneTaskFactory(customer=call.customer, call=call), call=call,
        outcome="no_answer", place=None, at=AT, on=ON, by=by,
    )  # fmt: skip


def policy_answered(by):
    call = CallFactory(by=by)
    return policy_calls.record(
        call, TelephoneTaskFactory(customer=call.customer), script=scripts.current("policy_change"),
        language="en", answer="refused", token=uuid.uuid4(), today=ON, at=AT, by=by,
    )  # fmt: skip


WHY = {"because": "Because"}
# What may be done, by whom, and the call.
VERBS = {
    "change a contact": (
        [R, S, O],
        lambda by: bool(
            contacts.change_contact(
                CustomerFactory(),
                kind="telephone",
                value="801 555 7788",
                at=AT,
                on=ON,
                route="admin",
                by=by,
                because="x",
            )
        ),
    ),
    "remove a contact": (
        [R, S, O],
        lambda by: contacts.remove_contact(
            email_of_somebody(), at=AT, on=ON, route="admin", by=by, because="x"
        ),
    ),
    "reset a second factor": (
        [O],
        lambda by: second_factor.reset(with_a_second_factor(), by=by, because="x", at=AT),
    ),
    "import customers": (
        [O],
        lambda by: importing.import_file(empty_file(), today=ON, by=by, because="x"),
    ),
    "place a hold": (
        [O],
        lambda by: bool(
            holds.place(
                LegalHold(scope="everything", matter="Suit"), on=ON, by=by, because="Counsel"
            )
        ),
    ),
    "release a hold": (
        [O],
        lambda by: holds.release(LegalHoldFactory(), on=ON, by=by, because="Counsel"),
    ),
    "purge": ([O], lambda by: purging.purge(as_of=ON, today=ON, by=by, because="Kept")),
    "make an API key": ([O], lambda by: bool(make_key(by=by))),
    "revoke an API key": (
        [O],
        lambda by: api_keys.revoke(make_key().key, at=AT, by=by, because="x"),
    ),
    "subscribe a webhook": (
        [O],
        lambda by: bool(
            webhooks.subscribe("CRM", "https://1.1.1.1/hooks", at=AT, by=by, because="x")
        ),
    ),
    "stop a webhook": (
        [O],
        lambda by: webhooks.stop(WebhookSubscriptionFactory(), at=AT, by=by, because="x"),
    ),
    "start a webhook": (
        [O],
        lambda by: webhooks.start(
            WebhookSubscriptionFactory(disabled_at=AT, disabled_because="x"),
            at=AT,
            by=by,
            because="x",
        ),
    ),
    "print a customer's binder": (
        [O, A],
        lambda by: of_customer.binder(CustomerFactory(), as_of=ON, by=by, at=AT),
    ),
    "print a campaign's binder": (
        [O, A],
        lambda by: of_campaign.binder(CampaignFactory(started_at=AT), by=by, at=AT),
    ),
    "print a sample": (
        [O, A],
        lambda by: of_sample.binder(
            sampling.draw(sampling.Population(), size=1, seed="1"), by=by, at=AT
        ),
    ),
    "print who received a customer's data": (
        [S, O, A],
        lambda by: to_customer.letter(
            CustomerFactory(), first=ON, last=ON, language="en", by=by, at=AT
        ),
    ),
    "approve a notice": (
        [O],
        lambda by: publishing.approve_notice(
            cleared(NoticeFactory(finish__draft=True)), by=by, at=AT, **WHY
        ),
    ),
    "sign off a line of a notice": (
        [O],
        lambda by: signing_off.sign_off(
            NoticeFactory(finish__draft=True), "comprehensible", verdict="good", by=by, at=AT
        ),
    ),
    "override a failed line of a notice": (
        [O],
        lambda by: signing_off.override(
            NoticeFactory(finish__draft=True), "entities", by=by, at=AT, **WHY
        ),
    ),
    "write a notice anew": (
        [O],
        lambda by: publishing.new_version(NoticeFactory(), by=by, **WHY),
    ),
    "note a change of an online account": (
        [R, S, O],
        lambda by: online_accounts.note_change(
            CustomerFactory(), at=AT, on=ON, route="admin", by=by, **WHY
        ),
    ),
    "publish a policy": (
        [O],
        lambda by: policies.publish(
            PolicyFactory(status="draft"), effective_on=NEXT, today=ON, by=by, because="Read"
        ),
    ),
    "record a policy of earlier": (
        [O],
        lambda by: policies.record_earlier(
            PolicyFactory(status="draft"),
            effective_on=date(2020, 1, 1),
            today=ON,
            by=by,
            because="On the web site since",
        ),
    ),
    "write the next policy": (
        [O],
        lambda by: policies.next_version(
            PolicyFactory(), number="next", effective_on=ON, by=by, because="New plans"
        ),
    ),
    "draft what tells of a changed policy": (
        [O],
        lambda by: policy_campaigns.draft(wider_policy(), by=by, because="The policy changed"),
    ),
    "approve a campaign": ([S, O], lambda by: campaigns.approve(CampaignFactory(), by=by, **WHY)),
    "schedule a campaign": (
        [O],
        lambda by: campaigns.schedule(CampaignFactory(status="approved"), at=AT, by=by, **WHY),
    ),
    "start a campaign": (
        [O],
        lambda by: campaigns.start(
            CampaignFactory(status="approved").pk, by=by, at=AT, message_domain="x.example", **WHY
        ),
    ),
    "pause a campaign": (
        [O],
        lambda by: campaigns.pause(CampaignFactory(running=True), by=by, **WHY),
    ),
    "resume a campaign": (
        [O],
        lambda by: campaigns.resume(CampaignFactory(running=True, status="paused"), by=by, **WHY),
    ),
    "cancel a campaign": ([O], lambda by: campaigns.cancel(CampaignFactory(), by=by, **WHY)),
    "make a post batch": (
        [O],
        lambda by: letters.make_batch(CampaignFactory(running=True), by=by, at=AT, **WHY),
    ),
    "export letters": ([O], lambda by: letters.export(batch(), by=by)),
    "ask for letters as PDF": (
        [O],
        lambda by: letter_files.ask_for(waiting_batch(), by=by, at=AT, **WHY),
    ),
    "download letters": ([O], lambda by: letter_files.archive(made_batch(), by=by, at=AT)),
    "take back a return": ([O], lambda by: outcomes.take_back(DeliveryFactory(), by=by, **WHY)),
    "mark letters exported": ([O], lambda by: letters.mark_exported(batch(), by=by, at=AT)),
    "confirm a mailing": (
        [O],
        lambda by: letters.confirm_mailed(batch(), on=ON, proof="3602", by=by, today=ON, **WHY),
    ),
    "record a returned letter": (
        [O],
        lambda by: outcomes.record(DeliveryFactory(), outcome="returned", on=ON, by=by, **WHY),
    ),
    "enter an opting out": (
        [R, S, O],
        lambda by: optouts.receive(OptOutRequestFactory.build(), today=ON, at=AT, by=by, **WHY),
    ),
    "enter an opting in": (
        [R, S, O],
        lambda by: optouts.receive(opt_in(), today=ON, at=AT, by=by, **WHY),
    ),
    "apply a request": (
        [R, S, O],
        lambda by: optouts.apply(
            OptOutRequestFactory(), customer=CustomerFactory(), on=ON, by=by, **WHY
        ),
    ),
    "reject a request": (
        [R, S, O],
        lambda by: optouts.reject(OptOutRequestFactory(), by=by, **WHY),
    ),
    "take a match back": (
        [S, O],
        lambda by: optouts.undo(OptOutRequestFactory(), on=ON, by=by, **WHY),
    ),
    "record a use": (
        [O],
        lambda by: disclosures.record(
            CustomerFactory(),
            Use.objects.filter(mechanism="none").first(),
            on=ON,
            recipient=None,
            what="Calls",
            at=AT,
            by=by,
            because="Bill",
        ),
    ),
    "draft a marketing campaign": (
        [M, O],
        lambda by: marketing_campaigns.draft(
            MarketingCampaignFactory.build(author=None), recipients=(), by=by, **WHY
        ),
    ),
    "change a marketing campaign": (
        [M, O],
        lambda by: marketing_campaigns.change(
            MarketingCampaignFactory(), recipients=(), by=by, **WHY
        ),
    ),
    "review a marketing campaign": (
        [S, O],
        lambda by: marketing_campaigns.review(
            MarketingCampaignFactory(), finds_competitors=False, at=AT, on=ON, by=by, **WHY
        ),
    ),
    "send a marketing campaign back": (
        [S, O],
        lambda by: marketing_campaigns.send_back(MarketingCampaignFactory(), at=AT, by=by, **WHY),
    ),
    "refuse a marketing campaign": (
        [S, O],
        lambda by: marketing_campaigns.refuse(MarketingCampaignFactory(), at=AT, by=by, **WHY),
    ),
    "end a marketing campaign": (
        [S, O],
        lambda by: marketing_campaigns.end(
            MarketingCampaignFactory(reviewed=True), on=ON, by=by, **WHY
        ),
    ),
    "hand out a list": (
        [O],
        lambda by: calling_lists.hand_out(
            by_telephone(), recipient=None, on=ON, at=AT, by=by, **WHY
        ),
    ),
    "confirm that a list is destroyed": (
        [O],
        lambda by: calling_lists.confirm_destroyed(
            CallingListFactory(), on=ON, today=ON, proof="E-mail", by=by, **WHY
        ),
    ),
    "enter a customer's written request": (
        [R, S, O],
        lambda by: requested_disclosures.receive(
            RequestedDisclosureFactory.build(by_customer=True, customer=CustomerFactory()),
            today=ON,
            at=AT,
            by=by,
            **WHY,
        ),
    ),
    "enter what the law compels": (
        [O],
        lambda by: requested_disclosures.receive(
            RequestedDisclosureFactory.build(customer=CustomerFactory()),
            today=ON,
            at=AT,
            by=by,
            **WHY,
        ),
    ),
    "disclose what is asked for": (
        [O],
        lambda by: requested_disclosures.disclose(
            RequestedDisclosureFactory(), disclosed="Calls", on=ON, today=ON, at=AT, by=by, **WHY
        ),
    ),
    "decline what is asked for": (
        [O],
        lambda by: requested_disclosures.decline(RequestedDisclosureFactory(), on=ON, by=by, **WHY),
    ),
    "settle a use to be looked into": (
        [O],
        lambda by: late_findings.settle(LateFindingFactory(), note="Told", at=AT, by=by, **WHY),
    ),
    "enter a recipient": (
        [O],
        lambda by: recipients.add(RecipientFactory.build(), by=by, **WHY),
    ),
    "say what a recipient is in law": (
        [O],
        lambda by: recipients.set_relationship(RecipientFactory(), "contractor", by=by, **WHY),
    ),
    "end the contract with a recipient": (
        [O],
        lambda by: recipients.end(RecipientFactory(), on=ON, by=by, **WHY),
    ),
    "verify approvals": (
        [R, S, O],
        lambda by: verifying_approvals.verify(
            VerificationFactory.build(customer=CustomerFactory()), today=ON, at=AT, by=by, **WHY
        ),
    ),
    "release an incident": (
        [O],
        lambda by: incidents.release(IncidentFactory(ended_on=ON), on=ON, by=by, **WHY),
    ),
    "draft the letter to the FCC": (
        [O],
        lambda by: incident_letters.draft(IncidentFactory(), by=by, **WHY),
    ),
    "make the letter to the FCC final": (
        [O],
        lambda by: incident_letters.finish(IncidentLetterFactory(), by=by, **WHY),
    ),
    "make the letter to the FCC a draft again": (
        [O],
        lambda by: incident_letters.reopen(IncidentLetterFactory(status="final"), by=by, **WHY),
    ),
    "record the filing of the letter to the FCC": (
        [O],
        lambda by: incident_letters.file(
            IncidentLetterFactory(status="final"), on=ON, proof="1", today=ON, by=by, **WHY
        ),
    ),
    "record a step of an incident": (
        [O],
        lambda by: steps.take(
            IncidentFactory(), "tested", on=ON, words="Called", today=ON, at=AT, by=by
        ),
    ),
    "record a step of a breach": (
        [O],
        lambda by: steps.take(
            BreachFactory(), "agencies", on=ON, words="Told", today=ON, at=AT, by=by
        ),
    ),
    "open a breach": (
        [O],
        lambda by: breaches.open_breach(BreachFactory.build(), today=ON, at=AT, by=by),
    ),
    "name the customers of a breach": (
        [O],
        lambda by: breaches.name_affected(
            BreachFactory(), [CustomerFactory().pk], replace=False, at=AT, by=by, **WHY
        ),
    ),
    "close a breach": (
        [O],
        lambda by: breaches.close(BreachFactory(intent="no"), on=ON, by=by, **WHY),
    ),
    "make a calendar address": ([S, O], lambda by: calendar_feeds.make(by, at=AT)),
    "revoke somebody's calendar address": (
        [O],
        lambda by: calendar_feeds.revoke(CalendarFeedFactory(), at=AT, by=by, **WHY),
    ),
    "approve an automatic notice": (
        [S, O],
        lambda by: automatic.approve(automatic_notice(), at=AT, by=by, **WHY),
    ),
    "stop an automatic notice": (
        [S, O],
        lambda by: automatic.stop(automatic_notice(), by=by, **WHY),
    ),
    "copy a campaign": ([M, O], lambda by: campaigns.copy(CampaignFactory(), by=by, **WHY)),
    "record a test of a way to opt out": (
        [S, O],
        lambda by: probing.record("telephone", worked=True, words="Called", at=AT, by=by),
    ),
    "open an incident from a test": (
        [O],
        lambda by: probing.open_incident(ProbeFactory(failed=True), by=by, **WHY),
    ),
    "split an opt-out request": (
        [R, S, O],
        lambda by: optouts.split(
            OptOutRequestFactory(),
            customers=[CustomerFactory()],
            rest="Somebody else",
            on=ON,
            at=AT,
            by=by,
            **WHY,
        ),
    ),
    "merge accounts": (
        [O],
        lambda by: merging.merge(CustomerFactory(), CustomerFactory(), on=ON, at=AT, by=by, **WHY),
    ),
    "record consent": (
        [R, S, O],
        lambda by: customers.record_email_consent(
            CustomerFactory(), on=ON, proof="Form", by=by, **WHY
        ),
    ),
    "withdraw consent": (
        [R, S, O],
        lambda by: customers.withdraw_email_consent(CustomerFactory(), on=ON, by=by, **WHY),
    ),
    "end a service": (
        [R, S, O],
        lambda by: customers.discontinue(CustomerFactory(), on=ON, by=by, **WHY),
    ),
    "begin a service again": (
        [R, S, O],
        lambda by: customers.reconnect(CustomerFactory(discontinued=True), on=ON, by=by, **WHY),
    ),
    "stop marketing": (
        [R, S, O],
        lambda by: contact_optouts.stop(
            CustomerFactory(), channels=["email"], on=ON, by=by, because="Said so"
        ),
    ),
    "allow marketing again": (
        [R, S, O],
        lambda by: contact_optouts.allow(
            CustomerFactory(), channels=["email"], on=ON, by=by, because="Said so"
        ),
    ),
    "opt out on a call": (
        [R, S, O],
        lambda by: on_call.opt_out(CallFactory(by=by), today=ON, at=AT, by=by),
    ),
    "record what was answered to a one-time script": (
        [R, S, O],
        lambda by: answered(on_call.one_time, "one_time", "other-services", by),
    ),
    "record what was answered to an opt-in script": (
        [R, S, O],
        lambda by: answered(on_call.opt_in, "opt_in", "contractors", by),
    ),
    "write a script": (
        [O],
        lambda by: scripts.draft(ScriptFactory.build(), by=by, because="Wording"),
    ),
    "approve a script": (
        [O],
        lambda by: scripts.approve(ScriptFactory(), by=by, at=AT, because="Read"),
    ),
    "enter a complaint": (
        [R, S, O],
        lambda by: complaints.receive(
            ComplaintFactory.build(), today=ON, at=AT, by=by, because="Letter"
        ),
    ),
    "correct a message": (
        [O],
        lambda by: acting.correct(InboundMessageFactory(), kind="other", at=AT, by=by, **WHY),
    ),
    "mark a message as read": (
        [O],
        lambda by: acting.mark_read(InboundMessageFactory(), at=AT, by=by, **WHY),
    ),
    "resolve a complaint": (
        [S, O],
        lambda by: complaints.resolve(
            ComplaintFactory(), found="A mistake", on=ON, by=by, because="Looked into"
        ),
    ),
    "take a call": (
        [R, S, O],
        lambda by: calls.start(
            CustomerFactory(),
            by=by,
            direction="inbound",
            caller="holder",
            at=AT,
            token=uuid.uuid4(),
        ),
    ),
    "set the first password": (
        [R, S, O],
        lambda by: credentials.set_password(
            CustomerFactory(active_since=ON),
            new="violet tractor",
            by=by,
            at=AT,
            on=ON,
            route="admin",
            **WHY,
        ),
    ),
    "enter a signed authority": (
        [O],
        lambda by: authorised_users.add(
            CustomerFactory(), name="Nell", authority="ask", on=ON, at=AT, by=by, **WHY
        ),
    ),
    "enter a business exemption": (
        [O],
        lambda by: exemptions.add(
            CustomerFactory(kind="business"),
            account_representative="Sam Key",
            contract="MSA-7",
            contract_on=ON,
            terms="Word of the month",
            on=ON,
            by=by,
            **WHY,
        ),
    ),
    "end a business exemption": (
        [O],
        lambda by: exemptions.end(BusinessExemptionFactory(), on=ON, by=by, **WHY),
    ),
    "release a lock": (
        [S],
        lambda by: authenticating.release(customer=CustomerFactory(), by=by, at=AT, **WHY),
    ),
    "take the next policy-change call": (
        [R, S, O],
        lambda by: telephone_tasks.call_next(by=by, at=AT, on=ON, token=uuid.uuid4()),
    ),
    "record that nobody answered": ([R, S, O], nobody_answered),
    "record what was answered about a changed policy": ([R, S, O], policy_answered),
    "save a list": (
        [O],
        lambda by: lists.save_list("A", [CustomerFactory().account_number], by=by, **WHY),
    ),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_is_done_for_the_roles_that_may_and_for_no_other(verb, staff):
    allowed, call = VERBS[verb]
    for role in (R, S, M, O, A):
        by = staff(role)
        if role in allowed:
            call(by)
        else:
            with pytest.raises(NotAllowed, match="Your role may not do this"):
                call(by)


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_is_not_done_for_someone_without_a_role_or_who_has_left(verb, staff):
    allowed, call = VERBS[verb]
    for by in (UserFactory(), staff(allowed[0], is_active=False)):
        with pytest.raises(NotAllowed):
            call(by)


def test_without_the_permission_for_it_nobody_opts_a_customer_back_in(db):
    """Entering and applying requests may only restrict the carrier, never give it rights."""
    by = UserFactory(may="cpni.add_optoutrequest cpni.apply_optoutrequest")
    customer = CustomerFactory()
    optouts.apply(OptOutRequestFactory(), customer=customer, on=ON, by=by, because="Letter")
    with pytest.raises(NotAllowed):
        optouts.receive(opt_in(), today=ON, at=AT, by=by, because="x")
    waiting = OptOutRequestFactory(opt_in=True)
    with pytest.raises(NotAllowed):
        optouts.apply(waiting, customer=customer, on=ON, by=by, because="x")
    waiting.refresh_from_db()
    assert waiting.status == "received"


# --- Author is never approver -------------------------------------------------------------------


def written(what, by):
    """A draft of ``what`` that ``by`` wrote."""
    record = {
        "campaign": lambda: CampaignFactory(author=by),
        "notice": lambda: NoticeFactory(author=by, finish__draft=True),
        "policy version": lambda: PolicyFactory(status="draft", effective_on=ON),
        "script": lambda: ScriptFactory(author=by),
    }[what]()
    touched(record, by)
    return record


def touched(record, by):
    record._history_user, record._change_reason = by, "Wording"
    record.save()


APPROVE = {
    "campaign": lambda r, by: campaigns.approve(r, by=by, **WHY),
    "notice": lambda r, by: publishing.approve_notice(cleared(r), by=by, at=AT, **WHY),
    "policy version": lambda r, by: policies.publish(r, effective_on=NEXT, today=ON, by=by, **WHY),
    "script": lambda r, by: scripts.approve(r, by=by, at=AT, **WHY),
}
PAGES = {
    "campaign": ("notices_campaign", "approve"),
    "notice": ("notices_notice", "approve"),
    "policy version": ("notices_policyversion", "publish"),
    "script": ("cpni_script", "approve"),
}


@pytest.mark.parametrize("what", APPROVE)
def test_the_author_is_refused_by_the_verb_and_at_the_door_and_another_is_not(
    what, staff, client, address
):
    author, other = staff(O), staff(O)
    record = written(what, author)
    with pytest.raises(Refused, match="Someone else must approve it"):
        APPROVE[what](record, author)
    client.force_login(author)
    seen = getattr(record, "fingerprint", "")
    answer = client.post(
        address(*PAGES[what], record.pk),
        {"because": "Mine", "seen": seen, "effective_on": "2026-11-24"},
    )
    assert "Someone else must approve it" in answer.content.decode()
    record.refresh_from_db()
    assert record.status == "draft"
    assert APPROVE[what](record, other) is True


@pytest.mark.parametrize("what", APPROVE)
def test_two_people_cannot_pass_a_draft_to_and_fro_and_approve_it_themselves(what, staff):
    first, second = staff(O), staff(O)
    record = written(what, first)
    if what != "policy version":
        record.author = second
    touched(record, second)
    for by in (first, second):
        with pytest.raises(Refused, match="Someone else must approve it"):
            APPROVE[what](record, by)


def test_whoever_wrote_a_text_of_a_notice_does_not_approve_it(staff):
    writer = staff(O)
    notice = NoticeFactory(finish__draft=True)
    touched(notice.texts.get(), writer)
    with pytest.raises(Refused, match="wrote or changed this notice"):
        publishing.approve_notice(notice, by=writer, at=AT, because="Read")
