"""Uses of information: the catalogue. Reference data; no role changes it by hand."""

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from accounts.admin.base import RecordAdmin
from accounts.admin.labels import BAD, GOOD, WAIT, choice_label
from notices.models import Use

MECHANISM_TONES = {
    Use.Mechanism.NONE: GOOD,
    Use.Mechanism.OPT_OUT: WAIT,
    Use.Mechanism.OPT_IN: WAIT,
    Use.Mechanism.PROHIBITED: BAD,
}


@admin.register(Use)
class UseAdmin(RecordAdmin):
    """What information may be used for, by whom, with which approval."""

    list_display = ("purpose", "recipient", "mechanism_label", "section", "code")
    list_filter = (("mechanism", ChoicesDropdownFilter), ("recipient", ChoicesDropdownFilter))
    list_filter_submit = True
    search_fields = ("purpose__icontains", "code__exact")
    search_help_text = "Words of the purpose, or the code"
    ordering = ("id",)

    @display(description="Approval", ordering="mechanism")
    def mechanism_label(self, use: Use) -> str:
        """Which approval the rules ask for."""
        return choice_label(use, "mechanism", MECHANISM_TONES)
