"""What can be changed on a call: what is there, what is to be filled in, the verb that does it.

Each edit names the state that its form was opened on (``version``). It is compared under the
customer's lock, so that two representatives never overwrite each other without seeing it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone

from accounts import authorised_users, contacts, credentials, customers
from accounts.civil import in_words
from accounts.errors import Changed, Refused
from accounts.models import AccountChange, ContactPoint, Credential, Customer
from cpni.desk import edit_forms
from cpni.desk.screen import Screen

CALL = AccountChange.Route.CALL
Data = Mapping[str, Any]


@dataclass(frozen=True)
class Edit:
    """One thing that can be changed.

    ``kind`` is what the customer is told was changed (64.2010(f)); "" when nobody need be told.
    ``values`` are those of the address that comes, to which nothing of it is sent.
    ``reads_back`` says that the new value is read to the caller before it is saved.
    """

    code: str
    title: str
    key: str
    form: type[edit_forms.EditForm]
    now: Callable[[Screen], str]
    version: Callable[[Screen], str]
    do: Callable[[Screen, Data], str]
    initial: Callable[[Screen], Data] = lambda screen: {}
    after: Callable[[Data], str] = lambda data: ""
    values: Callable[[Data], Sequence[str] | None] = lambda data: None
    kind: str = ""

    @property
    def reads_back(self) -> bool:
        """Whether it is checked with the caller first."""
        return self.code in ("name", "post", "email")

    def bound(self, screen: Screen, data: Any) -> edit_forms.EditForm:
        """The form with what was typed."""
        return self.form(data, screen=screen)

    def unbound(self, screen: Screen) -> edit_forms.EditForm:
        """The form with what is there."""
        return self.form(initial=self.initial(screen), screen=screen)

    def save(self, screen: Screen, form: forms.Form) -> str:
        """Do it, with the customer locked. Raises Refused, and Changed, when others were here.

        Whether the caller may is asked again under the lock: an authority may just have ended.
        """
        screen.forget()
        if not screen.standing.may_change:
            raise Refused("Nothing was changed.", screen.standing.sentence)
        if form.cleaned_data["seen"] != self.version(screen):
            raise Changed
        said = self.do(screen, form.cleaned_data)
        return said or "That is how it is already."


# --- The customer's own record -------------------------------------------------------------------


def _record_version(screen: Screen) -> str:
    return customers.version(screen.customer)


def _name(screen: Screen, data: Data) -> str:
    changed = customers.correct(
        screen.customer,
        name=data["name"],
        seen=data["seen"],
        by=screen.by,
        because=data["because"],
    )
    return f"The name is {data['name']}." if changed else ""


def _language(screen: Screen, data: Data) -> str:
    changed = customers.correct(
        screen.customer,
        language=data["language"],
        seen=data["seen"],
        by=screen.by,
        because=data["because"],
    )
    words = Customer.Language(data["language"]).label
    return f"The customer is written to in {words}." if changed else ""


def _consent_now(screen: Screen) -> str:
    since = screen.customer.email_notices_since
    return f"By e-mail, since {in_words(since)}" if since else "By post"


def _consent(screen: Screen, data: Data) -> str:
    if data["consents"] == "no":
        changed = customers.withdraw_email_consent(
            screen.customer, on=screen.today, by=screen.by, because=data["because"]
        )
        return "Notices go by post." if changed else ""
    if screen.customer.email_notices_since:
        # Notices have gone by e-mail since that day; a later one would make them count for nothing.
        return ""
    changed = customers.record_email_consent(
        screen.customer,
        on=screen.today,
        proof=f"Call {screen.call.pk}, recording {data['recording']}",
        by=screen.by,
        because=data["because"],
    )
    return "Notices go by e-mail." if changed else ""


# --- Addresses and numbers -----------------------------------------------------------------------


def _points_now(kind: str) -> Callable[[Screen], str]:
    return lambda screen: "\n".join(point.text for point in screen.points(kind)) or "None"


def _points_version(kind: str) -> Callable[[Screen], str]:
    return lambda screen: ",".join(str(point.pk) for point in screen.points(kind))


def _typed(kind: str, data: Data) -> ContactPoint:
    """The address that was typed, not saved."""
    return ContactPoint(
        kind=kind, **{k: v for k, v in data.items() if k in ContactPoint.VALUE_FIELDS}
    )


def _contact(screen: Screen, kind: str, data: Data) -> str:
    values = {k: v for k, v in data.items() if k not in ("because", "seen")}
    before = screen.points(kind)
    point = contacts.change_contact(
        screen.customer,
        kind=kind,
        on=screen.today,
        at=timezone.now(),
        route=CALL,
        by=screen.by,
        because=data["because"],
        **values,
    )
    if point in before:
        return ""
    day = point.of_record_from
    return f"{point.get_kind_display()} changed. It is of record from {in_words(day)}."


def _numbers(screen: Screen, data: Data) -> str:
    said = []
    for point in screen.points(ContactPoint.Kind.TELEPHONE):
        if point.pk in data.get("gone", ()) and contacts.remove_contact(
            point,
            at=timezone.now(),
            on=screen.today,
            route=CALL,
            by=screen.by,
            because=data["because"],
        ):
            said.append("Contact number removed.")
    if data["value"]:
        contacts.change_contact(
            screen.customer,
            kind=ContactPoint.Kind.TELEPHONE,
            value=data["value"],
            on=screen.today,
            at=timezone.now(),
            route=CALL,
            by=screen.by,
            because=data["because"],
        )
        said.append("Contact number added.")
    return " ".join(said)


# --- Who may speak, and what they prove it with --------------------------------------------------


def _users(screen: Screen, data: Data) -> str:
    said = []
    for user in screen.users:
        if user.pk in data.get("ended", ()):
            authorised_users.end(
                user, on=screen.today, at=timezone.now(), by=screen.by, because=data["because"]
            )
            said.append(f"{user.name} may speak for the account no more.")
    if data["name"]:
        user = authorised_users.add(
            screen.customer,
            name=data["name"],
            authority=data["authority"],
            on=screen.today,
            at=timezone.now(),
            by=screen.by,
            because=data["because"],
        )
        said.append(f"{user}.")
    return " ".join(said)


def _set(kind: str) -> Callable[[Screen], str]:
    def now(screen: Screen) -> str:
        for one in screen.credentials:
            if one.kind == kind:
                since = timezone.localtime(one.since)
                what = f"“{one.question}”" if one.question else "Set"
                return f"{what}, since {in_words(since)}"
        return "None is set"

    return now


def _credential_version(kind: str) -> Callable[[Screen], str]:
    return lambda screen: ",".join(str(one.pk) for one in screen.credentials if one.kind == kind)


def _password(screen: Screen, data: Data) -> str:
    credentials.set_password(
        screen.customer,
        new=data["new"],
        by=screen.by,
        at=timezone.now(),
        on=screen.today,
        route=CALL,
        because=data["because"],
    )
    return "The password is set."


def _backup(screen: Screen, data: Data) -> str:
    credentials.set_backup(
        screen.customer,
        question=data["question"],
        answer=data["answer"],
        by=screen.by,
        at=timezone.now(),
        on=screen.today,
        route=CALL,
        because=data["because"],
    )
    return "The back-up question is set."


POST, EMAIL, TELEPHONE = (
    ContactPoint.Kind.POST,
    ContactPoint.Kind.EMAIL,
    ContactPoint.Kind.TELEPHONE,
)
EDITS = {
    edit.code: edit
    for edit in (
        Edit(
            "name",
            "Name",
            "n",
            edit_forms.NameForm,
            now=lambda screen: screen.customer.name,
            version=_record_version,
            initial=lambda screen: {"name": screen.customer.name},
            after=lambda data: data["name"],
            do=_name,
        ),
        Edit(
            "post",
            "Postal address",
            "a",
            edit_forms.PostForm,
            now=_points_now(POST),
            version=_points_version(POST),
            after=lambda data: _typed(POST, data).text,
            values=lambda data: _typed(POST, data).values,
            do=lambda screen, data: _contact(screen, POST, data),
            kind=AccountChange.Kind.POST,
        ),
        Edit(
            "email",
            "E-mail address",
            "m",
            edit_forms.EmailForm,
            now=_points_now(EMAIL),
            version=_points_version(EMAIL),
            after=lambda data: data["value"],
            values=lambda data: _typed(EMAIL, data).values,
            do=lambda screen, data: _contact(screen, EMAIL, data),
            kind=AccountChange.Kind.EMAIL,
        ),
        Edit(
            "telephone",
            "Contact numbers",
            "t",
            edit_forms.NumbersForm,
            now=_points_now(TELEPHONE),
            version=_points_version(TELEPHONE),
            do=_numbers,
        ),
        Edit(
            "language",
            "Language",
            "l",
            edit_forms.LanguageForm,
            now=lambda screen: screen.customer.get_language_display(),
            version=_record_version,
            initial=lambda screen: {"language": screen.customer.language},
            do=_language,
        ),
        Edit(
            "consent",
            "Notices",
            "c",
            edit_forms.ConsentForm,
            now=_consent_now,
            version=_record_version,
            initial=lambda screen: {
                "consents": "yes" if screen.customer.email_notices_since else "no"
            },
            do=_consent,
        ),
        Edit(
            "users",
            "Authorised users",
            "u",
            edit_forms.UsersForm,
            now=lambda screen: "\n".join(map(str, screen.users)) or "None",
            version=lambda screen: ",".join(str(user.pk) for user in screen.users),
            do=_users,
        ),
        Edit(
            "password",
            "Password",
            "p",
            edit_forms.PasswordForm,
            now=_set(Credential.Kind.PASSWORD),
            version=_credential_version(Credential.Kind.PASSWORD),
            do=_password,
            kind=AccountChange.Kind.PASSWORD,
        ),
        Edit(
            "backup",
            "Back-up question",
            "b",
            edit_forms.BackupForm,
            now=_set(Credential.Kind.BACKUP),
            version=_credential_version(Credential.Kind.BACKUP),
            do=_backup,
            kind=AccountChange.Kind.BACKUP,
        ),
    )
}
