"""Lists are read page by page, and a mirror of the denials misses none."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from accounts.models import Look, LookShown
from cpni import changed_approvals, optouts
from cpni.models import ChangedApproval, OptOutRequest
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.api import AT
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory
from tests.running import database_url


def opt_out(customer):
    request = OptOutRequestFactory()
    optouts.apply(request, customer=customer, on=AT.date(), by=None, because="x")


def pages(system, path, limit):
    """Every page, from the beginning until there is no more."""
    cursor, found = "0", []
    while True:
        page = system.get(path, cursor=cursor, limit=limit).json()
        found.append(page)
        if not page["more"]:
            return found
        cursor = page["next"]


@pytest.mark.django_db
def test_a_campaigns_audience_is_read_by_pages_and_each_page_is_a_look(billing):
    campaign = CampaignFactory(running=True)
    sent = [DeliveryFactory(campaign=campaign) for _ in range(5)]
    DeliveryFactory()  # of another campaign
    found = pages(billing, f"campaigns/{campaign.pk}/audience", 2)
    assert [len(page["recipients"]) for page in found] == [2, 2, 1]
    rows = [row for page in found for row in page["recipients"]]
    assert [row["account"] for row in rows] == [d.customer.account_number for d in sent]
    assert rows[0]["state"] == "sent"
    assert rows[0]["mailed_on"] == "2026-10-01"
    looks = Look.objects.filter(screen="api:audience")
    shown = LookShown.objects.filter(look_id__in=looks.values("pk")).count()
    assert (looks.count(), shown) == (3, 4)  # the last page shows one, who is in the look itself
    assert billing.get("campaigns/987654/audience").status_code == 404


@pytest.mark.django_db
def test_whoever_does_each_change_to_their_own_copy_has_it_right(billing):
    customers = [CustomerFactory() for _ in range(3)]
    for customer in customers:
        opt_out(customer)
    mirror = {}
    first = pages(billing, "changes", 4)
    for page in first:
        mirror.update({(c["account"], c["use"]): c["state"] for c in page["changes"]})
    assert {account for account, _ in mirror} == {c.account_number for c in customers}
    assert set(mirror.values()) == {"denied"}
    request = OptOutRequest.objects.filter(customer=customers[0]).get()
    optouts.undo(request, on=AT.date(), by=None, because="Another customer")
    later = billing.get("changes", cursor=first[-1]["next"]).json()
    assert {c["state"] for c in later["changes"]} == {"ended"}
    assert {c["account"] for c in later["changes"]} == {customers[0].account_number}
    assert billing.get("changes", cursor=later["next"]).json()["next"] == later["next"]


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"cursor": "x"}, {"limit": 0}, {"limit": 1001}, {"curser": "5"}])
def test_a_cursor_or_a_limit_that_is_none_or_misspelt_is_refused(billing, wrong):
    assert billing.get("changes", **wrong).status_code == 422


@pytest.mark.django_db
def test_a_cursor_from_after_the_backup_that_was_restored_passes_over_nothing_in_silence(billing):
    opt_out(CustomerFactory())
    last = pages(billing, "changes", 1000)[-1]["next"]
    assert billing.get("changes", cursor=last).status_code == 200
    refused = billing.get("changes", cursor=int(last) + 1)
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["field"], "from the beginning" in error["message"]) == ("cursor", True)


def write_history(link, row, approval):
    """Another row of the approval's history, written and not committed."""
    columns = [c.name for c in approval.history.model._meta.get_fields() if c.name != "history_id"]
    names = [approval.history.model._meta.get_field(name).column for name in columns]
    quoted = ", ".join(names)
    link.execute(
        f"INSERT INTO cpni_historicalapproval (history_id, {quoted})"  # noqa: S608
        f" SELECT %s, {quoted} FROM cpni_historicalapproval WHERE id = %s LIMIT 1",
        [row, approval.pk],
    )


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_what_is_committed_late_is_missed_by_nobody_though_it_was_written_first(reference_data):
    CarrierFactory()
    customer = CustomerFactory()
    opt_out(customer)
    from cpni.models import Approval

    approval = Approval.objects.first()
    changed_approvals.list_new(at=AT)
    _, begin, _ = changed_approvals.page(0, most=1000)
    with psycopg.connect(database_url()) as early, psycopg.connect(database_url()) as late:
        first, second = (
            early.execute(
                "SELECT nextval(pg_get_serial_sequence('cpni_historicalapproval', 'history_id'))"
            ).fetchone()[0]
            for _ in range(2)
        )
        write_history(late, first, approval)
        write_history(early, second, approval)
        early.commit()
        assert changed_approvals.list_new(at=AT) == 1
        read, cursor, _ = changed_approvals.page(begin, most=1000)
        assert len(read) == 1
        # Hours without a run in between: what was open at the last one is still looked for.
        late.commit()
    assert changed_approvals.list_new(at=AT + timedelta(days=3)) == 1
    read, _, _ = changed_approvals.page(cursor, most=1000)
    assert len(read) == 1
    rows = ChangedApproval.objects.order_by("position").values_list("history_row", flat=True)
    assert list(rows)[-2:] == [second, first]


@pytest.mark.django_db
def test_what_was_looked_through_for_good_is_not_looked_through_again(clock, reference_data):
    for hours in (0, 1, 8):
        opt_out(CustomerFactory())
        assert changed_approvals.list_new(at=AT + timedelta(hours=hours)) > 0
    assert changed_approvals.list_new(at=AT + timedelta(hours=9)) == 0
    first_two = ChangedApproval.objects.filter(listed_at__lt=AT + timedelta(hours=2))
    assert changed_approvals._settled() == max(r.history_row for r in first_two)
    assert connection.vendor in ("sqlite", "postgresql")
