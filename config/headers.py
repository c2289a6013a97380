"""What else the browser is told with every response, beside the policy of config/csp.py.

Django's own middleware sends some of these too, but not with what another middleware answers
before it is reached: a refused host, a redirect to https.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# Nothing here films, listens, locates or pays. Passkeys are used, and codes can be copied.
NOT_USED = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
USED = ("clipboard-write", "publickey-credentials-create", "publickey-credentials-get")

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Addresses hold numbers of records; other sites need not know that the desk exists.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Permissions-Policy": ", ".join(
        [f"{feature}=()" for feature in NOT_USED] + [f"{feature}=(self)" for feature in USED]
    ),
}


class HeadersMiddleware:
    """Sends ``HEADERS`` with everything, and lets nothing be kept but static files."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        is_static = request.path_info.startswith(settings.STATIC_URL)
        if not is_static or response.status_code not in (200, 206, 304):
            # On a shared machine, the back button after signing out shows nothing.
            response.headers["Cache-Control"] = "no-store"
        return response
