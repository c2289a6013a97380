"""The exceptions that the home page and the daily report know. To add one: one entry here.

A number of records is an ``Exceptional``; what is not, a function that yields rows. They are shown
in the order of their urgency, to whoever can do something about them or answers for them.
"""

from collections.abc import Callable
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from accounts import unusual_looks
from accounts.civil import add_months
from config.home_rows import Exceptional, Special
from config.home_special import (
    certificate,
    daily_job,
    history_seals,
    missed_jobs,
    open_breaches,
    open_incidents,
    own_training,
    proposals,
    ways_to_opt_out,
)
from cpni import calling_lists, figures, jurisdictions, retention_kinds
from cpni.models import (
    Complaint,
    InboundMessage,
    LateFinding,
    MarketingCampaign,
    OptOutRequest,
    RequestedDisclosure,
    WebhookSubscription,
)
from cpni.retention import months_kept
from notices import campaigns
from notices.clock import expires_after
from notices.models import Campaign, TelephoneTask

# Who answers for every customer, and not only for those who call.
ANSWERS = ("accounts.view_customer", "notices.view_delivery", "accounts.view_importbatch")
# Who writes campaigns, approves them, or sees to it that others do.
CAMPAIGNERS = (
    "notices.view_campaign",
    "notices.add_campaign|notices.approve_campaign|accounts.view_run",
)
ADD_CAMPAIGN = ("admin:notices_campaign_add", "notices.add_campaign")


def _campaign(audience: str) -> tuple[str, str, str]:
    address, permission = ADD_CAMPAIGN
    return address, f"?audience={audience}", permission


def _in_status(status: Campaign.Status) -> Callable[[date], QuerySet[Campaign]]:
    return lambda today: Campaign.objects.filter(status=status)


def _same_day(day: date) -> date:
    return day


EXCEPTIONS: tuple[Exceptional | Special, ...] = (
    Exceptional(
        "opt-out requests to be matched",
        "bad",
        "The oldest came {ago}. Nothing is assumed for whom it may come from.",
        "None waits.",
        ("cpni.view_optoutrequest",),
        ("cpni_optoutrequest", "?status__exact=received"),
        "Find whose it is, the oldest first, or reject it with the reason (64.2007(a)(2)).",
        records=lambda today: OptOutRequest.objects.filter(status=OptOutRequest.Status.RECEIVED),
        since="received_on",
    ),
    Exceptional(
        "messages to be read",
        "bad",
        "The oldest came {ago}. Nothing is assumed for its customer.",
        "None waits.",
        ("cpni.view_inboundmessage",),
        ("cpni_inboundmessage", "?read=open"),
        "Read it; enter what it asks for, and mark it as read.",
        records=lambda today: InboundMessage.objects.filter(to_read=True),
        since="received_on",
    ),
    Exceptional(
        "customers never noticed",
        "gap",
        "The longest has had service since {ago}. Their CPNI may not be used for marketing"
        " (64.2008(a)(1), (b)).",
        "Every active customer was noticed, or a notice is on its way.",
        ANSWERS,
        ("accounts_customer", "?cpni=never_noticed"),
        "Send them a notice.",
        figure="never_noticed",
        helps=_campaign("never_noticed"),
    ),
    Exceptional(
        "two-year notices overdue",
        "gap",
        "The oldest was mailed {ago}. Their CPNI may not be used for marketing (64.2008(d)(2)).",
        "None is overdue.",
        ANSWERS,
        ("accounts_customer", "?cpni=overdue"),
        "Send the two-year notice.",
        figure="overdue",
        deadline=expires_after,
        helps=_campaign("notice_due"),
    ),
    Exceptional(
        f"two-year notices due within {figures.AHEAD} days",
        "wait",
        "The oldest was mailed {ago}.",
        "None falls due.",
        ANSWERS,
        ("accounts_customer", "?cpni=due_soon"),
        "Send the two-year notice early enough to run its waiting period (64.2008(d)(1), (2)).",
        figure="due_soon",
        deadline=expires_after,
        helps=_campaign("notice_due"),
    ),
    Exceptional(
        "notices that did not arrive",
        "gap",
        "Nothing else has been sent since (64.2008(d)(3)(iii)).",
        "None.",
        ANSWERS,
        ("notices_delivery", "?missed=open"),
        "Correct the address or ask for one, and send a notice in another form.",
        figure="missed",
        helps=(
            "admin:accounts_customer_changelist",
            "?cpni=undeliverable",
            "accounts.change_contactpoint",
        ),
    ),
    Exceptional(
        "noticed customers whose approval is held, or not recorded yet",
        "wait",
        "An open request, an unread message or an incident holds it, or the daily job has not"
        " come by.",
        "None is held.",
        ANSWERS,
        ("accounts_customer", "?cpni=held"),
        "Match open requests, read messages, and settle incidents; the daily job does the rest.",
        figure="held",
    ),
    Exceptional(
        "e-mail notices without consent on record",
        "bad",
        "The oldest was sent {ago}. It counts as no notice without the customer’s express consent"
        " (64.2008(d)(3)(i)), so nothing is assumed from it.",
        "Each went to someone who had consented.",
        ANSWERS,
        ("notices_delivery", "?missed=consent"),
        "Record the consent with its proof if there is one; otherwise notice them by post.",
        figure="without_consent",
    ),
    Exceptional(
        "approvals whose evidence nears its retention end",
        "wait",
        "The oldest notice was mailed {ago}. It is kept while they rest on it, as the last proof.",
        "None.",
        ANSWERS,
        ("cpni_approval", "?evidence=ending"),
        "Notice these customers anew, or lengthen the retention of deliveries.",
        figure="evidence_ending",
        deadline=lambda day: add_months(day, months_kept(retention_kinds.DELIVERIES)),
        helps=_campaign("notice_due"),
    ),
    Exceptional(
        f"assumed approvals to be verified, {figures.AHEAD} days left or fewer",
        "wait",
        "The customer’s state wants it within a year; the oldest was assumed {ago}. After that year"
        " it does not count.",
        "None.",
        ANSWERS,
        ("cpni_approval", f"?verification={figures.AHEAD}"),
        "Have each verify it: signed, on paper or electronically, or on a recorded call"
        " (A.A.C. R14-2-2108).",
        figure="unverified",
        deadline=jurisdictions.soonest_last_day,
    ),
    Exceptional(
        "account changes of which the customer could not be told",
        "bad",
        "The oldest was made {ago}. Nothing of record is left to write to or call (64.2010(f)).",
        "None.",
        ("accounts.view_accountchange", "accounts.view_importbatch"),
        ("accounts_accountchange", "?told=no"),
        "Tell them, and record it.",
        figure="untold",
        deadline=_same_day,
    ),
    Exceptional(
        "customers to be told by telephone",
        "wait",
        "Of a changed policy, that nothing written reached; the oldest since {ago}.",
        "None waits.",
        ("notices.call_telephonetask",),
        ("desk:policy-calls", ""),
        "Call them within calling hours.",
        records=lambda today: TelephoneTask.objects.filter(state=TelephoneTask.State.OPEN),
        since="opened_at",
    ),
    Exceptional(
        "letters not confirmed as mailed",
        "wait",
        "The oldest batch was made {ago}. No clock runs until it is confirmed.",
        "None waits.",
        ("notices.view_postbatch", "notices.view_delivery"),
        ("notices_delivery", "?fate=batched"),
        "Confirm each batch with the day on which the post took it, and its proof.",
        figure="unconfirmed",
        helps=("admin:notices_postbatch_changelist", "", "notices.confirm_postbatch"),
    ),
    Exceptional(
        "letters of account changes that wait to be made into a batch",
        "bad",
        "The oldest tells of what happened {ago}.",
        "None waits.",
        ("notices.view_postbatch", "notices.view_delivery"),
        ("notices_delivery", "?letters=waiting"),
        "Make a batch of their campaign, and hand it to the post (64.2010(f)).",
        figure="unbatched",
        deadline=_same_day,
        early="wait",
    ),
    Exceptional(
        "campaigns to be approved",
        "wait",
        "By someone else than who wrote them.",
        "None waits.",
        CAMPAIGNERS,
        ("notices_campaign", f"?status__exact={Campaign.Status.DRAFT}"),
        "Open each, see whom it reaches, and approve it.",
        records=_in_status(Campaign.Status.DRAFT),
    ),
    Exceptional(
        "campaigns paused",
        "bad",
        "Who has not been reached waits.",
        "None.",
        CAMPAIGNERS,
        ("notices_campaign", f"?status__exact={Campaign.Status.PAUSED}"),
        "Find out why, and resume or cancel it.",
        records=_in_status(Campaign.Status.PAUSED),
    ),
    Exceptional(
        "scheduled campaigns that have not started",
        "bad",
        "The time of the first came {ago}.",
        "Each started at its time.",
        CAMPAIGNERS,
        ("notices_campaign", "?start=late"),
        "Its next step says what is in the way. Mend that, or cancel it and copy it.",
        records=lambda today: campaigns.late(at=timezone.now()),
        since="scheduled_at",
    ),
    Exceptional(
        "complaints about release of CPNI open",
        "bad",
        "The oldest came {ago} (64.2009(e)).",
        "None is open.",
        ("cpni.resolve_complaint",),
        ("cpni_complaint", "?status=open"),
        "Look into it, and note what was found.",
        records=lambda today: Complaint.objects.filter(resolved_on=None),
        since="received_on",
    ),
    Exceptional(
        "unusual looks at customers to be reviewed",
        "wait",
        "The oldest was {ago}.",
        "None waits.",
        ("accounts.review_unusuallook",),
        ("accounts_unusuallook", "?review=open"),
        "Ask the person, and note the explanation.",
        own=lambda asker: unusual_looks.unreviewed(asker.person),
        since="day",
    ),
    Exceptional(
        "webhooks stopped",
        "bad",
        "Other systems do not hear of opt-outs; the first one since {ago}.",
        "None.",
        ("cpni.view_webhooksubscription",),
        ("cpni_webhooksubscription", "?disabled_at__isempty=0"),
        "Have the other system mended, and start it again.",
        records=lambda today: WebhookSubscription.objects.filter(disabled_at__isnull=False),
        since="disabled_at",
    ),
    Exceptional(
        "uses of CPNI that should not have been made",
        "bad",
        "By what is known now; the first was found {ago}.",
        "None is known.",
        ("cpni.view_latefinding",),
        ("cpni_latefinding", "?status=open"),
        "Settle each with what was done about it.",
        records=lambda today: LateFinding.objects.filter(settled_at=None),
        since="found_at",
    ),
    Exceptional(
        "lists of numbers have expired",
        "bad",
        "The first was made {ago}.",
        "None is out after its last day.",
        ("cpni.view_callinglist",),
        ("cpni_callinglist", "?status=expired"),
        "Have each destroyed, and confirm that.",
        records=lambda today: calling_lists.expired(on=today),
        since="made_at",
    ),
    Exceptional(
        "disclosures asked for, to be decided",
        "bad",
        "By a court or agency, or by the customer in writing (222(c)); the first came {ago}.",
        "None waits.",
        ("cpni.decide_requesteddisclosure",),
        ("cpni_requesteddisclosure", "?status__exact=open"),
        "Read the paper, and decide.",
        records=lambda today: RequestedDisclosure.objects.filter(
            status=RequestedDisclosure.Status.OPEN
        ),
        since="received_on",
        until="due_on",
        early="wait",
    ),
    Exceptional(
        "marketing campaigns to be reviewed",
        "wait",
        "By a supervisor who is not the author (64.2009(d)).",
        "None waits.",
        ("cpni.review_marketingcampaign",),
        ("cpni_marketingcampaign", "?status__exact=draft"),
        "Read what it uses and for what, and review it or send it back.",
        records=lambda today: MarketingCampaign.objects.filter(
            status=MarketingCampaign.Status.DRAFT
        ),
    ),
    proposals,
    open_incidents,
    open_breaches,
    certificate,
    own_training,
    ways_to_opt_out,
    daily_job,
    missed_jobs,
    history_seals,
)
