"""Whom a marketing campaign may reach now, and why it leaves out the others; counted and kept."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import QuerySet

from accounts import contact_optouts, history
from accounts.bulk_rows import insert_rows, next_ids
from accounts.models import Customer, CustomerListEntry, User
from cpni import reasons
from cpni.models import AudienceScrub, LeftOut, MarketingCampaign, Recipient
from cpni.scrubbing import Question, scrub
from notices import conditions

CHUNK = 50_000  # customers that are asked about in one statement
# Beside the reasons of ``decide``: the switches that it never looks at.
NO_CONTACT, NO_NUMBER = "no_contact", "no_number"
WORDS = {
    NO_CONTACT: "Wants no marketing by this channel",
    NO_NUMBER: "No telephone number of record",
}


@dataclass
class Sifted:
    """Of the customers asked about those whom the campaign may reach, and why not the others.

    ``allowed`` has the code of the decision's reason, "" where no CPNI is used.
    """

    on: date
    allowed: dict[int, str] = field(default_factory=dict)
    left_out: dict[int, str] = field(default_factory=dict)

    def leave_out(self, customers: Sequence[int], reason: str) -> None:
        """Move these from the allowed to those left out."""
        for pk in customers:
            del self.allowed[pk]
            self.left_out[pk] = reason


def words(reason: str) -> str:
    """A reason for leaving somebody out, in words; one that is no reason any more, as it is."""
    known = reasons.BY_CODE.get(reason)
    return WORDS.get(reason) or (known.label if known else reason)


def all_reasons() -> list[str]:
    """Every reason for which somebody may be left out."""
    return [*WORDS, *(r.code for r in reasons.ALL if r.verdict is not reasons.Verdict.YES)]


def meant(campaign: MarketingCampaign, *, on: date) -> QuerySet[Customer]:
    """Whom ``campaign`` is chosen from on the civil day ``on``, before any permission is asked."""
    rows = Customer.objects.active().filter(active_since__lte=on)
    email = campaign.email_campaign
    chosen_from = email.customer_list_id if email else campaign.customer_list_id
    if chosen_from:
        listed = CustomerListEntry.objects.filter(customer_list=chosen_from)
        rows = rows.filter(pk__in=listed.values("customer"))
    return conditions.narrow(rows, email, on=on) if email else rows


def sift(campaign: MarketingCampaign, *, on: date, recipient: Recipient | None = None) -> Sifted:
    """Ask of everybody whom ``campaign`` is meant for whether it may reach them on ``on``.

    Two questions that are never one: whether they approve the use of CPNI (``cpni.scrubbing``), and
    whether they want marketing by its channel. ``recipient`` is who receives the list; left out,
    each of the campaign's own must be allowed.
    """
    found = Sifted(on)
    asked: list[Recipient | None] = [recipient]
    if recipient is None:
        asked = list(campaign.recipients.all()) or [None]
    ids = list(meant(campaign, on=on).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        found.allowed |= dict.fromkeys(part, "")
        for one in asked if campaign.use else ():
            _ask(campaign, one, part, found)
        left = [pk for pk in part if pk in found.allowed]
        wanted = contact_optouts.may_contact(left, channel=campaign.channel, on=on)
        found.leave_out([pk for pk in left if pk not in wanted], NO_CONTACT)
    return found


def _ask(
    campaign: MarketingCampaign, recipient: Recipient | None, part: list[int], found: Sifted
) -> None:
    assert campaign.use is not None  # noqa: S101  (the caller asks of campaigns that use CPNI)
    question = Question(
        campaign.use,
        found.on,
        recipient=recipient,
        data_classes=tuple(campaign.data_classes),
        offered=campaign.offered,
    )
    for answer in scrub([pk for pk in part if pk in found.allowed], question):
        if answer.allowed:
            found.allowed[answer.customer_id] = answer.reason.code
        else:
            found.leave_out([answer.customer_id], answer.reason.code)


def keep(
    campaign: MarketingCampaign, found: Sifted, *, moment: str, at: datetime, by: User | None
) -> AudienceScrub:
    """Keep the figures and each customer who is left out. Call it in a transaction."""
    row = AudienceScrub(
        campaign=campaign,
        moment=moment,
        at=at,
        on=found.on,
        asked=len(found.allowed) + len(found.left_out),
        allowed=len(found.allowed),
        reasons=dict(Counter(found.left_out.values()).most_common()),
        by=by,
    )
    history.save(row, by=by, because=AudienceScrub.Moment(moment).label)
    left = list(found.left_out.items())
    ids = next_ids(LeftOut, len(left)) if left else ()
    insert_rows(
        LeftOut,
        ("id", "scrub", "customer", "reason"),
        ((pk, row.pk, who, why) for pk, (who, why) in zip(ids, left, strict=True)),
    )
    return row
