"""Cached values as JSON. Django's own choice, pickle, runs what whoever reaches Redis put there."""

import json
from typing import Any


class JSONValues:
    """The two methods that Django's Redis cache asks of a serializer."""

    def dumps(self, value: Any) -> bytes:
        """``value`` for Redis."""
        return json.dumps(value).encode()

    def loads(self, kept: bytes) -> Any:
        """What :meth:`dumps` made."""
        return json.loads(kept)
