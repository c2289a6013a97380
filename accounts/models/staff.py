"""Members of staff who sign in."""

from typing import Any

from django.contrib.auth.models import AbstractUser

from accounts.history import History


class User(AbstractUser):
    """A member of staff. What they may do comes from their role (a group; see config/roles.py)."""

    # The password's hash and the last sign-in are not changes that an auditor reads.
    history = History(excluded_fields=["password", "last_login"], m2m_fields=["groups"])

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
