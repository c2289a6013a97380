"""What did we tell them, and when? Uses, policies, notices, campaigns, deliveries.

Inside the package imports run: uses <- policies <- notices <- automatic <- campaigns <- deliveries
<- telephone_tasks, letter_files; content_sign_offs hangs on notices; tellings and links stand
alone.
Outsiders import from here.
"""

from notices.models.automatic import AutomaticNotice
from notices.models.campaigns import Campaign
from notices.models.content_sign_offs import ContentSignOff
from notices.models.deliveries import Delivery, PostBatch
from notices.models.letter_files import LetterFile, MailingStatement
from notices.models.links import LinkKey
from notices.models.notices import Notice, NoticeText
from notices.models.policies import PolicyBinding, PolicyUse, PolicyVersion
from notices.models.telephone_tasks import TelephoneAttempt, TelephoneTask
from notices.models.tellings import Telling
from notices.models.uses import WITHIN_SERVICES, Use

__all__ = [
    "WITHIN_SERVICES",
    "AutomaticNotice",
    "Campaign",
    "ContentSignOff",
    "Delivery",
    "LetterFile",
    "LinkKey",
    "MailingStatement",
    "Notice",
    "NoticeText",
    "PolicyBinding",
    "PolicyUse",
    "PolicyVersion",
    "PostBatch",
    "TelephoneAttempt",
    "TelephoneTask",
    "Telling",
    "Use",
]
