"""Find the customer, and start a call."""

from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts import calls, finding, looks
from accounts.admin.acts import person
from accounts.errors import Refused
from accounts.finding import Found
from accounts.models import AuthorisedUser, Call, Carrier, ContactPoint, Customer
from cpni.desk.frame import desk_view, page
from cpni.models import OptOutRequest
from cpni.references import request_id
from notices.models import Delivery
from notices.references import delivery_id

RECENT = 8  # calls of mine below the box
# Results come as one types, and each is a look at whom it shows: no more than can be read at once,
# and none for the first two letters of a name.
SHOWN = 10
SHORTEST = 3
DIRECTION_KEYS = ("i", "o", "s")
AUTHORISED = "authorised-"  # and the number of the authorised user


@desk_view
def find(request: HttpRequest) -> HttpResponseBase:
    """The one box, with my last calls and what I have to follow up below it."""
    mine = Call.objects.filter(by=person(request)).select_related("customer")
    recent = list(mine.filter(ended_at__isnull=False).order_by("-started_at")[:RECENT])
    # Followed up is what was done in a later call about the account, whoever took it.
    later = Call.objects.filter(
        customer=OuterRef("customer"),
        started_at__gt=OuterRef("started_at"),
        outcome=Call.Outcome.DONE,
    )
    waiting = mine.filter(~Exists(later), outcome=Call.Outcome.FOLLOW_UP)
    follow_up = list(waiting.order_by("-started_at")[:RECENT])
    shown = {call.customer_id for call in (*recent, *follow_up)}
    looks.note(request, shown, what=looks.What.LISTED, detail="my calls")
    return page(request, "cpni/desk/find.html", "Call desk", recent=recent, follow_up=follow_up)


@desk_view
@require_POST
def results(request: HttpRequest) -> HttpResponseBase:
    """Whoever the words may mean. The words come in the body, so no log or address holds them."""
    words = request.POST.get("words", "").strip()
    enough = len(words) >= SHORTEST
    named = by_reference(words)
    known = {one.customer_id for one in named}
    meant = finding.find(words, on=Carrier.today(), limit=SHOWN) if enough else []
    found = [*named, *(one for one in meant if one.customer_id not in known)]
    looks.note(
        request,
        [one.customer_id for one in found],
        what=looks.What.SEARCHED,
        # Never the words.
        detail=f"{len(found)} found by {'reference' if named else finding.kind_of(words)}",
        rows=len(found),
    )
    template = "cpni/desk/results.html"
    if not request.headers.get("HX-Request"):
        template = "cpni/desk/find.html"
    return page(request, template, "Call desk", found=found, asked=enough)


def by_reference(words: str) -> list[Found]:
    """Whose opt-out has this reference, or to whom a notice with it was sent."""
    if number := request_id(words):
        request = OptOutRequest.objects.filter(pk=number, customer__isnull=False).first()
        if request and request.customer_id:
            return finding.found(request.customer_id, why=f"opt-out {request.reference}")
    if number := delivery_id(words):
        delivery = Delivery.objects.filter(pk=number).first()
        if delivery:
            return finding.found(delivery.customer_id, why=f"notice {delivery.reference}")
    return []


class StartForm(forms.Form):
    """Who calls whom."""

    direction = forms.ChoiceField(
        choices=Call.Direction.choices, initial=Call.Direction.INBOUND, widget=forms.RadioSelect
    )
    caller = forms.ChoiceField(
        label="Who is it?",
        initial=Call.Caller.HOLDER,
        widget=forms.RadioSelect(attrs={"autofocus": True}),
    )
    caller_name = forms.CharField(label="Who they say they are", max_length=200, required=False)
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: object, users: list[AuthorisedUser], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.users = {f"{AUTHORISED}{user.pk}": user for user in users}
        self.fields["caller"].choices = [  # type: ignore[attr-defined]
            (Call.Caller.HOLDER, "The account holder"),
            *((key, str(user)) for key, user in self.users.items()),
            (Call.Caller.OTHER, "Someone else"),
        ]


@desk_view
def start(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who calls about this account? Then the call begins."""
    customer = Customer.objects.select_related("merged_into").filter(pk=pk).first()
    if customer is None:
        looks.note(request, what=looks.What.MISSING, record=pk)
        raise Http404
    looks.note(request, [customer.pk], record=customer.pk, detail="to start a call")
    today = Carrier.today()
    current = AuthorisedUser.objects.filter(Q(until=None) | Q(until__gt=today), customer=customer)
    form = StartForm(request.POST or None, users=list(current))
    if request.method == "POST" and form.is_valid():
        try:
            call = _start(request, customer, form)
        except Refused as refused:
            if there := calls.open_call(person(request)):
                messages.error(request, str(refused))
                return HttpResponseRedirect(reverse("desk:call", args=[there.pk]))
            form.add_error(None, str(refused))
        else:
            return HttpResponseRedirect(reverse("desk:call", args=[call.pk]))
    place = ContactPoint.objects.current().filter(customer=customer, kind=ContactPoint.Kind.POST)
    return page(
        request,
        "cpni/desk/start.html",
        "Start a call",
        customer=customer,
        place=place.first(),
        form=form,
        directions=[
            (*choice, key)
            for choice, key in zip(Call.Direction.choices, DIRECTION_KEYS, strict=True)
        ],
    )


def _start(request: HttpRequest, customer: Customer, form: StartForm) -> Call:
    data = form.cleaned_data
    user = form.users.get(data["caller"])
    token: UUID = data["token"]
    return calls.start(
        customer,
        by=person(request),
        direction=data["direction"],
        caller=Call.Caller.AUTHORISED if user else data["caller"],
        authorised_user=user,
        caller_name=data["caller_name"] if data["caller"] == Call.Caller.OTHER else "",
        at=timezone.now(),
        token=token,
    )
