"""Figures: counts that are too dear to make while someone waits, taken each hour, kept by day."""

from django.db import models


class Figure(models.Model):
    """One figure on one civil day, as it was when it was taken last on that day.

    No evidence: each can be counted again from the records. ``details`` are numbers by what they
    are counted by, such as the state of an approval.
    """

    name = models.CharField(max_length=40)
    day = models.DateField()
    number = models.PositiveIntegerField()
    oldest = models.DateField(null=True)
    details = models.JSONField(default=dict)
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["name", "day"], name="cpni_figure_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.name} on {self.day}: {self.number}"
