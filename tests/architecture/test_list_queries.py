"""Every list of the admin costs a pinned number of queries, however many rows it shows.

When a number here goes up, a list has become slower; when the two sizes differ, it has an N+1.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import looks
from accounts.changes import note
from accounts.models import (
    ContactOptOut,
    CustomerList,
    ImportBatch,
    LockRelease,
    Look,
    SignInEvent,
    UnusualLook,
)
from config import roles
from cpni import optouts
from cpni.assuming import assume_due
from cpni.models import AudienceFile, Difference, Disclosure, HistoryPurge, Reconciliation, Seal
from cpni.sealing import seal_due
from notices.change_notices import queue
from notices.models import AutomaticNotice, PolicyBinding, Use
from tests.factories.accounts import (
    AcknowledgementFactory,
    AuthenticationTryFactory,
    AuthorisedUserFactory,
    BusinessExemptionFactory,
    CallFactory,
    CarrierFactory,
    SanctionFactory,
    UserFactory,
)
from tests.factories.api import WebhookSubscriptionFactory, make_key
from tests.factories.cpni import (
    AnnualCertificateFactory,
    BreachFactory,
    BrokerActionFactory,
    CalendarFeedFactory,
    CallingListFactory,
    ComplaintFactory,
    InboundMessageFactory,
    IncidentFactory,
    IncidentLetterFactory,
    LateFindingFactory,
    LeftOutFactory,
    LegalHoldFactory,
    MarketingCampaignFactory,
    OptOutRequestFactory,
    ProbeFactory,
    PurgeFactory,
    RecipientFactory,
    RequestedDisclosureFactory,
    ScriptFactory,
    ScriptReadingFactory,
    StepTakenFactory,
    VerificationFactory,
)
from tests.factories.notices import (
    CampaignFactory,
    DeliveryFactory,
    MailingStatementFactory,
    NoticeFactory,
    TelephoneTaskFactory,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 10, 1, tzinfo=UTC)

QUERIES = {
    "accounts_authoriseduser": 12,
    "accounts_authenticationtry": 12,
    "accounts_businessexemption": 12,
    "accounts_call": 12,
    "accounts_customer": 27,
    "accounts_contactoptout": 12,
    "accounts_customerlist": 7,
    "accounts_importbatch": 9,
    "accounts_lockrelease": 12,
    "accounts_look": 13,
    "accounts_trainingtext": 7,
    "accounts_acknowledgement": 7,
    "accounts_sanction": 7,
    "accounts_unusuallook": 7,
    "accounts_run": 7,
    "accounts_signinevent": 7,
    "accounts_accountchange": 13,
    "accounts_user": 10,
    "notices_use": 7,
    "notices_policyversion": 8,
    "notices_policybinding": 13,
    "notices_notice": 9,
    "notices_automaticnotice": 9,
    "notices_campaign": 10,
    "notices_delivery": 13,
    "notices_telephonetask": 12,
    "notices_postbatch": 8,
    "notices_mailingstatement": 7,
    "cpni_optoutrequest": 13,
    "cpni_inboundmessage": 13,
    "cpni_apikey": 7,
    "cpni_webhooksubscription": 7,
    "cpni_approval": 13,
    "cpni_disclosure": 14,
    "cpni_marketingcampaign": 8,
    "cpni_leftout": 12,
    "cpni_callinglist": 8,
    "cpni_requesteddisclosure": 12,
    "cpni_latefinding": 12,
    "cpni_audiencefile": 7,
    "cpni_recipient": 7,
    "cpni_verification": 12,
    "cpni_incident": 8,
    "cpni_incidentletter": 7,
    "cpni_breach": 8,
    "cpni_steptaken": 7,
    "cpni_calendarfeed": 7,
    "cpni_probe": 7,
    "cpni_complaint": 12,
    "cpni_annualcertificate": 7,
    "cpni_brokeraction": 7,
    "cpni_script": 7,
    "cpni_scriptreading": 12,
    "cpni_reconciliation": 7,
    "cpni_difference": 13,
    "cpni_seal": 9,
    "cpni_historypurge": 7,
    "cpni_retentionperiod": 7,
    "cpni_legalhold": 7,
    "cpni_purge": 7,
}


def more_records(number):
    """So many more rows in every list."""
    for n in range(number):
        delivery = DeliveryFactory()
        customer = delivery.customer
        request = OptOutRequestFactory()
        OptOutRequestFactory()
        AuthorisedUserFactory(customer=customer)
        make_key()
        WebhookSubscriptionFactory()
        BusinessExemptionFactory()
        AuthenticationTryFactory(call=CallFactory(customer=customer))
        LockRelease.objects.create(customer=customer, by=UserFactory(), at=AT, because="x")
        optouts.apply(request, customer=customer, on=date(2026, 11, 4), by=None, because="x")
        DeliveryFactory(campaign=delivery.campaign)
        assume_due(on=date(2026, 11, 4))
        CustomerList.objects.create(name=f"List {customer.pk}-{n}")
        ImportBatch.objects.create(file_name="x.csv", started_at=AT)
        compared = Reconciliation.objects.create(file_name="x.csv", started_at=AT)
        Difference.objects.create(
            reconciliation=compared, kind="missing_there", customer=customer, line=None
        )
        SignInEvent.objects.create(kind="signed_in", at=AT, user=UserFactory(), by=UserFactory())
        PolicyBinding.objects.create(
            customer=customer,
            policy_version=delivery.campaign.notice.policy_version,
            since=date(2026, 11, 4),
            delivery=delivery,
        )
        TelephoneTaskFactory(customer=customer)
        notice = NoticeFactory(finish__languages=("en", "es"))
        AutomaticNotice.objects.create(kind="new", notice=notice)
        CampaignFactory()
        MailingStatementFactory(batch__campaign=delivery.campaign)
        Disclosure.objects.create(
            customer=customer,
            use=Use.objects.first(),
            used_on=date(2026, 11, 5),
            recipient="Marketing",
            what="Services",
            reason="assumed",
            recorded_at=AT,
        )
        note(customer, "password", at=AT, on=date(2026, 10, 5), route="call", by=UserFactory())
        queue(at=AT, message_domain="wasatch.example")
        InboundMessageFactory(customer=customer, delivery=delivery).candidates.add(customer)
        MarketingCampaignFactory()
        LeftOutFactory()
        CallingListFactory()
        RequestedDisclosureFactory()
        LateFindingFactory()
        IncidentFactory()
        AudienceFile.objects.create(
            use=Use.objects.first(), on=AT.date(), because="x", asked_at=AT, asked_by=UserFactory()
        )
        RecipientFactory()
        VerificationFactory()
        IncidentLetterFactory()
        StepTakenFactory(breach=BreachFactory(), incident=None)
        CalendarFeedFactory()
        ProbeFactory()
        ComplaintFactory(customer=customer)
        AcknowledgementFactory()
        SanctionFactory()
        AnnualCertificateFactory()
        BrokerActionFactory()
        ScriptFactory()
        ScriptReadingFactory()
        ContactOptOut.objects.create(customer=customer, channel="text", since=date(2026, 11, 4))
        seal_due(at=AT + timedelta(days=Seal.objects.count()))
        HistoryPurge.objects.create(at=AT, actor="x", because="Five years")
        LegalHoldFactory(scope="customer", customer=customer)
        PurgeFactory()
        for customers in ([customer.pk], [customer.pk, request.pk]):
            looks.record(
                by=UserFactory(),
                at=AT,
                what=Look.What.LISTED,
                screen="accounts_customer_changelist",
                customers=customers,
            )
        UnusualLook.objects.create(
            person=UserFactory(), day=date(2026, 10, 1), rule="many", count=9, limit=1, says="9"
        )


def count(client, name):
    client.get(reverse(f"admin:{name}_changelist"))  # sessions, content types: once for all
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200
    return len(queries)


@pytest.fixture
def officer(reference_data, client_of):
    CarrierFactory()
    more_records(2)
    return client_of(roles.OFFICER)


def test_every_list_costs_the_pinned_number_of_queries_with_few_rows_and_with_many(officer):
    few = {name: count(officer, name) for name in QUERIES}
    more_records(4)
    many = {name: count(officer, name) for name in QUERIES}
    assert few == many
    assert many == QUERIES


def test_the_customer_page_costs_a_pinned_number_of_queries(officer):
    customer = DeliveryFactory().customer
    for year in (2019, 2021, 2023):
        DeliveryFactory(customer=customer, mailed_on=date(year, 10, 1))
    address = reverse("admin:accounts_customer_change", args=[customer.pk])
    officer.get(address)
    with CaptureQueriesContext(connection) as queries:
        officer.get(address)
    assert len(queries) <= 36


def test_the_home_page_costs_a_pinned_number_of_queries(officer):
    officer.get(reverse("admin:index"))  # the session begins: once
    with CaptureQueriesContext(connection) as queries:
        officer.get(reverse("admin:index"))
    assert len(queries) <= 26
