"""Members of staff who sign in."""

from django.contrib.auth.models import AbstractUser

from accounts.history import History


class User(AbstractUser):
    """A member of staff. What they may do comes from their role (a group; see config/roles.py)."""

    # The password's hash and the last sign-in are not changes that an auditor reads.
    history = History(excluded_fields=["password", "last_login"], m2m_fields=["groups"])

    def __str__(self) -> str:
        return self.get_full_name() or self.get_username()
