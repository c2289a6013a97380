"""Files that wait between the preview of an import in the admin and its confirmation.

The library keeps them readable in the system's temporary folder, for ever if nobody confirms. Here
they lie with the installation's other files and are discarded after an hour.
"""

import re
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.utils import timezone
from import_export.tmp_storages import MediaStorage

FOLDER = "uploads-to-confirm"
KEPT = timedelta(hours=1)
NAME = re.compile(r"[0-9a-f]{32}")  # as the library makes them


class UploadStorage(MediaStorage):
    """``IMPORT_EXPORT_TMP_STORAGE_CLASS``."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**{**kwargs, "MEDIA_FOLDER": FOLDER})

    def save(self, data: bytes) -> None:
        """Keep ``data`` until it is confirmed; discard what others left behind."""
        discard_uploads(at=timezone.now())
        super().save(data)


def waits(name: str) -> bool:
    """Whether there is a file ``name`` that can be confirmed: one of ours, not a path."""
    return NAME.fullmatch(name) is not None and default_storage.exists(f"{FOLDER}/{name}")


def discard_uploads(*, at: datetime) -> int:
    """Delete files that nobody confirmed within the hour before ``at``. Returns how many."""
    if not default_storage.exists(FOLDER):
        return 0
    _, names = default_storage.listdir(FOLDER)
    paths = [f"{FOLDER}/{name}" for name in names]
    old = [p for p in paths if default_storage.get_modified_time(p) < at - KEPT]
    for path in old:
        default_storage.delete(path)
    return len(old)
