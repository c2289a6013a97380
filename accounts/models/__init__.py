"""Who? Customers, how to reach them, their services; the carrier; the staff; job runs.

Inside the package imports run: staff <- signin, training; staff, carrier, runs, looks, name_words
<- customers <- services, contacts, lists, imports, authority, contact_optouts <- credentials,
calls <- changes.
Outsiders import from here.
"""

from accounts.models.authority import AuthorisedUser, BusinessExemption
from accounts.models.calls import AuthenticationTry, Call, LockRelease
from accounts.models.carrier import Carrier
from accounts.models.changes import AccountChange
from accounts.models.contact_optouts import ContactOptOut
from accounts.models.contacts import ContactPoint
from accounts.models.credentials import Credential, OneTimeCode
from accounts.models.customers import Customer
from accounts.models.imports import ImportBatch, ImportProblem
from accounts.models.lists import CustomerList, CustomerListEntry
from accounts.models.looks import Look, LookShown, UnusualLook
from accounts.models.name_words import NameWord
from accounts.models.reports import SentReport
from accounts.models.runs import JobRound, Run
from accounts.models.services import Service
from accounts.models.signin import SignInAttempts, SignInEvent
from accounts.models.staff import User
from accounts.models.training import Acknowledgement, Sanction, TrainingText
from accounts.models.written_once import WrittenOnce

__all__ = [
    "AccountChange",
    "Acknowledgement",
    "AuthenticationTry",
    "AuthorisedUser",
    "BusinessExemption",
    "Call",
    "Carrier",
    "ContactOptOut",
    "ContactPoint",
    "Credential",
    "Customer",
    "CustomerList",
    "CustomerListEntry",
    "ImportBatch",
    "ImportProblem",
    "JobRound",
    "LockRelease",
    "Look",
    "LookShown",
    "NameWord",
    "OneTimeCode",
    "Run",
    "Sanction",
    "SentReport",
    "Service",
    "SignInAttempts",
    "SignInEvent",
    "TrainingText",
    "UnusualLook",
    "User",
    "WrittenOnce",
]
