"""Who? Customers, how to reach them, their services; the carrier; the staff; job runs.

Inside the package imports run: staff, carrier, runs <- customers <- services, contacts, lists,
imports.
Outsiders import from here.
"""

from accounts.models.carrier import Carrier
from accounts.models.contacts import ContactPoint
from accounts.models.customers import Customer
from accounts.models.imports import ImportBatch, ImportProblem
from accounts.models.lists import CustomerList, CustomerListEntry
from accounts.models.runs import Run
from accounts.models.services import Service
from accounts.models.staff import User

__all__ = [
    "Carrier",
    "ContactPoint",
    "Customer",
    "CustomerList",
    "CustomerListEntry",
    "ImportBatch",
    "ImportProblem",
    "Run",
    "Service",
    "User",
]
