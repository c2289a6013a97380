"""``manage.py seal_history``: seal the days that are over, and publish their lines."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import Refused
from cpni.models import Seal
from cpni.seal_lines import line_of
from cpni.sealing_job import seal_and_publish


class Command(BaseCommand):
    """Seal history by hand; the schedule does it every night."""

    help = (
        "Seal each UTC day that is over and has no seal, and publish the seals' lines as SEAL_EMAIL"
        " and SEAL_FILE say. Running it again does nothing more."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        last = Seal.objects.order_by("-number").values_list("number", flat=True).first() or 0
        try:
            run = seal_and_publish(at=timezone.now())
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        finally:
            for seal in Seal.objects.filter(number__gt=last).order_by("number"):
                self.stdout.write(line_of(seal))
        if run is None:
            self.stdout.write("Every day that is over is sealed and published already.")
