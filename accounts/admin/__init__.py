"""How staff see and change what this app knows. Customers are registered by ``cpni.admin``."""

from accounts.admin import (
    authority,
    calls,
    carrier,
    contact_optouts,
    imports,
    lists,
    looks,
    runs,
    signin,
    staff,
    training,
    unusual_looks,
)

__all__ = [
    "authority",
    "calls",
    "carrier",
    "contact_optouts",
    "imports",
    "lists",
    "looks",
    "runs",
    "signin",
    "staff",
    "training",
    "unusual_looks",
]
