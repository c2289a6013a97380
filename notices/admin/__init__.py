"""How staff see and change what this app knows."""

from notices.admin import campaigns, deliveries, notices, policies, post_batches, uses

__all__ = ["campaigns", "deliveries", "notices", "policies", "post_batches", "uses"]
