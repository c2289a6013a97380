"""The panel “Done in this call”: read from the rows that name the call."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import ExpressionWrapper, F, Q, Value
from django.utils.text import capfirst
from simple_history.models import HistoricalChanges

from accounts.models import AccountChange, AuthenticationTry, Call, Customer, OneTimeCode
from cpni.desk.panels import Panel
from cpni.desk.screen import Screen
from cpni.models import RequestCandidate
from notices.models import Delivery
from notices.told import told_of

NAME = "done"
VERBS = {"+": "added", "~": "changed", "-": "removed"}


@dataclass(frozen=True)
class Line:
    """One thing that was done: when, what, and why."""

    at: datetime
    what: str
    why: str = ""


def fill(screen: Screen) -> dict[str, Any]:
    """What was done, the latest first."""
    lines = [*histories(screen.call), *tries(screen.call), *changes(screen.call)]
    return {"lines": sorted(lines, key=lambda line: line.at, reverse=True)}


PANEL = Panel(NAME, "Done in this call", "cpni/desk/done.html", fill)


@cache
def recorded() -> tuple[type[models.Model], ...]:
    """Whatever is about a customer and has history; what is made tomorrow needs no mention here."""
    return (Customer, *(model for model in apps.get_models() if _is_about_a_customer(model)))


def _is_about_a_customer(model: type[models.Model]) -> bool:
    # Whom a request may come from is looked up and no act; and history has no history.
    if model in (Call, RequestCandidate) or not hasattr(model, "history"):
        return False
    if issubclass(model, HistoricalChanges):
        return False
    try:
        return model._meta.get_field("customer").related_model is Customer
    except FieldDoesNotExist:
        return False


def histories(call: Call) -> Iterator[Line]:
    """History rows that name the call. They say what kind of thing was done, and no value.

    Asked by the records of the customer, whose keys are indexed in every history; all histories
    in one query, as there are some sixteen.
    """
    found = [_rows(number, model, call) for number, model in enumerate(recorded())]
    for number, at, verb, kind, over, why in found[0].union(*found[1:], all=True):
        yield Line(at, _words(recorded()[number], verb, kind, over), why or "")


def _rows(number: int, model: type[models.Model], call: Call) -> models.QuerySet[Any, Any]:
    """Of one history: which it is, when, what was done, the kind, whether it is over now, why."""
    of_customer = model._default_manager.filter(
        **{"pk" if model is Customer else "customer": call.customer_id}
    )
    rows = model.history.filter(  # type: ignore[attr-defined]
        id__in=of_customer.order_by().values("pk"), in_call=call.pk
    )
    fields = {field.name for field in model._meta.fields}
    ends = next((name for name in ("until", "used_at") if name in fields), None)
    return rows.order_by().values_list(
        Value(number, models.IntegerField()),
        "history_date",
        "history_type",
        F("kind") if _has_kind(model) else Value("", models.CharField()),
        ExpressionWrapper(Q(**{f"{ends}__isnull": False}), models.BooleanField())
        if ends
        else Value(False, models.BooleanField()),
        "history_change_reason",
    )


def _has_kind(model: type[models.Model]) -> bool:
    """Whether what ``model`` records is called by its kind, as an address or a password is."""
    return model is not Customer and any(field.name == "kind" for field in model._meta.fields)


def _words(model: type[models.Model], verb: str, kind: str, over: bool) -> str:
    if model is OneTimeCode:
        return "Code used" if over else "Code made"
    name: Any = model._meta.verbose_name
    if _has_kind(model):
        field: Any = model._meta.get_field("kind")
        name = dict(field.choices).get(kind, kind)
    return f"{capfirst(name)} {'ended' if verb == '~' and over else VERBS[verb]}"


def tries(call: Call) -> Iterator[Line]:
    """Each try to authenticate the caller."""
    for tried in AuthenticationTry.objects.filter(call=call):
        yield Line(tried.at, str(tried))


def changes(call: Call) -> Iterator[Line]:
    """Each change of which the customer must be told, with whether they are, how and where."""
    sent: dict[int | None, list[Delivery]] = defaultdict(list)
    rows = Delivery.objects.filter(change__call=call).select_related("contact_point", "service")
    for delivery in rows.order_by("pk"):
        sent[delivery.change_id].append(delivery)
    for change in AccountChange.objects.filter(call=call).select_related("telling__by"):
        answer, words = told_of(change, sent[change.pk])
        said = f"{change.get_kind_display()} changed, customer: {answer.lower()}"
        yield Line(change.at, said, words)
