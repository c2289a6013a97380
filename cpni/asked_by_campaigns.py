"""What campaigns ask of approvals, and tell of uses; see ``notices.known_approvals``."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from django.db.models import Q, QuerySet

from accounts.errors import Refused
from accounts.models import Customer, Service
from cpni import approval_states, marketing_campaigns
from cpni.decisions import judge
from cpni.disclosures import Basis, Made, Used, proofs, record_many
from cpni.gaps import in_force
from cpni.models import Approval, MarketingCampaign, Recipient
from cpni.standings import gather_many
from notices.known_approvals import Sent
from notices.models import WITHIN_SERVICES, Campaign, Use


class RecordedApprovals:
    """Approvals as they are recorded for choosing, and as ``decide`` sees them for sending."""

    def stands(self, approval: Campaign.Approval, on: date) -> Q:
        """SQL over customers: whether one stands as ``approval`` says on the civil day ``on``."""
        return approval_states.stands(approval, on)

    def among(self, use: Use, *, on: date) -> QuerySet[Customer]:
        """Active customers with an approval of ``use`` in force, or a service that it is within."""
        if use.code in WITHIN_SERVICES:
            served = Service.objects.filter(
                Q(ended_on=None) | Q(ended_on__gte=on),
                category__in=Service.TELECOMMUNICATIONS,
                started_on__lte=on,
            )
            return Customer.objects.active().filter(pk__in=served.values("customer"))
        rows = Approval.objects.filter(in_force(on), use=use, effective_on__lte=on)
        return Customer.objects.active().filter(pk__in=rows.values("customer"))

    def allowed(
        self, customers: Collection[int], campaign: Campaign, *, on: date
    ) -> Mapping[int, Basis]:
        """Those for whom ``cpni.decisions`` says yes on ``on``, in a fixed number of queries.

        Where the register names recipients, for each of them, as when it was reviewed.
        """
        use, classes = campaign.cpni_use, _data_classes(campaign)
        if use is None:
            return {}
        registered = _registered(campaign)
        recipients = list(registered.recipients.all()) if registered else []
        offered = registered.offered if registered else ""
        asked: list[Recipient | None] = [*recipients] or [None]
        rows = list(Customer.objects.filter(pk__in=customers).select_related("merged_into"))
        found = {}
        for pk, facts in gather_many(rows, on).items():
            decided = [
                judge(facts, use, on, recipient=one, data_classes=classes, offered=offered)
                for one in asked
            ]
            if all(decision.allowed for decision in decided):
                found[pk] = Basis(decided[0].code, proofs(decided[0]))
        return found

    def why_not(self, campaign: Campaign, *, on: date) -> Refused | None:
        """What the register says: that it is not there, not reviewed as it is, or over."""
        return marketing_campaigns.why_not_email(campaign, on=on)

    def used(self, campaign: Campaign, sent: Sequence[Sent], *, at: datetime) -> None:
        """One use for each, in three statements however many."""
        registered = _registered(campaign)
        if campaign.cpni_use is None:
            return
        items = registered.items if registered else ""
        made = Made(
            use=campaign.cpni_use,
            what=f"Marketing e-mail “{campaign}”: {items}"[:200],
            data_classes=_data_classes(campaign),
            campaign=registered,
        )
        rows = [Used(one.customer, one.on, one.basis, one.delivery) for one in sent]
        record_many(rows, made, at=at, by=None, because="The relay accepted it")


def _registered(campaign: Campaign) -> MarketingCampaign | None:
    """Its entry in the register; looked up once for a campaign that is being sent."""
    if not hasattr(campaign, "in_register"):
        found = MarketingCampaign.objects.filter(email_campaign=campaign) if campaign.pk else ()
        campaign.in_register = next(iter(found), None)  # type: ignore[attr-defined]
    registered: MarketingCampaign | None = campaign.in_register  # type: ignore[attr-defined]
    return registered


def _data_classes(campaign: Campaign) -> tuple[str, ...]:
    registered = _registered(campaign)
    return tuple(registered.data_classes) if registered else ()
