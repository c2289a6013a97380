"""May we? Opt-out requests, approvals, uses made, recipients, incidents; retention; seals.

Inside the package imports run: scripts <- optouts <- inbound, readings, approvals <- disclosures,
optouts <- incidents and breaches <- steps; what else there is stands alone. Outsiders import from
here.
Inside the package imports run: scripts <- optouts <- inbound, readings, approvals; recipients <-
marketing_campaigns, requested_disclosures <- disclosures <- late_findings;
what else there is stands alone. Outsiders import from here.
"""

from cpni.models.api_keys import ApiAnswer, ApiKey
from cpni.models.approvals import Approval
from cpni.models.audience_files import AudienceFile
from cpni.models.breaches import Breach, BreachCustomer
from cpni.models.brokers import BrokerAction
from cpni.models.calendar_feeds import CalendarFeed
from cpni.models.certificates import AnnualCertificate
from cpni.models.complaints import Complaint
from cpni.models.disclosures import Disclosure
from cpni.models.figures import Figure
from cpni.models.inbound import InboundMessage
from cpni.models.incidents import Incident, IncidentLetter
from cpni.models.late_findings import LateFinding
from cpni.models.marketing_campaigns import (
    AudienceScrub,
    CallingList,
    LeftOut,
    MarketingCampaign,
)
from cpni.models.optouts import OptOutRequest, RequestCandidate
from cpni.models.probes import Probe
from cpni.models.purges import HistoryPurge, OpenPurge, PurgedRows
from cpni.models.readings import ScriptReading
from cpni.models.recipients import Recipient
from cpni.models.reconciling import Difference, Reconciliation
from cpni.models.requested_disclosures import RequestedDisclosure
from cpni.models.retention import LegalHold, Purge, RetentionPeriod
from cpni.models.scripts import Script
from cpni.models.seals import Seal, SealCheck, SealedPage, SealPublication
from cpni.models.steps import StepTaken
from cpni.models.taken_forms import TakenForm
from cpni.models.verifications import Verification
from cpni.models.webhooks import ChangedApproval, WebhookDelivery, WebhookSubscription

__all__ = [
    "AnnualCertificate",
    "ApiAnswer",
    "ApiKey",
    "Approval",
    "AudienceFile",
    "AudienceScrub",
    "Breach",
    "BreachCustomer",
    "BrokerAction",
    "CalendarFeed",
    "CallingList",
    "ChangedApproval",
    "Complaint",
    "Difference",
    "Disclosure",
    "Figure",
    "HistoryPurge",
    "InboundMessage",
    "Incident",
    "IncidentLetter",
    "LateFinding",
    "LeftOut",
    "LegalHold",
    "MarketingCampaign",
    "OpenPurge",
    "OptOutRequest",
    "Probe",
    "Purge",
    "PurgedRows",
    "Recipient",
    "Reconciliation",
    "RequestCandidate",
    "RequestedDisclosure",
    "RetentionPeriod",
    "Script",
    "ScriptReading",
    "Seal",
    "SealCheck",
    "SealPublication",
    "SealedPage",
    "StepTaken",
    "TakenForm",
    "Verification",
    "WebhookDelivery",
    "WebhookSubscription",
]
