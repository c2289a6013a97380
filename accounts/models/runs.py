"""Runs of jobs: one row each, so that a missed or failed run can be seen."""

from django.conf import settings
from django.db import models


class Run(models.Model):
    """One execution of a job: for which day, by whom, with what counts or which error."""

    name = models.CharField(max_length=60)
    for_day = models.DateField(null=True, blank=True, help_text="The carrier's civil day.")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["name", "-started_at"], name="accounts_run_latest")]
        permissions = [("start_run", "Can start a scheduled job by hand")]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class JobRound(models.Model):
    """The last time that a worker did a scheduled job: one row for each, written anew each time.

    Some jobs come every quarter of a minute and mostly find nothing to do: a row for each of these
    rounds would bury the runs that did something.
    """

    task = models.CharField(max_length=100, primary_key=True)
    first_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.task
