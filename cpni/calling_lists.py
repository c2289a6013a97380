"""Lists of numbers for a dialler: made at the second they leave, recorded, expiring, destroyed.

The only writer of ``CallingList``.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import history
from accounts.bulk_rows import among
from accounts.civil import add_days
from accounts.errors import Refused
from accounts.models import ContactOptOut, Customer, Service, User
from accounts.permissions import require
from accounts.spreadsheets import line
from cpni import audience_scrubs, disclosures, marketing_campaigns
from cpni.audience_scrubs import NO_NUMBER, Sifted
from cpni.disclosures import Made, Used
from cpni.models import CallingList, MarketingCampaign, Recipient

EXPORT = "cpni.add_callinglist"
DESTROYED = "cpni.change_callinglist"
MOST = 250_000  # numbers on one list, which is made while somebody waits
LISTED = 5_000  # customers whose numbers are read in one statement
NUMBER = Service._meta.get_field("telephone_number")
HEADER = ("account_number", "name", "telephone_number", "use_until")
BY_TELEPHONE = (ContactOptOut.Channel.CALL, ContactOptOut.Channel.TEXT)


@dataclass(frozen=True)
class HandedOut:
    """A list that was made: its record, its file's content, and whom it names."""

    made: CallingList
    content: str
    customers: Sequence[int]

    @property
    def file_name(self) -> str:
        """Says what it is and until when it may be used."""
        return f"calling-list-{self.made.pk}-use-until-{self.made.last_day}.csv"


def hand_out(
    campaign: MarketingCampaign,
    *,
    recipient: Recipient | None,
    on: date,
    at: datetime,
    by: User | None,
    because: str,
) -> HandedOut:
    """Make the list of whom ``campaign`` may call now, for ``recipient`` or our own dialler.

    1. The review is looked at: of this very campaign, and for this day.
    2. Everybody is asked about at this second (64.2009(a)); who is left out is kept.
    3. Each customer on it is recorded as a use, with the decision's reason and evidence.

    ``on`` is the civil day of ``at``, from which ``list_days`` are counted. Raises Refused for a
    campaign that is not carried out by telephone or may not be now, for a recipient that it does
    not name, when nobody may be called, and for more than ``MOST``.
    """
    require(by, EXPORT)
    if campaign.channel not in BY_TELEPHONE:
        raise Refused("It does not go by telephone.", "Lists of numbers are for calls and texts.")
    with transaction.atomic():
        locked = MarketingCampaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        if refused := marketing_campaigns.why_not(locked, on=on):
            raise refused
        _check(locked, recipient, on=on)
        found = audience_scrubs.sift(locked, on=on, recipient=recipient)
        if len(found.allowed) > MOST:
            raise Refused(
                f"{len(found.allowed):,} customers may be called: a list has at most {MOST:,}.",
                "Make a campaign for each part of them, by state or category of service.",
            )
        last_day = min(add_days(on, locked.list_days), locked.ends_on)
        content = _file(found, last_day)
        if not found.allowed:
            why = sorted({audience_scrubs.words(code) for code in found.left_out.values()})
            raise Refused(
                "Nobody may be called for it now.",
                f"Everybody is left out: {'; '.join(why) or 'there is nobody'}.",
            )
        scrub = audience_scrubs.keep(locked, found, moment="list", at=at, by=by)
        made = CallingList(
            campaign=locked,
            scrub=scrub,
            recipient=recipient,
            made_at=at,
            made_by=by,
            last_day=last_day,
            size=len(found.allowed),
            digest=hashlib.sha256(content.encode()).hexdigest(),
        )
        history.save(made, by=by, because=because)
        _record(made, found, at=at, by=by, because=because)
    return HandedOut(made, content, list(found.allowed))


def _check(campaign: MarketingCampaign, recipient: Recipient | None, *, on: date) -> None:
    named = list(campaign.recipients.all())
    if recipient is None and named:
        raise Refused("The campaign is carried out by others.", "Choose who gets the list.")
    if recipient is not None and recipient not in named:
        raise Refused(f"The campaign does not name {recipient}.", "Choose one of its recipients.")
    if recipient is not None and not recipient.current(on):
        raise Refused(
            f"The contract with {recipient} is not in force.", "See the register of recipients."
        )


def _file(found: Sifted, last_day: date) -> str:
    """The file; whoever has no number is left out of it, and of ``found``."""
    lines = [line(HEADER)]
    ids = sorted(found.allowed)
    for start in range(0, len(ids), LISTED):
        part = ids[start : start + LISTED]
        numbers = _numbers(part, found.on)
        rows = Customer.objects.filter(among("pk", part)).order_by("pk")
        for pk, account, name in rows.values_list("pk", "account_number", "name"):
            if number := numbers.get(pk):
                lines.append(line((account, name, number, last_day)))
        found.leave_out([pk for pk in part if pk not in numbers], NO_NUMBER)
    return "".join(lines)


def _numbers(customers: Sequence[int], on: date) -> dict[int, str]:
    """The telephone number of record of each: that of the first service that they have on ``on``.

    64.2003(q): the number of the service, not one that the customer gave to be reached at.
    """
    wanted = set(customers)
    rows = Service.objects.filter(
        among("customer", customers),
        Q(ended_on=None) | Q(ended_on__gte=on),
        category__in=Service.TELECOMMUNICATIONS,
        started_on__lte=on,
    ).order_by("-started_on", "-pk")
    # The first service comes last, and so stays.
    found = {
        customer: (sealed, pk)
        for customer, sealed, pk in rows.values_list("customer", "telephone_number", "pk")
        if customer in wanted
    }
    opened = {customer: NUMBER.open(sealed, pk) for customer, (sealed, pk) in found.items()}
    return {customer: number for customer, number in opened.items() if number}


def _record(
    made: CallingList, found: Sifted, *, at: datetime, by: User | None, because: str
) -> None:
    use = made.campaign.use
    if use is None:
        return
    rows = [Used(pk, found.on, basis) for pk, basis in disclosures.bases(found.allowed, use)]
    common = Made(
        use=use,
        what=f"Calling list {made.pk}: {made.campaign.items}"[:200],
        data_classes=tuple(made.campaign.data_classes),
        campaign=made.campaign,
        recipient=made.recipient,
        calling_list=made,
    )
    disclosures.record_many(rows, common, at=at, by=by, because=because)


def confirm_destroyed(
    handed: CallingList, *, on: date, today: date, proof: str, by: User | None, because: str
) -> bool:
    """Say that every copy of the list is destroyed, by the civil day ``on``, and how that is known.

    False when that was said before. Raises Refused without a word of how it is known, and for a day
    before it was made or in the future.
    """
    require(by, DESTROYED)
    if on > today:
        raise Refused("It cannot have been destroyed in the future.", "Correct the day.")
    if not proof.strip():
        raise Refused("It is not said how that is known.", "Say who confirmed it, and how.")
    with transaction.atomic():
        locked = CallingList.objects.select_for_update(no_key=True).get(pk=handed.pk)
        if locked.destroyed_on is not None:
            return False
        if on < locked.scrub.on:
            raise Refused("It cannot be destroyed before it was made.", "Correct the day.")
        locked.destroyed_on, locked.destroyed_proof = on, proof.strip()[:200]
        history.save(locked, by=by, because=because)
    handed.refresh_from_db()
    return True


def expired(*, on: date) -> QuerySet[CallingList]:
    """Lists whose last day was before ``on`` and that nobody has said to be destroyed."""
    return CallingList.objects.filter(destroyed_on=None, last_day__lt=on)
