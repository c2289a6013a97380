"""How staff see and change what this app knows."""

from notices.admin import deliveries, policies, uses

__all__ = ["deliveries", "policies", "uses"]
