"""Records that are written once: whatever is true later is another record."""

from typing import Any

from django.db import models


class WrittenOnce(models.Model):
    """A record that is inserted, and whose second saving is a bug: ValueError."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert it."""
        if self.pk is not None:
            raise ValueError(f"{self._meta.verbose_name}: it is written once")
        super().save(*args, **kwargs)
