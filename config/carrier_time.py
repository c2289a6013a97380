"""Staff see instants in the carrier's time zone."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import Carrier
from config.problems import is_api


class CarrierTimeMiddleware:
    """Show every instant of a request in the zone in which the carrier counts its days.

    The carrier is read once for it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A key is read together with the zone (cpni/api/doors.py), in one statement.
        with (
            Carrier.read_once(),
            timezone.override(None if is_api(request) else Carrier.zone_or_default()),
        ):
            return self.get_response(request)
