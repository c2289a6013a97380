"""What a request may be, looked at before anything of it is read: its characters and its size."""

import re
from collections.abc import Callable
from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.upload_checks import MB
from config.error_pages import BAD_REQUEST, TOO_LARGE, for_customers, page
from config.problems import is_api
from cpni import audience_files

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
Next = Callable[[HttpRequest], HttpResponse]


class WellFormedMiddleware:
    """Refuses with 400 what no browser sends and no database stores.

    PostgreSQL takes no NUL character in a text, so one in a filter's value or in a session's name
    would stop a page with an error. Fields of forms are looked at by the forms.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if wrong := what_is_wrong(request):
            return page(replace(BAD_REQUEST, happened=wrong))
        return self.get_response(request)


def what_is_wrong(request: HttpRequest) -> str:
    """In a sentence, or nothing."""
    query = request.META.get("QUERY_STRING", "")
    if "\x00" in request.path or "\x00" in query or "%00" in query:
        return "Its address holds a NUL character."
    # A quoted cookie may hold any character (RFC 6265 allows none of these).
    if any(CONTROL.search(value) for value in request.COOKIES.values()):
        return "A cookie holds a control character."
    charset = (request.content_params or {}).get("charset", "utf-8")
    # Every page of ours is in UTF-8, and so a browser's answers are. Python knows encodings in
    # which bytes become what no database stores, or nothing at all.
    if charset.lower() not in ("utf-8", "utf8", "us-ascii"):
        return "It is not in UTF-8."
    return ""


class SizeMiddleware:
    """Refuses with 413, before a byte of it is read, a request that is larger than any we take.

    Its size is what ``Content-Length`` says: the server hands over no more than that, and a request
    that gives its body without saying how long it is (chunks) would be read as empty: 411.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.META.get("CONTENT_LENGTH") or ""
        if not said and "HTTP_TRANSFER_ENCODING" in request.META:
            happened = "It does not say how long it is."
            remedy = "Send it with a Content-Length."
            return page(replace(BAD_REQUEST, status=411, happened=happened, remedy=remedy))
        if is_api(request):
            # Before a key is looked at nothing is read; ten thousand account numbers have 0.5 MB.
            if said.isdecimal() and int(said) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                happened = "At most 1 MB are taken at once. Nothing was changed."
                return page(replace(TOO_LARGE, happened=happened, remedy="Send less at once."))
            return self.get_response(request)
        signed_in = request.user.is_authenticated
        large = signed_in or is_webhook(request)
        most = settings.LARGEST_REQUEST if large else settings.LARGEST_REQUEST_SIGNED_OUT
        if takes_list(request):
            most = settings.LARGEST_REQUEST_LIST
        if said.isdecimal() and int(said) > most:
            if for_customers(request):
                happened = "What was sent is larger than we take. Nothing was changed."
                trouble = replace(TOO_LARGE, happened=happened, remedy="Write less, or call us.")
                return page(trouble, of_the_desk=False)
            if not signed_in:
                happened = "Before signing in only small forms are taken."
                return page(replace(TOO_LARGE, happened=happened, remedy="Sign in first."))
            happened = (
                f"At most {most // MB} MB are taken at once, of which a file may have"
                f" {most // MB - 1}. Nothing was changed."
            )
            remedy = "Scan in grey at 200 dpi, or split the file."
            return page(replace(TOO_LARGE, happened=happened, remedy=remedy))
        return self.get_response(request)


def takes_list(request: HttpRequest) -> bool:
    """Whether it is for the page that takes lists of account numbers, from who may use it."""
    if request.path != reverse("admin:cpni_audiencefile_add"):
        return False
    return request.user.is_authenticated and request.user.has_perm(audience_files.ASK)


def is_webhook(request: HttpRequest) -> bool:
    """Whether it is for an address that the provider of mail calls (config/webhooks.py)."""
    return bool(settings.MAIL_PROVIDER) and request.path.startswith("/mail/")
