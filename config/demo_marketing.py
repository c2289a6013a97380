"""The demo's register of marketing campaigns, a list for a dialler, a subpoena, a look back."""

from collections.abc import Callable
from datetime import date, datetime

from django.core.files.base import ContentFile

from accounts.civil import add_days
from accounts.models import Customer, User
from cpni import (
    calling_lists,
    late_findings,
    marketing_campaigns,
    requested_disclosures,
)
from cpni.models import MarketingCampaign, Recipient, RequestedDisclosure
from notices.models import Use

# A page that says that it stands for the paper.
PAPER = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


def tell(
    *,
    today: date,
    at: datetime,
    on: Callable[[int], date],
    marketing: User,
    supervisor: User,
    officer: User,
    customer: Customer,
) -> int:
    """One campaign reviewed and its list handed out, one to be reviewed, a subpoena.

    ``on`` is the day so many days ago. Returns how many customers are on the list.
    """
    campaign = _reviewed(today, at, on, marketing, supervisor)
    handed = calling_lists.hand_out(
        campaign, recipient=None, on=today, at=at, by=officer, because="For this week’s calls"
    )
    _to_be_reviewed(today, marketing)
    requested_disclosures.receive(
        RequestedDisclosure(
            kind=RequestedDisclosure.Kind.COMPELLED,
            customer=customer,
            received_on=on(3),
            goes_to="Third District Court, Salt Lake County",
            reference="Subpoena, case 261900417",
            scope="Calls made and received in October, with dates, times and durations",
            due_on=add_days(today, 11),
            scan=ContentFile(PAPER, "subpoena.pdf"),
        ),
        today=today,
        at=at,
        by=officer,
        because="Served by a deputy",
    )
    late_findings.run(at=at)
    return handed.made.size


def _reviewed(
    today: date, at: datetime, on: Callable[[int], date], marketing: User, supervisor: User
) -> MarketingCampaign:
    campaign = marketing_campaigns.draft(
        MarketingCampaign(
            name="Fiber internet by telephone",
            description="We call customers who have only voice service and offer fiber internet.",
            channel="call",
            products="Fiber 300 and Fiber 1000, with a router",
            uses_cpni=True,
            use=Use.objects.get(code="other-services"),
            data_classes=["type", "amount"],
            items="Services held now; minutes of long distance in the last three bills",
            audience="Active customers with local service and no internet access",
            begins_on=on(2),
            ends_on=add_days(today, 45),
        ),
        recipients=(),
        by=marketing,
        because="Winter offer",
    )
    marketing_campaigns.review(
        campaign,
        finds_competitors=False,
        at=at,
        on=today,
        by=supervisor,
        because="Only services and minutes; no numbers called",
    )
    return campaign


def _to_be_reviewed(today: date, marketing: User) -> None:
    agency = Recipient.objects.get(name="Granite Sales, LLC")
    marketing_campaigns.draft(
        MarketingCampaign(
            name="Voicemail by our agent’s letters",
            description="Our agent writes to customers who miss many calls and offers voicemail.",
            channel="post",
            products="Voicemail, three months free",
            uses_cpni=True,
            use=Use.objects.get(code="agents"),
            data_classes=["amount"],
            items="How many calls were not answered last month",
            audience="Active customers with more than 30 calls not answered",
            begins_on=add_days(today, 7),
            ends_on=add_days(today, 60),
        ),
        recipients=[agency],
        by=marketing,
        because="Agreed with the agent",
    )
