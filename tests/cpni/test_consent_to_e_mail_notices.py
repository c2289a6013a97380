"""A notice that went by e-mail without consent to that is no notice (64.2008(d)(3)(i))."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.urls import reverse

from accounts import customers
from config import roles
from cpni import gaps, late_findings
from cpni.assuming import assume_due
from cpni.decisions import decide
from cpni.models import Approval, LateFinding
from cpni.reasons import Verdict
from notices import audience, consent
from notices.models import Delivery, Use
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.cpni import DisclosureFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
TODAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 18, tzinfo=UTC)
MAILED = date(2026, 10, 1)
LATER = date(2026, 11, 10)


@pytest.fixture
def customer(time_machine):
    """E-mailed a notice with consent, and silent: the uses are approved since November 4."""
    CarrierFactory()
    time_machine.move_to(AT, tick=False)
    customer = CustomerFactory(by_email=True)
    DeliveryFactory(customer=customer, channel="email", mailed_on=MAILED)
    assume_due(on=date(2026, 11, 4))
    assert answer(customer).allowed
    return customer


def answer(customer, code="other-services"):
    customer.refresh_from_db()
    return decide(customer, Use.objects.get(code=code), on=TODAY)


def correct(customer):
    """The officer finds that the consent was given later than the record said."""
    customers.record_email_consent(
        customer, on=LATER, proof="Signed form, folder 3", by=None, because="Typed wrongly"
    )


def test_a_corrected_day_of_consent_takes_back_what_was_assumed(customer):
    correct(customer)
    decision = answer(customer)
    assert (decision.verdict, decision.code) == (Verdict.GAP, "no_consent")
    assert "October 1, 2026" in decision.sentence
    report = assume_due(on=TODAY)
    assert report.left_alone == {"no_consent": 3}
    assert set(Approval.objects.values_list("state", flat=True)) == {"ended"}
    assert "e-mailed without consent" in Approval.objects.first().because


def test_and_comes_back_when_the_consent_was_in_time_after_all(customer):
    correct(customer)
    assume_due(on=TODAY)
    customers.record_email_consent(customer, on=MAILED, proof="Form 2", by=None, because="Found")
    assume_due(on=TODAY)
    assert answer(customer).allowed


def test_what_was_used_meanwhile_is_found(customer):
    DisclosureFactory(customer=customer, used_on=date(2026, 11, 12))
    correct(customer)
    late_findings.run(at=AT)
    assert LateFinding.objects.get().reason == "no_consent"


def test_they_are_to_be_noticed_and_their_time_to_object_does_not_run(customer):
    assert customer in gaps.noticed(on=TODAY)
    correct(customer)
    for reached in (gaps.noticed, gaps.window_open, gaps.overdue, gaps.due_soon, gaps.held):
        assert customer not in reached(on=TODAY)
    assert customer in gaps.without_consent(on=TODAY)
    assert customer in gaps.never_reached(on=TODAY)
    assert customer in audience.customers(CampaignFactory(audience="never_noticed"), on=TODAY)


def test_the_officer_corrects_the_day_and_the_lists_say_it(customer, client_of):
    client = client_of(roles.OFFICER)
    act = reverse("admin:accounts_customer_record_consent", args=[customer.pk])
    said = {"on": LATER.isoformat(), "proof": "Form 3", "because": "Typed wrongly"}
    assert client.post(act, said).status_code == 302
    listed = client.get(reverse("admin:accounts_customer_changelist"), {"cpni": "no_consent"})
    assert [row.pk for row in listed.context["cl"].result_list] == [customer.pk]
    assert "E-mailed without consent" in listed.content.decode()


@pytest.mark.parametrize("since", [None, date(2026, 9, 30), MAILED, date(2026, 10, 2)])
@pytest.mark.parametrize("withdrawn_on", [None, date(2026, 9, 30), MAILED, date(2026, 10, 2)])
def test_the_rule_is_the_same_in_its_three_forms(since, withdrawn_on):
    customer = CustomerFactory(
        email=True,
        email_notices_since=since,
        email_notices_proof="Form 2",
        email_notices_withdrawn_on=withdrawn_on,
    )
    letter = DeliveryFactory(customer=customer, mailed_on=MAILED)
    mail = DeliveryFactory(customer=customer, mailed_on=MAILED, channel="email")
    waits = DeliveryFactory(customer=customer, state="queued", channel="email")
    one_by_one = {d.pk for d in (letter, mail, waits) if consent.counts(d, customer)}
    assert {letter.pk, waits.pk} <= one_by_one
    by_orm = set(Delivery.objects.filter(consent.COUNTS).values_list("pk", flat=True))
    rest = set(Delivery.objects.filter(~consent.COUNTS).values_list("pk", flat=True))
    by_sql_of_ours = f"c.id = d.customer_id WHERE NOT {consent.lacking('d', 'c')}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT d.id FROM notices_delivery d JOIN accounts_customer c ON {by_sql_of_ours}"  # noqa: S608
        )
        by_sql = {row[0] for row in cursor.fetchall()}
    assert one_by_one == by_orm == by_sql
    assert rest == {letter.pk, mail.pk, waits.pk} - one_by_one
