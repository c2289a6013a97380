"""How staff see and change what this app knows, and the customer page."""

from cpni.admin import (
    approvals,
    complaints,
    customers,
    disclosures,
    incidents,
    optouts,
    purges,
    retention,
    scripts,
    seals,
)

__all__ = [
    "approvals",
    "complaints",
    "customers",
    "disclosures",
    "incidents",
    "optouts",
    "purges",
    "retention",
    "scripts",
    "seals",
]
