"""The one format of imports and exports in the admin (django-import-export): guarded CSV."""

import io
from typing import Any

from import_export.formats.base_formats import CSV

from accounts.spreadsheets import Table


class GuardedCSV(CSV):
    """``IMPORT_EXPORT_FORMATS``. The library's own guard takes a leading "=" away, and no more."""

    def export_data(self, dataset: Any, **kwargs: Any) -> str:
        """The file: its header, and rows in which a spreadsheet finds nothing to compute."""
        file = io.StringIO(newline="")
        table = Table(file)
        table.row(dataset.headers)
        for row in dataset:
            table.row(row)
        return file.getvalue()
