"""Confirmed acts: the one way in which the admin does more than edit fields.

An act has a page of its own. GET shows what will happen, with a small form that always asks for a
reason; POST runs one verb and says what was done. The library's own actions run on a plain GET, so
that a link or a prefetch could fire them (house.md 2); here a GET changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    QueryDict,
)
from django.http.response import HttpResponseBase
from django.urls import reverse
from unfold import widgets
from unfold.enums import ActionVariant

from accounts.admin.pages import page
from accounts.errors import Changed, Refused
from accounts.models import User

# Django's plain widgets, and those that look like the rest of the pages.
DRESSED: dict[type[forms.Widget], type[forms.Widget]] = {
    forms.TextInput: widgets.UnfoldAdminTextInputWidget,
    forms.NumberInput: widgets.UnfoldAdminIntegerFieldWidget,
    forms.EmailInput: widgets.UnfoldAdminEmailInputWidget,
    forms.Textarea: widgets.UnfoldAdminTextareaWidget,
    forms.DateInput: widgets.UnfoldAdminDateWidget,
    forms.SplitDateTimeWidget: widgets.UnfoldAdminSplitDateTimeWidget,
    forms.Select: widgets.UnfoldAdminSelectWidget,
    forms.RadioSelect: widgets.UnfoldAdminRadioSelectWidget,
    forms.CheckboxSelectMultiple: widgets.UnfoldAdminCheckboxSelectMultipleWidget,
    forms.CheckboxInput: widgets.UnfoldBooleanSwitchWidget,
}


def person(request: HttpRequest) -> User:
    """Who is signed in: the ``by`` of whatever this request does."""
    return cast(User, request.user)


def reason_field(**kwargs: Any) -> forms.CharField:
    """The field in which staff say why."""
    return forms.CharField(
        max_length=200,
        widget=widgets.UnfoldAdminTextInputWidget,
        help_text="Kept with the record, for whoever asks later.",
        **kwargs,
    )


class ActForm(forms.Form):
    """What an act asks for. Subclasses add fields; the reason stays last."""

    because = reason_field(label="Reason")

    def __init__(self, *args: Any, request: HttpRequest, obj: Any, **kwargs: Any) -> None:
        self.request = request
        self.obj = obj
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "because"])
        for field in self.fields.values():
            dress(field)


def dress(field: forms.Field) -> None:
    """Give ``field`` the admin's look, if it has one of Django's plain widgets."""
    dressed = DRESSED.get(type(field.widget))
    if dressed:
        plain = field.widget
        field.widget = dressed(attrs=plain.attrs)
        field.widget.is_required = plain.is_required
        if isinstance(field, forms.ChoiceField):
            field.widget.choices = field.choices


@dataclass(frozen=True)
class Outlook:
    """What an act will do, told before it is done: a sentence, and facts to check it by."""

    sentence: str
    facts: Sequence[tuple[str, Any]] = ()


Act = Callable[[Any, HttpRequest, Any, dict[str, Any]], str | HttpResponseBase]


def confirmed_act(
    title: str,
    *,
    permission: str,
    outlook: str | Callable[[Any, HttpRequest, Any], Outlook],
    form: type[ActForm] = ActForm,
    shown: Callable[[Any], bool] = lambda obj: True,
    icon: str | None = None,
    variant: ActionVariant = ActionVariant.DEFAULT,
    template: str = "accounts/admin/act.html",
    version: Callable[[Any], str] | None = None,
) -> Callable[[Act], Callable[..., HttpResponseBase]]:
    """Make a method of an admin class an act for ``actions_detail``.

    The method gets ``(request, obj, data)``, the cleaned form as ``data``; it runs one verb and
    returns what was done as a sentence, or a response of its own such as a download. ``permission``
    is a full codename and is asked for besides that to view the record. ``shown`` says for which
    records the button is there; the verb alone decides whether the act is possible. A verb's
    ``Refused`` is shown above the form, and nothing has changed. ``version`` names the state of the
    record that the page shows; it comes back as ``data["seen"]`` for the verb to compare under its
    lock, so that nobody approves what was changed after they had read it.
    """

    def decorate(act: Act) -> Callable[..., HttpResponseBase]:
        @wraps(act)
        def view(self: Any, request: HttpRequest, object_id: str) -> HttpResponseBase:
            obj = self.get_object(request, object_id)
            if obj is None:
                return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            if not (request.user.has_perm(permission) and self.has_view_permission(request, obj)):
                raise PermissionDenied
            change_url = reverse(
                f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change",
                args=[obj.pk],
            )
            if request.method != "POST" and not shown(obj):
                messages.warning(request, f"“{title}” is not possible for this record now.")
                return HttpResponseRedirect(change_url)
            filled = form(
                request.POST if request.method == "POST" else None,
                request.FILES if request.method == "POST" else None,
                request=request,
                obj=obj,
            )
            if version:
                filled.fields["seen"] = forms.CharField(
                    widget=forms.HiddenInput, initial=version(obj)
                )
            if request.method == "POST" and filled.is_valid():
                try:
                    result = act(self, request, obj, filled.cleaned_data)
                except Refused as refused:
                    filled.add_error(None, str(refused))
                    if isinstance(refused, Changed) and version:
                        # The page that follows shows it as it is now.
                        obj = self.get_object(request, object_id)
                        answers = cast(QueryDict, filled.data).copy()
                        answers["seen"] = version(obj)
                        filled.data = answers
                except ValidationError as error:
                    filled.add_error(None, ValidationError(error.messages))
                else:
                    if isinstance(result, HttpResponseBase):
                        return result
                    messages.success(request, result)
                    return HttpResponseRedirect(change_url)
            return page(
                self,
                request,
                template,
                obj,
                title=title,
                outlook=Outlook(outlook)
                if isinstance(outlook, str)
                else outlook(self, request, obj),
                form=filled,
                media=self.media + filled.media,
                change_url=change_url,
                danger=variant == ActionVariant.DANGER,
            )

        view.shown = shown  # type: ignore[attr-defined]
        return _listed(view, act.__name__, title, permission, icon, variant)

    return decorate


def reading_page(
    title: str,
    *,
    permission: str,
    icon: str | None = None,
    shown: Callable[[Any], bool] = lambda obj: True,
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Make a method of an admin class a page about a record for ``actions_detail``, only to read.

    The method gets ``(request, obj)`` and returns the response. Only GET and HEAD are answered.
    ``shown`` says for which records the button is there.
    """

    def decorate(show: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(show)
        def view(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
            obj = self.get_object(request, object_id)
            if obj is None:
                return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            if not (request.user.has_perm(permission) and self.has_view_permission(request, obj)):
                raise PermissionDenied
            if request.method not in ("GET", "HEAD"):
                return HttpResponseNotAllowed(["GET", "HEAD"])
            return show(self, request, obj)

        view.shown = shown  # type: ignore[attr-defined]
        return _listed(view, show.__name__, title, permission, icon, ActionVariant.DEFAULT)

    return decorate


def _listed(
    view: Any, name: str, title: str, permission: str, icon: str | None, variant: ActionVariant
) -> Any:
    """Put on ``view`` what the library reads from an entry of ``actions_detail``."""
    view.allowed_permissions = (permission,)
    view.short_description = title
    view.url_path = name.replace("_", "-")
    view.icon = icon
    view.variant = variant
    view.attrs = {}
    return view


def more(*acts: str) -> dict[str, Any]:
    """Acts that are done seldom, under one button at the end of a record's line."""
    return {"title": "More", "icon": "more_horiz", "items": list(acts)}


def possible_now(actions: Sequence[Any], obj: Model | None) -> list[Any]:
    """Of the library's ``actions`` those that make sense for ``obj`` in its present state."""
    if obj is None:
        return list(actions)
    return [a for a in actions if getattr(a.method, "shown", lambda obj: True)(obj)]
