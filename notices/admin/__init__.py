"""How staff see and change what this app knows."""

from notices.admin import (
    account_changes,
    campaigns,
    deliveries,
    notices,
    policies,
    post_batches,
    uses,
)

__all__ = [
    "account_changes",
    "campaigns",
    "deliveries",
    "notices",
    "policies",
    "post_batches",
    "uses",
]
