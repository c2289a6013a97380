"""The app that knows what customers were told, and when."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Second floor: imports from accounts only."""

    name = "notices"
    verbose_name = "Policies and notices"
