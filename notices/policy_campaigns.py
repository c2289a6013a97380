"""Telling customers of a changed policy: notice and campaign as drafts, their audience chosen.

They go the usual way: somebody reads the words and adds what is missing, another approves the
notice, then the campaign. Nothing is sent from here.
"""

from django.db import transaction

from accounts import history
from accounts.errors import Refused
from accounts.models import Carrier, User
from accounts.permissions import require
from notices import policies, standard_texts
from notices.models import Campaign, Notice, PolicyVersion


def campaign_of(version: PolicyVersion) -> Campaign | None:
    """The campaign that tells of ``version``, if there is one that was not cancelled."""
    return (
        Campaign.objects.filter(
            notice__kind=Notice.Kind.POLICY_CHANGE, notice__policy_version=version
        )
        .exclude(status=Campaign.Status.CANCELLED)
        .first()
    )


def draft(version: PolicyVersion, *, by: User | None, because: str) -> Campaign:
    """Draft the notice of the change to ``version`` and its campaign to all under an earlier one.

    The notice asks for the opt-out uses that are new to any of them. It has the standard words
    where these speak of exactly those uses, else none yet. Raises Refused for a version that is not
    published, of which nobody need be told, or of which a campaign tells already.
    """
    require(by, "notices.add_notice")
    require(by, "notices.add_campaign")
    with transaction.atomic():
        # Locked, so that a second click waits and finds what the first one made.
        locked = PolicyVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
        if locked.status != PolicyVersion.Status.PUBLISHED:
            raise Refused(f"{locked} is not published.", "Publish it first.")
        if not policies.material_against(locked):
            raise Refused(
                "Nothing in it is new or wider than in an earlier version.", "Nobody need be asked."
            )
        if there := campaign_of(locked):
            raise Refused(f"“{there}” tells of it already.", "Open that campaign.")
        campaign = Campaign(
            name=_free_name(f"Change of policy to {locked.number}"),
            notice=_notice(locked, by=by, because=because),
            audience=Campaign.Audience.EARLIER_POLICY,
            author=by,
        )
        history.save(campaign, by=by, because=because)
    return campaign


def _notice(version: PolicyVersion, *, by: User | None, because: str) -> Notice:
    try:
        return standard_texts.draft_policy_change(version, by=by, because=because)
    except Refused:  # the standard words are about something else: only what is asked is known
        carrier = Carrier.get()
        notice = Notice(
            title=f"Change of policy to {version.number}",
            kind=Notice.Kind.POLICY_CHANGE,
            policy_version=version,
            author=by,
        )
        if carrier:
            notice.waiting_days = carrier.default_waiting_days
        history.save(notice, by=by, because=because)
        notice.uses.set(policies.newly_asked(version))
        return notice


def _free_name(name: str) -> str:
    """``name``, or with a number where a cancelled campaign has it."""
    taken = Campaign.objects.filter(name__startswith=name).count()
    return f"{name} ({taken + 1})" if taken else name
