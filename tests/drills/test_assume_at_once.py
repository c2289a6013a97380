"""Several daily jobs at once, and customers who object meanwhile: real processes, one database."""

import os
import subprocess
import sys
from datetime import date

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import Customer, Run
from cpni import optouts
from cpni.models import Approval
from tests.benchmarks.assume_approvals import fill
from tests.factories.cpni import OptOutRequestFactory

CUSTOMERS, JOBS, OBJECTORS = 6_000, 3, 40


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_jobs_at_once_assume_each_approval_once_and_never_over_an_objection(reference_data):
    fill(CUSTOMERS)
    jobs = [start_job() for _ in range(JOBS)]
    objectors = list(Customer.objects.order_by("?")[:OBJECTORS])
    for customer in objectors:
        optouts.apply(
            OptOutRequestFactory(received_on=date(2026, 11, 4)),
            customer=customer,
            on=date(2026, 11, 4),
            by=None,
            because="Called while the job ran",
        )
    for job in jobs:
        assert job.wait(timeout=120) == 0
    assert Run.objects.filter(name="assume approvals", error="").count() == JOBS
    denied = Approval.objects.filter(customer__in=objectors)
    assert set(denied.values_list("state", flat=True)) == {"denied"}
    others = Approval.objects.exclude(customer__in=objectors)
    assert others.count() == (CUSTOMERS - OBJECTORS) * 3
    assert set(others.values_list("state", "version")) == {("assumed", 1)}
    written = Approval.history.filter(id__in=others.values("id"))
    assert written.count() == others.count()


def start_job():
    """A process of its own that runs the daily job on the test's database."""
    where = connection.settings_dict
    user, host = f"{where['USER']}:{where['PASSWORD']}", f"{where['HOST']}:{where['PORT'] or 5432}"
    url = f"postgres://{user}@{host}/{where['NAME']}"
    return subprocess.Popen(
        [sys.executable, "manage.py", "assume_approvals", "--as-of", "2026-11-04"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": url, "DATA_DIR": str(settings.DATA_DIR)},
        stdout=subprocess.DEVNULL,
    )
