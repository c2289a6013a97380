"""How staff see and change what this app knows. Customers are registered by ``cpni.admin``."""

from accounts.admin import carrier, imports, lists, looks, runs, signin, staff, unusual_looks

__all__ = ["carrier", "imports", "lists", "looks", "runs", "signin", "staff", "unusual_looks"]
