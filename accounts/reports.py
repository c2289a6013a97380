"""Who wants which report by e-mail. Sending them is the roof's (config/reports.py)."""

from accounts import history
from accounts.errors import Refused
from accounts.models import User
from accounts.permissions import require


def choose(person: User, *, daily: bool, weekly: bool, by: User, because: str) -> bool:
    """Have ``person`` sent these reports and no other; whether that changed anything.

    For oneself, or by whoever may change staff. Raises Refused where there is no address to send
    them to.
    """
    if by.pk != person.pk:
        require(by, "accounts.change_user")
    if (person.daily_report, person.weekly_report) == (daily, weekly):
        return False
    if (daily or weekly) and not person.email:
        raise Refused(
            "There is no e-mail address in your record, so nothing can be sent.",
            "Ask the compliance officer to enter it.",
        )
    person.daily_report, person.weekly_report = daily, weekly
    history.save(person, by=by, because=because, update_fields=["daily_report", "weekly_report"])
    return True
