"""Automatic notices: to new customers, and again before two years are over (64.2008(a), (d)(2)).

The classic failure is a group of customers whom nobody put into a campaign (domain.md 8). So these
propose themselves, ask once for approval, and look every day at every active customer: whoever came
by a billing import, a merger of systems or by hand is found in the same way.
"""

from datetime import date, datetime, time
from typing import Any

from django.db import transaction

from accounts import history, runs
from accounts.civil import civil_day
from accounts.errors import Refused
from accounts.models import Carrier, Run, User
from accounts.permissions import require
from notices import audience, campaigns, freezing, quotas
from notices.models import AutomaticNotice, Campaign, Notice
from notices.models.limits import SendingLimits
from notices.policies import in_force
from notices.signing_off import refuse_open

JOB = "notice automatically"
APPROVE = "notices.approve_automaticnotice"
Kind = AutomaticNotice.Kind
Status = AutomaticNotice.Status
# What a newer one has of the one before it, and a month's campaign of the one that it belongs to.
HOURS_AND_LIMITS = ("send_from", "send_until", "rate_per_minute", "daily_cap")
DAYTIME = {"send_from": time(9), "send_until": time(17)}  # until somebody chooses other hours
MOST = 2**31 - 1
AUDIENCES = {
    Kind.NEW: Campaign.Audience.NEVER_NOTICED,
    Kind.RENEWAL: Campaign.Audience.NOTICE_DUE,
}


def propose(*, on: date) -> list[AutomaticNotice]:
    """Propose the newest approved notice under the policy in force on ``on``, for each kind, once.

    What was stopped is not proposed again; a newer notice is, with the hours and limits of the one
    before it. Returns the new proposals.
    """
    policy = in_force(on)
    approved = Notice.objects.filter(
        kind=Notice.Kind.CPNI, status=Notice.Status.APPROVED, policy_version=policy
    )
    newest = approved.order_by("-approved_at", "-pk").first() if policy else None
    if newest is None:
        return []
    made = []
    for kind in Kind:
        if not AutomaticNotice.objects.filter(kind=kind, notice=newest).exists():
            before = AutomaticNotice.objects.filter(kind=kind).order_by("pk").last()
            kept = _kept(before, "within_days", *HOURS_AND_LIMITS) if before else DAYTIME
            proposal = AutomaticNotice(kind=kind, notice=newest, **kept)
            history.save(proposal, by=None, because="The newest approved notice")
            made.append(proposal)
    return made


def approve(automatic: AutomaticNotice, *, at: datetime, by: User | None, because: str) -> bool:
    """Let it run daily from now on, in place of the one of its kind that did. ``at`` is aware.

    False when it is approved already. Raises Refused for one that was stopped, for one that tells
    of another policy than the one in force, and for one whose content check fails by now.
    """
    require(by, APPROVE)
    with transaction.atomic():
        # All of them locked, so that of two approved at once the second sees the first.
        every = {a.pk: a for a in AutomaticNotice.objects.select_for_update().order_by("pk")}
        stored = every[automatic.pk]
        if stored.status == Status.APPROVED:
            return False
        if stored.status == Status.STOPPED:
            raise Refused("It was stopped.", "Approve a newer notice; it is proposed by itself.")
        if outdated(stored, on=civil_day(at, Carrier.zone_or_default())):
            raise Refused(
                f"It tells of {stored.notice.policy_version}, which is not in force.",
                "Approve a notice under the policy in force; it is proposed by itself.",
            )
        refuse_open(stored.notice)
        for other in every.values():
            if other.kind == stored.kind and other.status == Status.APPROVED:
                other.status = Status.STOPPED
                history.save(other, by=by, because=f"{stored} takes its place")
        stored.status, stored.approved_by, stored.approved_at = Status.APPROVED, by, at
        history.save(stored, by=by, because=because)
    automatic.refresh_from_db()
    return True


def stop(automatic: AutomaticNotice, *, by: User | None, because: str) -> bool:
    """Let it send to nobody more. False when it is stopped already."""
    require(by, APPROVE)
    with transaction.atomic():
        stored = AutomaticNotice.objects.select_for_update().get(pk=automatic.pk)
        stopped = stored.status != Status.STOPPED
        if stopped:
            stored.status = Status.STOPPED
            history.save(stored, by=by, because=because)
    automatic.refresh_from_db()
    return stopped


def due(automatic: AutomaticNotice, *, on: date) -> int:
    """To how many customers it would go on the civil day ``on``, if it ran."""
    campaign = Campaign(notice=automatic.notice, audience=AUDIENCES[Kind(automatic.kind)])
    return audience.customers(campaign, on=on).count()


def outdated(automatic: AutomaticNotice, *, on: date) -> bool:
    """Whether another policy is in force on ``on`` than the one that its notice tells of.

    Then it is held: whoever is new is under the newer version, and would be told of another. It
    goes on when a notice under the policy in force takes its place.
    """
    policy = in_force(on)
    return policy is not None and automatic.notice.policy_version_id != policy.pk


def why_held(automatic: AutomaticNotice, *, on: date) -> str:
    """Why an approved automatic notice goes to nobody on the civil day ``on``, and what to do.

    "" when it runs. Its words were approved once, and it would send them for years.
    """
    if outdated(automatic, on=on):
        return (
            f"It tells of {automatic.notice.policy_version}, which is not in force any more."
            " Approve a CPNI notice under the policy in force; it proposes itself."
        )
    try:
        refuse_open(automatic.notice)
    except Refused as refused:
        return (
            f"{refused.message} Override the line with a reason, or approve a new version of the"
            " notice; it proposes itself."
        )
    paused = Campaign.objects.filter(automatic=automatic, status=Campaign.Status.PAUSED)
    if campaign := paused.order_by("month").last():
        # Whoever paused it meant this notice, and not the month.
        return f"“{campaign}” is paused. Resume or cancel it, or stop the automatic notice."
    return ""


def held(*, on: date) -> dict[AutomaticNotice, str]:
    """The approved automatic notices that are held on the civil day ``on``, with why."""
    running = AutomaticNotice.objects.filter(status=Status.APPROVED).select_related(
        "notice__policy_version"
    )
    return {automatic: why for automatic in running if (why := why_held(automatic, on=on))}


def run_once_a_day(*, on: date, at: datetime, message_domain: str) -> bool:
    """Do what is due on the civil day ``on``, unless a run has done it. Whether it ran now.

    ``at`` is the aware instant; Message-IDs end in ``message_domain``.
    """
    done = Run.objects.filter(name=JOB, for_day=on, error="", finished_at__isnull=False)
    if done.exists() or Carrier.get() is None:
        return False
    with runs.run(JOB, for_day=on) as run:
        run.counts = {"proposed": len(propose(on=on))}
        for automatic in AutomaticNotice.objects.filter(status=Status.APPROVED):
            _pass_on_limits(automatic)
            if why_held(automatic, on=on):
                run.counts["held"] = run.counts.get("held", 0) + 1
                continue
            run.counts[automatic.kind] = add_due(
                automatic, on=on, at=at, message_domain=message_domain
            )
    return True


def add_due(automatic: AutomaticNotice, *, on: date, at: datetime, message_domain: str) -> int:
    """Add whoever has become due on ``on`` to the month's campaign; how many. Twice adds nobody.

    Nobody is added while somebody has paused or cancelled that campaign, or while it is held; so a
    pause outlives its month.
    """
    if why_held(automatic, on=on):
        return 0
    campaign = _of_month(automatic, on=on, at=at, message_domain=message_domain)
    if campaign is None:
        return 0
    added = 0
    for between in freezing.ranges():
        with transaction.atomic():
            held = campaigns.hold(campaign.pk)
            if held.status not in (Campaign.Status.RUNNING, Campaign.Status.FINISHED):
                break
            added += freezing.freeze(held, between, on=on, by=None, because="Has become due")
            if added:
                campaigns.reopen(held, by=None, because="Somebody has become due")
    return added


def _of_month(
    automatic: AutomaticNotice, *, on: date, at: datetime, message_domain: str
) -> Campaign | None:
    """The campaign of the month of ``on``; made when somebody is due, None when nobody is."""
    month = on.replace(day=1)
    found = Campaign.objects.filter(automatic=automatic, month=month).first()
    if found:
        return found
    with transaction.atomic():
        # Held, so that two workers do not make two.
        AutomaticNotice.objects.select_for_update().get(pk=automatic.pk)
        found = Campaign.objects.filter(automatic=automatic, month=month).first()
        if found:
            return found
        made = Campaign(
            name=f"{automatic.get_kind_display()}, {month:%B %Y} ({automatic.pk})",
            notice=automatic.notice,
            audience=AUDIENCES[Kind(automatic.kind)],
            automatic=automatic,
            month=month,
            status=Campaign.Status.RUNNING,
            approved_by=automatic.approved_by,
            started_at=at,
            message_domain=message_domain,
            warm_up=_warm_up(automatic, on=on),
            **_kept(automatic, *HOURS_AND_LIMITS),
        )
        history.save(made, by=None, because=f"Automatic: {automatic}")
        if not audience.customers(made, on=on).exists():
            transaction.set_rollback(True)
            return None
    return made


def _kept(limits: SendingLimits, *names: str) -> dict[str, Any]:
    """The fields of ``limits`` with these names."""
    return {name: getattr(limits, name) for name in names}


def _warm_up(automatic: AutomaticNotice, *, on: date) -> int | None:
    """The most on the first day, ``on``, of a month's campaign.

    A slow beginning goes on where it is, and does not begin again with each month.
    """
    first = Campaign.objects.filter(automatic=automatic).order_by("month").first()
    if first is None or first.started_at is None or automatic.warm_up is None:
        return automatic.warm_up
    days = (on - civil_day(first.started_at, Carrier.zone_or_default())).days
    return min(MOST, automatic.warm_up * 2**days) if days < quotas.DOUBLED else None


def _pass_on_limits(automatic: AutomaticNotice) -> None:
    """Give the hours and limits of ``automatic`` to those of its campaigns that are under way."""
    for campaign in Campaign.objects.filter(automatic=automatic, status__in=Campaign.OPEN):
        with transaction.atomic():
            held = campaigns.hold(campaign.pk)
            if _kept(held, *HOURS_AND_LIMITS) != _kept(automatic, *HOURS_AND_LIMITS):
                for name in HOURS_AND_LIMITS:
                    setattr(held, name, getattr(automatic, name))
                history.save(
                    held,
                    by=None,
                    because=f"As the automatic notice says: {automatic}",
                    update_fields=HOURS_AND_LIMITS,
                )
