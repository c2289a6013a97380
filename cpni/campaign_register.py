"""The register of a year, as 64.2009(c) asks for it: one row for each campaign, and its uses."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from accounts.spreadsheets import line
from cpni.audience_scrubs import words
from cpni.models import AudienceScrub, CallingList, Disclosure, MarketingCampaign
from notices.models import PolicyUse

COLUMNS = (
    "Campaign",
    "Description",
    "From",
    "Until",
    "Reaches them by",
    "Products and services offered",
    "Uses CPNI",
    "The specific CPNI used",
    "Classes of CPNI",
    "CPNI is used to",
    "Within the services that each customer has",
    "Affiliates and third parties",
    "Status",
    "Author",
    "Reviewed by",
    "Reviewed on",
    "Reason",
    "Could identify people who call competitors",
    "Customers asked about",
    "Customers allowed",
    "Left out, by reason",
    "Lists handed out",
    "Uses recorded",
)


@dataclass(frozen=True)
class Row:
    """One campaign of the year, with what came of it."""

    campaign: MarketingCampaign
    scrub: AudienceScrub | None
    lists: int
    uses: int

    @property
    def reviewer(self) -> str:
        """Who reviewed it, if somebody has and it still stands."""
        reviewed = self.campaign.status == MarketingCampaign.Status.REVIEWED
        return str(self.campaign.reviewed_by or "") if reviewed else ""

    @property
    def alone(self) -> bool:
        """Whether it was reviewed by nobody, or by its author (64.2009(d))."""
        one = self.campaign
        return not self.reviewer or one.reviewed_by_id == one.author_id

    @property
    def classes(self) -> str:
        """The classes of CPNI, in words."""
        return data_classes_in_words(self.campaign.data_classes)

    @property
    def recipients(self) -> str:
        """Affiliates and third parties, each with what it is to us."""
        return "; ".join(
            f"{one} ({one.get_relationship_display().lower()})"
            for one in self.campaign.recipients.all()
        )

    @property
    def left_out(self) -> str:
        """How many were left out for which reason, at the review."""
        return reasons_in_words(self.scrub)

    def cells(self) -> list[object]:
        """As the file has it, in the order of ``COLUMNS``."""
        one, scrub = self.campaign, self.scrub
        competitors = {True: "Yes", False: "No", None: ""}[one.finds_competitors]
        return [
            *(one.name, one.description, one.begins_on, one.ends_on, one.get_channel_display()),
            *(one.products, "Yes" if one.uses_cpni else "No", one.items, self.classes),
            *(one.use or "", ("Yes" if one.within_category else "No") if one.use else ""),
            *(self.recipients, one.get_status_display(), one.author or "", one.reviewed_by or ""),
            one.reviewed_at.date() if one.reviewed_at else "",
            *(one.reviewed_because, competitors, scrub.asked if scrub else ""),
            *(scrub.allowed if scrub else "", self.left_out, self.lists, self.uses),
        ]


def data_classes_in_words(codes: list[str]) -> str:
    """Classes of CPNI by their codes, in words."""
    return ", ".join(PolicyUse.DataClass(code).label for code in codes)


def reasons_in_words(scrub: AudienceScrub | None) -> str:
    """How many ``scrub`` left out for which reason; "" when nobody was asked about yet."""
    found = scrub.reasons.items() if scrub else ()
    return "; ".join(f"{words(reason)}: {number:,}" for reason, number in found)


def year(number: int) -> list[Row]:
    """The campaigns of the calendar year ``number``, the first one first, in a few queries."""
    campaigns = list(
        MarketingCampaign.objects.filter(
            begins_on__lte=date(number, 12, 31), ends_on__gte=date(number, 1, 1)
        )
        .select_related("use", "author", "reviewed_by")
        .prefetch_related("recipients")
        .order_by("begins_on", "pk")
    )
    reviews = AudienceScrub.objects.filter(
        campaign__in=campaigns, moment=AudienceScrub.Moment.REVIEW
    )
    scrubs = {scrub.campaign_id: scrub for scrub in reviews.order_by("pk")}
    counted = [
        dict(
            model.objects.filter(campaign__in=campaigns)
            .order_by()
            .values_list("campaign")
            .annotate(number=Count("pk"))
        )
        for model in (CallingList, Disclosure)
    ]
    lists, uses = counted
    return [
        Row(one, scrubs.get(one.pk), lists.get(one.pk, 0), uses.get(one.pk, 0)) for one in campaigns
    ]


def carried_out(number: int, *, until: date) -> list[Row]:
    """Of the campaigns of that year those that had begun by ``until``, and were not only planned.

    Reviewed; or, though nobody had reviewed them, a list was handed out or a use recorded.
    """
    begun = [row for row in year(number) if row.campaign.begins_on <= until]
    return [row for row in begun if row.reviewer or row.lists or row.uses]


def file(rows: list[Row]) -> Iterator[str]:
    """``rows`` as lines of CSV."""
    yield line(COLUMNS)
    for row in rows:
        yield line(row.cells())
