"""Staff and their roles. What a role may do is in config/roles.py, not edited here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts import sessions, signin_events
from accounts.admin.acts import person
from accounts.admin.base import ReasonForm, RecordAdmin
from accounts.admin.labels import CALM, GOOD, label
from accounts.admin.staff_acts import StaffActs
from accounts.models import SignInEvent, User

# Django's own page about groups would let a superuser change what a role may do, unseen by anyone.
admin.site.unregister(Group)


class StaffAddForm(ReasonForm, UserCreationForm):
    """A new member of staff."""

    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username",)


class StaffPasswordForm(AdminPasswordChangeForm):
    """A new password, set by someone else."""

    def save(self, commit: bool = True) -> Any:
        """Save it, and say so in the history (which never holds passwords)."""
        self.user._change_reason = "A new password was set by another member of staff"
        return super().save(commit)


@admin.register(User)
class StaffAdmin(StaffActs, RecordAdmin, UserAdmin):  # type: ignore[misc]
    """Who may sign in, and as what."""

    form = ReasonForm
    add_form_template = None
    add_form = StaffAddForm
    change_password_form = StaffPasswordForm
    list_display = ("username", "full_name", "roles", "standing", "factor", "last_login")
    list_filter = ("groups", "is_active")
    search_fields = ("username__startswith", "last_name__istartswith", "email__exact")
    search_help_text = "Start of the user name or last name, or the whole e-mail address"
    ordering = ("username",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password_words", "factor", "looks_link")}),
        ("Person", {"fields": ("first_name", "last_name", "email", "employer")}),
        ("Reports by e-mail", {"fields": ("daily_report", "weekly_report")}),
        (
            "Role",
            {
                "fields": ("groups", "roles", "is_active"),
                "description": "A role decides what its holder may see and do."
                " Nobody is deleted; who has left is no longer active.",
            },
        ),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "password1", "password2")}),
        ("Person", {"fields": ("first_name", "last_name", "email", "employer")}),
        ("Role", {"fields": ("groups",)}),
    )

    readonly_fields = ("password_words", "roles", "factor", "looks_link")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With their roles and second factors at hand; programs have keys and a page of those."""
        people = super().get_queryset(request).filter(is_program=False)
        return people.prefetch_related("groups", "authenticator_set")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a superuser may touch a superuser: or anyone could take that account over."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Nobody gives themselves a role or shuts themselves out."""
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "is_active") if obj and obj.pk == request.user.pk else fields

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Roles to tick, or only to read on one's own page and for whoever may not change them."""
        own = obj is not None and obj.pk == request.user.pk
        reads = obj is not None and (own or not self.has_change_permission(request, obj))
        hidden = {"groups" if reads else "roles"}
        if not self.has_change_permission(request, obj):
            hidden.add("password_words")
        if not request.user.has_perm("accounts.view_look"):
            hidden.add("looks_link")
        return [
            (name, {**part, "fields": [f for f in part["fields"] if f not in hidden]})
            for name, part in super().get_fieldsets(request, obj)
        ]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Roles as boxes to tick."""
        if db_field.name == "groups":
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget
            field = forms.ModelMultipleChoiceField(
                Group.objects.order_by("name"),
                required=False,
                label="Roles",
                widget=kwargs["widget"],
            )
            return field
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Everyone who is entered here may sign in to these pages."""
        obj.is_staff = True
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Whose role changes, or who leaves, is signed out: nobody works on with what was."""
        super().save_related(request, form, formsets, change)
        if change and {"groups", "is_active"} & set(form.changed_data):
            sessions.end_all(
                form.instance,
                by=person(request),
                because="Their role or status was changed",
                at=timezone.now(),
            )

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """Set somebody's password; that ends their sessions, and is recorded."""
        before = self.get_object(request, id)
        answer = super().user_change_password(request, id, form_url)
        after = self.get_object(request, id)
        if before and after and before.password != after.password:
            now = timezone.now()
            signin_events.record(
                SignInEvent.Kind.PASSWORD_SET, user=after, by=person(request), at=now
            )
            if after.pk != person(request).pk:
                sessions.end_all(
                    after, by=person(request), because="A new password was set", at=now
                )
        return answer

    @display(description="Second factor")
    def factor(self, user: User) -> str:
        """Whether they have one. Which is their own affair until it must be reset."""
        if user.pk is None:
            return "–"
        has = any(a.type != "recovery_codes" for a in user.authenticator_set.all())  # type: ignore[attr-defined]
        return label("Set up", GOOD) if has else label("None", CALM)

    @display(description="Password")
    def password_words(self, user: User) -> str:
        """A way to set a new one; of the present one nothing is shown."""
        if user.pk is None:
            return "–"
        address = reverse("admin:auth_user_password_change", args=[user.pk])
        return format_html('<a class="text-link" href="{}">Set a new password</a>', address)

    @display(description="Looks at customers")
    def looks_link(self, user: User) -> str:
        """What they looked at."""
        address = f"{reverse('admin:accounts_look_changelist')}?person={user.pk}"
        return format_html('<a class="text-link" href="{}">Whom they looked at</a>', address)

    @display(description="Name", ordering="last_name")
    def full_name(self, user: User) -> str:
        """First and last name."""
        return user.get_full_name() or "–"

    @display(description="Roles")
    def roles(self, user: User) -> str:
        """The roles in words."""
        names = [group.name for group in user.groups.all()]
        if user.is_superuser:
            names.append("Superuser: everything")
        return ", ".join(sorted(names)) or "None: may sign in and see nothing"

    @display(description="Status", ordering="is_active")
    def standing(self, user: User) -> str:
        """Whether they may sign in."""
        return label("Active", GOOD) if user.is_active else label("Left", CALM)
