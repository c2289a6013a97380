"""What an empty installation needs, in order, until the first notice has been mailed.

Whoever may fill in the carrier's record sees it on the home page; once a notice was sent, nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import Carrier, Customer, User
from config import roles
from notices import policies
from notices.models import Campaign, Delivery, Notice, PolicyVersion, PostBatch

SETS_UP = "accounts.change_carrier"


@dataclass(frozen=True)
class Step:
    """A step: what to do, why and how, where, and whether it is done."""

    title: str
    how: str
    address: str
    done: bool


def steps_for(person: User) -> list[Step]:
    """The steps for ``person``; none when a notice was mailed, or it is not their business."""
    if not person.has_perm(SETS_UP) or Delivery.objects.filter(mailed_on__isnull=False).exists():
        return []
    return list(_steps(person))


def _steps(person: User) -> Iterator[Step]:
    yield Step(
        "Fill in the carrier’s record",
        "Its name, and the ways to object that every notice must name.",
        reverse("admin:accounts_carrier_changelist"),
        Carrier.get() is not None,
    )
    officers = Group.objects.filter(name=roles.OFFICER)
    others = User.objects.filter(is_active=True, is_program=False).exclude(pk=person.pk)
    yield Step(
        "Enter a colleague who checks what you write",
        f"Tick the role {roles.OFFICER}. Nobody approves what they wrote themselves.",
        reverse("admin:accounts_user_add"),
        others.filter(groups__in=officers).exists(),
    )
    yield _policy()
    yield Step(
        "Import your customers",
        "From a CSV file of the billing system. The page shows what would change before it does.",
        reverse("admin:accounts_customer_import"),
        Customer.objects.exists(),
    )
    yield _notice()
    campaign = Campaign.objects.order_by("-pk").first()
    yield _campaign(campaign)
    yield _mailing(campaign)


def _policy() -> Step:
    title = "Have the privacy policy in force"
    done = policies.in_force(Carrier.today()) is not None
    draft = PolicyVersion.objects.filter(status=PolicyVersion.Status.DRAFT).first()
    if draft and not done:
        address = reverse("admin:notices_policyversion_change", args=[draft.pk])
        how = (
            "It is drafted. Your colleague signs in and publishes it; or, if customers have had it"
            " before, records it as published earlier."
        )
        return Step(title, how, address, done)
    address = reverse("admin:notices_policyversion_add") + "?standard=first"
    how = "Begin with the standard one and change what is different with you."
    return Step(title, how, address, done)


def _notice() -> Step:
    title = "Have the CPNI notice approved"
    notice = Notice.objects.filter(kind=Notice.Kind.CPNI).order_by("status", "-pk").first()
    if notice is None:
        address = reverse("admin:notices_notice_add") + "?standard=cpni"
        return Step(title, "Begin with the standard words.", address, done=False)
    address = reverse("admin:notices_notice_change", args=[notice.pk])
    how = (
        "It is drafted. Open its content check, sign off what only a reader can judge; then your"
        " colleague signs in and approves it."
    )
    return Step(title, how, address, done=notice.status == Notice.Status.APPROVED)


def _campaign(campaign: Campaign | None) -> Step:
    title = "Start a campaign, which sends it"
    if campaign is None:
        address = reverse("admin:notices_campaign_add")
        return Step(title, "Choose the notice and who gets it.", address, done=False)
    address = reverse("admin:notices_campaign_change", args=[campaign.pk])
    if campaign.status == Campaign.Status.DRAFT:
        how = "It is drafted. Your colleague signs in and approves it; then you start it."
    else:
        how = "It is approved. Start it now, or give it a time."
    return Step(title, how, address, done=campaign.started_at is not None)


def _mailing(campaign: Campaign | None) -> Step:
    title = "Mail it"
    address = reverse("admin:notices_campaign_changelist")
    if campaign is not None:
        address = reverse("admin:notices_campaign_change", args=[campaign.pk])
    batch = PostBatch.objects.filter(campaign=campaign).first() if campaign else None
    if batch:
        address = reverse("admin:notices_postbatch_change", args=[batch.pk])
        how = "Print the letters of this batch, mail them, and confirm the day of mailing."
    else:
        how = "E-mail leaves by itself. Put the letters into a post batch on the campaign’s page."
    return Step(title, how, address, done=False)
