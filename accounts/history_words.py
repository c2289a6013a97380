"""What a change in a record's history was, in words."""

from typing import Any

from simple_history.template_utils import HistoricalRecordContextHelper
from unfold.utils import display_for_field

EMPTY = "–"


class Words(HistoricalRecordContextHelper):
    """Old and new values as people read them, not as the database keeps them."""

    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        """Choices by their labels, dates by name, nothing as a dash."""
        field = self.model._meta.get_field(change.field)
        value = super().prepare_delta_change_value(change, value)
        if field.is_relation or field.many_to_many:
            return EMPTY if value in (None, []) else value
        return display_for_field(value, self.record._meta.get_field(change.field), EMPTY)
