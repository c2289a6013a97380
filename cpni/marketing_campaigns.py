"""The register of marketing campaigns: drafted, reviewed by another, sent back, refused (64.2009).

The only writer of ``MarketingCampaign``. A review is bound to what was reviewed: whoever changes
the e-mail campaign, or what the register says, is back where a review is needed.
"""

from collections.abc import Collection
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import history
from accounts.errors import Changed, Refused
from accounts.models import User
from accounts.permissions import refuse_author, require
from cpni import audience_scrubs
from cpni.models import AudienceScrub, MarketingCampaign, Recipient
from cpni.receiving import may_receive
from notices.models import Campaign, Use

ADD, CHANGE = "cpni.add_marketingcampaign", "cpni.change_marketingcampaign"
REVIEW = "cpni.review_marketingcampaign"
Status = MarketingCampaign.Status


def draft(
    campaign: MarketingCampaign,
    *,
    recipients: Collection[Recipient],
    by: User | None,
    because: str,
) -> MarketingCampaign:
    """Enter ``campaign``, unsaved, to be reviewed; ``by`` is its author.

    Raises Refused for what 64.2009(c) asks and it does not say, and for recipients that its use is
    not about (64.2007(b)).
    """
    require(by, ADD)
    return _write(campaign, recipients, by=by, because=because)


def change(
    campaign: MarketingCampaign,
    *,
    recipients: Collection[Recipient],
    by: User | None,
    because: str,
) -> MarketingCampaign:
    """Write over what was not reviewed yet, or sent back; it waits for a review then.

    Raises as :func:`draft`, and Refused for one that was reviewed or refused.
    """
    require(by, CHANGE)
    with transaction.atomic():
        if _hold(campaign).status not in MarketingCampaign.OPEN:
            raise Refused("It has been reviewed.", "Enter another, if it is to be different.")
        return _write(campaign, recipients, by=by, because=because)


def _write(
    campaign: MarketingCampaign,
    recipients: Collection[Recipient],
    *,
    by: User | None,
    because: str,
) -> MarketingCampaign:
    campaign.status, campaign.author = Status.DRAFT, by
    _check(campaign)
    _check_recipients(campaign, recipients)
    with transaction.atomic():
        history.save(campaign, by=by, because=because)
        campaign.recipients.set(recipients)
    return campaign


def _check(campaign: MarketingCampaign) -> None:
    try:
        campaign.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages), "Correct the entry.") from error


def _check_recipients(campaign: MarketingCampaign, recipients: Collection[Recipient]) -> None:
    use = campaign.use
    if use is None:
        return
    for recipient in recipients:
        if not may_receive(recipient, use):
            is_what = recipient.get_relationship_display().lower()
            raise Refused(
                f"{recipient} is: {is_what}. This use is not about such a recipient.",
                "Choose the use that is about them (64.2007(b)).",
            )
    if not recipients and use.recipient != Use.Recipient.OWN:
        raise Refused("This use is about others, and none is named.", "Name who receives it.")


def review(
    campaign: MarketingCampaign,
    *,
    finds_competitors: bool,
    at: datetime,
    on: date,
    by: User,
    because: str,
    seen: str | None = None,
) -> AudienceScrub | None:
    """Let ``campaign`` go ahead as it is, and keep whom it could reach and whom it left out.

    ``finds_competitors`` answers whether its segment could identify people who call competitors
    (64.2005(b)(2)); ``seen`` is the fingerprint of what ``by`` read; ``on`` is the civil day of
    ``at``. Returns the kept figures, None when it was reviewed before. Raises Changed when it is
    something else by now, and Refused for its author (64.2009(d)), without a reason, for a segment
    that could, and for one that waits for no review.
    """
    require(by, REVIEW)
    _need(because, "Say what was checked.")
    with transaction.atomic():
        locked = _hold(campaign)
        if locked.status == Status.REVIEWED:
            return None
        if locked.status != Status.DRAFT:
            raise Refused("It waits for no review.", "Its author changes it first.")
        _refuse_author(locked, by)
        if seen is not None and seen != locked.fingerprint:
            raise Changed()
        # Its e-mail campaign may be for another use than when it was entered.
        _check(locked)
        if finds_competitors:
            raise Refused(
                "CPNI may never be used to find or track customers who call competitors"
                " (64.2005(b)(2)).",
                "Send it back, or refuse it.",
            )
        locked.finds_competitors, locked.seen = False, locked.fingerprint
        _decided(locked, Status.REVIEWED, at=at, by=by, because=because)
        scrub = audience_scrubs.keep(
            locked, audience_scrubs.sift(locked, on=on), moment="review", at=at, by=by
        )
    campaign.refresh_from_db()
    return scrub


def send_back(campaign: MarketingCampaign, *, at: datetime, by: User, because: str) -> bool:
    """Return ``campaign`` to its author, with what is to be changed; False when that was done."""
    return _turn_down(campaign, Status.SENT_BACK, at=at, by=by, because=because)


def refuse(campaign: MarketingCampaign, *, at: datetime, by: User, because: str) -> bool:
    """Refuse ``campaign`` for good; False when it was refused before."""
    return _turn_down(campaign, Status.REFUSED, at=at, by=by, because=because)


def _turn_down(
    campaign: MarketingCampaign, status: str, *, at: datetime, by: User, because: str
) -> bool:
    require(by, REVIEW)
    _need(because, "Say what is wrong with it.")
    with transaction.atomic():
        locked = _hold(campaign)
        if locked.status == status:
            return False
        if locked.status not in MarketingCampaign.OPEN:
            raise Refused("It has been decided about.", "End it by its last day instead.")
        _refuse_author(locked, by)
        _decided(locked, status, at=at, by=by, because=because)
    campaign.refresh_from_db()
    return True


def _decided(
    locked: MarketingCampaign, status: str, *, at: datetime, by: User, because: str
) -> None:
    locked.status, locked.reviewed_by, locked.reviewed_at = status, by, at
    locked.reviewed_because = because[:200]
    history.save(locked, by=by, because=because)


def end(campaign: MarketingCampaign, *, on: date, by: User | None, because: str) -> bool:
    """Make ``on`` the last day of a reviewed campaign; False when it ends by then.

    Raises Refused for a day before it began, and for one that was not reviewed.
    """
    require(by, REVIEW)
    with transaction.atomic():
        locked = _hold(campaign)
        if locked.status != Status.REVIEWED:
            raise Refused("It was not reviewed.", "Change or refuse it.")
        if locked.ends_on <= on:
            return False
        if on < locked.begins_on:
            raise Refused("It cannot end before it begins.", "Correct the day.")
        as_reviewed = locked.seen == locked.fingerprint
        locked.ends_on = on
        # The review speaks of no less than what it spoke of; what it never spoke of stays so.
        if as_reviewed:
            locked.seen = locked.fingerprint
        history.save(locked, by=by, because=because)
    campaign.refresh_from_db()
    return True


def why_not(campaign: MarketingCampaign, *, on: date) -> Refused | None:
    """Why ``campaign`` may not be carried out on the civil day ``on``; None when it may."""
    if campaign.status != Status.REVIEWED:
        return Refused("It has not been reviewed (64.2009(d)).", "Have a supervisor review it.")
    if campaign.seen != campaign.fingerprint:
        return Refused(
            "It is not what was reviewed any more (64.2009(d)).",
            "Enter it again and have it reviewed.",
        )
    if not campaign.current(on):
        return Refused(
            f"It runs from {campaign.begins_on} until {campaign.ends_on}.",
            "Enter another for other days.",
        )
    return None


def why_not_email(email: Campaign, *, on: date) -> Refused | None:
    """Why the e-mail campaign ``email`` may not be sent on ``on``; None when it may.

    Whoever is in the register is reviewed, also without CPNI; who uses CPNI must be there.
    """
    in_register = MarketingCampaign.objects.select_related("email_campaign")
    if found := in_register.filter(email_campaign=email).first():
        return why_not(found, on=on)
    if email.cpni_use_id is None:
        return None
    return Refused(
        "It uses CPNI and is not in the register of marketing campaigns (64.2009(c)).",
        "Enter it there, and have it reviewed.",
    )


def _refuse_author(locked: MarketingCampaign, by: User) -> None:
    parts = [locked.email_campaign] if locked.email_campaign else []
    refuse_author(locked, by, parts=parts, what="marketing campaign")


def _need(because: str, remedy: str) -> None:
    if not because.strip():
        raise Refused("It needs a reason (64.2009(d)).", remedy)


def _hold(campaign: MarketingCampaign) -> MarketingCampaign:
    return MarketingCampaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
