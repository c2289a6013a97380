"""Scans in the private store, handed out as downloads."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest
from django.urls import URLPattern, path, reverse

from accounts.upload_checks import kind_of


def download(scan: Any, named: str) -> FileResponse:
    """The stored file ``scan`` as a download whose name begins with ``named``. Http404 without."""
    if not scan or not scan.storage.exists(scan.name):
        raise Http404
    content = scan.open()
    kind = kind_of(content)
    return FileResponse(
        content,
        as_attachment=True,
        filename=f"{named}{kind.ending}",
        content_type=kind.content_type,
    )


class HasScan:
    """For the admin of a model with a ``scan``: an address at which it is downloaded."""

    scan_named = "scan"  # the file's name begins so, and goes on with the record's number

    def scan_address(self, pk: Any) -> str:
        """Where the scan of the record with this key is."""
        return reverse(f"admin:{self._scan_url}", args=[pk])

    def get_urls(self) -> list[URLPattern]:
        """One more: the scan."""
        view = self.admin_site.admin_view(self.scan_view)  # type: ignore[attr-defined]
        own = path("<int:pk>/scan/", view, name=self._scan_url)
        return [own, *super().get_urls()]  # type: ignore[misc]

    def scan_view(self, request: HttpRequest, pk: int) -> FileResponse:
        """The scan as a download, for whoever may view its record."""
        record = self.get_object(request, str(pk))  # type: ignore[attr-defined]
        if not self.has_view_permission(request, record):  # type: ignore[attr-defined]
            raise PermissionDenied
        if record is None:
            raise Http404
        return download(record.scan, f"{self.scan_named}-{pk}")

    @property
    def _scan_url(self) -> str:
        meta = self.model._meta  # type: ignore[attr-defined]
        return f"{meta.app_label}_{meta.model_name}_scan"
