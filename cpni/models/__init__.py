"""May we? Opt-out requests, approvals, uses that were made, incidents; retention; seals of history.

Inside the package imports run: scripts <- optouts <- readings, approvals <- disclosures; what else
there is stands alone. Outsiders import from here.
"""

from cpni.models.approvals import Approval
from cpni.models.complaints import Complaint
from cpni.models.disclosures import Disclosure
from cpni.models.incidents import Incident
from cpni.models.optouts import OptOutRequest
from cpni.models.purges import HistoryPurge, OpenPurge, PurgedRows
from cpni.models.readings import ScriptReading
from cpni.models.retention import LegalHold, Purge, RetentionPeriod
from cpni.models.scripts import Script
from cpni.models.seals import Seal, SealCheck, SealedPage, SealPublication
from cpni.models.taken_forms import TakenForm

__all__ = [
    "Approval",
    "Complaint",
    "Disclosure",
    "HistoryPurge",
    "Incident",
    "LegalHold",
    "OpenPurge",
    "OptOutRequest",
    "Purge",
    "PurgedRows",
    "RetentionPeriod",
    "Script",
    "ScriptReading",
    "Seal",
    "SealCheck",
    "SealPublication",
    "SealedPage",
    "TakenForm",
]
