"""What happened at the door, and how often somebody has just tried it."""

from django.db import models

from accounts.models.staff import User


class SignInEvent(models.Model):
    """One thing that happened at the door. Written by ``accounts.signin_events`` only."""

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", "Signed in"
        SIGNED_OUT = "signed_out", "Signed out"
        FAILED = "failed", "Wrong name or password"
        LOCKED = "locked", "Too many attempts: locked for a while"
        FACTOR_FAILED = "factor_failed", "Wrong second factor"
        FACTOR_ADDED = "factor_added", "Second factor added"
        FACTOR_REMOVED = "factor_removed", "Second factor removed"
        FACTOR_RESET = "factor_reset", "Second factor reset by an officer"
        CODES_RENEWED = "codes_renewed", "New recovery codes"
        CODE_USED = "code_used", "Recovery code used"
        PASSWORD_CHANGED = "password_changed", "Password changed"
        PASSWORD_SET = "password_set", "Password set by another member of staff"
        SESSIONS_ENDED = "sessions_ended", "Sessions ended"
        SESSION_OVER = "session_over", "Session over"
        SESSION_MOVED = "session_moved", "Session ended: another browser used it"
        SSO_REFUSED = "sso_refused", "Single sign-on refused"

    WARNINGS = (
        Kind.FAILED,
        Kind.LOCKED,
        Kind.FACTOR_FAILED,
        Kind.SESSION_MOVED,
        Kind.SSO_REFUSED,
    )

    at = models.DateTimeField()
    kind = models.CharField("what", max_length=20, choices=Kind)
    # Nobody is deleted; the name is copied all the same, as in the history.
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="sign_in_events"
    )
    # Empty when no account has the name that was typed: people type passwords into that field.
    name = models.CharField("account", max_length=150, default="", blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    browser = models.CharField(max_length=200, default="", blank=True)
    detail = models.CharField(max_length=300, default="", blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "sign-in event"
        indexes = [
            models.Index(fields=["-at"], name="accounts_signin_latest"),
            models.Index(fields=["user", "-at"], name="accounts_signin_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.name or 'no such account'}"


class SignInAttempts(models.Model):
    """How many turns of a limit are taken. Written by ``accounts.lockout`` only.

    In the database and not in a cache: it holds for every web process, outlives a restart, and one
    guarded UPDATE makes it exact when guesses arrive at the same instant.
    """

    key = models.CharField(max_length=64, primary_key=True)  # a keyed hash: no name, no address
    taken = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.taken} until {self.until}"
