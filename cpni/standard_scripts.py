"""The scripts that come with the product, approved: they are in ``cpni/texts``, in two languages.

``install`` is called by migration 0005 and is safe to call again: it adds what is missing and
changes nothing that is there. An officer may write newer versions, which take their place.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from cpni.models import Script
from cpni.models.scripts import fingerprint

FOLDER = Path(__file__).parent / "texts"
FIRST = 1  # the version that the standard texts are


def install(script_model: Any, *, at: datetime) -> None:
    """Add to ``script_model`` (Script, or a migration's) the standard scripts that it lacks.

    ``at`` is the aware instant of the installation.
    """
    for kind in Script.Kind.values:
        english, spanish = (words(kind, language) for language in ("en", "es"))
        script_model.objects.get_or_create(
            kind=kind,
            version=FIRST,
            defaults={
                "english": english,
                "spanish": spanish,
                "digest": fingerprint(kind, english, spanish),
                "status": Script.Status.APPROVED,
                "standard": True,
                "approved_at": at,
            },
        )


def words(kind: str, language: str) -> str:
    """The standard text of ``kind`` in ``language`` ("en" or "es")."""
    return (FOLDER / f"{kind}.{language}.txt").read_text(encoding="utf-8").strip()
