"""Members of staff who sign in, and the systems that act without."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.crypto import salted_hmac

from accounts.history import History


class User(AbstractUser):
    """A member of staff. What they may do comes from their role (a group; see config/roles.py)."""

    # Part of what every session is checked against: adding one ends them all at once, those too
    # that are being opened at this very moment (accounts/sessions.py is its one writer).
    session_epoch = models.PositiveIntegerField(default=0, editable=False)

    # Of another system (cpni/api_keys.py): it never signs in, and is inactive for that. What it
    # does is recorded in its name, like anybody's acts.
    is_program = models.BooleanField(default=False, editable=False)
    # What a program may: what its key grants, and nothing of any role. Set when a key is proved.
    granted: frozenset[str] | None = None
    daily_report = models.BooleanField(
        "daily report by e-mail",
        default=False,
        help_text="What needs someone, each morning. It holds no customers’ data.",
    )
    weekly_report = models.BooleanField(
        "weekly report by e-mail",
        default=False,
        help_text="Figures of the week, each Monday. It holds no customers’ data.",
    )
    employer = models.CharField(
        max_length=100,
        blank=True,
        default="",
        help_text="The contractor whose agent this is; empty for the carrier's own staff.",
    )

    # The password's hash and the last sign-in are not changes that an auditor reads.
    history = History(
        excluded_fields=["password", "last_login", "session_epoch"], m2m_fields=["groups"]
    )

    class Meta(AbstractUser.Meta):
        permissions = [
            ("reset_factor_user", "Can reset another person's second factor"),
            ("end_sessions_user", "Can end another person's sessions"),
        ]

    def clean(self) -> None:
        super().clean()
        if (self.daily_report or self.weekly_report) and not self.email:
            raise ValidationError({"email": "Reports by e-mail need an address. Fill it in."})

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

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """As ever; for a program what its key grants."""
        if self.granted is not None:
            return perm in self.granted
        return super().has_perm(perm, obj)

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """What a session keeps and Django compares at every request: the password and the epoch."""
        return salted_hmac(
            "accounts.User.session",
            f"{self.password}:{self.session_epoch}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()
