"""Other systems: their keys, and the webhooks by which they are told."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import display
from unfold.enums import ActionVariant
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDateWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.admin.acts import confirmed_act, person
from accounts.admin.base import ReadOnlyInline, ReasonForm, RecordAdmin
from accounts.admin.labels import BAD, CALM, GOOD, WAIT, choice_label, label
from accounts.admin.pages import page
from accounts.admin.written_once import FilledInWhenNew
from accounts.civil import add_days
from accounts.models import Carrier
from cpni import api_keys, webhooks
from cpni.models import ApiKey, WebhookDelivery, WebhookSubscription

USUAL_DAYS = 365
DELIVERIES = {WebhookDelivery.State.WAITING: WAIT, WebhookDelivery.State.DELIVERED: GOOD}


def system_field() -> forms.CharField:
    """The name of the system, which may have keys or webhooks already."""
    return forms.CharField(
        label="System",
        max_length=150,
        widget=UnfoldAdminTextInputWidget,
        help_text="What it is, such as “Billing”. Whatever it does is recorded under this name.",
    )


class KeyForm(ReasonForm):
    """A key: for which system, for what, until when."""

    system = system_field()
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=ApiKey.Scope.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    ends_on = forms.DateField(
        label="Ends on",
        widget=UnfoldAdminDateWidget,
        help_text="The first day on which it opens nothing any more; at most two years from now.",
    )


class ShownOnce(FilledInWhenNew, RecordAdmin):
    """What is made with a secret, which the page after it shows, and none after that.

    Not a message on the next page: messages are kept in the session, in plain.
    """

    secret_is = ""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Made, and ended by an act."""
        return False

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The secret."""
        opts = self.opts
        return page(
            self,
            request,
            "cpni/admin/shown_once.html",
            obj,
            title=self.secret_is,
            secret=request.secret,  # type: ignore[attr-defined]
            onward=reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[obj.pk]),
        )


@admin.register(ApiKey)
class ApiKeyAdmin(ShownOnce):
    """Which systems may ask and tell us what, and when they last did."""

    form = KeyForm
    secret_is = "The new key"  # noqa: S105  (its title)
    list_display = ("client", "begins", "may", "standing", "last_used_at", "expires_at")
    list_display_links = ("client",)
    list_select_related = ("client",)
    add_fieldsets = (
        (
            None,
            {
                "fields": ("system", "scopes", "per_minute", "ends_on"),
                "description": "The key is shown once, on the page after this one. Give it to"
                " whoever runs the system by a way that others do not read.",
            },
        ),
    )
    fields = (
        *("client", "begins", "may", "per_minute", "standing"),
        *("made_at", "last_used_at", "expires_at", "revoked_at"),
    )
    readonly_fields = fields
    actions_detail = ("revoke",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A year."""
        return {"ends_on": add_days(Carrier.today(), USUAL_DAYS)}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Make it through the verb."""
        data = form.cleaned_data
        zone = Carrier.zone_or_default()
        made = api_keys.make(
            data["system"],
            scopes=data["scopes"],
            per_minute=data["per_minute"],
            expires_at=datetime.combine(data["ends_on"], time.min, zone),
            at=timezone.now(),
            by=person(request),
            because=data.get("because") or "Made",
        )
        obj.pk, obj.client, obj.prefix = made.key.pk, made.key.client, made.key.prefix
        request.secret = made.text  # type: ignore[attr-defined]

    @display(description="Key")
    def begins(self, key: ApiKey) -> str:
        """How it begins, by which it is told from others."""
        return f"{api_keys.BEGINS}_{key.prefix}_…"

    @display(description="May")
    def may(self, key: ApiKey) -> str:
        """Its scopes, in words."""
        return key.scope_words

    @display(description="State")
    def standing(self, key: ApiKey) -> str:
        """Whether it opens anything."""
        if key.revoked_at:
            return label("Revoked", BAD)
        return label("Holds", GOOD) if key.holds(timezone.now()) else label("Ended", CALM)

    @confirmed_act(
        "Revoke",
        permission=api_keys.REVOKE,
        outlook="From its next request on the system is refused. This cannot be taken back; another"
        " key can be made.",
        shown=lambda key: key.revoked_at is None,
        icon="key_off",
        variant=ActionVariant.DANGER,
    )
    def revoke(self, request: HttpRequest, key: ApiKey, data: dict[str, Any]) -> str:
        """Revoke it."""
        done = api_keys.revoke(key, at=timezone.now(), by=person(request), because=data["because"])
        return "The key is revoked." if done else "It was revoked already."


class WebhookForm(ReasonForm):
    """Whom to tell, and where."""

    system = system_field()


class DeliveryInline(ReadOnlyInline):
    """What was sent, when, and what came back."""

    model = WebhookDelivery
    verbose_name_plural = "Messages"
    fields = ("made_at", "state_label", "attempts", "answer", "delivered_at", "next_try_at")
    readonly_fields = fields
    ordering = ("-id",)

    @display(description="State")
    def state_label(self, message: WebhookDelivery) -> str:
        """In colour and words."""
        return choice_label(message, "state", DELIVERIES)

    @display(description="Last answer")
    def answer(self, message: WebhookDelivery) -> str:
        """Its status, or why there was none."""
        return message.last_error or str(message.last_status or "–")


@admin.register(WebhookSubscription)
class WebhookSubscriptionAdmin(ShownOnce):
    """Which systems are told when approvals change, and whether they take it."""

    form = WebhookForm
    secret_is = "The secret of the new webhook"  # noqa: S105  (its title)
    inlines = (DeliveryInline,)
    list_display = ("client", "host", "standing", "failures", "made_at")
    list_filter = (("disabled_at", admin.EmptyFieldListFilter),)
    list_display_links = ("client",)
    list_select_related = ("client",)
    add_fieldsets = (
        (
            None,
            {
                "fields": ("system", "url"),
                "description": "It is told of every approval that changes from now on: account"
                " number, use, state and day. Its secret is shown once, on the page after this.",
            },
        ),
    )
    fields = ("client", "url", "standing", "disabled_because", "failures", "made_at")
    readonly_fields = fields
    actions_detail = ("stop", "start")

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """None in a new one."""
        return super().get_inlines(request, obj) if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Make it through the verb."""
        made, secret = webhooks.subscribe(
            form.cleaned_data["system"],
            obj.url,
            at=timezone.now(),
            by=person(request),
            because=form.cleaned_data.get("because") or "Made",
        )
        obj.pk, obj.client = made.pk, made.client
        request.secret = secret  # type: ignore[attr-defined]

    @display(description="Host")
    def host(self, subscription: WebhookSubscription) -> str:
        """Where it goes."""
        return subscription.host

    @display(description="State")
    def standing(self, subscription: WebhookSubscription) -> str:
        """Whether it is told, and whether it takes it."""
        if subscription.disabled_at:
            return label("Stopped", BAD)
        return label("Failing", WAIT) if subscription.failures else label("Told", GOOD)

    @confirmed_act(
        "Stop",
        permission=webhooks.STOP,
        outlook="It is sent nothing any more. What changes meanwhile is kept, and sent if it is"
        " started again.",
        shown=lambda subscription: subscription.disabled_at is None,
        icon="notifications_off",
    )
    def stop(self, request: HttpRequest, obj: WebhookSubscription, data: dict[str, Any]) -> str:
        """Stop it."""
        done = webhooks.stop(obj, at=timezone.now(), by=person(request), because=data["because"])
        return "It is sent nothing any more." if done else "It was stopped already."

    @confirmed_act(
        "Start again",
        permission=webhooks.STOP,
        outlook="It is sent everything that it has missed, the oldest first, and what comes.",
        shown=lambda subscription: subscription.disabled_at is not None,
        icon="notifications_active",
    )
    def start(self, request: HttpRequest, obj: WebhookSubscription, data: dict[str, Any]) -> str:
        """Start it again."""
        done = webhooks.start(obj, at=timezone.now(), by=person(request), because=data["because"])
        return "What it has missed is sent now." if done else "It was not stopped."
