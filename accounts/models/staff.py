"""Members of staff who sign in."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac

from accounts.history import History


class User(AbstractUser):
    """A member of staff. What they may do comes from their role (a group; see config/roles.py)."""

    # Part of what every session is checked against: adding one ends them all at once, those too
    # that are being opened at this very moment (accounts/sessions.py is its one writer).
    session_epoch = models.PositiveIntegerField(default=0, editable=False)

    # The password's hash and the last sign-in are not changes that an auditor reads.
    history = History(
        excluded_fields=["password", "last_login", "session_epoch"], m2m_fields=["groups"]
    )

    class Meta(AbstractUser.Meta):
        permissions = [
            ("reset_factor_user", "Can reset another person's second factor"),
            ("end_sessions_user", "Can end another person's sessions"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Every sign-in saves its hour. That is no change, and would fill the history with rows in
        # which nothing changed.
        if list(kwargs.get("update_fields") or ()) != ["last_login"]:
            super().save(*args, **kwargs)
            return
        self.skip_history_when_saving = True
        try:
            super().save(*args, **kwargs)
        finally:
            del self.skip_history_when_saving

    def __str__(self) -> str:
        return self.get_full_name() or self.get_username()

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """What a session keeps and Django compares at every request: the password and the epoch."""
        return salted_hmac(
            "accounts.User.session",
            f"{self.password}:{self.session_epoch}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()
