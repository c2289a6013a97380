"""``assume_approvals`` and ``approval_status`` from the command line."""

import json
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.management import CommandError, call_command

from cpni.models import Approval
from tests.factories.accounts import CarrierFactory
from tests.factories.notices import DeliveryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery(reference_data):
    CarrierFactory()
    return DeliveryFactory(mailed_on=date(2026, 10, 1))


def run(capsys, *args):
    call_command(*args)
    return capsys.readouterr().out


# Denver is seven hours behind UTC once daylight-saving time has ended.
MINUTE_BEFORE_MIDNIGHT = datetime(2026, 11, 4, 6, 59, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 4, 7, 0, tzinfo=UTC)


def test_the_33rd_day_ends_at_midnight_in_the_carriers_time_zone(delivery, capsys):
    with time_machine.travel(MINUTE_BEFORE_MIDNIGHT, tick=False):
        assert "Assumed on 2026-11-03: 0" in run(capsys, "assume_approvals")
    with time_machine.travel(MIDNIGHT, tick=False):
        assert "Assumed on 2026-11-04: 3" in run(capsys, "assume_approvals")


def test_a_dry_run_looks_ahead_names_whom_and_writes_nothing(delivery, capsys):
    out = run(capsys, "assume_approvals", "--dry-run", "--as-of", "2026-11-04", "--json")
    answer = json.loads(out)
    assert answer["assumed"] == 3
    assert {row["account"] for row in answer["due"]} == {delivery.customer.account_number}
    assert not Approval.objects.exists()


@time_machine.travel(datetime(2026, 11, 1, 18, tzinfo=UTC), tick=False)
def test_a_day_that_has_not_come_is_refused_unless_it_is_a_dry_run(delivery):
    with pytest.raises(CommandError, match="has not come yet"):
        call_command("assume_approvals", "--as-of", "2026-11-04")


@time_machine.travel(MIDNIGHT, tick=False)
def test_approval_status_answers_for_every_use_that_needs_approval(delivery, capsys):
    run(capsys, "assume_approvals")
    out = run(capsys, "approval_status", delivery.customer.account_number)
    assert out.count("\nYes: ") == 3
    assert out.count("\nNo: ") == 3
    assert "no objection within the waiting period, which ended on November 3, 2026." in out


def test_approval_status_answers_for_a_past_day_in_json(delivery, capsys):
    out = run(
        capsys,
        "approval_status",
        delivery.customer.account_number,
        "--use=agents",
        "--on=2026-11-03",
        "--json",
    )
    (answer,) = json.loads(out)
    assert answer["allowed"] is False
    assert answer["reason"] == "window_open"
    assert answer["until"] == "2026-11-03"


def test_an_unknown_account_or_use_is_named(delivery):
    with pytest.raises(CommandError, match="There is no account X1"):
        call_command("approval_status", "X1")
    with pytest.raises(CommandError, match=r"no use selling\. Use one of: service, "):
        call_command("approval_status", delivery.customer.account_number, "--use=selling")
