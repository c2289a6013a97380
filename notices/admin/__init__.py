"""How staff see and change what this app knows."""

from notices.admin import (
    account_changes,
    automatic,
    campaigns,
    deliveries,
    notices,
    policies,
    post_batches,
    telephone_tasks,
    uses,
)

__all__ = [
    "account_changes",
    "automatic",
    "campaigns",
    "deliveries",
    "notices",
    "policies",
    "post_batches",
    "telephone_tasks",
    "uses",
]
