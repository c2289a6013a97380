"""The share of a customer page's time, and of a full list's, that recording the look takes.

The limit is the page itself, in the same run: at most 0.05 of a customer page. A list of fifty
writes fifty more rows, in one statement; its share is printed too.
"""

import os
import statistics
import sys
import time
from datetime import date

from tests.benchmarks import scratch

REQUIRED = 0.05


def main(pages: int = 150) -> None:
    """Print what recording costs of each page."""
    os.environ["REQUESTS_PER_MINUTE"] = "1000000"  # no person asks for so many
    scratch.make("looks")
    from django.contrib.auth.models import Group
    from django.test import Client
    from django.urls import reverse

    from accounts import looks
    from accounts.models import Look
    from config import roles
    from cpni.assuming import assume_due
    from tests.factories.accounts import CarrierFactory, UserFactory
    from tests.factories.notices import CampaignFactory, DeliveryFactory

    CarrierFactory()
    campaign = CampaignFactory(running=True)
    deliveries = [DeliveryFactory(campaign=campaign) for _ in range(60)]
    assume_due(on=date(2026, 11, 4))
    rep = UserFactory()
    rep.groups.add(Group.objects.get(name=roles.REPRESENTATIVE))
    client = Client(headers={"host": "localhost"})
    client.force_login(rep)

    real, spent = looks.settle, []

    def timed(*args: object, **kwargs: object) -> None:
        start = time.perf_counter()
        real(*args, **kwargs)  # type: ignore[arg-type]
        spent.append(time.perf_counter() - start)

    looks.settle = timed
    customer = deliveries[0].customer
    for name, address in (
        ("customer page", reverse("admin:accounts_customer_change", args=[customer.pk])),
        ("list of 50", reverse("admin:accounts_customer_changelist")),
    ):
        for _ in range(10):  # templates, permissions, plans: once for all
            assert client.get(address).status_code == 200
        spent.clear()
        before = Look.objects.count()
        whole = [scratch.seconds(lambda: client.get(address)) for _ in range(pages)]  # noqa: B023
        assert Look.objects.count() == before + pages
        took, page = statistics.median(spent), statistics.median(whole)
        scratch.say(
            f"{name + ':':<15} {page * 1000:6.1f} ms, of which recording {took * 1000:5.2f} ms:"
            f" {took / page:.3f}"
            + (f" (required: at most {REQUIRED})" if name == "customer page" else "")
        )
    looks.settle = real


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 150)
