"""Tell the database's query planner about tables that have just been filled."""

from django.db import connection, models


def refresh_statistics(*tables: type[models.Model]) -> None:
    """Measure the tables anew, so that the next set-based statement is planned for their size.

    PostgreSQL does so by itself, but up to a minute later; until then it takes a table that an
    import has filled to be empty. Freezing 7,000 recipients was seen to take 5 seconds then, and
    0.1 after this.
    """
    names = ", ".join(connection.ops.quote_name(t._meta.db_table) for t in tables)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {names}")
