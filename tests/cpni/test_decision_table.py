"""May we use this customer's CPNI? The rules' own cases, one sentence each, with its section.

Each is asked of ``decide`` for one customer and of ``scrub`` for many; both must say the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest

from accounts.models import ContactPoint, Service
from cpni import optouts
from cpni.assuming import assume_due
from cpni.decisions import decide
from cpni.models import RequestCandidate
from cpni.reasons import BY_CODE
from cpni.scrubbing import Question, scrub
from notices.models import PolicyBinding, Use
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import (
    InboundMessageFactory,
    IncidentFactory,
    OptOutRequestFactory,
    RecipientFactory,
    VerificationFactory,
)
from tests.factories.notices import (
    OPT_OUT_USES,
    CampaignFactory,
    DeliveryFactory,
    NoticeFactory,
    PolicyFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

MAILED = date(2026, 10, 1)
LAST_DAY, DAY_AFTER = date(2026, 11, 3), date(2026, 11, 4)
LATER = date(2026, 11, 23)
POLICY = date(2015, 1, 1)

# What happened: each takes the customer and makes a record.
Event = Callable[[Any], object]


def mailed(on: date = MAILED, *, uses: tuple[str, ...] = OPT_OUT_USES, **kwargs: Any) -> Event:
    """A notice that asks for ``uses``."""

    def happen(customer: Any) -> None:
        campaign = CampaignFactory(
            running=True,
            notice=NoticeFactory(policy_version=customer.first_policy, finish__uses=uses),
        )
        DeliveryFactory(customer=customer, campaign=campaign, mailed_on=on, **kwargs)

    return happen


def emailed(
    on: date = MAILED,
    *,
    days: int = 30,
    consented: date | None = POLICY,
    withdrawn: date | None = None,
) -> Event:
    """A notice by e-mail that gives ``days``; of consent to that, what is on record now."""

    def happen(customer: Any) -> None:
        ContactPoint.objects.create(
            customer=customer, kind="email", value="ann@mail.example", since=POLICY
        )
        notice = NoticeFactory(
            policy_version=customer.first_policy, channels="email", waiting_days=days
        )
        campaign = CampaignFactory(running=True, notice=notice)
        DeliveryFactory(customer=customer, campaign=campaign, channel="email", mailed_on=on)
        customer.email_notices_since = consented
        customer.email_notices_proof = "Order form 17" if consented else ""
        customer.email_notices_withdrawn_on = withdrawn
        customer.save()

    return happen


def said(wish: str, received: date, *codes: str, **kwargs: Any) -> Event:
    """A choice for the uses ``codes``, or for all."""

    def happen(customer: Any) -> None:
        more = {"opt_in": True} if wish == "opt_in" else {}
        request = OptOutRequestFactory(received_on=received, all_uses=not codes, **more, **kwargs)
        request.uses.set(Use.objects.filter(code__in=codes))
        optouts.apply(request, customer=customer, on=received, by=None, because="x")

    return happen


def job(on: date = DAY_AFTER) -> Event:
    """The daily job ran."""
    return lambda customer: assume_due(on=on)


def came_back(how: str, on: date) -> Event:
    """The last notice came back."""

    def happen(customer: Any) -> None:
        delivery = customer.deliveries.order_by("-pk").first()
        delivery.outcome, delivery.outcome_on = how, on
        delivery.save()

    return happen


def failed(start: date, end: date | None = None, released: date | None = None) -> Event:
    """A way to opt out failed."""
    return lambda customer: IncidentFactory(started_on=start, ended_on=end, released_on=released)


def letter_waits(received: date) -> Event:
    """A letter that may be the customer's waits to be matched."""

    def happen(customer: Any) -> None:
        request = OptOutRequestFactory(received_on=received)
        RequestCandidate.objects.create(request=request, customer=customer, rank=1, found_by="name")

    return happen


def message_waits(received: date) -> Event:
    """An e-mail of the customer's waits to be read."""
    return lambda customer: InboundMessageFactory(customer=customer, received_on=received)


def verified(on: date) -> Event:
    """The customer verified their approvals."""
    return lambda customer: VerificationFactory(customer=customer, verified_on=on)


def moves_to(state: str) -> Event:
    """The customer's address is in ``state``."""

    def happen(customer: Any) -> None:
        ContactPoint.objects.filter(customer=customer).delete()
        ContactPoint.objects.create(
            customer=customer,
            kind="post",
            line1="7 Saguaro Road",
            city="Mesa",
            state=state,
            postcode="85201",
            since=POLICY,
        )

    return happen


def ends(on: date) -> Event:
    """Service ends."""

    def happen(customer: Any) -> None:
        customer.status, customer.discontinued_on = "discontinued", on
        customer.save()

    return happen


def returns(on: date) -> Event:
    """Service begins again."""

    def happen(customer: Any) -> None:
        customer.status, customer.discontinued_on, customer.active_since = "active", None, on
        customer.save()

    return happen


def merged(on: date) -> Event:
    """The account was merged into another."""

    def happen(customer: Any) -> None:
        customer.status, customer.discontinued_on = "merged", on
        customer.merged_into = CustomerFactory(post=False, service=False)
        customer.save()

    return happen


def serves(*categories: str) -> Event:
    """The customer has these services, and no others."""

    def happen(customer: Any) -> None:
        customer.services.all().delete()
        for category in categories:
            Service.objects.create(customer=customer, category=category, started_on=POLICY)

    return happen


def under(on: date, *, uses: tuple[str, ...] | None, bound: bool = True, **declared: Any) -> Event:
    """A policy of ``on`` that declares ``uses``; the customer is moved to it that day."""

    def happen(customer: Any) -> None:
        version = PolicyFactory(effective_on=on, uses=uses, status="draft")
        version.declared.update(**declared)
        version.declared.model.objects.filter(policy_version=version).update(**declared)
        version.status = "published"
        version.save()
        if bound:
            PolicyBinding.objects.create(customer=customer, policy_version=version, since=on)

    return happen


@dataclass(frozen=True)
class Case:
    """One sentence of the rules, and what follows."""

    sentence: str
    section: str
    use: str
    reason: str
    events: tuple[Event, ...] = ()
    on: date = DAY_AFTER
    recipient: dict[str, Any] | None = None
    data: tuple[str, ...] = ()
    offered: str = ""
    customer: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.section}: {self.sentence}"


AGENT: dict[str, Any] = {"relationship": "agent"}
AFFILIATE: dict[str, Any] = {"relationship": "affiliate", "categories": ["wireless"]}
APPROVED = (mailed(), job())
NARROW = ("service", "same-category", "other-services")

CASES = (
    # 1. Service, billing, fraud, law, emergency.
    Case("Starting, billing and collecting needs no approval", "222(d)(1)", "service",
         "no_approval_needed"),
    Case("So does protecting against fraud", "222(d)(2)", "fraud", "no_approval_needed"),
    Case("Fraud of a former customer may be looked into", "222(d)(2)", "fraud",
         "no_approval_needed", (ends(MAILED),)),
    Case("Inside wiring may be repaired", "64.2005(c)(1)", "inside-wiring", "no_approval_needed"),
    Case("Emergency services may be told where a caller is", "222(d)(4)", "emergency",
         "no_approval_needed"),
    Case("What the law compels is disclosed", "222(c)(1)", "legal", "no_approval_needed"),
    Case("An opt-out stops no disclosure that the law compels", "222(c)(1)", "legal",
         "no_approval_needed", (said("opt_out", MAILED),)),
    Case("What the customer asks for in writing is disclosed", "222(c)(2)", "customer-request",
         "no_approval_needed"),
    Case("An opt-out stops no bill", "222(d)(1)", "service", "no_approval_needed",
         (said("opt_out", MAILED),)),
    Case("A vendor that bills for us sees what it needs", "222(d)(1)", "service",
         "no_approval_needed", recipient={"relationship": "vendor"}),
    Case("An agent of marketing is no vendor of billing", "64.2007(b)", "service",
         "recipient_differs", recipient=AGENT),
    # 2. Never.
    Case("Calls to competitors are tracked of nobody", "64.2005(b)(2)", "track-competitors",
         "prohibited"),
    Case("Not even of who opted in", "64.2005(b)(2)", "track-competitors", "prohibited",
         (said("opt_in", MAILED),)),
    # 3. Within the categories that the customer has.
    Case("Within a category that the customer has, no approval", "64.2005(a)", "same-category",
         "within_services"),
    Case("Nor is any needed to offer more of a category that they have", "64.2005(a)",
         "same-category", "within_services", (serves("wireless"),), offered="wireless"),
    Case("To offer a category that they do not have, approval is needed", "64.2005(b)",
         "same-category", "no_service", (serves("local"),), offered="wireless"),
    Case("An opt-out does not reach what needs no approval", "64.2005(a)", "same-category",
         "within_services", (said("opt_out", MAILED),)),
    Case("Internet is none of the three categories", "64.2005(a)", "same-category", "no_service",
         (serves("other"),)),
    Case("Equipment goes with a service that the customer has", "64.2005(b)(1)", "equipment",
         "within_services"),
    Case("And not with none", "64.2005(b)(1)", "equipment", "no_service", (serves(),)),
    Case("Adjunct features go with a service", "64.2005(c)(3)", "adjunct-services",
         "within_services", (serves("wireless"),)),
    Case("After the service ended it is marketing to nobody's customer", "64.2003(f)",
         "same-category", "discontinued", (ends(MAILED),)),
    Case("On the day on which service ends it has ended", "64.2003(f)", "same-category",
         "discontinued", (ends(DAY_AFTER),)),
    Case("The day before it still goes on", "64.2003(f)", "same-category", "within_services",
         (ends(LATER),)),
    Case("An affiliate that serves a customer of two categories may be told", "64.2005(a)(1)",
         "same-category", "within_services", (serves("local", "wireless"),), recipient=AFFILIATE),
    Case("Of a customer of one category affiliates are told nothing", "64.2005(a)(2)",
         "same-category", "one_category", (serves("wireless"),), recipient=AFFILIATE),
    Case("Nor an affiliate that does not serve the customer", "64.2005(a)(1)", "same-category",
         "not_served_by", (serves("local", "long_distance"),), recipient=AFFILIATE),
    Case("An agent is no affiliate", "64.2005(a)(1)", "same-category", "recipient_differs",
         (serves("local", "wireless"),), recipient=AGENT),
    # 4. Opt-in.
    Case("Silence approves no independent contractor", "64.2007(b)", "contractors",
         "opt_in_needed", APPROVED),
    Case("Nor a joint-venture partner", "64.2007(b)", "joint-ventures", "opt_in_needed", APPROVED),
    Case("Nor an unrelated company", "64.2007(b)", "third-parties", "opt_in_needed", APPROVED),
    Case("Opting in by name approves the contractor", "64.2007(b)", "contractors", "express",
         (said("opt_in", MAILED, "contractors"),)),
    Case("Opting in to everything reaches only what opt-out allows", "64.2007(b)", "contractors",
         "opt_in_needed", (said("opt_in", MAILED),)),
    Case("Opting in for contractors is none for joint ventures", "64.2007(b)", "joint-ventures",
         "opt_in_needed", (said("opt_in", MAILED, "contractors"),)),
    Case("A contractor is not an agent, whoever calls it one", "64.2007(b)", "agents",
         "recipient_differs", APPROVED, recipient={"relationship": "contractor"}),
    Case("An affiliate without communications services is a third party", "64.2007(b)",
         "affiliates", "recipient_differs", APPROVED,
         recipient={"relationship": "other_affiliate"}),
    Case("And gets what an opt-in for third parties gives", "64.2007(b)", "third-parties",
         "express", (said("opt_in", MAILED, "third-parties"),),
         recipient={"relationship": "other_affiliate"}),
    Case("An opt-in that is taken back is none", "64.2007(a)(2)", "contractors", "opted_out",
         (said("opt_in", MAILED, "contractors"), said("opt_out", LAST_DAY))),
    # 5. Opt-out: the window.
    Case("Who was never noticed has approved nothing", "64.2008(a)(1)", "agents", "never_noticed"),
    Case("A letter in a batch starts no clock", "64.2008(d)(1)", "agents", "not_mailed",
         (mailed(state="batched"),)),
    Case("The 33rd day is the customer's", "64.2008(d)(1)", "agents", "window_open", APPROVED,
         on=LAST_DAY),
    Case("The 34th is the first of approval", "64.2003(l)", "agents", "assumed", APPROVED),
    Case("Before the mailing there was no notice", "64.2008(a)(1)", "agents", "never_noticed",
         APPROVED, on=date(2026, 9, 30)),
    Case("Until it is recorded nothing is assumed", "64.2009(a)", "agents", "not_recorded",
         (mailed(),)),
    Case("A job that ran late assumed from the right day", "64.2008(d)(1)", "agents", "assumed",
         (mailed(), job(date(2026, 12, 24)))),
    Case("A notice that asked for one use asked for no other", "64.2008(c)(2)", "affiliates",
         "never_noticed", (mailed(uses=("agents",)), job())),
    Case("A bounce on the 29th day leaves nobody noticed", "64.2008(d)(3)(iii)", "agents",
         "undeliverable", (mailed(), came_back("bounced", date(2026, 10, 30)))),
    Case("A letter that returns after the window takes the approval back", "64.2008(d)(3)(iii)",
         "agents", "undeliverable", (*APPROVED, came_back("returned", LATER))),
    Case("Another notice that arrived still carries", "64.2008(d)", "agents", "assumed",
         (mailed(date(2026, 9, 1)), mailed(), came_back("returned", MAILED), job())),
    Case("Who cannot be reached was not noticed", "64.2008(b)", "agents", "undeliverable",
         (mailed(channel="none", state="unreachable"),)),
    # 5. Opt-out: consent to notices by e-mail.
    Case("An e-mail without consent is no notice", "64.2008(d)(3)(i)", "agents", "no_consent",
         (emailed(consented=None), job())),
    Case("Nor is one that was sent before the consent", "64.2008(d)(3)(i)", "agents",
         "no_consent", (emailed(consented=date(2026, 10, 2)), job())),
    Case("Consent of the same day is in time", "64.2008(d)(3)(i)", "agents", "assumed",
         (emailed(consented=MAILED), job())),
    Case("Consent that was withdrawn later counted then", "64.2008(d)(3)(i)", "agents", "assumed",
         (emailed(consented=None, withdrawn=date(2026, 10, 2)), job())),
    Case("Consent that was withdrawn before counts no more", "64.2008(d)(3)(i)", "agents",
         "no_consent", (emailed(consented=None, withdrawn=MAILED), job())),
    Case("Who was e-mailed without consent and written to by post was told", "64.2008(d)(3)(i)",
         "agents", "assumed", (emailed(consented=None), mailed(), job())),
    # 5. Opt-out: the objection.
    Case("An objection in the window stands", "64.2007(a)(2)", "agents", "opted_out",
         (mailed(), said("opt_out", date(2026, 10, 20)), job())),
    Case("One after the window ends the approval", "64.2007(a)(2)", "agents", "opted_out",
         (*APPROVED, said("opt_out", LATER)), on=LATER),
    Case("And leaves the days before it as they were", "64.2007(a)(2)", "agents", "assumed",
         (*APPROVED, said("opt_out", LATER))),
    Case("A letter dated in the window counts from its date", "64.2008(d)(1)", "agents",
         "opted_out", (*APPROVED, said("opt_out", LATER, letter_date=LAST_DAY))),
    Case("An opt-out of one use leaves the others", "64.2007(a)(2)", "affiliates", "assumed",
         (mailed(), said("opt_out", date(2026, 10, 20), "agents"), job())),
    Case("A new notice turns no opt-out into an approval", "64.2007(a)(2)", "agents", "opted_out",
         (said("opt_out", date(2024, 5, 1)), *APPROVED)),
    Case("An opt-out outlives the service and its return", "64.2007(a)(2)", "agents", "opted_out",
         (said("opt_out", date(2024, 5, 1)), ends(date(2025, 1, 2)), returns(date(2026, 1, 5)),
          *APPROVED)),
    Case("Whoever opts back in has approved", "64.2007(a)", "agents", "express",
         (said("opt_out", MAILED), said("opt_in", LAST_DAY))),
    Case("A letter that may be theirs holds the approval", "64.2007(a)(2)", "agents",
         "open_request", (*APPROVED, letter_waits(date(2026, 10, 20)))),
    Case("So does one after the window, as an opt-out counts at any time", "64.2007(a)(2)",
         "agents", "open_request", (*APPROVED, letter_waits(DAY_AFTER))),
    Case("And leaves the days before it came as they were", "64.2007(a)(2)", "agents", "assumed",
         (*APPROVED, letter_waits(LATER))),
    Case("It holds what was expressly approved before", "64.2007(a)(2)", "contractors",
         "open_request", (said("opt_in", MAILED, "contractors"), letter_waits(LAST_DAY))),
    Case("An opt-in that came after it is newer", "64.2007(a)(2)", "contractors", "express",
         (letter_waits(MAILED), said("opt_in", LAST_DAY, "contractors"))),
    Case("A message that waits to be read holds what is not recorded", "64.2007(a)(2)", "agents",
         "unread", (mailed(), message_waits(date(2026, 10, 20)), job())),
    # 5. Opt-out: age, service, incidents.
    Case("Two years to the day carry", "64.2008(d)(2)", "agents", "assumed",
         (mailed(date(2024, 11, 4)), job(date(2024, 12, 9)))),
    Case("The day after they are overdue", "64.2008(d)(2)", "agents", "overdue",
         (mailed(date(2024, 11, 3)), job(date(2024, 12, 9)))),
    Case("A leap day's two years end on February 28", "64.2008(d)(2)", "agents", "overdue",
         (mailed(date(2024, 2, 29)), job(date(2024, 4, 4))), on=date(2026, 3, 1)),
    Case("An opt-in has no age", "64.2007(a)(2)", "agents", "express",
         (said("opt_in", date(2021, 5, 3)),)),
    Case("Approvals end with the service", "64.2007(a)(2)", "agents", "discontinued",
         (*APPROVED, ends(DAY_AFTER))),
    Case("And do not come back with it", "64.2003(f)", "agents", "never_noticed",
         (*APPROVED, ends(date(2026, 11, 10)), returns(date(2026, 11, 12))), on=LATER),
    Case("Nor does an opt-in of an earlier service", "64.2007(a)(2)", "agents", "never_noticed",
         (said("opt_in", date(2024, 5, 1)), returns(date(2026, 1, 5)))),
    Case("Before the first service there was no customer", "64.2003(f)", "agents",
         "not_a_customer", on=date(2019, 1, 1)),
    Case("Silence proves nothing while the line was dead", "64.2009(f)", "agents", "held",
         (mailed(), failed(LAST_DAY), job())),
    Case("Released, it counts", "64.2009(f)", "agents", "assumed",
         (mailed(), failed(MAILED, LAST_DAY, DAY_AFTER), job(DAY_AFTER))),
    Case("A failure after the window holds nothing", "64.2009(f)", "agents", "assumed",
         (*APPROVED, failed(DAY_AFTER))),
    Case("An account that was merged is asked about as the other", "64.2007(a)(2)", "agents",
         "merged", (*APPROVED, merged(DAY_AFTER))),
    Case("Before the merging it answers for itself", "64.2007(a)(2)", "agents", "assumed",
         (*APPROVED, merged(LATER))),
    # The policy under which it was collected.
    Case("A policy that does not declare a use gives none", "policy", "equipment", "not_declared",
         (under(date(2020, 1, 1), uses=NARROW),)),
    Case("Under a later one that does, it may be", "policy", "equipment", "within_services",
         (under(date(2026, 2, 2), uses=None),)),
    Case("Approved by silence, and not declared any more", "policy", "agents", "not_declared",
         (*APPROVED, under(LAST_DAY, uses=NARROW))),
    Case("A version that they were not moved to governs nothing", "policy", "agents", "assumed",
         (*APPROVED, under(LAST_DAY, uses=NARROW, bound=False))),
    Case("Only the recipients that the policy names receive it", "64.2008(c)(2)", "agents",
         "recipient_not_declared",
         (*APPROVED, under(LAST_DAY, uses=None, recipients="Granite Sales, LLC")),
         recipient=AGENT),
    Case("And those it names do", "64.2008(c)(2)", "agents", "assumed",
         (*APPROVED, under(LAST_DAY, uses=None, recipients="Other\ngranite  sales, LLC")),
         recipient={**AGENT, "name": "Granite Sales, LLC"}),
    Case("Only the data that the policy declares are used", "64.2008(c)(2)", "agents",
         "data_not_declared",
         (*APPROVED, under(LAST_DAY, uses=None, data_classes=["type", "amount"])),
         data=("type", "location")),
    Case("An opt-in does not widen the policy either", "64.2008(c)(2)", "agents",
         "data_not_declared",
         (said("opt_in", MAILED), under(LAST_DAY, uses=None, data_classes=["type"])),
         data=("bills",)),
    # The register of recipients.
    Case("An agent under contract receives what was approved", "64.2007(b)", "agents", "assumed",
         APPROVED, recipient=AGENT),
    Case("One whose contract has ended receives nothing", "64.2009(c)", "agents",
         "recipient_not_current", APPROVED, recipient={**AGENT, "ended_on": LAST_DAY}),
    Case("On the last day of its contract it still may", "64.2009(c)", "agents", "assumed",
         APPROVED, recipient={**AGENT, "ended_on": DAY_AFTER}),
    Case("Nor does one whose contract has not begun", "64.2009(c)", "agents",
         "recipient_not_current", APPROVED, recipient={**AGENT, "began_on": LATER}),
    # 6. The state may only tighten.
    Case("In Arizona a deemed approval counts for a year", "R14-2-2108", "agents", "assumed",
         (moves_to("AZ"), *APPROVED), on=date(2027, 11, 3)),
    Case("And not a day longer unverified", "R14-2-2108", "agents", "unverified",
         (moves_to("AZ"), *APPROVED), on=date(2027, 11, 4)),
    Case("Verified in time it counts for the two years", "R14-2-2108", "agents", "assumed",
         (moves_to("AZ"), *APPROVED, verified(date(2027, 6, 1))), on=date(2028, 10, 1)),
    Case("Elsewhere nothing is asked", "R14-2-2108", "agents", "assumed", APPROVED,
         on=date(2027, 11, 4)),
    Case("An express approval needs no verifying", "R14-2-2108", "agents", "express",
         (moves_to("AZ"), said("opt_in", MAILED)), on=date(2028, 11, 4)),
    Case("A state makes no yes of an opt-out", "R14-2-2108", "agents", "opted_out",
         (moves_to("AZ"), verified(MAILED), *APPROVED, said("opt_out", LAST_DAY))),
    # 11. The clock.
    Case("By e-mail the 30 days run from the sending", "64.2008(d)(1)(i)", "agents", "assumed",
         (emailed(date(2026, 11, 23)), job(date(2026, 12, 24))), on=date(2026, 12, 24)),
    Case("And the 30th is the customer's", "64.2008(d)(1)(i)", "agents", "window_open",
         (emailed(date(2026, 11, 23)),), on=date(2026, 12, 23)),
    Case("A notice that gives 45 days gives 45", "64.2008(d)(1)", "agents", "window_open",
         (emailed(date(2026, 11, 23), days=45),), on=date(2027, 1, 7)),
    Case("Thanksgiving and Christmas are days like others", "64.2008(d)(1)", "agents", "assumed",
         (mailed(date(2026, 11, 23)), job(date(2026, 12, 27))), on=date(2026, 12, 27)),
)  # fmt: skip


def test_there_are_sixty_and_every_reason_is_among_them():
    assert len(CASES) >= 60
    assert len({str(case) for case in CASES}) == len(CASES)
    assert {case.reason for case in CASES} == set(BY_CODE) - {"one_time"}  # of a call, not a day


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_table(case):
    policy = PolicyFactory(effective_on=POLICY)
    customer = CustomerFactory(**case.customer)
    customer.first_policy = policy
    for happen in case.events:
        happen(customer)
        customer.refresh_from_db()
    use = Use.objects.get(code=case.use)
    recipient = RecipientFactory(**case.recipient) if case.recipient else None
    asked = {"recipient": recipient, "data_classes": case.data, "offered": case.offered}
    decision = decide(customer, use, on=case.on, **asked)
    assert decision.code == case.reason, decision.sentence
    (scrubbed,) = scrub([customer.pk], Question(use, case.on, **asked))
    assert scrubbed.reason.code == case.reason
    known = datetime(2030, 1, 1, tzinfo=UTC)
    as_known = decide(customer, use, on=case.on, known_at=known, **asked)
    assert (as_known.code, as_known.until) == (decision.code, decision.until)
