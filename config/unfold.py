"""The admin's theme and menu. Data only."""

from typing import Any

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "CPNI Desk",
    "SITE_HEADER": "CPNI Desk",
}
