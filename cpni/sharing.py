"""Questions about what others receive: by which approval, and whether the policy names them.

``decide`` is the authority for one customer and one use; these find what to look at.
"""

from datetime import date

from django.db.models import QuerySet

from cpni import reasons
from cpni.models import Disclosure, MarketingCampaign, Recipient
from notices.models import PolicyUse
from notices.policies import in_force

_What = Recipient.Relationship
# Neither agents nor communications affiliates, and no vendors: opt-out does not do (64.2007(b)).
NEED_OPT_IN = (_What.CONTRACTOR, _What.JOINT_VENTURE, _What.OTHER_AFFILIATE, _What.THIRD_PARTY)


def needing_opt_in(recipients: QuerySet[Recipient]) -> QuerySet[Recipient]:
    """Of ``recipients`` those who may be given CPNI only with each customer's opt-in."""
    return recipients.filter(relationship__in=NEED_OPT_IN)


def given_to_these(uses: QuerySet[Disclosure]) -> QuerySet[Disclosure]:
    """Of ``uses`` what such recipients were given, but for what a paper asked for (222(c))."""
    return uses.filter(received_by__relationship__in=NEED_OPT_IN, requested=None)


def given_without_opt_in(uses: QuerySet[Disclosure]) -> QuerySet[Disclosure]:
    """Of ``uses`` what such recipients were given on anything less. It should find nothing."""
    return given_to_these(uses).exclude(reason=reasons.EXPRESS.code)


def sent_to_unnamed(
    campaigns: QuerySet[MarketingCampaign], *, on: date
) -> QuerySet[MarketingCampaign]:
    """Of ``campaigns`` those with a recipient whom the policy in force on ``on`` does not name.

    Also those for a use that the policy does not declare at all (64.2008(c)(2)). What was refused
    sends to nobody.
    """
    policy = in_force(on)
    declared = PolicyUse.objects.filter(policy_version=policy) if policy else ()
    by_use = {row.use_id: row for row in declared}
    found = []
    asked = campaigns.exclude(status=MarketingCampaign.Status.REFUSED).filter(
        recipients__isnull=False
    )
    for campaign in asked.order_by().distinct().prefetch_related("recipients"):
        row = by_use.get(campaign.use_id) if campaign.use_id else None
        if campaign.use_id and not (
            row and all(row.names(recipient.name) for recipient in campaign.recipients.all())
        ):
            found.append(campaign.pk)
    return campaigns.filter(pk__in=found)
