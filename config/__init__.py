"""Wiring. The Celery app is loaded here, so that tasks find it (Celery's Django guide)."""

import gc

# For all of the process, and before anything is loaded: with Python's own 700 it looks for cycles
# some 450 times while the desk is loaded, 7% of the time in which any of its processes starts.
gc.set_threshold(50_000, 10, 10)

from config.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
