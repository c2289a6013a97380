"""Representatives who take the next policy-change call at once each get another customer."""

from collections import Counter

import pytest

from accounts.models import Call, User
from config import roles
from notices.models import TelephoneTask
from tests.factories.accounts import CarrierFactory
from tests.factories.notices import TelephoneTaskFactory
from tests.running import environment, kill, start

pytestmark = [pytest.mark.slow, pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

CLAIM = """
import os, uuid, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from datetime import UTC, datetime
from accounts import calls
from accounts.models import User
from notices import telephone_tasks
by = User.objects.get(pk={by})
at = datetime(2026, 11, 23, 18, tzinfo=UTC)
while call := telephone_tasks.call_next(by=by, at=at, on=at.date(), token=uuid.uuid4()):
    task = telephone_tasks.of_call(call)
    telephone_tasks.not_reached(
        task, call=call, outcome="no_answer", place=None, at=at, on=at.date(), by=by
    )
    calls.end(call, outcome="not_reached", by=by, at=at)
"""


def test_no_customer_is_called_by_two(tmp_path, reference_data, staff):
    CarrierFactory()
    TelephoneTaskFactory.create_batch(12)
    people: list[User] = [staff(roles.REPRESENTATIVE) for _ in range(4)]
    env = environment(tmp_path, 1)
    running = [start("-c", CLAIM.format(by=user.pk), env=env) for user in people]
    try:
        assert [process.wait(timeout=240) for process in running] == [0] * len(people)
    finally:
        for process in running:
            kill(process)
    assert Counter(Call.objects.values_list("customer", flat=True)).most_common(1)[0][1] == 1
    assert set(TelephoneTask.objects.values_list("attempts", flat=True)) == {1}
