"""How staff see and change what this app knows. Customers are registered by ``cpni.admin``."""

from accounts.admin import carrier, imports, runs, staff

__all__ = ["carrier", "imports", "runs", "staff"]
