"""A first migration whose tables are made as they stand at its end.

Django makes one table after another, and before each it renders anew every model that relates to
the one before: with a hundred tables of one web of relations, seven of eight seconds of an
installation (and of each process of the tests) went there. Nothing of a first migration can be
there already, so it can go straight to its end.
"""

from typing import Any

from django.db import migrations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

IN_THE_TABLE = (
    migrations.AddField,
    migrations.AlterField,
    migrations.AddConstraint,
    migrations.AddIndex,
    migrations.AlterModelOptions,
    migrations.AlterUniqueTogether,
)


class TablesAtOnce(migrations.Migration):
    """Models are created with all that later operations of the same migration say of them."""

    def apply(
        self, project_state: ProjectState, schema_editor: Any, collect_sql: bool = False
    ) -> ProjectState:
        """Make the tables, and return ``project_state`` with their models."""
        before = project_state.clone()
        project_state.__dict__.pop("apps", None)  # rendered: every change would render it anew
        project_state.is_delayed = False  # or each migration of data after this renders all anew
        for operation in self.operations:
            operation.state_forwards(self.app_label, project_state)
        for operation in self.operations:
            if self.makes_something(operation):
                operation.database_forwards(self.app_label, schema_editor, before, project_state)
        return project_state

    @staticmethod
    def makes_something(operation: Operation) -> bool:
        """Whether ``operation`` makes a table. What else there is, is in the tables' own models."""
        if isinstance(operation, migrations.CreateModel):
            return True
        if isinstance(operation, IN_THE_TABLE):
            return False
        raise NotImplementedError(f"{operation} belongs in a migration of its own")
