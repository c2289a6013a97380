"""INSERT … SELECT from a Django queryset: many rows in one statement, nothing fetched."""

from typing import Any

from django.db import connection, models


def insert_from(
    model: type[models.Model], rows: "models.QuerySet[Any]", values: dict[str, Any]
) -> int:
    """Insert into ``model`` one row for each of ``rows``; rows that exist already are left alone.

    ``values`` maps field names to expressions over ``rows``. "Exists" is what the table's unique
    constraints say (ON CONFLICT DO NOTHING). Returns the number inserted.
    """
    # Annotations may not have the names of the queried model's own fields.
    named = {f"into_{name}": value for name, value in values.items()}
    selected = rows.order_by().annotate(**named).values_list(*named)
    sql, params = selected.query.get_compiler(connection=connection).as_sql()
    column_of = {field.name: field.column for field in model._meta.concrete_fields}
    columns = ", ".join(connection.ops.quote_name(str(column_of[name])) for name in values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({columns}) {sql} ON CONFLICT DO NOTHING", params
        )
        return cursor.rowcount
