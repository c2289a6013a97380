"""The demo's figures: today's as the job takes them, and approvals on the days before."""

from datetime import date, datetime, timedelta

from django.db.models import Count

from cpni import figures
from cpni.models import Approval, Figure

DAYS = 40


def tell(*, on: date, at: datetime) -> None:
    """Take today's figures; before today, count approvals by the day from which they count."""
    for ago in range(DAYS, 0, -1):
        day = on - timedelta(days=ago)
        counted = Approval.objects.filter(effective_on__lte=day).order_by().values_list("state")
        details = dict(counted.annotate(number=Count("pk")))
        Figure.objects.create(
            name=figures.APPROVALS,
            day=day,
            number=sum(details.values()),
            details=details,
            taken_at=at - timedelta(days=ago),
        )
    figures.take(on=on, at=at)
