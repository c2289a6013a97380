"""Which records may be purged: their time has passed, nothing relies on them, no hold covers them.

What may go never changes an answer of ``cpni.decisions.decide`` for a day from the cut-off on. An
applied or unmatched request is never among it: an opt-out lasts until the customer revokes it
(64.2007(a)(2)). Kinds are taken in an order in which removing one frees none that is still to come,
so that a purge removes exactly what was shown; what it frees goes with the next one.
"""

from typing import Any

from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import (
    AccountChange,
    AuthenticationTry,
    AuthorisedUser,
    BusinessExemption,
    Call,
    Carrier,
    ContactPoint,
    Credential,
    Customer,
    ImportBatch,
    ImportProblem,
    LockRelease,
    Look,
    LookShown,
    OneTimeCode,
    Run,
    Service,
    SignInEvent,
)
from cpni import retention_kinds as kinds
from cpni.holds import Held
from cpni.models import (
    Approval,
    Complaint,
    Difference,
    Disclosure,
    InboundMessage,
    LateFinding,
    MarketingCampaign,
    OptOutRequest,
    Probe,
    Reconciliation,
    ScriptReading,
)
from cpni.retention import Conditions, Cut, Records
from cpni.retention_incidents import INCIDENTS, whatever_is_held
from cpni.retention_marketing import MARKETING
from cpni.retention_reliance import (
    ApprovalRow,
    deliveries,
    delivery_relied_on,
    exists,
    gone,
    ledger_relied_on,
    recorded_after,
)
from cpni.retention_staff import STAFF
from notices.models import (
    Campaign,
    ContentSignOff,
    Delivery,
    LetterFile,
    MailingStatement,
    Notice,
    NoticeText,
    PolicyBinding,
    PostBatch,
    TelephoneAttempt,
    TelephoneTask,
    Telling,
)
from notices.policies import in_force


def _earlier_states(model: Any, owner: str, **guard: Any) -> Records:
    """The history of living records of ``model``: what they were on the cut-off stays known."""
    row = model.history.model

    def relied_on(cut: Cut) -> Conditions:
        later = row.objects.filter(recorded_after(), id=OuterRef("id"), history_date__lt=cut.at)
        if model is Customer:
            # An earlier period of service is read from here.
            later = later.filter(
                Q(active_since__lte=cut.on) | Q(active_since__lte=OuterRef("active_since"))
            )
        return {"It shows what was so on a day since": ~exists(later)}

    return Records(
        kinds.CUSTOMERS,
        f"Earlier states of {model._meta.verbose_name_plural}",
        row,
        "history_date",
        due=lambda cut: row.objects.filter(history_date__lt=cut.at),
        relied_on=relied_on,
        under=lambda held: Q(**{f"{owner}__in": held.customers}),
    )


def _of_held_customers(held: Held) -> Q:
    return Q(customer__in=held.customers)


def _ended(model: Any, day: str, label: str) -> Records:
    """What held for a time: authority, a contract, a password, a code. What holds has no age."""
    timed = model._meta.get_field(day).get_internal_type() == "DateTimeField"

    def relied_on(cut: Cut) -> Conditions:
        if model is not AuthorisedUser:
            return {}
        calls = Call.objects.filter(authorised_user=OuterRef("pk"))
        return {"A call of theirs is kept": exists(calls)}

    return Records(
        kinds.AUTHORITIES,
        label,
        model,
        day,
        due=lambda cut: model.objects.filter(**{f"{day}__lt": cut.at if timed else cut.on}),
        relied_on=relied_on,
        under=_of_held_customers,
    )


def _campaigns(cut: Cut) -> QuerySet[Campaign]:
    return Campaign.objects.annotate(ended=Coalesce("finished_at", "started_at")).filter(
        status__in=(Campaign.Status.FINISHED, Campaign.Status.CANCELLED), ended__lt=cut.at
    )


def _current_policy() -> int | None:
    policy = in_force(Carrier.today())
    return policy.pk if policy else None


# --- The records ---------------------------------------------------------------------------------

RECORDS: tuple[Records, ...] = (
    Records(
        kinds.NOTICES,
        "Notices",
        Notice,
        "approved_at",
        due=lambda cut: Notice.objects.filter(
            status=Notice.Status.APPROVED, approved_at__lt=cut.at
        ),
        relied_on=lambda cut: {
            "A campaign or delivery of it is kept": exists(
                Campaign.objects.filter(notice=OuterRef("pk"))
            )
            | exists(Delivery.objects.filter(text__notice=OuterRef("pk"))),
            "It is under the policy in force": Q(policy_version=_current_policy()),
        },
        below=(
            (NoticeText, "notice"),
            (Notice.uses.through, "notice"),
            (ContentSignOff, "notice"),
        ),
    ),
    Records(
        kinds.CAMPAIGNS,
        "Campaigns",
        Campaign,
        "started_at",
        due=_campaigns,
        relied_on=lambda cut: {
            "A delivery or post batch of it is kept": exists(
                Delivery.objects.filter(campaign=OuterRef("pk"))
            )
            | exists(PostBatch.objects.filter(campaign=OuterRef("pk"))),
            "It is in the register": exists(
                MarketingCampaign.objects.filter(email_campaign=OuterRef("pk"))
            ),
        },
        under=lambda held: Q(pk__in=held.campaigns),
    ),
    Records(
        kinds.CAMPAIGNS,
        "Post batches",
        PostBatch,
        "created_at",
        due=lambda cut: PostBatch.objects.filter(created_at__lt=cut.at),
        relied_on=lambda cut: {
            "A delivery of it is kept": exists(Delivery.objects.filter(batch=OuterRef("pk"))),
            "A statement of its mailing is kept": exists(
                MailingStatement.objects.filter(batch=OuterRef("pk"))
            ),
            # They go some time after the mailing, by themselves (notices.letter_files).
            "Its letters are still in the store": exists(
                LetterFile.objects.filter(batch=OuterRef("pk"), discarded_at=None)
            ),
        },
        under=lambda held: Q(campaign__in=held.campaigns),
        below=((LetterFile, "batch"),),
    ),
    Records(
        kinds.CAMPAIGNS,
        "Statements of mailing",
        MailingStatement,
        "mailed_on",
        due=lambda cut: MailingStatement.objects.filter(mailed_on__lt=cut.on),
        relied_on=lambda cut: {
            "A delivery of its batch is kept": exists(
                Delivery.objects.filter(batch=OuterRef("batch"))
            )
        },
        under=lambda held: Q(batch__campaign__in=held.campaigns),
        file="scan",
    ),
    *MARKETING,
    Records(
        kinds.DELIVERIES,
        "Deliveries",
        Delivery,
        "mailed_on",
        due=deliveries,
        relied_on=delivery_relied_on,
        under=lambda held: Q(customer__in=held.customers) | Q(campaign__in=held.campaigns),
    ),
    *INCIDENTS,
    Records(
        kinds.INCIDENTS,
        "Tests of the ways to opt out",
        Probe,
        "sent_at",
        due=lambda cut: Probe.objects.filter(sent_at__lt=cut.at),
        under=whatever_is_held,
    ),
    Records(
        kinds.REJECTED,
        "Rejected opt-out requests",
        OptOutRequest,
        "received_on",
        due=lambda cut: OptOutRequest.objects.filter(
            status=OptOutRequest.Status.REJECTED, received_on__lt=cut.on
        ),
        relied_on=lambda cut: {
            "An approval names it": exists(Approval.objects.filter(request=OuterRef("pk")))
            | exists(ApprovalRow.objects.filter(request_id=OuterRef("pk"))),
            "The message that it came by is kept": exists(
                InboundMessage.objects.filter(request=OuterRef("pk"))
            ),
        },
        # Whom an unmatched letter came from may be what the dispute is about.
        under=lambda held: (
            Q(customer__in=held.customers) | (Q(customer=None) if held.customers else Q(pk__in=[]))
        ),
        below=((OptOutRequest.uses.through, "optoutrequest"),),
        file="scan",
        among=Q(status=OptOutRequest.Status.REJECTED),
    ),
    Records(
        kinds.MAIL,
        "Mail received",
        InboundMessage,
        "received_on",
        due=lambda cut: InboundMessage.objects.filter(received_on__lt=cut.on, to_read=False),
        relied_on=lambda cut: {
            # An applied choice is kept for ever, and this is what proves it.
            "An opt-out request rests on it": Q(
                request__status__in=(OptOutRequest.Status.RECEIVED, OptOutRequest.Status.APPLIED)
            )
        },
        # Whom an unmatched one came from may be what the dispute is about.
        under=lambda held: (
            Q(customer__in=held.customers) | (Q(customer=None) if held.customers else Q(pk__in=[]))
        ),
        below=((InboundMessage.candidates.through, "inboundmessage"),),
        file="raw",
    ),
    Records(
        kinds.IMPORTS,
        "Imports",
        ImportBatch,
        "started_at",
        due=lambda cut: ImportBatch.objects.filter(started_at__lt=cut.at),
        under=lambda held: Q(pk__in=held.imports),
        below=((ImportProblem, "batch"),),
    ),
    Records(
        kinds.IMPORTS,
        "Reconciliations",
        Reconciliation,
        "started_at",
        due=lambda cut: Reconciliation.objects.filter(started_at__lt=cut.at),
        under=lambda held: Q(
            pk__in=Difference.objects.filter(customer__in=held.customers).values("reconciliation")
        ),
        below=((Difference, "reconciliation"),),
    ),
    Records(
        kinds.LOOKS,
        "Looks at customers",
        Look,
        "at",
        due=lambda cut: Look.objects.filter(at__lt=cut.at),
        under=lambda held: (
            Q(customer_id__in=held.customers)
            | exists(
                LookShown.objects.filter(look_id=OuterRef("pk"), customer_id__in=held.customers)
            )
        ),
        below=((LookShown, "look_id"),),
    ),
    Records(
        kinds.SIGN_INS,
        "What happened at the door",
        SignInEvent,
        "at",
        due=lambda cut: SignInEvent.objects.filter(at__lt=cut.at),
    ),
    _ended(AuthorisedUser, "until", "Ended authority of users"),
    _ended(BusinessExemption, "until", "Ended business exemptions"),
    _ended(Credential, "until", "Ended passwords and back-ups"),
    _ended(OneTimeCode, "expires_at", "Codes"),
    Records(
        kinds.CALLS,
        "Calls",
        Call,
        "ended_at",
        due=lambda cut: Call.objects.filter(ended_at__lt=cut.at),
        relied_on=lambda cut: {
            "A change of the account in it is kept": exists(
                AccountChange.objects.filter(call=OuterRef("pk"))
            ),
            "What was said in it is kept": exists(OptOutRequest.objects.filter(call=OuterRef("pk")))
            | exists(ScriptReading.objects.filter(call=OuterRef("pk")))
            | exists(Complaint.objects.filter(call=OuterRef("pk")))
            | exists(TelephoneAttempt.objects.filter(call=OuterRef("pk")))
            | exists(PolicyBinding.objects.filter(call=OuterRef("pk"))),
        },
        under=_of_held_customers,
        below=((AuthenticationTry, "call"),),
    ),
    Records(
        kinds.CALLS,
        "Account changes",
        AccountChange,
        "at",
        due=lambda cut: AccountChange.objects.filter(at__lt=cut.at),
        under=_of_held_customers,
        below=((Telling, "change"),),
    ),
    Records(
        kinds.CALLS,
        "Releases of locks",
        LockRelease,
        "at",
        due=lambda cut: LockRelease.objects.filter(at__lt=cut.at),
        under=_of_held_customers,
    ),
    Records(
        kinds.READINGS,
        "Scripts read on calls",
        ScriptReading,
        "read_on",
        due=lambda cut: ScriptReading.objects.filter(read_on__lt=cut.on),
        relied_on=lambda cut: {
            # A choice is kept for ever, and this is what proves it.
            "A customer's choice rests on it": Q(request__isnull=False),
            "A use of CPNI is kept": exists(
                Disclosure.objects.filter(
                    customer=OuterRef("customer"), used_on=OuterRef("read_on")
                )
            ),
        },
        under=lambda held: Q(customer__in=held.customers),
        below=((ScriptReading.uses.through, "scriptreading"),),
    ),
    Records(
        kinds.TOLD,
        "Policy-change calls",
        TelephoneTask,
        "closed_at",
        due=lambda cut: TelephoneTask.objects.filter(closed_at__lt=cut.at),
        relied_on=lambda cut: {
            # While it is there, silence after a later notice moves nobody (cpni.assuming).
            "A customer's choice rests on it": ~Q(answer=""),
        },
        under=_of_held_customers,
        below=((TelephoneAttempt, "task"),),
    ),
    Records(
        kinds.COMPLAINTS,
        "Complaints",
        Complaint,
        "resolved_on",
        due=lambda cut: Complaint.objects.filter(resolved_on__lt=cut.on),
        # Whom an anonymous one was about may be what the dispute is about.
        under=lambda held: (
            Q(customer__in=held.customers) | (Q(customer=None) if held.customers else Q(pk__in=[]))
        ),
    ),
    *STAFF,
    Records(
        kinds.RUNS,
        "Job runs",
        Run,
        "started_at",
        due=lambda cut: Run.objects.filter(started_at__lt=cut.at),
        relied_on=lambda cut: {
            "An approval was recorded by it": exists(Approval.objects.filter(run=OuterRef("pk")))
            | exists(ApprovalRow.objects.filter(run_id=OuterRef("pk"))),
            "The last run of its job": ~exists(
                Run.objects.filter(name=OuterRef("name"), started_at__gt=OuterRef("started_at"))
            ),
        },
    ),
    Records(
        kinds.APPROVALS,
        "Approvals of former customers",
        Approval,
        "effective_on",
        due=lambda cut: Approval.objects.filter(
            gone(cut), state=Approval.State.ENDED, effective_on__lt=cut.on
        ),
        relied_on=lambda cut: {
            # A choice speaks of uses that come later, too, and is spread from these.
            "The customer made a choice": exists(
                OptOutRequest.objects.filter(
                    customer=OuterRef("customer"), status=OptOutRequest.Status.APPLIED
                )
            ),
            "A use of CPNI is kept": exists(
                Disclosure.objects.filter(customer=OuterRef("customer"), use=OuterRef("use"))
            ),
        },
        under=lambda held: Q(customer__in=held.customers),
        among=~Q(customer__status=Customer.Status.ACTIVE) & Q(state=Approval.State.ENDED),
    ),
    Records(
        kinds.LEDGER,
        "Earlier states of approvals",
        ApprovalRow,
        "history_date",
        due=lambda cut: ApprovalRow.objects.filter(history_date__lt=cut.at),
        relied_on=ledger_relied_on,
        under=lambda held: Q(customer_id__in=held.customers),
    ),
    _earlier_states(Customer, "id"),
    _earlier_states(ContactPoint, "customer_id"),
    _earlier_states(Service, "customer_id"),
    Records(
        kinds.DISCLOSURES,
        "Uses made of CPNI",
        Disclosure,
        "used_on",
        due=lambda cut: Disclosure.objects.filter(used_on__lt=cut.on),
        relied_on=lambda cut: {
            "It is to be looked into": exists(
                LateFinding.objects.filter(disclosure=OuterRef("pk"), settled_at=None)
            ),
        },
        under=_of_held_customers,
        below=((LateFinding, "disclosure"),),
    ),
)
