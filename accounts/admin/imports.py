"""Imports of customers: what each file did, and the rows that were refused."""

from django.contrib import admin
from unfold.decorators import display

from accounts.admin.base import ReadOnlyAdmin, ReadOnlyInline
from accounts.admin.day_filter import DayFilter
from accounts.admin.labels import GAP, GOOD, WAIT, label
from accounts.models import ImportBatch, ImportProblem


class ImportProblemInline(ReadOnlyInline):
    """Refused rows: where, why, and what to do."""

    model = ImportProblem
    verbose_name_plural = "refused rows"
    fields = ("row", "field", "message")
    tab = False


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    """Files from the billing system."""

    shows_customers = True  # a refused row's message may quote it

    list_display = (
        "file_name",
        "result",
        "started_at",
        "rows",
        "created",
        "changed",
        "unchanged",
        "refused",
        "by",
    )
    list_filter = (("started_at", DayFilter),)
    list_filter_submit = True
    list_select_related = ("by",)
    search_fields = ("file_name__startswith", "digest__exact")
    search_help_text = "Start of the file's name, or its SHA-256"
    ordering = ("-started_at",)
    readonly_fields = ("result",)
    inlines = (ImportProblemInline,)

    @display(description="Result")
    def result(self, batch: ImportBatch) -> str:
        """Whether it is done and whether anything was refused."""
        if not batch.finished_at:
            return label("Not finished", WAIT)
        return label("Rows refused", GAP) if batch.refused else label("Done", GOOD)
