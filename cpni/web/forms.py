"""The form for customers who have no link."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.errors import Refused
from accounts.fields import CONTROL
from cpni import optouts, probing
from cpni.models import OptOutRequest
from cpni.references import reference
from cpni.web.words import WORDS


class WithoutLink(forms.Form):
    """Who asks, and what. Everything as they write it: a person matches it."""

    name = forms.CharField(max_length=200, widget=forms.TextInput({"autocomplete": "name"}))
    account = forms.CharField(max_length=100)
    address = forms.CharField(
        max_length=500, widget=forms.Textarea({"rows": 3, "autocomplete": "street-address"})
    )
    only = forms.CharField(max_length=1000, required=False, widget=forms.Textarea({"rows": 2}))
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, language: str) -> None:
        super().__init__(data, initial={"token": uuid4()}, label_suffix="")
        words = WORDS[language]
        for name, field in self.fields.items():
            field.label = words.get(name, "")
            field.error_messages |= {
                "required": words["missing"],
                "max_length": words["too_long"],
                "invalid": words["no_control"],
                "null_characters_not_allowed": words["no_control"],
            }
        self.no_control = words["no_control"]
        self.language = language

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for name, text in list(found.items()):
            # A text may have lines; nothing else that moves what is read after it.
            if isinstance(text, str) and CONTROL.search(text.replace("\r", "").replace("\n", "")):
                self.add_error(name, ValidationError(self.no_control))
        return found

    def receive(self, *, today: date, at: datetime) -> str:
        """Receive the request, to be matched by a person; its reference. Sent twice it is one.

        An opt-out and for all uses: to hold back more than was meant does no harm until a person
        has read what was written (domain.md 14.3).
        """
        said = self.cleaned_data
        token = said["token"] or uuid4()
        if probe := probing.came_back(token, at=at):
            return reference(probe.pk)
        lines = [("Name", "name"), ("Number or account", "account"), ("Address", "address")]
        stated = [f"{label}: {said[name]}" for label, name in lines]
        if said["only"]:
            stated.append(f"Only: {said['only']}")
        request = OptOutRequest(
            route=OptOutRequest.Route.WEB,
            stated="\n".join(stated),
            received_on=today,
            all_uses=True,
            token=token,
        )
        because = "Web form without a link"
        try:
            with transaction.atomic():
                if there := OptOutRequest.objects.filter(token=token).first():
                    return there.reference
                optouts.receive(request, today=today, at=at, by=None, because=because)
        except (IntegrityError, Refused):
            # Of a double click the other one may have been stored since we looked.
            if there := OptOutRequest.objects.filter(token=token).first():
                return there.reference
            raise
        return request.reference
