"""What differs between a notice and another, word by word, in each language and form."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.admin.acts import reading_page
from accounts.admin.pages import page
from notices import text_changes
from notices.models import Notice, NoticeText

PARTS = {
    "subject": "subject",
    "email_body": "e-mail",
    "letter_body": "letter",
    "short_body": "text message",
}
OFFERED = 50  # notices of the same kind to compare with, the newest first


class DifferencePages:
    """The page of differences, for the admin of notices."""

    @reading_page("Compare", permission="notices.view_notice", icon="difference")
    def compare(self, request: HttpRequest, notice: Notice) -> HttpResponse:
        """The words of this notice against those of another, ``with`` of the address.

        Without it, against the one approved last before this one was made.
        """
        others = list(
            Notice.objects.filter(kind=notice.kind).exclude(pk=notice.pk).order_by("-pk")[:OFFERED]
        )
        wanted = request.GET.get("with", "")
        other = next((n for n in others if str(n.pk) == wanted), None) or next(
            (n for n in others if n.pk < notice.pk and n.status == Notice.Status.APPROVED),
            next(iter(others), None),
        )
        return page(
            self,
            request,
            "notices/admin/compare.html",
            notice,
            title="Compare",
            other=other,
            others=others,
            texts=_texts_compared(notice, other) if other else (),
        )


def _texts_compared(
    notice: Notice, other: Notice
) -> list[tuple[str, list[text_changes.Part], bool]]:
    """Of each part that either has: its name, its text compared, and whether anything differs."""
    now, then = _texts(notice), _texts(other)
    found = []
    for language in dict.fromkeys([*then, *now]):
        after, before = now.get(language), then.get(language)
        name = (after or before).get_language_display()  # type: ignore[union-attr]
        for field, part in PARTS.items():
            words = [getattr(text, field) if text else "" for text in (before, after)]
            if any(words):
                plain = [word.replace("\r\n", "\n") for word in words]
                compared = text_changes.compare(*plain)
                found.append((f"{name}, {part}", compared, plain[0] != plain[1]))
    return found


def _texts(notice: Notice) -> dict[str, Any]:
    texts: dict[str, NoticeText] = {text.language: text for text in notice.texts.all()}
    return texts
