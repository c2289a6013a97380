"""The app that knows who the customers and the staff are."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Lowest floor of the house: imports from no other app."""

    name = "accounts"
    verbose_name = "Customers and staff"
