"""How staff see and change what this app knows. Customers are registered by ``cpni.admin``."""

from accounts.admin import carrier, imports, lists, runs, staff

__all__ = ["carrier", "imports", "lists", "runs", "staff"]
