"""The gateways for text and voice messages that the environment names.

``TEXT_GATEWAY_URL`` and ``VOICE_GATEWAY_URL`` are where messages are posted to, or ``console:``,
which shows them in the worker's output (trial only). With each go, instead of ``TEXT`` or
``VOICE``:

``TEXT_GATEWAY_HEADERS``  a JSON object of headers, such as the key that the provider gave. Like
    other secrets it can be read from the file that ``TEXT_GATEWAY_HEADERS_FILE`` names.
``TEXT_GATEWAY_BODY``  a JSON object whose texts may hold ``{number}``, ``{words}``, ``{language}``
    and ``{id}``. It is sent as JSON, or as a form if the headers say so.
``TEXT_GATEWAY_ID``  the field of the answer in which the provider gives its own number.
"""

import json
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.env import env

BODY = '{"to": "{number}", "text": "{words}", "language": "{language}", "id": "{id}"}'


def gateway(name: str, *, production: bool) -> dict[str, Any] | None:
    """What the environment says of the gateway ``name`` (TEXT, VOICE); None when it names none.

    Raises ImproperlyConfigured for what no message could be sent by, or not safely.
    """
    url = env.str(f"{name}_GATEWAY_URL", default="")
    if not url:
        return None
    parts = urlsplit(url)
    allowed = ("https",) if production else ("https", "http", "console")
    if parts.scheme not in allowed or (parts.scheme != "console" and not parts.hostname):
        raise ImproperlyConfigured(
            f"{name}_GATEWAY_URL must begin with {' or '.join(f'{s}:' for s in allowed)}."
        )
    headers = _texts(f"{name}_GATEWAY_HEADERS", "{}")
    return {
        "url": url,
        "headers": headers,
        "body": _texts(f"{name}_GATEWAY_BODY", BODY),
        "id": env.str(f"{name}_GATEWAY_ID", default="id"),
    }


def _texts(name: str, default: str) -> dict[str, str]:
    """The JSON object of texts in the variable ``name``."""
    try:
        found = json.loads(env.str(name, default=default))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not JSON.") from error
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise ImproperlyConfigured(f"{name} must be a JSON object whose values are texts.")
    return found
