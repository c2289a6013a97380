"""Wiring. The Celery app is loaded here, so that tasks find it (Celery's Django guide)."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
