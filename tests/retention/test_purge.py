"""A purge: shown first, then done, and recorded; never more than was shown."""

import hashlib
import json
from datetime import UTC, date, datetime
from io import StringIO

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from accounts import signin_events
from accounts.models import ImportBatch, Look, LookShown, Run, SignInEvent
from cpni import optouts, purging
from cpni.models import Disclosure, OptOutRequest, Purge, RetentionPeriod
from notices.models import Campaign, Delivery, Use
from tests.factories.accounts import CustomerFactory, UserFactory
from tests.factories.cpni import IncidentFactory, LegalHoldFactory, OptOutRequestFactory
from tests.retention.conftest import purge

pytestmark = [pytest.mark.django_db]
LONG_AGO, LAST_YEAR = date(2026, 3, 1), date(2032, 1, 15)


def disclosed(customer, day):
    with time_machine.travel(datetime(day.year, day.month, day.day, 18, tzinfo=UTC), tick=False):
        return Disclosure.objects.create(
            customer=customer,
            use=Use.objects.first(),
            used_on=day,
            recipient="Marketing",
            what="Services",
            reason="assumed",
            recorded_at=datetime(day.year, day.month, day.day, 18, tzinfo=UTC),
        )


def rows_of(table):
    return Purge.objects.filter(table=table).values_list("rows", flat=True).first()


def test_it_shows_and_changes_nothing_unless_it_is_told_to(today):
    customer = CustomerFactory()
    disclosed(customer, LONG_AGO)
    disclosed(customer, LAST_YEAR)
    said = purge()
    assert "        1  Uses made of CPNI, from before 2028-03-01" in said
    assert "of 2026-03-01 to 2026-03-01" in said
    assert "stays: 1 open or within 60 months" in said
    assert "To purge: 1. Nothing was changed." in said
    assert Disclosure.objects.count() == 2
    assert not Purge.objects.exists()
    with pytest.raises(CommandError, match="needs a reason"):
        purge("--do")
    assert Disclosure.objects.count() == 2


def test_what_was_purged_is_recorded_with_who_why_and_a_digest(today):
    row = disclosed(CustomerFactory(), LONG_AGO)
    text = "".join(
        json.dumps(
            [
                model._meta.db_table,
                model.objects.filter(pk=pk).values(*sorted(names(model))).get(),
            ],
            cls=DjangoJSONEncoder,
            sort_keys=True,
        )
        + "\n"
        for model, pk in (
            (Disclosure.history.model, row.history.get().pk),
            (Disclosure, row.pk),
        )
    )
    purge("--do", "--because=Yearly purge, decided by the board")
    assert not Disclosure.objects.exists()
    assert not Disclosure.history.exists()
    record = Purge.objects.get()
    assert record.rows == record.history_rows == 1
    assert record.ranges == [[row.pk, row.pk, 1]]
    assert record.because == "Yearly purge, decided by the board"
    assert record.actor == "CPNI Desk"
    assert record.cut_off == date(2028, 3, 1)
    assert record.digest == hashlib.sha256(text.encode()).hexdigest()
    assert record.finished_at
    run = Run.objects.get(name="purge")
    assert run.counts == {"uses made of cpni": 1}


def names(model):
    return [field.attname for field in model._meta.concrete_fields]


def test_a_record_of_a_purge_is_never_purged(today):
    disclosed(CustomerFactory(), LONG_AGO)
    purge("--do", "--because=x")
    with time_machine.travel("2032-06-01T18:00Z"):  # each day until then is sealed first
        purge("--do", "--because=y")
    assert Purge.objects.filter(because="x").exists()


def test_nothing_is_purged_before_its_time(today):
    disclosed(CustomerFactory(), LAST_YEAR)
    assert "To purge: 1." in purge("--as-of=2040-01-01")
    with pytest.raises(CommandError, match="has not come yet"):
        purge("--as-of=2040-01-01", "--do", "--because=x")
    assert Disclosure.objects.exists()


def test_what_a_purge_frees_goes_with_the_next_one_so_that_it_does_what_was_shown(today, mailed):
    customer = CustomerFactory()
    for day in (date(2024, 6, 1), date(2026, 6, 1), date(2032, 6, 1)):
        mailed(customer, day)
    left = []
    for _ in range(3):
        shown = sum(line.removable for line in purging.plan(as_of=today))
        assert f"Purged: {shown}." in purge("--do", "--because=x")
        left.append((Delivery.objects.count(), Campaign.objects.count()))
    assert left == [(2, 3), (2, 2), (2, 2)]
    assert [d.mailed_on.year for d in Delivery.objects.order_by("pk")] == [2026, 2032]


def test_a_rejected_request_goes_with_its_scan_and_an_applied_one_never(
    today, django_capture_on_commit_callbacks
):
    rejected = OptOutRequestFactory(
        received_on=LONG_AGO, scan=ContentFile(b"%PDF", name="advert.pdf")
    )
    optouts.reject(rejected, by=None, because="An advertisement")
    applied = OptOutRequestFactory(
        received_on=LONG_AGO, scan=ContentFile(b"%PDF", name="choice.pdf")
    )
    optouts.apply(applied, customer=CustomerFactory(), on=LONG_AGO, by=None, because="x")
    waiting = OptOutRequestFactory(received_on=LONG_AGO)
    with django_capture_on_commit_callbacks(execute=True):
        purge("--do", "--because=x")
    assert set(OptOutRequest.objects.all()) == {applied, waiting}
    assert not default_storage.exists(rejected.scan.name)
    assert default_storage.exists(applied.scan.name)
    assert Purge.objects.get(kind="rejected_request").files == 1


def test_incidents_go_when_released_and_imports_and_runs_with_what_hangs_on_them(today):
    IncidentFactory(started_on=LONG_AGO, ended_on=LONG_AGO, released_on=LONG_AGO)
    unreleased = IncidentFactory(started_on=LONG_AGO, ended_on=LONG_AGO)
    batch = ImportBatch.objects.create(
        file_name="x.csv", started_at=datetime(2026, 3, 1, tzinfo=UTC)
    )
    batch.problems.create(row=2, field="name", message="It is empty.")
    for year in (2026, 2027):
        Run.objects.create(name="assume approvals", started_at=datetime(year, 3, 1, tzinfo=UTC))
    purge("--do", "--because=x")
    assert rows_of("cpni_incident") == 1
    assert unreleased.history.exists()
    assert not ImportBatch.objects.exists()
    # The last run of a job shows that it ran.
    assert [r.started_at.year for r in Run.objects.filter(name="assume approvals")] == [2027]


def test_earlier_states_of_a_customer_go_but_what_was_so_at_the_cut_off_is_known(today):
    with time_machine.travel("2026-03-01T18:00Z", tick=False):
        customer = CustomerFactory(name="First")
    for year in (2027, 2029):
        with time_machine.travel(f"{year}-03-01T18:00Z", tick=False):
            customer.name = f"Name of {year}"
            customer.save()
    purge("--do", "--because=x")
    assert [row.name for row in customer.history.all()] == ["Name of 2029", "Name of 2027"]


def test_in_chunks_and_again_after_it_was_killed(today, monkeypatch):
    monkeypatch.setattr(purging, "CHUNK", 2)
    customer = CustomerFactory()
    for _ in range(5):
        disclosed(customer, LONG_AGO)

    def killed(count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        purging.purge(as_of=today, today=today, by=None, because="x", progress=killed)
    first = Purge.objects.get()
    assert (first.rows, first.finished_at) == (2, None)
    assert Disclosure.objects.count() == 3
    purge("--do", "--because=y")
    second = Purge.objects.get(because="y")
    assert second.rows == 3
    assert [part[2] for part in second.ranges] == [2, 1]
    assert Run.objects.filter(name="purge", error="KeyboardInterrupt").exists()


def test_a_period_below_the_floor_counts_as_the_floor(today):
    RetentionPeriod.objects.update_or_create(kind="disclosure", defaults={"months": 1})
    disclosed(CustomerFactory(), date(2032, 6, 1))
    assert "Uses made of CPNI, from before 2032-03-01" in purge()
    purge("--do", "--because=x")
    assert Disclosure.objects.exists()


def looked(person, customer, at):
    look = Look.objects.create(
        at=at, by_id=person.pk, actor=str(person), what=Look.What.LISTED, screen="x", rows=1
    )
    LookShown.objects.create(look_id=look.pk, customer_id=customer.pk)
    return look


def test_looks_and_what_happened_at_the_door_go_when_their_time_has_passed(today):
    person = UserFactory()
    shown, held = CustomerFactory.create_batch(2)
    long_ago, today_at = datetime(2026, 3, 1, 18, tzinfo=UTC), timezone.now()
    looked(person, shown, long_ago)
    kept, recent = looked(person, held, long_ago), looked(person, shown, today_at)
    signin_events.record(SignInEvent.Kind.SIGNED_IN, user=person, at=long_ago)
    LegalHoldFactory(scope="customer", customer=held)
    with time_machine.travel("2033-03-02T18:00Z", tick=False):  # they are sealed by now
        purge("--do", "--because=x")
    assert set(Look.objects.values_list("pk", flat=True)) == {kept.pk, recent.pk}
    assert set(LookShown.objects.values_list("look_id", flat=True)) == {kept.pk, recent.pk}
    assert not SignInEvent.objects.exists()
    assert rows_of("accounts_look") == rows_of("accounts_signinevent") == 1
    call_command("verify_history", stdout=StringIO())
