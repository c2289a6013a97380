"""Which records of marketing and of disclosures asked for may be purged (``retention_records``)."""

from django.db.models import OuterRef, Q

from cpni import retention_kinds as kinds
from cpni.models import (
    AudienceScrub,
    CallingList,
    Disclosure,
    LeftOut,
    MarketingCampaign,
    RequestedDisclosure,
)
from cpni.retention import Records
from cpni.retention_reliance import exists

MARKETING: tuple[Records, ...] = (
    Records(
        kinds.CAMPAIGNS,
        "Marketing campaigns",
        MarketingCampaign,
        "ends_on",
        due=lambda cut: MarketingCampaign.objects.filter(ends_on__lt=cut.on),
        relied_on=lambda cut: {
            "A use of CPNI by it is kept": exists(
                Disclosure.objects.filter(campaign=OuterRef("pk"))
            ),
            "Whom it left out is kept": exists(
                AudienceScrub.objects.filter(campaign=OuterRef("pk"))
            ),
            "A list for it is kept": exists(CallingList.objects.filter(campaign=OuterRef("pk"))),
        },
        under=lambda held: Q(email_campaign__in=held.campaigns),
        below=((MarketingCampaign.recipients.through, "marketingcampaign"),),
    ),
    Records(
        kinds.CAMPAIGNS,
        "Whom marketing campaigns left out",
        AudienceScrub,
        "on",
        due=lambda cut: AudienceScrub.objects.filter(at__lt=cut.at),
        relied_on=lambda cut: {
            "Its list is kept": exists(CallingList.objects.filter(scrub=OuterRef("pk"))),
            "Its campaign goes on": Q(campaign__ends_on__gte=cut.on),
        },
        under=lambda held: exists(
            LeftOut.objects.filter(scrub=OuterRef("pk"), customer__in=held.customers)
        ),
        below=((LeftOut, "scrub"),),
    ),
    Records(
        kinds.CAMPAIGNS,
        "Lists of numbers",
        CallingList,
        "made_at",
        due=lambda cut: CallingList.objects.filter(made_at__lt=cut.at, destroyed_on__lt=cut.on),
        relied_on=lambda cut: {
            "A use of CPNI by it is kept": exists(
                Disclosure.objects.filter(calling_list=OuterRef("pk"))
            )
        },
        under=lambda held: exists(
            LeftOut.objects.filter(scrub=OuterRef("scrub"), customer__in=held.customers)
        ),
    ),
    Records(
        kinds.DISCLOSURES,
        "Papers that ask for disclosures",
        RequestedDisclosure,
        "decided_on",
        due=lambda cut: RequestedDisclosure.objects.filter(decided_on__lt=cut.on),
        relied_on=lambda cut: {
            "The disclosure is kept": exists(Disclosure.objects.filter(requested=OuterRef("pk")))
        },
        under=lambda held: Q(customer__in=held.customers),
        file="scan",
    ),
)
