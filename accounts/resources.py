"""Small imports and exports of customers by hand, in the admin (django-import-export).

Checking and writing are those of the command ``import_customers``; this only shows them in the
library's preview, which offers to confirm only when every row is good. Files of more than some
thousand rows belong to the command.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html
from import_export import exceptions, fields, resources
from import_export.results import Result, RowResult

from accounts.errors import Refused
from accounts.fields import telephone_shown
from accounts.import_csv import LINE_BREAK, read_header
from accounts.import_rows import COLUMNS, CheckedRow, Problem
from accounts.import_writing import write_rows
from accounts.importing import Check, Summary, save_batch
from accounts.models import Carrier, ContactPoint, Customer, ImportBatch, Service

TYPE_OF = {
    "created": RowResult.IMPORT_TYPE_NEW,
    "changed": RowResult.IMPORT_TYPE_UPDATE,
    "unchanged": RowResult.IMPORT_TYPE_SKIP,
}


class CustomerResource(resources.Resource):
    """Customers in the columns of ``accounts.import_rows``. What is exported can be imported."""

    class Meta:
        import_order = export_order = COLUMNS
        use_transactions = True

    @classmethod
    def get_display_name(cls) -> str:
        """The name that the admin's forms show."""
        return "Customers"

    # --- Import ----------------------------------------------------------------------------------

    def import_data_inner(
        self,
        dataset: Any,
        dry_run: bool,
        raise_errors: bool,
        using_transactions: bool,
        collect_failed_rows: bool,
        **kwargs: Any,
    ) -> Result:
        """Check and write ``dataset`` in the transaction that the library has opened.

        The library rolls it back after a dry run and when ``result`` has errors. Rows count as in
        the file, the header being row 1. ``user`` and ``file_name`` say whose import it is.
        """
        result = Result()
        result.diff_headers = list(COLUMNS)
        result.total_rows = len(dataset)
        try:
            header = read_header([str(name or "") for name in dataset.headers or ()])
        except Refused as refused:
            self.handle_import_error(result, refused, raise_errors)
            return result
        today, because = Carrier.today(), f"Import of {kwargs.get('file_name') or 'a file'}"
        check = Check(today=today)
        cells_of: dict[int, dict[str, str]] = {}
        good: list[CheckedRow] = []
        refused_rows: dict[int, list[Problem]] = {}
        for line, values in enumerate(dataset, start=2):
            cells = cells_of[line] = dict(zip(header, (str(v or "") for v in values), strict=True))
            checked = check(cells, line, _line_break(cells.values()))
            if isinstance(checked, CheckedRow):
                good.append(checked)
            else:
                refused_rows[line] = checked
        numbers = [row.account_number for row in good]
        before = _by_number(numbers)
        written = write_rows(good, on=today, by=kwargs.get("user"), because=because)
        after = _by_number(numbers)
        refused_rows.update({w.row.line: [w.problem] for w in written if w.problem})
        for one in (w for w in written if not w.problem):
            customer = after[one.row.account_number]
            row_result = RowResult()
            row_result.import_type = TYPE_OF[one.what]
            row_result.add_instance_info(customer)
            row_result.instance = customer
            row_result.diff = _difference(before.get(one.row.account_number), customer)
            result.append_row_result(row_result)
            result.increment_row_result_total(row_result)
        for line in sorted(refused_rows):
            self._refuse(result, line, cells_of[line], refused_rows[line])
        if raise_errors and result.invalid_rows:
            first = result.invalid_rows[0]
            raise exceptions.ImportError(first.error, number=first.number)
        if not dry_run:
            summary = Summary()
            summary.add(written, refused_rows)
            now = timezone.now()
            batch = ImportBatch(
                file_name=str(kwargs.get("file_name") or "")[:255],
                started_at=now,
                finished_at=now,
                by=kwargs.get("user"),
                because=because[:200],
            )
            save_batch(batch, summary, refused_rows)
        return result

    def _refuse(
        self, result: Result, line: int, cells: dict[str, str], problems: list[Problem]
    ) -> None:
        messages: dict[str, list[str]] = {}
        for problem in problems:
            messages.setdefault(problem.field, []).append(f"Row {line}: {problem.message}")
        row_result = RowResult()
        row_result.import_type = RowResult.IMPORT_TYPE_INVALID
        row_result.validation_error = ValidationError(messages)
        result.append_row_result(row_result)
        result.increment_row_result_total(row_result)
        result.append_invalid_row(line, cells, row_result.validation_error)

    # --- Export ----------------------------------------------------------------------------------

    def filter_export(self, queryset: QuerySet[Customer], **kwargs: Any) -> QuerySet[Customer]:
        """Customers with what their rows need, in a fixed number of queries a page."""
        return queryset.prefetch_related("contact_points", "services")

    def export_resource(
        self, instance: Customer, selected_fields: Sequence[str] | None = None, **kwargs: Any
    ) -> list[str]:
        """The cells of one customer; the format guards them (accounts/table_format.py)."""
        cells = exported(instance)
        return [cells[f.column_name] for f in self.get_export_fields(selected_fields)]


# The library's declarations, which map a cell to an attribute, would only be overruled.
CustomerResource.fields = {name: fields.Field(column_name=name) for name in COLUMNS}


def exported(customer: Customer) -> dict[str, str]:
    """``customer`` as a row of a billing export, with the contact points of today."""
    cells: dict[str, Any] = {name: getattr(customer, name, "") for name in COLUMNS}
    points = [p for p in customer.contact_points.all() if p.until is None]
    for point in sorted(points, key=lambda p: (p.since, p.pk)):
        if point.kind == ContactPoint.Kind.POST:
            cells.update({n: getattr(point, n) for n in ("line1", "line2", "city", "state")})
            cells.update(postcode=point.postcode, address_since=point.since)
        elif point.kind == ContactPoint.Kind.EMAIL:
            cells.update(email=point.value, email_since=point.since)
        else:
            cells["contact_number"] = telephone_shown(point.value)  # the newest, if several
    cells["services"] = "; ".join(_service(s) for s in customer.services.all())
    return {name: "" if value is None else str(value) for name, value in cells.items()}


def _service(service: Service) -> str:
    number = telephone_shown(service.telephone_number) if service.telephone_number else ""
    parts = [service.category, number, str(service.started_on)]
    return ":".join([*parts, str(service.ended_on)] if service.ended_on else parts)


def _by_number(account_numbers: Sequence[str]) -> dict[str, Customer]:
    found = Customer.objects.filter(account_number__in=account_numbers)
    return {c.account_number: c for c in found.prefetch_related("contact_points", "services")}


def _difference(before: Customer | None, after: Customer) -> list[str]:
    """The cells of ``after`` for the preview, each with what stood there before."""
    new = exported(after)
    old = exported(before) if before else new
    return [
        new[name]
        if old[name] == new[name]
        else format_html("<del>{}</del> <ins>{}</ins>", old[name], new[name])
        for name in COLUMNS
    ]


def _line_break(cells: Iterable[str]) -> Problem | None:
    return Problem("row", LINE_BREAK) if any("\n" in c or "\r" in c for c in cells) else None
