"""What the browser may load and run: the Content-Security-Policy, in one place.

There are no exceptions for pages: no inline script, no inline style, no eval, no address but our
own; so neither what somebody typed nor what came in by mail can become a script. What the admin's
theme would need exceptions for is done without:

===============================  ==================================================================
the theme has                    and we
===============================  ==================================================================
Alpine, which makes functions    serve its build that reads expressions itself
of text (``'unsafe-eval'``)      (``static/desk/vendor/``), and what they name in
                                 ``static/desk/page.js``
its colours in a style element   have them in ``static/desk/colours.css``
``x-bind:style`` of a text       bind an object, which sets no attribute
(a style attribute)              (``templates/admin/actions.html``)
htmx, which may eval, and        switch that off in ``templates/unfold/layouts/skeleton.html``,
writes a style element           before it starts
a QR code as a ``data:`` image   draw it into the page (``templates/allauth/elements/img.html``)
===============================  ==================================================================

An e-mail has its styles where they apply, so the frame in which a notice is previewed takes them
(``notices/admin/notice_previews.py``); nothing runs or is fetched there.

A page that seems to need an exception needs a file under ``static/`` instead. A style that is
computed is an attribute of SVG (``notices/admin/figures.html``) or set by a script of ours.
"""

from typing import Any

from csp.constants import HEADER, NONE, SELF
from csp.middleware import CSPMiddleware, PolicyParts
from csp.utils import build_policy
from django.http import HttpRequest
from django.http.response import HttpResponseBase

PAGES = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF],
    "font-src": [SELF],
    "connect-src": [SELF],  # htmx
    "object-src": [NONE],
    "base-uri": [NONE],
    # Signing on elsewhere begins with a link, not a form, and is no exception here.
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}

# What is no page (scans, exports, static files, JSON) is shown by nothing of ours. Opened by
# itself it is as a page from nowhere: without scripts, forms, cookies or our origin.
FILES: dict[str, Any] = {
    "default-src": [NONE],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
    "sandbox": True,
}

# Pages that quote what others wrote load nothing because of it: no picture tells its sender that
# it was seen, and nothing is fetched.
QUOTING = {"img-src": [NONE], "connect-src": [NONE]}


# As a header; the library would make it anew for each answer to another system.
FILES_POLICY = build_policy(FILES)


class PolicyMiddleware(CSPMiddleware):
    """Sends ``PAGES`` with each page, and ``FILES`` with everything else."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """The library's, but for what is JSON, which has no exception, nonce or report."""
        if response.headers.get("Content-Type") == "application/json":
            response.headers.setdefault(HEADER, FILES_POLICY)
            return response
        return super().process_response(request, response)

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """The library's, for what this response is."""
        parts = super().get_policy_parts(request, response, report_only)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if not is_page and not report_only and parts.config is None:
            parts.config = FILES
        return parts
