"""The calendar of deadlines, for whoever has a secret address of it. It only reads."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Carrier
from cpni import calendar_feeds, deadlines


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The deadlines as iCalendar; nothing is there for a secret that opens nothing."""
    person = calendar_feeds.reader(secret)
    if person is None:
        raise Http404
    content = deadlines.calendar(
        deadlines.upcoming(person, on=Carrier.today()),
        at=timezone.now(),
        domain=settings.MAIL_DOMAIN,
        address=request.build_absolute_uri(reverse("admin:cpni_incident_deadlines")),
    )
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": 'inline; filename="deadlines.ics"',
        },
    )
