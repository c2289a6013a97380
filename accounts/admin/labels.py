"""How states are shown: a word in a coloured box. The word alone says it; the colour helps."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString

GOOD, BAD, WAIT, GAP, CALM = "good", "bad", "wait", "gap", "calm"


def label(text: object, tone: str = CALM) -> SafeString:
    """``text``, escaped, in a box in the colour of ``tone`` (config/static/desk/desk.css)."""
    return format_html('<span class="desk-label desk-{}">{}</span>', tone, text)


def choice_label(record: Model, field: str, tones: Mapping[Any, str]) -> SafeString:
    """The words of a choice ``field`` of ``record``, coloured by its value."""
    words = getattr(record, f"get_{field}_display")()
    return label(words, tones.get(getattr(record, field), CALM))
