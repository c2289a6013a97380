"""The public pages themselves. A GET changes nothing: mail programs follow links to check them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts import contact_optouts
from accounts.errors import Refused
from accounts.fields import telephone_shown
from accounts.models import Carrier
from cpni import choosing, confirming
from cpni.references import reference as request_reference
from cpni.references import request_id
from cpni.script_words import spoken
from cpni.web.forms import WithoutLink
from cpni.web.words import WORDS
from notices import links, markdown
from notices.models import Delivery, PolicyVersion
from notices.policies import in_force
from notices.rendering import date_in_words

OTHER = {"en": "es", "es": "en"}


@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest, token: str) -> HttpResponse:
    """The page of one notice: what its customer said until now, and the same to choose anew."""
    delivery = _of(token)
    if delivery is None:
        return _no_link(request)
    problem = ""
    if request.method == "POST":
        uses = delivery.campaign.notice.uses.all()
        typed = {use.pk: request.POST.get(f"use-{use.pk}", "") for use in uses}
        answers = {pk: said for pk, said in typed.items() if said in (choosing.NO, choosing.YES)}
        try:
            choosing.choose(
                delivery,
                answers,
                everything="everything" in request.POST,
                today=Carrier.today(),
                at=timezone.now(),
            )
            return redirect("choices:saved", token=token)
        except Refused:
            problem = "not_saved" if answers else "choose_one"
    return _page(
        request,
        "cpni/web/notice.html",
        delivery.text.language,
        status=422 if problem else 200,
        problem=problem,
        **_standing(delivery, delivery.text.language),
    )


@require_safe
def saved(request: HttpRequest, token: str) -> HttpResponse:
    """What stands now, to keep as a confirmation."""
    delivery = _of(token)
    if delivery is None:
        return _no_link(request)
    language = delivery.text.language
    return _page(
        request,
        "cpni/web/saved.html",
        language,
        token=token,
        sent=confirming.confirmed_by(delivery.customer.remaining, on=Carrier.today()),
        **_standing(delivery, language),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def without_link(request: HttpRequest) -> HttpResponse:
    """The form for who has no notice. Its answer is the same whether we know them or not."""
    language = _asked_language(request)
    form = WithoutLink(request.POST or None, language=language)
    if request.method == "POST" and form.is_valid():
        made = form.receive(today=Carrier.today(), at=timezone.now())
        address = redirect("choices:received", reference=made)
        address["Location"] += f"?language={language}"
        return address
    return _page(
        request, "cpni/web/form.html", language, status=422 if form.errors else 200, form=form
    )


@require_safe
def received(request: HttpRequest, reference: str) -> HttpResponse:
    """The reference, to be noted. Nothing is looked up, so nothing is told by it."""
    number = request_id(reference)
    if number is None:
        return _no_link(request)
    language = _asked_language(request)
    return _page(request, "cpni/web/received.html", language, reference=request_reference(number))


@csrf_exempt  # mail programs post it by themselves, with no page before it (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def stop_marketing(request: HttpRequest, token: str) -> HttpResponse:
    """Stop marketing by e-mail, and nothing else, on a POST; a GET only offers the button.

    To the address that got it, and so to every account that has this address. Whoever has the link
    got the message. It can only stop something, so no proof of who it is is asked, and nobody is
    told whose it is.
    """
    number = links.delivery_of(token, links.UNSUBSCRIBE)
    offers = Delivery.objects.filter(pk=number or 0, marketing=True, contact_point__isnull=False)
    delivery = offers.select_related("customer__merged_into", "text", "contact_point").first()
    if delivery is None:
        return _no_link(request)
    if request.method == "POST" and delivery.contact_point:
        contact_optouts.stop_address(
            delivery.customer.remaining,
            delivery.contact_point.value,
            on=Carrier.today(),
            by=None,
            because=f"By the link in marketing message {delivery.reference}",
        )
    return _page(
        request,
        "cpni/web/stop_marketing.html",
        delivery.text.language,
        stopped=request.method == "POST",
        token=token,
    )


@require_safe
def policy_now(request: HttpRequest) -> HttpResponse:
    """The policy in force, with the addresses of the other versions."""
    return _policy(request, in_force(Carrier.today()))


@require_safe
def policy_version(request: HttpRequest, number: str) -> HttpResponse:
    """One published version, earlier or later. It stays at its address."""
    published = PolicyVersion.objects.filter(status=PolicyVersion.Status.PUBLISHED)
    return _policy(request, get_object_or_404(published, number=number))


def _policy(request: HttpRequest, version: PolicyVersion | None) -> HttpResponse:
    published = PolicyVersion.objects.filter(status=PolicyVersion.Status.PUBLISHED)
    language = _asked_language(request)
    today = Carrier.today()
    return _page(
        request,
        "cpni/web/policy.html",
        language,
        version=version,
        when=_when(version, today, language) if version else "",
        text=markdown.to_html(version.text) if version else "",
        others=[
            (other, _when(other, today, language))
            for other in published.order_by("-effective_on")
            if version and other.pk != version.pk
        ],
    )


def _when(version: PolicyVersion, today: Any, language: str) -> str:
    words = WORDS[language]["since" if version.effective_on <= today else "from"]
    return f"{words} {date_in_words(version.effective_on, language)}"


def _of(token: str) -> Delivery | None:
    number = links.delivery_of(token)
    return choosing.opened(number) if number else None


def _standing(delivery: Delivery, language: str) -> dict[str, Any]:
    """What the pages of a notice show of it. No name and no address: the link may be seen."""
    today = Carrier.today()
    found = choosing.standing(delivery, on=today)
    last = delivery.last_objection_day
    waits = last is not None and today <= last and any(not one.said for one in found.asked)
    return {
        "reference": delivery.reference,
        "mailed_on": date_in_words(delivery.mailed_on, language) if delivery.mailed_on else "",
        "subject": delivery.text.subject,
        "until": date_in_words(last, language) if last and waits else "",
        "may_allow": choosing.may_allow(delivery),
        "asked": [
            {
                "name": f"use-{one.use.pk}",
                "words": _capital(spoken(one.use.code, one.use.purpose, language)),
                "choice": one.said,
                "since": (
                    date_in_words(one.standing.effective_on, language) if one.standing else ""
                ),
            }
            for one in found.asked
        ],
        "everything": found.everything is not None,
        "references": [one.reference for one in found.requests],
    }


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _no_link(request: HttpRequest) -> HttpResponse:
    return _page(request, "cpni/web/no_link.html", _asked_language(request), status=404)


def _asked_language(request: HttpRequest) -> str:
    """The language that was clicked, or that the browser prefers, of those we have."""
    asked = request.GET.get("language") or request.headers.get("Accept-Language", "")
    return "es" if asked.lower().startswith("es") else "en"


def _page(
    request: HttpRequest, template: str, language: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    carrier = Carrier.get()
    context = {
        "words": WORDS[language],
        "language": language,
        "other_language": OTHER[language],
        "carrier": carrier.legal_name if carrier else "",
        "support_number": telephone_shown(carrier.optout_number) if carrier else "",
        **more,
    }
    answer = render(request, template, context, status=status)
    answer["X-Robots-Tag"] = "noindex" if not template.endswith("policy.html") else "all"
    return answer
