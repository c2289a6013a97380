"""Each question of domain.md 13, asked of the demo by whoever asks it.

What its page says is compared with an answer made here from the records as they lie in the tables,
row by row: by none of the functions that the page asks.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.models import (
    AccountChange,
    AuthenticationTry,
    AuthorisedUser,
    BusinessExemption,
    ContactOptOut,
    ContactPoint,
    Customer,
    Look,
    Service,
    UnusualLook,
    User,
)
from config.questions import GROUPS, QUESTIONS
from config.roles import ROLES
from cpni.models import (
    Approval,
    AudienceScrub,
    Breach,
    Disclosure,
    Incident,
    IncidentLetter,
    LeftOut,
    LegalHold,
    MarketingCampaign,
    OptOutRequest,
    Probe,
    Recipient,
    RequestedDisclosure,
    Script,
    ScriptReading,
)
from notices.models import Delivery, Notice, PolicyUse, PolicyVersion, Use
from tests.architecture.access import ACCESS, ACTS, LETTERS, PAGES
from tests.factories.accounts import BusinessExemptionFactory
from tests.factories.cpni import (
    DisclosureFactory,
    LegalHoldFactory,
    MarketingCampaignFactory,
    RecipientFactory,
    RequestedDisclosureFactory,
)

pytestmark = [
    pytest.mark.xdist_group("questions"),  # the demo is told once
    pytest.mark.django_db,
    pytest.mark.usefixtures("demo"),
]
TODAY = date(2026, 11, 28)
DENVER = ZoneInfo("America/Denver")
ASKS = dict(zip(GROUPS, ("officer", "rep", "supervisor", "auditor"), strict=True))
ASKER = {one.number: ASKS[group] for group in GROUPS for one in group.questions}
PENDING = ("queued", "sending", "batched")


def way(number, words):
    """The way of that question whose link has those words."""
    (found,) = (way for way in QUESTIONS[number].ways if way.words == words)
    return found


@pytest.fixture
def page(signed_in):
    """``page(5, "Bounced")`` is what the link of that question shows to whoever asks it."""

    def ask(number, words, customer=None, query="", who=None):
        address = way(number, words).address(customer and customer.pk)
        answer = signed_in(who or ASKER[number]).get(address + query)
        assert answer.status_code == 200
        return answer

    return ask


@pytest.fixture
def listed(page):
    """``listed(5, "Bounced")`` are the ids of the rows of that list; it says how many there are."""

    def ask(number, words, customer=None, who=None):
        found = page(number, words, customer, who=who).context["cl"]
        ids = {row.pk for row in found.result_list}
        assert found.result_count == len(ids), "more than one page: compare another way"
        return ids

    return ask


# --- The records, as they lie in the tables ------------------------------------------------------


def deliveries():
    """The notices that tell of rights, each with its campaign's notice and customer."""
    rows = Delivery.objects.select_related("campaign__notice", "customer").order_by("pk")
    return [row for row in rows if not (row.change_id or row.code_id or row.marketing)]


def arrived(delivery):
    return delivery.state == "sent" and not delivery.outcome


def asked():
    """The notices that ask approval by opt-out and arrived in the customer's present service."""
    asking = {
        notice.pk
        for notice in Notice.objects.all()
        if any(use.mechanism == "opt_out" for use in notice.uses.all())
    }
    return [
        row
        for row in deliveries()
        if row.campaign.notice_id in asking
        and arrived(row)
        and row.mailed_on >= row.customer.active_since
    ]


def ids(rows):
    return {row.pk for row in rows}


def active():
    return [customer for customer in Customer.objects.all() if customer.status == "active"]


def some_customer(state):
    """A customer whose approval to be offered other services is in that state."""
    for approval in Approval.objects.select_related("customer", "use").order_by("pk"):
        if approval.state == state and approval.use.code == "other-services":
            return approval.customer
    raise AssertionError(f"nobody in the demo has {state}")


def rested_on():
    """The deliveries on which an approval rests."""
    return {approval.delivery_id for approval in Approval.objects.all()}


def mailed_earlier(day, number):
    """Put the mailing of the notices of so many assumed approvals back to ``day``."""
    rows = [a for a in Approval.objects.order_by("customer_id") if a.state == "assumed"]
    people = sorted({row.customer_id for row in rows})[:number]
    Customer.objects.filter(pk__in=people).update(active_since=date(2015, 1, 1))
    Delivery.objects.filter(customer__in=people, state="sent", change=None, code=None).update(
        mailed_on=day,
        last_objection_day=day + timedelta(days=33),
        assume_from=day + timedelta(days=34),
    )
    return people


# --- All of them ---------------------------------------------------------------------------------


def test_there_are_42_and_each_is_there_once():
    assert [one.number for group in GROUPS for one in group.questions] == list(range(1, 43))


@pytest.mark.parametrize("who", ["officer", "auditor"])
def test_who_answers_for_everything_has_every_question_answered(signed_in, who):
    shown = [
        one.question.number
        for _, found in signed_in(who).get(reverse("questions")).context["groups"]
        for one in found
    ]
    assert shown == list(range(1, 43))


def letters_of(page):
    """Who may open that page, by the table that tests/architecture walks through."""
    if page in PAGES:
        return PAGES[page]
    app, model, part = page.removeprefix("admin:").split("_", 2)
    record = f"{app}.{model}"
    return ACCESS[record][0] if part in ("changelist", "change") else ACTS[record][part]


@pytest.mark.parametrize("number", QUESTIONS)
def test_a_link_is_shown_to_whom_its_page_opens(number):
    for one in QUESTIONS[number].ways:
        shown = {key for key, role in LETTERS.items() if set(one.needs) <= set(ROLES[role])}
        assert shown == set(letters_of(one.page)), one.words


@pytest.mark.parametrize("number", QUESTIONS)
def test_each_link_opens_for_whoever_asks_it(number, signed_in):
    customer, client = some_customer("assumed"), signed_in(ASKER[number])
    user = User.objects.get(username=ASKER[number])
    addresses = [one.address(customer.pk) for one in QUESTIONS[number].ways if one.open_to(user)]
    assert addresses and None not in addresses
    assert [client.get(address).status_code for address in addresses] == [200] * len(addresses)


def test_an_account_number_leads_to_the_page_of_that_customer(signed_in):
    customer, address = some_customer("denied"), reverse("questions")
    said = {"question": 20, "way": 0, "account": f" {customer.account_number} "}
    answer = signed_in("rep").post(address, said)
    assert answer.url == reverse("admin:accounts_customer_change", args=[customer.pk])


@pytest.mark.parametrize(
    ("account", "words"),
    [("WT-0", "There is no account WT-0. Check the number."), ("", "This field is required.")],
)
def test_a_wrong_account_number_is_said_beside_its_question(signed_in, account, words):
    said = {"question": 20, "way": 0, "account": account}
    answer = signed_in("rep").post(reverse("questions"), said)
    (error,) = [one.error for _, found in answer.context["groups"] for one in found if one.error]
    assert error == words


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"question": "20", "way": "x"}, 400),
        ({"question": "99", "way": "0"}, 400),
        ({"question": "20", "way": "-1"}, 400),
        ({"question": "1", "way": "0"}, 400),  # of no customer
        ({"question": "3", "way": "0"}, 403),  # not for representatives
    ],
)
def test_what_the_page_does_not_offer_is_refused(signed_in, said, status):
    client = signed_in("rep")
    assert client.post(reverse("questions"), {"account": "1", **said}).status_code == status


# --- Compliance officer --------------------------------------------------------------------------


def test_1_whom_no_notice_reached(listed):
    reached = {row.customer_id for row in asked()}
    outside = {customer.pk for customer in active()} - reached
    assert outside and listed(1, "No notice ever arrived") == outside


def test_2_whose_two_year_notice_is_due(listed):
    soon = mailed_earlier(TODAY - timedelta(days=710), 4)
    late = mailed_earlier(TODAY - timedelta(days=800), 2)
    last = {}
    for row in asked():
        last[row.customer_id] = max(row.mailed_on, last.get(row.customer_id, row.mailed_on))
    ages = {pk: (TODAY - day).days for pk, day in last.items() if pk in ids(active())}
    assert {pk for pk, age in ages.items() if age > 731} == set(late)
    assert listed(2, "Overdue") == set(late)
    assert listed(2, "Due within 60 days") == set(soon) - set(late)


@pytest.mark.parametrize(("state", "verdict"), [("assumed", "Yes"), ("denied", "No")])
def test_3_what_was_so_on_a_day_and_by_which_evidence(page, state, verdict):
    customer = some_customer(state)
    approval = Approval.objects.get(customer=customer, use__code="other-services")
    query = f"?use=other-services&on={TODAY}"
    ((_, answer),) = page(3, "Answer for a past day", customer, query).context["answers"]
    assert answer.decision.verdict.label == verdict
    rests_on = (
        ("delivery", approval.delivery_id)
        if state == "assumed"
        else ("opt-out request", approval.request_id)
    )
    assert rests_on in {(proof.kind, proof.id) for proof in answer.decision.evidence}
    before = f"?use=other-services&on={approval.effective_on - timedelta(days=60)}"
    ((_, answer),) = page(3, "Answer for a past day", customer, before).context["answers"]
    assert answer.decision.verdict.label != "Yes"


def test_4_from_which_day_approval_may_be_assumed(page):
    running = [
        row for row in deliveries() if row.state == "sent" and row.last_objection_day >= TODAY
    ]
    answer = page(4, "Waiting periods that run")
    assert answer.context["cl"].result_count == len(running) > 0
    days = {row.channel: row.mailed_on + timedelta(days=34) for row in running}
    assert set(days) == {"email", "post"}
    for row in answer.context["cl"].result_list:
        assert row.assume_from == days[row.channel]
    assert f"{days['post']:%b}. {days['post'].day}, {days['post'].year}" in answer.text


def test_5_what_bounced_and_what_was_sent_instead(listed):
    bounced = [row for row in deliveries() if row.outcome == "bounced"]
    nothing = [
        row
        for row in bounced
        if row.customer.status == "active"
        and not any(
            later.customer_id == row.customer_id
            and later.pk > row.pk
            and (later.state in PENDING or arrived(later))
            for later in deliveries()
        )
    ]
    assert bounced and listed(5, "Bounced") == ids(bounced)
    assert listed(5, "Of these, nothing sent since") == ids(nothing)


def test_6_who_was_sent_e_mail_without_consent(listed):
    sent = [row for row in deliveries() if row.channel == "email" and row.state == "sent"]
    first, second = sent[0].customer, sent[-1].customer
    Customer.objects.filter(pk=first.pk).update(email_notices_since=TODAY)
    Customer.objects.filter(pk=second.pk).update(email_notices_since=None)
    wrong = []
    for row in sent:
        row.customer.refresh_from_db()
        since, until = row.customer.email_notices_since, row.customer.email_notices_withdrawn_on
        if not (since and since <= row.mailed_on) and not (until and until > row.mailed_on):
            wrong.append(row)
    assert {row.customer_id for row in wrong} == {first.pk, second.pk}
    assert listed(6, "E-mailed without consent on record") == ids(wrong)


def test_7_which_notice_a_customer_got_and_whether_it_is_whole(page):
    customer = some_customer("assumed")
    mine = [r for r in deliveries() if r.customer_id == customer.pk and r.state == "sent"]
    events = page(7, "Notices sent to a customer", customer).context["events"]
    said = {shown.event.record for shown in events if shown.event.kind == "notice"}
    assert {("notices.delivery", row.pk) for row in mine} <= said
    words = " ".join(str(shown.event.words) for shown in events)
    assert "CPNI" in words
    answer = page(7, "Content check of the latest notice")
    notices = [n for n in Notice.objects.all() if (n.kind, n.status) == ("cpni", "approved")]
    latest = max(notices, key=lambda notice: notice.pk)
    assert answer.context["original"].pk == latest.pk
    bodies = {text.language: (text.email_body, text.letter_body) for text in latest.texts.all()}
    assert all(all(map(str.strip, both)) for both in bodies.values()) and set(bodies) == {
        "en",
        "es",
    }
    assert "lines pass or are answered for" in answer.text


def test_8_whether_a_campaign_sends_to_someone_who_is_not_named(page, listed):
    policy = max(PolicyVersion.objects.all(), key=lambda version: version.effective_on)
    assert page(8, "Policy in force").context["original"].pk == policy.pk
    names = {
        row.use_id: {name.strip().lower() for name in row.recipients.splitlines() if name.strip()}
        for row in PolicyUse.objects.all()
        if row.policy_version_id == policy.pk
    }
    opt_in = Use.objects.exclude(pk__in=names).filter(mechanism="opt_in").first()
    MarketingCampaignFactory(use=opt_in).recipients.add(RecipientFactory(name="Nobody Knows, LLC"))
    MarketingCampaignFactory(uses_cpni=False, use=None, data_classes=[], items="").recipients.add(
        Recipient.objects.first()
    )
    wrong = set()
    for campaign in MarketingCampaign.objects.all():
        for recipient in campaign.recipients.all():
            named = names.get(campaign.use_id)
            if campaign.use_id and (
                named is None or (named and recipient.name.lower() not in named)
            ):
                wrong.add(campaign.pk)
    assert wrong and listed(8, "Campaigns to a recipient not named") == wrong


def test_9_whether_opt_in_was_held_for_all_that_third_parties_were_given(listed):
    contractor = RecipientFactory(relationship="contractor")
    customer = some_customer("assumed")
    for reason, received_by in (
        ("express", contractor),
        ("assumed", contractor),
        ("assumed", RecipientFactory(relationship="agent")),
    ):
        DisclosureFactory(customer=customer, reason=reason, received_by=received_by)
    kinds = ("contractor", "joint_venture", "other_affiliate", "third_party")
    third = {one.pk for one in Recipient.objects.all() if one.relationship in kinds}
    assert listed(9, "They and other third parties") == third
    given = [one for one in Disclosure.objects.all() if one.received_by_id in third]
    assert listed(9, "Given to them") == ids(given)
    missing = {one.pk for one in given if one.reason != "express"}
    assert len(missing) == 1 and listed(9, "Given without opt-in") == missing


def test_10_whether_each_way_to_opt_out_was_tested_and_worked(listed):
    probes = list(Probe.objects.all())
    month = [p for p in probes if p.sent_at.astimezone(DENVER).date() >= TODAY.replace(day=1)]
    assert month and listed(10, "Tests of this month") == ids(month)
    assert listed(10, "Tests that failed") == {p.pk for p in probes if p.state == "failed"}
    assert listed(10, "Incidents") == ids(Incident.objects.all())


def test_11_when_five_business_days_end(page, listed):
    filed = {row.incident_id for row in IncidentLetter.objects.all() if row.status == "filed"}
    opened = [i for i in Incident.objects.all() if not i.released_on or i.pk not in filed]
    assert opened and listed(11, "Open incidents") == ids(opened)
    waiting = next(i for i in opened if i.pk not in filed)
    day, left = waiting.discovered_on, 5
    while left:
        day += timedelta(days=1)
        # Veterans Day and Thanksgiving of 2026.
        left -= day.weekday() < 5 and day not in (date(2026, 11, 11), date(2026, 11, 26))
    rows = page(11, "Deadlines").context["rows"]
    assert day in {deadline.day for deadline, *_ in rows if deadline.record == waiting.pk}


def test_13_which_approvals_rest_on_old_evidence(listed):
    old = mailed_earlier(TODAY - timedelta(days=800), 3)
    rows = list(Approval.objects.select_related("delivery", "request"))
    assumed = [row for row in rows if row.state == "assumed"]
    aged = [row for row in assumed if (TODAY - row.delivery.mailed_on).days > 731]
    assert {row.customer_id for row in aged} == set(old)
    assert listed(13, "Older than two years") == ids(aged)
    mailed_earlier(TODAY - timedelta(days=5 * 365 - 20), 1)
    ending = [
        row
        for row in Approval.objects.select_related("delivery")
        if row.state == "assumed" and (TODAY - row.delivery.mailed_on).days > 5 * 365 - 60
    ]
    assert ending and listed(13, "Soon old enough to be purged") == ids(ending)


def test_14_which_objections_came_on_paper_and_how_long_they_lay(page, listed):
    letters = [row for row in OptOutRequest.objects.all() if row.route == "letter"]
    assert letters and listed(14, "Objections by letter") == ids(letters)
    days = [
        (row.entered_at.astimezone(DENVER).date() - row.received_on).days
        for row in letters
        if row.split_from_id is None
    ]
    times = page(14, "From receipt to entry").context["times"]
    (found,) = [one for one in times if one.route == "letter"]
    assert (found.number, found.longest) == (len(days), max(days))
    used = set()
    for row in OptOutRequest.objects.prefetch_related("uses"):
        if (row.wish, row.status) != ("opt_out", "applied"):
            continue
        history = [h for h in OptOutRequest.history.all() if h.id == row.pk]
        at = max(h.history_date for h in history if h.status == "applied")
        used.update(
            row.pk
            for use in Disclosure.objects.select_related("use")
            if use.customer_id == row.customer_id
            and use.used_on >= row.effective_on
            and use.recorded_at <= at
            and use.use.mechanism in ("opt_out", "opt_in")
            and use.reason != "one_time"
            and (row.all_uses or use.use in row.uses.all())
        )
    assert used and listed(14, "CPNI used in between") == used


def test_15_whether_everybody_is_in_one_box(page):
    answer = page(15, "Coverage: everybody in one box")
    boxes = {box.code: number for box, number, *_ in answer.context["rows"]}
    assert sum(boxes.values()) == len(active())
    denied = {
        row.customer_id
        for row in Approval.objects.select_related("use")
        if row.state == "denied" and row.use.mechanism == "opt_out"
    }
    assert boxes["out"] == len(denied & ids(active()))


def test_16_which_arizona_approvals_are_not_verified(listed):
    lives = {
        point.customer_id
        for point in ContactPoint.objects.all()
        if point.kind == "post" and point.until is None and point.state == "AZ"
    }
    assumed = [a for a in Approval.objects.all() if a.state == "assumed"]
    waiting = [a for a in assumed if a.customer_id in lives]
    if not waiting:
        ContactPoint.objects.filter(
            customer=assumed[0].customer_id, kind="post", until=None
        ).update(state="AZ")
        waiting = [a for a in assumed if a.customer_id == assumed[0].customer_id]
    assert listed(16, "Not verified yet") == ids(waiting)
    assert listed(16, "Not verified in time") == set()
    first = waiting[0]
    began_on = TODAY - timedelta(days=340)
    Approval.objects.filter(pk=first.pk).update(effective_on=began_on)
    Delivery.objects.filter(pk=first.delivery_id).update(
        mailed_on=TODAY - timedelta(days=374), assume_from=began_on
    )
    assert first.pk in listed(16, "60 days left or fewer")


def test_17_what_the_new_rule_would_change_in_an_open_breach(page, listed):
    opened = [breach for breach in Breach.objects.all() if breach.closed_on is None]
    assert opened and listed(17, "Open breaches") == ids(opened)
    answer = page(17, "The latest open breach under both rules")
    assert answer.context["original"].pk == max(ids(opened))


# --- Support representative ----------------------------------------------------------------------


def test_18_what_was_proved_in_calls_of_an_account(listed):
    tries = list(AuthenticationTry.objects.all())
    customer = Customer.objects.get(pk=tries[0].customer_id)
    mine = {one.pk for one in tries if one.customer_id == customer.pk}
    assert listed(18, "Authentications", customer, who="officer") == mine


def test_19_which_tries_failed(listed):
    failed = {one.pk for one in AuthenticationTry.objects.all() if one.result == "failed"}
    assert failed and listed(19, "Failed tries", who="supervisor") == failed


def test_20_and_21_which_addresses_and_numbers_are_of_record(page):
    customer = some_customer("assumed")
    ContactPoint.objects.filter(customer=customer, kind="post").update(
        since=TODAY - timedelta(days=29)
    )
    panels = page(20, "Customer’s page", customer).context["panels"]
    says = {point.pk: words for point, words in panels.contacts}
    points = [p for p in ContactPoint.objects.all() if p.customer_id == customer.pk]
    assert set(says) == {point.pk for point in points if point.until is None}
    for point in points:
        of_record = (TODAY - point.since).days >= 30
        assert ("Of record" in says[point.pk]) == of_record
        assert of_record or "From Nov 29, 2026" in says[point.pk]
    numbers = [
        s.telephone_number[-4:]
        for s in Service.objects.all()
        if s.customer_id == customer.pk and s.telephone_number and not s.ended_on
    ]
    assert numbers == [words[-4:] for _, words in panels.services if words != "–"]


def test_22_whether_the_customer_was_told_of_a_change(page, listed):
    changes = list(AccountChange.objects.all())
    customer = Customer.objects.get(pk=changes[0].customer_id)
    mine = {one.pk for one in changes if one.customer_id == customer.pk}
    assert listed(22, "Changes of an account", customer) == mine
    tells = {}
    for row in Delivery.objects.all():
        if row.change_id:
            tells.setdefault(row.change_id, []).append(row.state in PENDING or arrived(row))
    untold = {
        one.pk
        for one in changes
        if one.kind != "choice"
        and one.pk in tells
        and not any(tells[one.pk])
        and not hasattr(one, "telling")
    }
    assert listed(22, "Changes of which nothing told") == untold


@pytest.mark.parametrize(("state", "verdict"), [("assumed", "Yes"), ("denied", "No")])
def test_23_whether_other_services_may_be_offered_and_by_which_script(page, listed, state, verdict):
    panels = page(23, "Customer’s page", some_customer(state)).context["panels"]
    (answer,) = (a for a in panels.answers if a.decision.use.code == "other-services")
    assert answer.decision.verdict.label == verdict
    approved = {one.pk for one in Script.objects.all() if one.status == "approved"}
    assert listed(23, "Scripts") == approved


def test_24_for_whom_marketing_is_stopped_by_which_channel(listed):
    assert listed(24, "Marketing stopped by channel") == ids(ContactOptOut.objects.all())


def test_25_which_script_opts_back_in(listed):
    scripts = {one.pk for one in Script.objects.all() if one.kind == "opt_back"}
    assert scripts and listed(25, "Scripts") == scripts


def test_26_and_27_who_speaks_for_an_account(listed):
    BusinessExemptionFactory.create_batch(2)
    for number, words, model in (
        (26, "Authorised users of an account", AuthorisedUser),
        (27, "Contracts of an account", BusinessExemption),
    ):
        rows = list(model.objects.select_related("customer"))
        assert len(rows) > 1
        mine = {row.pk for row in rows if row.customer_id == rows[0].customer_id}
        assert listed(number, words, rows[0].customer, who="officer") == mine


def test_28_whether_a_written_request_is_on_file(listed):
    customer = some_customer("assumed")
    RequestedDisclosureFactory(customer=customer, by_customer=True)
    RequestedDisclosureFactory(by_customer=True)
    mine = {
        one.pk
        for one in RequestedDisclosure.objects.all()
        if one.customer_id == customer.pk and one.kind == "customer"
    }
    assert len(mine) == 1 and listed(28, "Written requests of an account", customer) == mine


# --- Marketing and supervisor --------------------------------------------------------------------


def test_29_how_many_may_be_used_and_why_others_were_left_out(page):
    scrub = AudienceScrub.objects.order_by("pk").first()
    left = [one.reason for one in LeftOut.objects.all() if one.scrub_id == scrub.pk]
    assert left and scrub.asked == len(active()) == scrub.allowed + len(left)
    assert scrub.reasons == {reason: left.count(reason) for reason in left}
    every = LeftOut.objects.count()
    assert page(29, "Customers left out").context["cl"].result_count == every


def test_30_31_32_34_which_campaigns_use_cpni_for_what_and_who_reviewed_them(listed):
    MarketingCampaignFactory(uses_cpni=False, use=None, data_classes=[], items="")
    within = MarketingCampaignFactory(use=Use.objects.get(code="same-category"), offered="local")
    MarketingCampaignFactory(status="refused", finds_competitors=True)
    rows = list(MarketingCampaign.objects.select_related("use"))
    assert listed(30, "Campaigns that use CPNI") == {one.pk for one in rows if one.uses_cpni}
    assert listed(31, "It does") == {within.pk}
    no = {one.pk for one in rows if one.uses_cpni} - {within.pk}
    assert listed(31, "It does not") == no
    reviewed = [one for one in rows if one.status == "reviewed"]
    assert reviewed and listed(32, "Reviewed campaigns") == ids(reviewed)
    assert all(one.author_id != one.reviewed_by_id for one in reviewed)
    assert listed(34, "It could") == {one.pk for one in rows if one.finds_competitors}
    assert listed(34, "Not asked yet") == {one.pk for one in rows if one.status == "draft"}


def test_33_whether_who_opted_out_meanwhile_was_left_out(page):
    out = {
        row.customer_id
        for row in Approval.objects.select_related("use")
        if row.state == "denied" and row.use.code == "other-services"
    }
    left = [one for one in LeftOut.objects.all() if one.reason == "opted_out"]
    found = page(33, "Left out as opted out").context["cl"]
    assert found.result_count == len(left) > 0
    assert {one.customer_id for one in left} <= out
    assert not out & {one.customer_id for one in Disclosure.objects.all() if one.calling_list_id}


# --- Auditor, officer and counsel ----------------------------------------------------------------


def test_35_every_use_of_a_customers_cpni(listed):
    uses = list(Disclosure.objects.all())
    customer = Customer.objects.get(pk=min(one.customer_id for one in uses))
    mine = {one.pk for one in uses if one.customer_id == customer.pk}
    assert listed(35, "Uses of a customer’s CPNI", customer) == mine


def test_36_a_sample_of_assumed_approvals_with_their_chains(page):
    sample = page(36, "Random sample", query="?size=25&seed=docket-7").context["sample"]
    assumed = {row.pk for row in Approval.objects.all() if row.state == "assumed"}
    assert (sample.count, len(sample.approvals)) == (len(assumed), 25)
    assert ids(sample.approvals) <= assumed


def test_37_who_looked_and_whether_they_had_been_trained(page):
    saw = {
        look.by_id
        for look in Look.objects.all()
        if look.at.astimezone(DENVER).date() == TODAY - timedelta(days=1)
        and look.what in ("opened", "listed", "searched", "exported")
    }
    day = (TODAY - timedelta(days=1)).isoformat()
    found = page(37, "Trained when they looked?", query=f"?first={day}&last={day}").context["found"]
    assert saw and {one.person.pk for one, _ in found} == saw


def test_38_who_looked_at_unusually_many(listed):
    waiting = {one.pk for one in UnusualLook.objects.all() if one.reviewed_at is None}
    assert waiting and listed(38, "Unusual looks to be reviewed") == waiting


def test_39_which_approvals_were_given_orally(page, listed):
    agreed = [one for one in ScriptReading.objects.all() if one.answer == "yes"]
    assert agreed and listed(39, "Scripts read and agreed to") == ids(agreed)
    text = page(39, "Scripts read and agreed to").text
    assert all(one.recording in text for one in agreed)
    by_telephone = {
        one.pk
        for one in OptOutRequest.objects.all()
        if (one.wish, one.route) == ("opt_in", "telephone")
    }
    assert by_telephone and listed(39, "Opted in by telephone") == by_telephone


def test_40_what_is_held_or_kept_past_its_time(page, listed):
    LegalHoldFactory()
    LegalHoldFactory(released_on=TODAY, released_because="Settled")
    holds = {one.pk for one in LegalHold.objects.all() if one.released_on is None}
    assert len(holds) == LegalHold.objects.count() - 1
    assert listed(40, "Holds in force") == holds
    mailed_earlier(TODAY - timedelta(days=6 * 365), 2)
    past = [
        row
        for row in deliveries()
        if row.mailed_on and row.mailed_on.year < 2021 and row.campaign.status == "finished"
    ]
    (line,) = (
        line
        for line in page(40, "Kept past its time").context["lines"]
        if line["title"] == "Deliveries"
    )
    assert past and f"{len(past)} legal hold" in line["stays"]
    resting = [row for row in past if row.pk in rested_on()]
    why = "an approval or a policy rests on it"
    assert f"{len(resting)} {why}" in line["stays"] if resting else why not in line["stays"]


def test_41_who_was_marketed_to_before_their_waiting_period_was_over(listed):
    assert listed(41, "Used while the waiting period ran") == set()
    customer = some_customer("assumed")
    early = DisclosureFactory(customer=customer, used_on=TODAY - timedelta(days=20))
    DisclosureFactory(customer=customer, used_on=TODAY)
    firsts = {}
    for row in asked():
        firsts[row.customer_id] = min(row.mailed_on, firsts.get(row.customer_id, row.mailed_on))
    before = {
        one.pk
        for one in Disclosure.objects.all()
        if one.reason == "assumed" and (one.used_on - firsts.get(one.customer_id, TODAY)).days < 34
    }
    assert before == {early.pk} == listed(41, "Used while the waiting period ran")


def test_42_that_nobody_can_change_the_history_of_consent(page):
    answer = page(42, "Who can change history")
    assert answer.context["proof"].open == []
    table = Approval.history.model._meta.db_table
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608  (a name of ours)
    holders = [
        f"{user} {permission}"
        for user in User.objects.all()
        for permission in user.get_all_permissions()
        if "_historicalapproval" in permission and ".view_" not in permission
    ]
    assert holders == []
