"""The category of the service that marketing within a customer's categories offers (64.2005)."""

from accounts.models import Service
from notices.models import Use

OFFERED = [(one, Service.Category(one).label) for one in Service.TELECOMMUNICATIONS]


def wrongly_offered(use: Use | None, offered: str) -> str:
    """What is wrong with ``offered``, a category or "", of a question about ``use``; or ""."""
    within = use is not None and use.code == "same-category"
    if within and not offered:
        return "Say of which category the service is that it offers (64.2005(b))."
    if offered and not within:
        return "Only marketing within a category names one. Leave it empty."
    return ""
