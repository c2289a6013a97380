"""Scans in the private store, handed out as downloads."""

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404

from accounts.upload_checks import kind_of

HEADERS = {
    # Never run as a page of ours, whatever it turns out to be.
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "no-store",
}


def download(scan: FieldFile, name: str) -> FileResponse:
    """The file in ``scan`` under ``name`` and the ending of its kind. Raises Http404 without it."""
    if not scan.name or not scan.storage.exists(scan.name):
        raise Http404
    content = scan.open()
    kind = kind_of(content)
    return FileResponse(
        content,
        as_attachment=True,
        filename=f"{name}{kind.ending}",
        content_type=kind.content_type,
        headers=HEADERS,
    )
