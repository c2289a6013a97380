"""What no role may do to the records of the admin, and what a few roles may.

Which pages open for whom is walked in ``test_every_url_by_role``.
"""

from datetime import UTC, date, datetime

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts import looks
from accounts.changes import note
from accounts.models import (
    ContactOptOut,
    CustomerList,
    ImportBatch,
    LockRelease,
    Look,
    Run,
    SignInEvent,
    UnusualLook,
)
from cpni.assuming import assume_due
from cpni.models import Approval, AudienceFile, Difference, Disclosure, HistoryPurge, Reconciliation
from cpni.sealing import seal_due
from notices.models import AutomaticNotice, PolicyBinding, PostBatch, Use
from tests.architecture.access import ACCESS, LETTERS
from tests.factories.accounts import (
    AcknowledgementFactory,
    AuthenticationTryFactory,
    AuthorisedUserFactory,
    BusinessExemptionFactory,
    CallFactory,
    CarrierFactory,
    SanctionFactory,
    TrainingTextFactory,
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
    RetentionPeriodFactory,
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
    PolicyFactory,
    TelephoneTaskFactory,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 10, 1, tzinfo=UTC)


def history_rows():
    """How many rows each history table has."""
    models = [m for m in admin.site._registry if hasattr(m, "history")]
    return {m.__name__: m.history.count() for m in models}


@pytest.fixture
def records(reference_data):
    """One of everything; what has drafts is a draft."""
    delivery = DeliveryFactory()
    assume_due(on=date(2026, 11, 4))
    change = note(delivery.customer, "password", at=AT, on=AT.date(), route="call", by=None)
    reconciliation = Reconciliation.objects.create(file_name="x.csv", started_at=AT)
    return {
        "cpni.reconciliation": reconciliation,
        "cpni.difference": Difference.objects.create(
            reconciliation=reconciliation, kind="missing_there", customer=delivery.customer
        ),
        "accounts.authoriseduser": AuthorisedUserFactory(),
        "accounts.authenticationtry": AuthenticationTryFactory(),
        "accounts.businessexemption": BusinessExemptionFactory(),
        "accounts.call": CallFactory(),
        "accounts.accountchange": change,
        "accounts.carrier": CarrierFactory(),
        "accounts.customer": delivery.customer,
        "accounts.contactoptout": ContactOptOut.objects.create(
            customer=delivery.customer, channel="email", since=date(2026, 11, 4)
        ),
        "accounts.customerlist": CustomerList.objects.create(name="Friends"),
        "accounts.importbatch": ImportBatch.objects.create(file_name="x.csv", started_at=AT),
        "accounts.lockrelease": LockRelease.objects.create(
            customer=delivery.customer, by=UserFactory(), at=AT, because="x"
        ),
        "accounts.look": looks.record(
            by=UserFactory(),
            at=AT,
            what=Look.What.OPENED,
            screen="accounts_customer_change",
            customers=[delivery.customer_id],
        ),
        "accounts.unusuallook": UnusualLook.objects.create(
            person=UserFactory(), day=date(2026, 10, 1), rule="many", count=9, limit=1, says="9"
        ),
        "accounts.run": Run.objects.first(),
        "accounts.signinevent": SignInEvent.objects.create(kind="failed", at=AT),
        "accounts.trainingtext": TrainingTextFactory(status="draft"),
        "accounts.acknowledgement": AcknowledgementFactory(),
        "accounts.sanction": SanctionFactory(),
        "accounts.user": UserFactory(),
        "notices.use": Use.objects.first(),
        "notices.policyversion": PolicyFactory(status="draft"),
        "notices.policybinding": PolicyBinding.objects.create(
            customer=delivery.customer,
            policy_version=delivery.campaign.notice.policy_version,
            since=date(2026, 11, 4),
        ),
        "notices.notice": NoticeFactory(finish__draft=True),
        "notices.automaticnotice": AutomaticNotice.objects.create(
            kind="new", notice=NoticeFactory()
        ),
        "notices.campaign": CampaignFactory(),
        "notices.delivery": delivery,
        "notices.telephonetask": TelephoneTaskFactory(),
        "notices.postbatch": PostBatch.objects.create(campaign=delivery.campaign, created_at=AT),
        "notices.mailingstatement": MailingStatementFactory(batch__campaign=delivery.campaign),
        "cpni.optoutrequest": OptOutRequestFactory(),
        "cpni.inboundmessage": InboundMessageFactory(customer=delivery.customer),
        "cpni.approval": Approval.objects.first(),
        "cpni.disclosure": Disclosure.objects.create(
            customer=delivery.customer,
            use=Use.objects.first(),
            used_on=date(2026, 11, 5),
            recipient="Marketing",
            what="Services",
            reason="assumed",
            recorded_at=AT,
        ),
        "cpni.marketingcampaign": MarketingCampaignFactory(),
        "cpni.leftout": LeftOutFactory(),
        "cpni.callinglist": CallingListFactory(),
        "cpni.requesteddisclosure": RequestedDisclosureFactory(by_customer=True),
        "cpni.latefinding": LateFindingFactory(),
        "cpni.audiencefile": AudienceFile.objects.create(
            use=Use.objects.first(), on=date(2026, 11, 23), because="x", asked_at=AT, marked_at=AT
        ),
        "cpni.recipient": RecipientFactory(),
        "cpni.verification": VerificationFactory(customer=delivery.customer),
        "cpni.apikey": make_key().key,
        "cpni.webhooksubscription": WebhookSubscriptionFactory(),
        "cpni.incident": IncidentFactory(),
        "cpni.incidentletter": IncidentLetterFactory(),
        "cpni.breach": BreachFactory(),
        "cpni.steptaken": StepTakenFactory(),
        "cpni.calendarfeed": CalendarFeedFactory(),
        "cpni.probe": ProbeFactory(failed=True),
        "cpni.complaint": ComplaintFactory(customer=delivery.customer),
        "cpni.annualcertificate": AnnualCertificateFactory(),
        "cpni.brokeraction": BrokerActionFactory(),
        "cpni.script": ScriptFactory(),
        "cpni.scriptreading": ScriptReadingFactory(),
        "cpni.seal": seal_due(at=AT)[0],
        "cpni.historypurge": HistoryPurge.objects.create(at=AT, actor="x", because="Five years"),
        "cpni.retentionperiod": RetentionPeriodFactory(),
        "cpni.legalhold": LegalHoldFactory(),
        "cpni.purge": PurgeFactory(),
    }


def address(name, page, *args):
    app, model = name.split(".")
    return reverse(f"admin:{app}_{model}_{page}", args=args)


def test_the_table_names_every_record_of_the_admin():
    registered = {f"{m._meta.app_label}.{m._meta.model_name}" for m in admin.site._registry}
    assert registered == set(ACCESS)


def test_nobody_deletes_anything_or_edits_history_not_even_a_superuser(records):
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    for name, record in records.items():
        assert client.post(address(name, "delete", record.pk), {"post": "yes"}).status_code == 403
        if not hasattr(record, "history") or not record.history.exists():
            continue
        version = record.history.first().history_id
        url = address(name, "simple_history", record.pk, version)
        rows = record.history.count()
        assert client.get(url).status_code == 200
        assert client.post(url, {"name": "x", "because": "y"}).status_code in (403, 405)
        assert record.history.count() == rows


@pytest.mark.parametrize("letter", ["A", "M"])
def test_whoever_may_only_look_cannot_save_through_the_history_form(letter, records, client_of):
    customer = records["accounts.customer"]
    url = address(
        "accounts.customer", "simple_history", customer.pk, customer.history.first().history_id
    )
    answer = client_of(LETTERS[letter]).post(url, {"name": "Changed", "because": "x"})
    assert answer.status_code in (403, 405)
    customer.refresh_from_db()
    assert customer.name != "Changed"


@pytest.mark.parametrize(
    ("letter", "imports", "exports"),
    [("R", 403, 403), ("S", 403, 403), ("M", 403, 403), ("O", 200, 200), ("A", 403, 200)],
)
def test_imports_and_exports_are_permissions_of_their_own(
    letter, imports, exports, records, client_of
):
    client = client_of(LETTERS[letter])
    assert client.get(address("accounts.customer", "import")).status_code == imports
    assert client.get(address("accounts.customer", "export")).status_code == exports


def test_every_act_asks_for_a_permission_and_changes_nothing_on_get(records):
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    before = history_rows()
    permissions = Permission.objects.select_related("content_type")
    known = {f"{one.content_type.app_label}.{one.codename}" for one in permissions}
    found = 0
    for model, model_admin in admin.site._registry.items():
        names = model_admin._extract_action_names(getattr(model_admin, "actions_detail", ()) or ())
        for name in names:
            act = getattr(model_admin, name)
            assert act.allowed_permissions, f"{model.__name__}.{name}"
            assert set(act.allowed_permissions) <= known, f"{model.__name__}.{name}"
            record = f"{model._meta.app_label}.{model._meta.model_name}"
            page = (
                f"{address(record, 'change', records[record].pk)[: -len('change/')]}{act.url_path}"
            )
            assert client.get(page, follow=True).status_code == 200, page
            found += 1
    assert found >= 20
    assert history_rows() == before


def test_a_hostile_name_is_shown_and_not_run(records, client_of):
    customer = records["accounts.customer"]
    customer.name = "<script>alert(1)</script>"
    customer.save()
    client = client_of(LETTERS["O"])
    for url in (
        address("accounts.customer", "changelist"),
        address("accounts.customer", "change", customer.pk),
        address("accounts.customer", "history", customer.pk),
        address("notices.delivery", "changelist"),
        address("cpni.approval", "changelist"),
    ):
        body = client.get(url).content.decode()
        assert "<script>alert(1)" not in body, url
