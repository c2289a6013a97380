"""Small imports and exports of customers by hand, in the admin (django-import-export).

Checking and writing are those of the command ``import_customers``; this only shows them row by row
in the library's preview. Files of more than some thousand rows belong to the command.
"""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from import_export import fields, resources
from import_export.results import RowResult

from accounts.import_rows import COLUMNS, CheckedRow, Problem, check_row
from accounts.import_writing import write_rows
from accounts.models import Carrier, ContactPoint, Customer, Service, User

TYPE_OF = {
    "created": RowResult.IMPORT_TYPE_NEW,
    "changed": RowResult.IMPORT_TYPE_UPDATE,
    "unchanged": RowResult.IMPORT_TYPE_SKIP,
}


class CustomerResource(resources.ModelResource):
    """Customers in the columns of ``accounts.import_rows``."""

    class Meta:
        model = Customer
        fields = COLUMNS
        import_order = export_order = COLUMNS
        import_id_fields = ("account_number",)
        use_transactions = True
        skip_diff = True

    postal = fields.Field()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields = {name: fields.Field(column_name=name) for name in COLUMNS}
        self.user: User | None = None
        self.today: date | None = None
        self.seen: set[str] = set()

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """Bring the header to its normal form; note who imports, and what day it is."""
        dataset.headers = [(h or "").strip().lower() for h in dataset.headers or ()]
        self.user = kwargs.get("user")
        self.today = Carrier.today()
        self.seen = set()

    def import_row(self, row: Any, instance_loader: Any, **kwargs: Any) -> RowResult:
        """Check and write one row; problems are shown by column."""
        result: RowResult = self.get_row_result_class()()
        assert self.today is not None  # noqa: S101  (before_import ran)
        cells = {k: "" if v is None else str(v) for k, v in row.items()}
        line = kwargs.get("row_number", 0) + 1  # the header is line 1
        checked = check_row(cells, line=line, today=self.today)
        if isinstance(checked, CheckedRow) and checked.account_number in self.seen:
            checked = [Problem("account_number", "It stands in this file twice. Remove one row.")]
        if isinstance(checked, CheckedRow):
            self.seen.add(checked.account_number)
            (written,) = write_rows(
                [checked], on=self.today, by=self.user, because="Imported by hand"
            )
            if written.problem:
                checked = [written.problem]
            else:
                customer = Customer.objects.get(account_number=written.row.account_number)
                result.import_type = TYPE_OF[written.what]
                result.add_instance_info(customer)
                result.instance = customer
                result.diff = [cells.get(name, "") for name in COLUMNS]
        if not isinstance(checked, CheckedRow):
            result.import_type = RowResult.IMPORT_TYPE_INVALID
            result.validation_error = ValidationError(
                {
                    p.field: [f"Row {line}: {q.message}" for q in checked if q.field == p.field]
                    for p in checked
                }
            )
        return result

    def get_diff_headers(self) -> list[str]:
        """The columns of the preview."""
        return list(COLUMNS)

    def get_import_fields(self, *args: Any, **kwargs: Any) -> list[fields.Field]:
        """Every known column; those that the file lacks are left alone."""
        return list(self.fields.values())

    def filter_export(self, queryset: QuerySet[Customer], **kwargs: Any) -> QuerySet[Customer]:
        """Customers with what their rows need, in a fixed number of queries."""
        return queryset.prefetch_related("contact_points", "services")

    def export_field(self, field: fields.Field, instance: Customer, **kwargs: Any) -> str:
        """One cell; what was exported can be imported again."""
        return exported(instance).get(field.column_name, "")


def exported(customer: Customer) -> dict[str, str]:
    """``customer`` as a row of a billing export, with the contact points of today."""
    cells: dict[str, Any] = {name: getattr(customer, name, "") for name in COLUMNS}
    for point in customer.contact_points.all():
        if point.until is not None:
            continue
        if point.kind == ContactPoint.Kind.POST:
            cells.update({n: getattr(point, n) for n in ("line1", "line2", "city", "state")})
            cells.update(postcode=point.postcode, address_since=point.since)
        elif point.kind == ContactPoint.Kind.EMAIL:
            cells.update(email=point.value, email_since=point.since)
        else:
            cells["contact_number"] = point.value
    cells["services"] = "; ".join(_service(s) for s in customer.services.all())
    return {name: "" if value is None else str(value) for name, value in cells.items()}


def _service(service: Service) -> str:
    parts = [service.category, service.telephone_number, str(service.started_on)]
    return ":".join([*parts, str(service.ended_on)] if service.ended_on else parts)
