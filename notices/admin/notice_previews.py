"""A notice as a named customer gets it, in each form and language; and a test of it to staff."""

from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp, csp_update
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator

from accounts import looks
from accounts.admin.acts import ActForm, Outlook, confirmed_act, person, reading_page
from accounts.admin.pages import page
from accounts.fields import record_id
from accounts.models import Carrier, Customer, User
from notices import specimens
from notices.models import Notice, NoticeText
from notices.placeholders import fill

SEES_CUSTOMERS = "accounts.view_customer"
# The frames of the preview are our own pages.
FRAMES = {"frame-src": [SELF]}
# In the frame stands an e-mail, whose styles are written where they apply: nothing but these is
# taken, nothing is fetched, nothing runs, and only our own pages show it.
FRAMED: dict[str, Any] = {
    "default-src": [NONE],
    "style-src": ["'unsafe-inline'"],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": True,
}


class TestForm(ActForm):
    """To whom of the staff. It changes no record, so there is no reason to be kept."""

    because = None  # type: ignore[assignment]
    to = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label="To",
        help_text="Staff who have an e-mail address.",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        staff = User.objects.filter(is_active=True).exclude(email="").order_by("username")
        field.queryset = staff  # type: ignore[attr-defined]
        field.initial = [self.request.user.pk]


def test_outlook(self: Any, request: HttpRequest, notice: Notice) -> Outlook:
    """What a test is."""
    languages = ", ".join(text.get_language_display() for text in notice.texts.all())
    return Outlook(
        "The e-mail goes to members of staff, with [TEST] in its subject and a made-up customer's"
        " name. It is no delivery: no waiting period begins, and answers go to you.",
        [("Languages", languages or "None"), ("Your address", person(request).email or "None")],
    )


class PreviewPages:
    """The preview, what its frames show, and the test, for the admin of notices."""

    def get_urls(self) -> list[URLPattern]:
        """Three more: whom to preview as, an e-mail in its frame, a page of a letter."""
        own = [
            path(
                f"<int:notice_id>/{name.replace('_', '-')}/",
                self.admin_site.admin_view(view),  # type: ignore[attr-defined]
                name=f"notices_notice_{name}",
            )
            for name, view in (
                ("preview_for", self.preview_for),
                ("preview_email", self.preview_email),
                ("preview_letter", self.preview_letter),
            )
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    @reading_page("Preview", permission="notices.view_notice", icon="visibility")
    @method_decorator(csp_update(FRAMES))
    def preview(self, request: HttpRequest, notice: Notice) -> HttpResponse:
        """The texts of one language as a customer gets them, in each form."""
        customer = self._customer(request)
        texts = {text.language: text for text in notice.texts.select_related("notice")}
        wanted = request.GET.get("language") or (customer.language if customer else "")
        text = texts.get(wanted) or next(iter(texts.values()), None)
        reader = specimens.reader_of(customer) if customer else specimens.Reader()
        carrier = Carrier.get()
        return page(
            self,
            request,
            "notices/admin/preview.html",
            notice,
            title="Preview",
            text=text,
            texts=texts.values(),
            reader=reader,
            customer=customer,
            carrier=carrier,
            given=f"language={text.language if text else ''}"
            + (f"&customer={customer.pk}" if customer else ""),
            plain=_filled(text, text.email_body, carrier, reader) if text else "",
            letter=_filled(text, text.letter_body, carrier, reader) if text else "",
            short=_filled(text, text.short_body, carrier, reader) if text else "",
            pages=range(1, len(specimens.letter_of(text, carrier, reader)) + 1)
            if text and carrier and text.letter_body
            else (),
            may_choose=request.user.has_perm(SEES_CUSTOMERS),
            may_test=notice.by_email and request.user.has_perm(specimens.TEST),
        )

    def preview_for(self, request: HttpRequest, notice_id: int) -> HttpResponseBase:
        """Find a customer by account number and show the preview as theirs; nothing is changed.

        Posted, as account numbers do not belong into addresses of pages.
        """
        if not request.user.has_perm(SEES_CUSTOMERS):
            raise PermissionDenied
        notice = self._notice(request, notice_id)
        address = reverse("admin:notices_notice_preview", args=[notice.pk])
        number = request.POST.get("account_number", "").strip()
        found = Customer.objects.filter(account_number=number).first() if number else None
        if found:
            return HttpResponseRedirect(f"{address}?customer={found.pk}")
        if number:
            looks.note(request, what=looks.What.MISSING, detail="by account number")
            messages.warning(request, "No customer has that account number.")
        return HttpResponseRedirect(address)

    @method_decorator(csp(FRAMED))
    def preview_email(self, request: HttpRequest, notice_id: int) -> HttpResponse:
        """The HTML form of the e-mail, for a frame of the preview."""
        text, carrier, reader = self._specimen(request, notice_id)
        body = specimens.email_of(text, carrier, reader, at=timezone.now()).get_body(("html",))
        if body is None or not text.email_body:
            raise Http404
        response = HttpResponse(body.get_content())
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return response

    def preview_letter(self, request: HttpRequest, notice_id: int) -> HttpResponse:
        """One page of the letter as a picture, ``page`` of the address, the first without it."""
        text, carrier, reader = self._specimen(request, notice_id)
        wanted = request.GET.get("page", "1")
        pages = specimens.letter_of(text, carrier, reader) if text.letter_body else []
        if not wanted.isdecimal() or not 1 <= int(wanted) <= len(pages):
            raise Http404
        return HttpResponse(pages[int(wanted) - 1], content_type="image/png")

    def _notice(self, request: HttpRequest, notice_id: int) -> Notice:
        notice = self.get_object(request, str(notice_id))  # type: ignore[attr-defined]
        if not self.has_view_permission(request, notice):  # type: ignore[attr-defined]
            raise PermissionDenied
        if notice is None:
            raise Http404
        return notice

    def _specimen(
        self, request: HttpRequest, notice_id: int
    ) -> tuple[NoticeText, Carrier, specimens.Reader]:
        notice = self._notice(request, notice_id)
        customer = self._customer(request)
        texts = notice.texts.select_related("notice__policy_version")
        text = texts.filter(language=request.GET.get("language", "en")).first()
        carrier = Carrier.get()
        if text is None or carrier is None:
            raise Http404
        return text, carrier, specimens.reader_of(customer) if customer else specimens.Reader()

    def _customer(self, request: HttpRequest) -> Customer | None:
        """Whose data the page shows, which is a look; None for somebody made up."""
        wanted = request.GET.get("customer", "")
        if not wanted:
            return None
        if not request.user.has_perm(SEES_CUSTOMERS):
            raise PermissionDenied
        pk = record_id(wanted)
        customer = None if pk is None else Customer.objects.filter(pk=pk).first()
        if customer is None:
            raise Http404
        looks.note(request, [customer.pk])
        return customer

    @confirmed_act(
        "Send a test",
        permission=specimens.TEST,
        outlook=test_outlook,
        form=TestForm,
        shown=lambda notice: notice.by_email,
    )
    def send_test(self, request: HttpRequest, notice: Notice, data: dict[str, Any]) -> str:
        """Send the e-mail to staff."""
        sent = specimens.send_test(
            notice,
            to=list(data["to"]),
            by=person(request),
            at=timezone.now(),
            message_domain=settings.MAIL_DOMAIN,
        )
        return "One test was sent." if sent == 1 else f"{sent} tests were sent."


def _filled(text: NoticeText, body: str, carrier: Carrier | None, reader: specimens.Reader) -> str:
    return fill(body, specimens.values_of(text, carrier, reader))
