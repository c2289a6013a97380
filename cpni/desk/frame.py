"""The frame of the call desk: who may enter, and the page around everything."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse

from accounts import calls, looks
from accounts.admin.acts import person
from accounts.models import Call
from accounts.within_call import TAKE_CALLS

View = Callable[..., HttpResponseBase]


def view_for(*permissions: str) -> Callable[[View], View]:
    """Let in whoever holds all of ``permissions``."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_perms(permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return admin.site.admin_view(guarded)

    return guard


desk_view = view_for(TAKE_CALLS)  # whoever takes calls


def call_view(
    view: Callable[Concatenate[HttpRequest, Call, ...], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """As :func:`desk_view`, for an address about a call: ``view`` gets the call of ``pk``.

    Somebody else's call is not there: only who takes a call works in it. That its customer was
    shown is noted.
    """

    @wraps(view)
    def with_call(request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponseBase:
        mine = Call.objects.filter(by=person(request))
        call = mine.select_related("customer", "authorised_user").filter(pk=pk).first()
        if call is None:
            looks.note(request, what=looks.What.MISSING, record=pk)
            raise Http404
        looks.note(request, [call.customer_id], record=call.pk)
        return view(request, call, **kwargs)

    return desk_view(with_call)


def page(request: HttpRequest, template: str, title: str, **context: Any) -> TemplateResponse:
    """A page of the desk in the admin's frame. A call that is open is named on every one.

    ``open_call`` is that call where the page knows it.
    """
    request.current_app = admin.site.name
    frame: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": title,
        "is_fullwidth": "1",
        "outcomes": Call.Outcome.choices,
    }
    if "open_call" not in context:
        context["open_call"] = calls.open_call(person(request))
    return TemplateResponse(request, template, {**frame, **context})
