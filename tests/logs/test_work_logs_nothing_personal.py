"""Commands, tasks and sending with a known customer's data, failing or not, and then the logs."""

import json
from datetime import UTC, date, datetime
from functools import partial

import pytest
import time_machine
from celery import current_app, shared_task
from django.core.management import CommandError, call_command

from cpni.models import OptOutRequest
from notices import sending, tasks
from notices.models import Delivery
from notices.sending import Ended
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory
from tests.logs import planted
from tests.notices.conftest import sink  # noqa: F401  (a fixture)
from tests.running import free_port

HEADER = "account_number,name,active_since,email,telephone,line1,city,state,postcode\r\n"
GOOD = (
    f"N1,{planted.NAME},2021-03-04,{planted.EMAIL},{planted.TELEPHONE},"
    f"{planted.STREET},Midvale,UT,84047\r\n"
)
BAD = (
    f"{planted.ACCOUNT},{planted.NAME},{planted.TELEPHONE},{planted.NAME},{planted.EMAIL},"
    f",,,{planted.STREET}\r\n"
)


@pytest.fixture
def customer(reference_data):
    CarrierFactory()
    customer = CustomerFactory()
    planted.plant(customer)
    return customer


@pytest.fixture
def campaign(customer):
    """A running campaign that has a notice to send to the known customer."""
    campaign = CampaignFactory(running=True)
    DeliveryFactory(campaign=campaign, customer=customer, channel="email", state="queued")
    return campaign


def nothing_in(lines, capsys, *more):
    assert planted.traces("\n".join([lines.text, *capsys.readouterr(), *more])) == []


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [GOOD, BAD, GOOD + BAD])
@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_an_import_by_command(customer, rows, options, tmp_path, lines, capsys):
    file = tmp_path / "billing.csv"
    file.write_text(HEADER + rows)
    call_command("import_customers", str(file), *options)
    nothing_in(lines, capsys)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arguments",
    [
        ("assume_approvals",),
        ("approval_status", planted.ACCOUNT),
        ("unusual_looks",),
        ("seal_history",),
        ("verify_history",),
        ("rotate_keys", "--check"),
        ("purge",),
    ],
    ids=lambda arguments: arguments[0],
)
@time_machine.travel("2026-11-23T18:00Z", tick=False)
def test_a_command(customer, arguments, lines, capsys):
    DeliveryFactory(customer=customer, mailed_on=date(2026, 10, 1))
    OptOutRequest.objects.create(
        received_on=date(2026, 10, 20), entered_at=datetime(2026, 10, 20, 16, tzinfo=UTC)
    )
    try:
        call_command(*arguments)
    except (CommandError, SystemExit) as error:
        assert planted.traces(str(error)) == []
    said = capsys.readouterr()
    # Whoever asks about an account is told about that account, by its number.
    text = (said.out + said.err).replace(planted.ACCOUNT, "the account")
    assert planted.traces(text) == []
    assert planted.traces(lines.text) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("RCPT", f"550 5.1.1 <{planted.EMAIL}>: {planted.NAME} is unknown"),
        ("RCPT", f"451 4.2.0 {planted.EMAIL} is full, {planted.NAME}"),
        ("DONE", f"554 5.6.0 {planted.SPOKEN} {planted.EMAIL}"),
        ("MAIL", f"550 5.7.1 {planted.NAME}"),
        ("DONE", "drop"),
        ("CONNECT", f"554 5.3.0 {planted.NAME}"),
        ("", ""),
    ],
)
def test_sending_to_a_relay_that_answers_with_it(sink, campaign, command, answer, lines, capsys):  # noqa: F811
    if command:
        sink.answers[command, "*"] = answer
    tasks.send_campaign.apply((campaign.pk,))
    assert bool(sink.accepted) == (answer in ("", "drop"))
    nothing_in(lines, capsys)


@pytest.mark.django_db(transaction=True)
def test_sending_to_a_relay_that_is_down(sink, campaign, settings, lines, capsys):  # noqa: F811
    settings.EMAIL_PORT = free_port()
    assert sending.send(campaign.pk).ended is Ended.RELAY
    assert lines.of("notices.sending")
    nothing_in(lines, capsys)


@pytest.mark.django_db(transaction=True)
def test_a_fault_of_ours_while_sending(sink, campaign, monkeypatch, lines, capsys):  # noqa: F811
    def compose(self, job, at):
        raise ValueError(f"{job.name} <{job.address}>")

    monkeypatch.setattr(sending.Prepared, "compose", compose)
    result = tasks.send_campaign.apply((campaign.pk,))
    assert result.state == "FAILURE"
    (line,) = lines.of("notices.sender")
    delivery = Delivery.objects.get(campaign=campaign)
    assert line["message"] == f"Delivery {delivery.pk} could not be sent: ValueError"
    assert "in compose" in line["exception"]
    nothing_in(lines, capsys)


@shared_task(name="tests.fails")
def fails(customer_id):
    raise RuntimeError(f"{planted.NAME} <{planted.EMAIL}>") from ValueError(planted.STREET)


def test_a_task_that_fails(lines, capsys):
    fails.apply((7,))
    assert "RuntimeError" in lines.text
    nothing_in(lines, capsys)


@pytest.mark.django_db(transaction=True)
def test_what_lies_in_the_queue_holds_ids_only(campaign, lines, capsys, monkeypatch):
    sent = []

    def keep(task, args=None, kwargs=None, **options):
        sent.append(json.dumps([task.name, args, kwargs]))

    for task in current_app.tasks.values():
        monkeypatch.setattr(task, "apply_async", partial(keep, task))
    with time_machine.travel("2026-11-23T18:00Z", tick=False):
        tasks.start_due_campaigns()
    assert sent
    assert sent == [json.dumps(["notices.tasks.send_campaign", [campaign.pk], None])]
    nothing_in(lines, capsys, *sent)
