"""What a policy version changes: the verdict in facts, and the page that shows it word by word."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from accounts.admin.pages import page
from accounts.models import Carrier
from notices import audience, policies, text_changes
from notices.models import Delivery, PolicyVersion
from notices.policy_changes import Change, Kind

Facts = list[tuple[str, Any]]


def verdict(version: PolicyVersion) -> Facts:
    """Whether ``version`` is material compared with the one before, and why, use by use."""
    before = policies.earlier(version).first()
    if before is None:
        return [("Material", "No: it is the first version, there is none to change.")]
    material = [change for change in policies.compared(before, version) if change.material]
    if not material:
        words = "It is noted on the public page, and nobody need be asked."
        return [("Material", f"No: compared with {before} nothing is new or wider. {words}")]
    return [
        ("Material", f"Yes, compared with {before}. Who is not told and asked keeps theirs."),
        ("Why", "\n".join(map(in_words, material))),
    ]


def in_words(change: Change) -> str:
    """A change in a line: “New: Share with affiliates (recipients: …; …)”."""
    respects = f" ({'; '.join(change.respects)})" if change.respects else ""
    return f"{change.kind}: {change.declared.purpose}{respects}"


def numbers(counts: dict[str, int]) -> Facts:
    """How many customers must be told, by channel."""
    if not any(counts.values()):
        return [("To be told and asked today", "Nobody")]
    ways = "\n".join(f"{way.label}: {counts[way.value]}" for way in Delivery.OF_CAMPAIGNS)
    return [("To be told and asked today", f"{sum(counts.values())} customers\n{ways}")]


def difference_page(model_admin: Any, request: HttpRequest, version: PolicyVersion) -> HttpResponse:
    """``version`` compared with the version before, or with the one that ``?with=`` names."""
    others = list(PolicyVersion.objects.exclude(pk=version.pk).order_by("-effective_on", "-pk"))
    asked = request.GET.get("with", "")
    chosen = next((other for other in others if str(other.pk) == asked), None)
    if asked and chosen is None:
        raise Http404
    before = chosen or policies.earlier(version).first()
    changes = policies.compared(before, version) if before else []
    return page(
        model_admin,
        request,
        "notices/admin/policy_difference.html",
        version,
        title="Difference",
        before=before,
        others=others,
        changes=[change for change in changes if change.kind is not Kind.SAME],
        unchanged=[change for change in changes if change.kind is Kind.SAME],
        material=any(change.material for change in changes),
        parts=text_changes.compare(before.text, version.text) if before else [],
        same_text=before is not None and before.text == version.text,
        numbers=numbers(audience.to_be_told(version, on=Carrier.today())),
    )
