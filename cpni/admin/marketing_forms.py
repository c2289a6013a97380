"""Forms of the register of marketing campaigns, and what its acts say before they are done."""

from typing import Any

from django import forms
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.admin.acts import ActForm, Outlook
from accounts.admin.base import ReasonForm
from accounts.admin.exports import warning
from accounts.counted_words import several
from accounts.models import Carrier
from cpni import audience_scrubs
from cpni.campaign_register import data_classes_in_words
from cpni.models import MarketingCampaign, Recipient
from notices.models import PolicyUse

COUNTED_AT_ONCE = 100_000  # customers whom a page asks about before anything is decided


class MarketingCampaignForm(ReasonForm):
    """What 64.2009(c) asks to be kept."""

    data_classes = forms.MultipleChoiceField(
        label="Classes of CPNI",
        choices=PolicyUse.DataClass.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


class ReviewForm(ActForm):
    """What the reviewer must have asked."""

    finds_competitors = forms.TypedChoiceField(
        label="Could this segment identify people who call a competitor? (64.2005(b)(2))",
        choices=[("no", "No"), ("yes", "Yes, or it is not clear")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )


class HandOutForm(ActForm):
    """Who gets the list."""

    recipient = forms.ModelChoiceField(
        Recipient.objects.none(), required=False, empty_label="Our own dialler"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recipient"].queryset = self.obj.recipients.all()  # type: ignore[attr-defined]


def facts(campaign: MarketingCampaign) -> list[tuple[str, Any]]:
    """What a reviewer decides upon."""
    recipients = "\n".join(map(str, campaign.recipients.all()))
    return [
        ("Description", campaign.description),
        ("Whom it goes to", campaign.audience),
        ("Products and services offered", campaign.products),
        ("The specific CPNI used", campaign.items or "None"),
        ("Classes of CPNI", data_classes_in_words(campaign.data_classes) or "None"),
        ("CPNI is used to", campaign.use or "–"),
        ("Service that is offered", campaign.get_offered_display() or "–"),
        ("Affiliates and third parties", recipients or "None: the carrier itself"),
    ]


def review_outlook(self: Any, request: HttpRequest, campaign: MarketingCampaign) -> Outlook:
    """What is reviewed, and whom it could reach today."""
    today = Carrier.today()
    number = audience_scrubs.meant(campaign, on=today)[: COUNTED_AT_ONCE + 1].count()
    reach = f"More than {COUNTED_AT_ONCE:,} customers are asked about when it is reviewed"
    if number <= COUNTED_AT_ONCE:
        found = audience_scrubs.sift(campaign, on=today)
        reach = f"{len(found.allowed):,} of {several(number, 'customer')}"
    return Outlook(
        "Whoever made it cannot review it (64.2009(d)). Whom it leaves out, and why, is kept; they"
        " are asked about again at the second of sending or of handing out a list.",
        [*facts(campaign), ("It could reach today", reach)],
    )


def list_outlook(self: Any, request: HttpRequest, campaign: MarketingCampaign) -> Outlook:
    """What the file holds, and how many it is about."""
    number = len(audience_scrubs.sift(campaign, on=Carrier.today()).allowed)
    return Outlook(
        "A CSV file with account numbers, names and telephone numbers of record, of those who may"
        " be called at this second. It says until when it may be used. Each customer on it is"
        " recorded as a use of CPNI.",
        [
            ("May be used for", several(campaign.list_days, "day")),
            ("Please note", warning(number)),
        ],
    )
