"""What did we tell them, and when? Uses, policies, notices, campaigns, deliveries.

Inside the package imports run: uses <- policies <- notices <- campaigns <- deliveries
<- telephone_tasks, letter_files; tellings and links stand alone.
Outsiders import from here.
"""

from notices.models.campaigns import Campaign
from notices.models.deliveries import Delivery, PostBatch
from notices.models.letter_files import LetterFile, MailingStatement
from notices.models.links import LinkKey
from notices.models.notices import Notice, NoticeText
from notices.models.policies import PolicyBinding, PolicyVersion
from notices.models.telephone_tasks import TelephoneAttempt, TelephoneTask
from notices.models.tellings import Telling
from notices.models.uses import Use

__all__ = [
    "Campaign",
    "Delivery",
    "LetterFile",
    "LinkKey",
    "MailingStatement",
    "Notice",
    "NoticeText",
    "PolicyBinding",
    "PolicyVersion",
    "PostBatch",
    "TelephoneAttempt",
    "TelephoneTask",
    "Telling",
    "Use",
]
