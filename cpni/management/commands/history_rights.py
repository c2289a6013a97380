"""``manage.py history_rights``: can any user edit or delete consent history? Tried, not assumed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cpni.history_rights import prove


class Command(BaseCommand):
    """Prove that nobody can, or say who can; then it ends with an error."""

    help = "Prove that no user can edit or delete consent history. Changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        proof = prove(at=timezone.now())
        for table in proof.tables:
            self.stdout.write(
                f"{table.name}: {table.tried}; {', '.join(table.holders) or 'nobody'}"
            )
        self.stdout.write(f"Superusers: {', '.join(proof.superusers) or 'none'}")
        if proof.open:
            raise CommandError("Yes, or it cannot be ruled out:\n" + "\n".join(proof.open))
        self.stdout.write(f"No. {proof.refused} tables refused the removal of a row.")
