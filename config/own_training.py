"""One's own training: what is due, the text, and the button that signs it."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import training, training_gate
from accounts.errors import Refused
from accounts.models import Carrier, TrainingText, User
from notices.markdown import to_html


@login_required
@require_safe
def own_training(request: HttpRequest) -> HttpResponse:
    """What whoever asks has signed, and what is due next."""
    user, today = cast(User, request.user), Carrier.today()
    signed = user.acknowledgements.select_related("training", "by").defer("training__text")
    context = {
        "dues": [(due, due.overdue(today), due.warned(today)) for due in training.dues_of(user)],
        "signed": signed,
    }
    return render(request, "account/own_training.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def training_text(request: HttpRequest, pk: int) -> HttpResponse:
    """One text, to be read, and signed by a POST with the digest of what was read."""
    user, today = cast(User, request.user), Carrier.today()
    text = get_object_or_404(TrainingText, pk=pk)
    if text.status == TrainingText.Status.DRAFT and not user.has_perm("accounts.view_trainingtext"):
        raise Http404
    if request.method == "POST":
        try:
            training.sign(
                text, by=user, seen=request.POST.get("seen", ""), on=today, at=timezone.now()
            )
        except Refused as refused:
            messages.error(request, str(refused))
            return HttpResponseRedirect(reverse("training-text", args=[pk]))
        training_gate.forget(request)
        messages.success(request, f"You signed “{text}”.")
        dues = training.dues_of(user)
        further = next((due for due in dues if due.overdue(today)), None)
        return HttpResponseRedirect(
            reverse("training-text", args=[further.training.pk])
            if further
            else reverse("admin:index")
        )
    due = next((due for due in training.dues_of(user) if due.training.pk == pk), None)
    context = {
        "text": text,
        "prose": to_html(text.text),
        "due": due,
        "overdue": due is not None and due.overdue(today),
        "stopped": due is not None and due.overdue(today) and not training.never_stopped(user),
    }
    return render(request, "account/training_text.html", context)
