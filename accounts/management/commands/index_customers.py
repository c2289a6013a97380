"""``manage.py index_customers``: what customers are found by, checked and made anew."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts import name_index
from accounts.models import ContactPoint, Customer


class Command(BaseCommand):
    """Make every customer findable by name and ZIP code."""

    help = (
        "Find customers whose name is not among the words they are searched by, and addresses"
        " without the index of their ZIP code, and make them anew. It may be stopped and run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="Change nothing; end with 1 if any is missing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        work = name_index.check if options["check"] else name_index.mend
        total = Customer.objects.count() + ContactPoint.objects.count()
        with tqdm(total=total, unit=" rows", disable=None) as bar:
            found = work(progress=bar.update)
        said = f"{found.names} names and {found.addresses} addresses"
        if not options["check"]:
            self.stdout.write(f"Made anew: {said}.")
        elif found.names or found.addresses:
            raise CommandError(f"Not found by the search: {said}. Run manage.py index_customers.")
        else:
            self.stdout.write("Every customer is found by name and ZIP code.")
