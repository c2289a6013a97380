"""The main story: customers in, a notice out, 33 days, approval assumed or refused, each explained.

A real worker process sends over real SMTP. Afterwards only the clock moves.
"""

import csv
import json
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command

from accounts.models import Carrier, Customer
from config import roles
from cpni import optouts
from cpni.assuming import assume_due
from cpni.models import Approval, OptOutRequest
from notices import campaigns, letters, outcomes
from notices.models import Campaign, Delivery
from tests import running
from tests.factories.accounts import CarrierFactory
from tests.factories.notices import NoticeFactory
from tests.mailing import message_id

COLUMNS = (
    "account_number,name,active_since,line1,city,state,postcode,email,email_notices_since,"
    "email_notices_proof,services"
).split(",")


def billing_export(path):
    """Six customers, Ann to Fay. Four agreed to be noticed by e-mail; Fay has no address."""
    people = {"ann": 1, "ben": 1, "cleo": 1, "dan": 1, "eve": 0, "fay": 0}
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        for n, (name, by_email) in enumerate(people.items()):
            street = ["1 Elm Way", "Midvale", "UT", "84047"] if name != "fay" else [""] * 4
            consent = ["2024-05-01", f"Order {n}"] if by_email else ["", ""]
            email = f"{name}@mail.example" if by_email else ""
            service = f"local:801-555-010{n}:2021-03-04"
            out.writerow([name, name.title(), "2021-03-04", *street, email, *consent, service])
    return path


def answers(capsys, on):
    """May we market other services? The reasons by customer on that day, from the command line."""
    found = {}
    for account in Customer.objects.values_list("account_number", flat=True):
        call_command("approval_status", account, "--use=other-services", f"--on={on}", "--json")
        found[account] = json.loads(capsys.readouterr().out)[0]
    return found


def reasons(capsys, on):
    return {account: answer["reason"] for account, answer in answers(capsys, on).items()}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_notice_out_33_days_approval_assumed_or_refused(reference_data, staff, tmp_path, capsys):
    CarrierFactory()
    officer, supervisor, rep = (
        staff(r) for r in (roles.OFFICER, roles.SUPERVISOR, roles.REPRESENTATIVE)
    )
    today = Carrier.today()

    # A CSV of customers in.
    call_command("import_customers", str(billing_export(tmp_path / "export.csv")))
    assert "6 new" in capsys.readouterr().out

    # A campaign, approved by a second person, sent by a worker over SMTP.
    campaign = Campaign.objects.create(
        name="Notice", notice=NoticeFactory(), audience="active", author=officer
    )
    campaigns.approve(campaign, by=supervisor, because="Checked")
    campaigns.schedule(
        campaign, at=campaign.notice.approved_at, by=officer, because="As soon as possible"
    )
    with running.MailServer(tmp_path / "mail") as mail:
        env = running.environment(tmp_path / "worker", mail.port)
        with running.worker(env):
            running.call("notices.tasks.start_due_campaigns", env=env)
            running.wait_until(
                lambda: Delivery.objects.filter(channel="email", state="sent").count() == 4,
                "four e-mails were sent",
            )
        caught = {m["To"].addresses[0].addr_spec: m for m in mail.messages()}
    assert set(caught) == {f"{name}@mail.example" for name in ("ann", "ben", "cleo", "dan")}
    anns = Delivery.objects.get(customer__account_number="ann")
    assert caught["ann@mail.example"]["Message-ID"] == message_id(anns)
    assert caught["ann@mail.example"]["Reply-To"] == "cpni@wasatch.example"
    assert anns.reference in caught["ann@mail.example"].get_body(("plain",)).get_content()

    # Eve's letter is printed and handed to the post; nobody can reach Fay.
    campaign.refresh_from_db()
    batch = letters.make_batch(campaign, by=officer, because="Printing", at=campaign.started_at)
    letters.confirm_mailed(
        batch, on=today, proof="PS 3600", by=officer, because="Handed over", today=today
    )
    campaign.refresh_from_db()
    assert campaign.status == "finished"
    assert set(reasons(capsys, today).values()) == {"window_open", "undeliverable"}

    # Ben replies to the e-mail, Cleo's bounces, Dan telephones after the days are over.
    def objects(name, route, days):
        with time_machine.travel(campaign.started_at + timedelta(days=days), tick=False):
            request = optouts.receive(
                OptOutRequest(route=route, received_on=today + timedelta(days=days)),
                today=today + timedelta(days=days),
                at=campaign.started_at + timedelta(days=days),
                by=rep,
                because="Heard from the customer",
            )
            optouts.apply(
                request,
                customer=Customer.objects.get(account_number=name),
                on=today + timedelta(days=days),
                by=rep,
                because="The reference agrees",
            )

    objects("ben", "email", 10)
    outcomes.record(
        Delivery.objects.get(customer__account_number="cleo"),
        outcome="bounced",
        on=today + timedelta(days=1),
        by=officer,
        because="550 from her server",
    )

    # Day 33 still belongs to the customers; on day 34 the right ones are approved.
    day_33, day_34 = today + timedelta(days=33), today + timedelta(days=34)
    assert assume_due(on=day_33).assumed == 0
    assert reasons(capsys, day_33)["ann"] == "window_open"
    assume_due(on=day_34)
    objects("dan", "telephone", 40)
    assert reasons(capsys, day_34) == {
        "ann": "assumed",
        "ben": "opted_out",
        "cleo": "not_mailed",  # the letter that takes the place of her e-mail waits for the post
        "dan": "assumed",
        "eve": "assumed",
        "fay": "undeliverable",
    }
    later = answers(capsys, today + timedelta(days=40))
    assert later["dan"]["reason"] == "opted_out"
    assert [e["kind"] for e in later["eve"]["evidence"]] == [
        "delivery",
        "notice text",
        "approval",
    ]
    assert "PS 3600" in later["eve"]["evidence"][0]["says"]
    assert "250" in later["ann"]["evidence"][0]["says"]
    denied = Approval.history.filter(customer__account_number="dan", state="denied")
    assert {row.history_user for row in denied} == {rep}
