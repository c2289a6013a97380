"""Runs of jobs: what ran, for which day, with what result."""

from typing import Any

from django.contrib import admin
from unfold.decorators import display

from accounts.admin.base import ReadOnlyAdmin
from accounts.admin.day_filter import DayFilter
from accounts.admin.labels import BAD, GOOD, WAIT, label
from accounts.models import Run


def job_name(name: str) -> str:
    """A job's code as words: ``assume-approvals`` is “Assume approvals”."""
    return name.replace("-", " ").replace("_", " ").capitalize()


def counts_in_words(counts: dict[str, Any]) -> str:
    """Counts such as ``{"assumed": 3}`` as “assumed 3”; what is not a count is left out."""
    words = []
    for key, value in counts.items():
        name = key.replace("_", " ")
        if isinstance(value, dict):
            words.append(f"{name}: {counts_in_words(value)}")
        elif isinstance(value, int):
            words.append(f"{name} {value:,}")
    return ", ".join(words) or "–"


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """The jobs' own record."""

    list_display = ("job", "result", "for_day", "started_at", "took", "did", "who")
    list_filter = (("started_at", DayFilter),)
    list_filter_submit = True
    list_select_related = ("by",)
    search_fields = ("name__startswith",)
    search_help_text = "Start of the job's name"
    ordering = ("-started_at",)
    fields = ("job", "result", "for_day", "started_at", "finished_at", "did", "error", "who")
    readonly_fields = ("job", "result", "did", "who")

    @display(description="Job", ordering="name")
    def job(self, run: Run) -> str:
        """The job in words."""
        return job_name(run.name)

    @display(description="Result")
    def result(self, run: Run) -> str:
        """Whether it did what it should."""
        if run.error:
            return label("Failed", BAD)
        return label("Done", GOOD) if run.finished_at else label("Not finished", WAIT)

    @display(description="Took")
    def took(self, run: Run) -> str:
        """How long it ran, in seconds."""
        if not run.finished_at:
            return "–"
        return f"{(run.finished_at - run.started_at).total_seconds():.1f} s"

    @display(description="What it did")
    def did(self, run: Run) -> str:
        """Its counts in words."""
        return counts_in_words(run.counts)

    @display(description="Started by")
    def who(self, run: Run) -> str:
        """Who started it; the schedule when nobody did."""
        return str(run.by) if run.by else "The schedule"
