"""How staff see and change what this app knows, and the customer page."""

from cpni.admin import (
    approvals,
    customers,
    disclosures,
    incidents,
    optouts,
    purges,
    retention,
    seals,
)

__all__ = [
    "approvals",
    "customers",
    "disclosures",
    "incidents",
    "optouts",
    "purges",
    "retention",
    "seals",
]
