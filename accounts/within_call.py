"""Everything that a representative does during a call names that call."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.history import within_call
from accounts.models import Call

TAKE_CALLS = "accounts.add_call"


class WithinCallMiddleware:
    """History and looks of a request name the open call of whoever made it.

    It is looked up only when something is recorded, and only for who may take calls.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        def find() -> int | None:
            # The person is still signed in when this is asked; who signs out has no call any more.
            if not request.user.is_authenticated or not request.user.has_perm(TAKE_CALLS):
                return None
            mine = Call.objects.filter(by=request.user, ended_at=None)
            return mine.order_by().values_list("pk", flat=True).first()

        with within_call(find):
            return self.get_response(request)
