"""The mail that the demo's server caught, as pages. Only where CAPTURED_MAIL_DIR is set."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import looks
from accounts.encryption import unseal_file
from config.csp import QUOTING

PER_PAGE = 50


def folder() -> Path:
    """Where the mail is kept. Raises Http404 where none is caught."""
    if not settings.CAPTURED_MAIL_DIR:
        raise Http404
    return Path(settings.CAPTURED_MAIL_DIR)


def read(file: Path) -> EmailMessage:
    """One message."""
    content = b"".join(unseal_file(file.read_bytes(), file.name))
    return message_from_bytes(content, policy=policy.default)


def seen(request: HttpRequest) -> None:
    """Refuse whoever may not view deliveries, of which this is the mail; note the look."""
    if not request.user.has_perm("notices.view_delivery"):
        raise PermissionDenied
    looks.note(request)


@csp_replace(QUOTING)
def caught(request: HttpRequest) -> HttpResponse:
    """The messages, newest first."""
    seen(request)
    files = sorted(folder().glob("*.eml"), key=lambda f: f.stat().st_mtime, reverse=True)
    page = Paginator(files, PER_PAGE).get_page(request.GET.get("page"))
    messages = [{"name": f.stem, "message": read(f)} for f in page]
    context = admin.site.each_context(request)
    context.update(title="Captured mail", page=page, messages_caught=messages)
    return render(request, "captured_mail/list.html", context)


@csp_replace(QUOTING)  # type: ignore[arg-type]  # the library's types know no names in addresses
def message(request: HttpRequest, name: str) -> HttpResponse:
    """One message: its headers and its text."""
    seen(request)
    found = {file.stem: file for file in folder().glob("*.eml")}
    if name not in found:
        raise Http404
    parsed = read(found[name])
    body = parsed.get_body(preferencelist=("plain",))
    context = admin.site.each_context(request)
    context.update(
        title=parsed["Subject"],
        headers=[(k, v) for k, v in parsed.items()],
        text=body.get_content() if body else "",
    )
    return render(request, "captured_mail/message.html", context)
