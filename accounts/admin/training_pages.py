"""Who has still to sign, and whether whoever saw customers had; each as a table or as CSV."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from accounts import training
from accounts.admin.labels import BAD, GOOD, WAIT, label
from accounts.admin.pages import page
from accounts.admin.period_form import PeriodForm
from accounts.civil import add_days, add_months
from accounts.models import Carrier, User
from accounts.spreadsheets import line
from accounts.training_looks import lookers

VIEW = "accounts.view_acknowledgement"
AS_FILE = "csv"


class DaysForm(PeriodForm):
    """From the first day to the last."""

    first = forms.DateField(label="Looked from", widget=forms.DateInput)
    last = forms.DateField(label="to", widget=forms.DateInput)


def last_quarter(today: date) -> tuple[date, date]:
    """The first and last day of the calendar quarter before that of ``today``."""
    this = date(today.year, today.month - (today.month - 1) % 3, 1)
    return add_months(this, -3), add_days(this, -1)


def roles_of(person: User) -> str:
    """A person's roles in words, from what was fetched with them."""
    return ", ".join(sorted(group.name for group in person.groups.all())) or "–"


def standing_page(model_admin: Any, request: HttpRequest) -> HttpResponseBase:
    """Everyone and each course: what they signed last, and by when they must again."""
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    today = Carrier.today()
    persons = list(training.people().prefetch_related("groups"))
    dues = training.dues(persons)
    rows = [(person, due) for person in persons for due in dues[person.pk]]
    rows.sort(key=lambda row: (row[1].due_on, str(row[0])))
    heads = ("Person", "Works for", "Role", "Course", "Last signed", "Version", "Due by", "Status")
    cells = [
        (
            str(person),
            person.employer or "The carrier",
            roles_of(person),
            due.training.course,
            due.last.on if due.last else "",
            due.last.training.version if due.last else "",
            due.due_on,
            standing(due, today)[0],
        )
        for person, due in rows
    ]
    if request.GET.get("as") == AS_FILE:
        return _file("training", heads, cells)
    return page(
        model_admin,
        request,
        "accounts/admin/training_standing.html",
        None,
        title="Training of staff",
        rows=[(p, roles_of(p), due, label(*standing(due, today))) for p, due in rows],
        overdue=sum(due.overdue(today) for _, due in rows),
        soon=sum(due.warned(today) and not due.overdue(today) for _, due in rows),
    )


def standing(due: training.Due, today: date) -> tuple[str, str]:
    """How it stands, in a word, and the word's tone."""
    if due.overdue(today):
        return "Overdue", BAD
    return ("Due soon", WAIT) if due.warned(today) else ("In order", GOOD)


def looked_page(model_admin: Any, request: HttpRequest) -> HttpResponseBase:
    """Who saw customers' records in the days asked for; without any, in the last quarter."""
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    first, last = last_quarter(Carrier.today())
    asked = {"first": first.isoformat(), "last": last.isoformat()}
    form = DaysForm(asked | {k: v for k in asked if (v := request.GET.get(k))})
    found = (
        lookers(form.cleaned_data["first"], form.cleaned_data["last"]) if form.is_valid() else []
    )
    if request.GET.get("as") == AS_FILE and form.is_valid():
        heads = ("Person", "Works for", "Role", "Looks", "First look", "Last look", "Course")
        cells = [
            (
                str(one.person),
                one.person.employer or "The carrier",
                roles_of(one.person),
                one.looks,
                one.first,
                one.latest,
                one.course,
                one.last.training.version if one.last else "",
                one.last.on if one.last else "",
                one.last.get_how_display() if one.last else "",
                one.gap,
            )
            for one in found
        ]
        return _file("training-of-lookers", (*heads, "Version", "Signed", "How", "Gap"), cells)
    return page(
        model_admin,
        request,
        "accounts/admin/training_looked.html",
        None,
        title="Trained when they looked?",
        form=form,
        found=[(one, roles_of(one.person)) for one in found],
        gaps=sum(bool(one.gap) for one in found),
        valid=form.is_valid(),
    )


def _file(name: str, heads: Iterable[Any], cells: Iterable[Iterable[Any]]) -> HttpResponseBase:
    return StreamingHttpResponse(
        (line(row) for row in (heads, *cells)),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.csv"',
        },
    )
