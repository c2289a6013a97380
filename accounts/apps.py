"""The app that knows who the customers and the staff are."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Lowest floor of the house: imports from no other app."""

    name = "accounts"
    verbose_name = "Customers and staff"

    def ready(self) -> None:
        """Listen to the sign-in library: its signals are the only place where it says these."""
        from allauth.account.signals import password_changed
        from allauth.mfa import signals
        from django.contrib.auth.signals import user_logged_out

        from accounts import signin

        password_changed.connect(signin.on_password_changed)
        signals.authenticator_added.connect(signin.on_factor_added)
        signals.authenticator_removed.connect(signin.on_factor_removed)
        signals.authenticator_reset.connect(signin.on_codes_renewed)
        signals.authenticator_used.connect(signin.on_factor_used)
        signals.authentication_failed.connect(signin.on_factor_failed)
        user_logged_out.connect(signin.on_signed_out)
