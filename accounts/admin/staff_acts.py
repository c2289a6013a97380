"""What an officer does for another person's way in: reset a second factor, end sessions."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from unfold.enums import ActionVariant

from accounts import second_factor, sessions
from accounts.admin.acts import Outlook, confirmed_act, person
from accounts.errors import Refused
from accounts.models import User


def reset_outlook(admin: Any, request: HttpRequest, user: User) -> Outlook:
    """What would be taken away."""
    names = [str(factor) for factor in second_factor.authenticators(user)]
    return Outlook(
        "Their second factors and recovery codes are taken away, and all their sessions end."
        " Until they set up a new one, their password alone opens the page where that is done:"
        " be sure that it is really they who ask.",
        [("Person", str(user)), ("Second factors", "\n".join(names) or "None")],
    )


def sessions_outlook(admin: Any, request: HttpRequest, user: User) -> Outlook:
    """What would end."""
    return Outlook(
        "They are signed out everywhere, at once, and may sign in again.",
        [("Person", str(user)), ("Open sessions", len(sessions.open_sessions(user)))],
    )


class StaffActs:
    """Acts for the page of a member of staff."""

    actions_detail = ("reset_second_factor", "end_sessions")

    @confirmed_act(
        "Reset second factor",
        permission="accounts.reset_factor_user",
        outlook=reset_outlook,
        icon="phonelink_erase",
        variant=ActionVariant.DANGER,
    )
    def reset_second_factor(self, request: HttpRequest, user: User, data: dict[str, Any]) -> str:
        """Take away second factors that were lost."""
        self.refuse_beyond_reach(request, user)
        number = second_factor.reset(
            user, by=person(request), because=data["because"], at=timezone.now()
        )
        return (
            f"{user} has no second factor any more ({number} taken away), and is signed out"
            " everywhere."
        )

    @confirmed_act(
        "End sessions",
        permission="accounts.end_sessions_user",
        outlook=sessions_outlook,
        icon="logout",
    )
    def end_sessions(self, request: HttpRequest, user: User, data: dict[str, Any]) -> str:
        """Sign somebody out everywhere."""
        self.refuse_beyond_reach(request, user)
        ended = sessions.end_all(
            user, by=person(request), because=data["because"], at=timezone.now()
        )
        return f"{user} is signed out everywhere ({ended} sessions ended)."

    def refuse_beyond_reach(self, request: HttpRequest, user: User) -> None:
        """Raise Refused when only a superuser may touch ``user``."""
        if user.is_superuser and not request.user.is_superuser:
            raise Refused("Only a superuser may do this to a superuser.")
