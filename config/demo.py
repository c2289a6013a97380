"""The demo: the 33 days told in verbs.

A carrier, its staff, customers imported from a billing export; a notice mailed 34 days ago, by
e-mail and by post; objections by every route; approvals assumed this morning; a change of policy
five days ago, whose windows are open. Everything goes through the doors that staff use.
"""

import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.utils import timezone

from accounts import history, importing
from accounts.import_rows import COLUMNS
from accounts.models import Call, Carrier, Customer, User
from accounts.spreadsheets import Table
from config import (
    demo_calls,
    demo_desk,
    demo_evidence,
    demo_figures,
    demo_incidents,
    demo_looks,
    demo_marketing,
    demo_people,
    demo_systems,
    demo_training,
    roles,
)
from cpni import disclosures, optouts, probing, recipients
from cpni.assuming import assume_due
from cpni.decisions import decide
from cpni.models import Approval, OptOutRequest, Recipient
from cpni.sealing import seal_due
from notices import (
    automatic,
    campaigns,
    letters,
    outcomes,
    publishing,
    sending,
    signing_off,
    standard_texts,
)
from notices.models import Campaign, Delivery, Notice, PolicyVersion, TelephoneTask, Use
from notices.policies import record_earlier

PASSWORD = "wasatch-33-days"  # noqa: S105  (a demo on one's own machine; it is printed)
WHY = "Set up for the demo"
LOGINS = (
    ("rep", "Riley", "Ortega", roles.REPRESENTATIVE),
    ("supervisor", "Sasha", "Lund", roles.SUPERVISOR),
    ("marketing", "Morgan", "Pike", roles.MARKETING),
    ("officer", "Robin", "Hale", roles.OFFICER),
    ("deputy", "Drew", "Santos", roles.OFFICER),
    ("auditor", "Avery", "Stone", roles.AUDITOR),
)
DAYS_AGO = 34  # the notice: its 33rd day was yesterday, so approval may be assumed from today
CHANGE_DAYS_AGO = 5


def prepared() -> bool:
    """Whether this database holds the demo already."""
    return Campaign.objects.filter(name=first_campaign_name()).exists()


def first_campaign_name() -> str:
    """The name of the demo's first campaign."""
    return "CPNI notice to all customers"


def prepare(customers: int, say: Callable[[str], None]) -> None:
    """Fill an empty database with the demo. Does nothing to one that holds it already."""
    if prepared():
        return
    Demo(customers, say).tell()


class Demo:
    """The story, in the order in which it happened."""

    def __init__(self, customers: int, say: Callable[[str], None]) -> None:
        self.size, self.say = customers, say

    def tell(self) -> None:
        """Everything, once."""
        self.staff()
        self.carrier()
        self.today = Carrier.today()
        self.import_customers()
        self.policies()
        self.first = self.campaign(
            self.cpni_notice(self.old, DAYS_AGO + 1),
            first_campaign_name(),
            days_ago=DAYS_AGO,
            audience="active",
        )
        self.say(f"Sent the CPNI notice as of {self.ago(DAYS_AGO)}.")
        self.what_came_back()
        self.ways_to_opt_out()
        self.register_of_recipients()
        self.objections_in_time()
        report = assume_due(on=self.today)
        self.say(f"Assumed {report.assumed} approvals; the waiting period ended yesterday.")
        self.objections_after()
        change = self.campaign(
            self.change_notice(),
            "Change of policy: sharing with affiliates",
            days_ago=CHANGE_DAYS_AGO,
            audience="active",
        )
        self.say(f"Sent the change of policy as of {self.ago(CHANGE_DAYS_AGO)}.")
        self.plan_the_next()
        listed = demo_marketing.tell(
            today=self.today,
            at=timezone.now(),
            on=self.ago,
            marketing=User.objects.get(username="marketing"),
            supervisor=self.supervisor,
            officer=self.officer,
            customer=self.noticed()[20],
        )
        self.say(f"Handed out a list of {listed} numbers to the dialler, until it expires.")
        automatic.propose(on=self.today)
        self.calls(change)
        demo_incidents.tell(today=self.today, ago=self.ago, at=self.at, officer=self.officer)
        self.say("Told of two incidents and a breach; their deadlines are in the calendar.")
        demo_training.tell(self.today, self.at, officer=self.officer, deputy=self.deputy)
        demo_systems.tell(ago=self.ago, at=self.at, officer=self.officer)
        found = demo_looks.tell(on=self.ago(1), rep=self.rep, officer=self.officer)
        demo_figures.tell(on=self.today, at=timezone.now())
        self.say(f"Reported {found} unusual looks at customers, to be reviewed.")
        seal_due(at=timezone.now())

    def calls(self, change: Campaign) -> None:
        """At the call desk: yesterday the changed policy by telephone, then today's calls."""
        demo_desk.letters_returned(change, on=self.ago(3), by=self.officer)
        mornings = [self.at(self.ago(days), 11) for days in (2, 1)]
        demo_desk.policy_calls_made(mornings, today=self.today, rep=self.rep)
        now = timezone.now()
        demo_calls.tell(on=self.today, at=now - timedelta(hours=1), rep=self.rep)
        demo_desk.wrong_passwords(at=now - timedelta(minutes=30), rep=self.rep)
        demo_desk.complained(
            today=self.today,
            ago=self.ago,
            at=now - timedelta(minutes=15),
            rep=self.rep,
            officer=self.officer,
        )
        waiting = TelephoneTask.objects.filter(state=TelephoneTask.State.OPEN).count()
        self.say(f"Took {Call.objects.count()} calls; {waiting} customers wait to be called.")

    # --- Days and people ---------------------------------------------------------------------

    def ago(self, days: int) -> date:
        """The civil day so many days ago."""
        return self.today - timedelta(days=days)

    def at(self, day: date, hour: int = 10) -> datetime:
        """An instant on that day, in the carrier's morning."""
        return datetime.combine(day, time(hour), Carrier.zone_or_default()).astimezone(UTC)

    def staff(self) -> None:
        """One login for each role, and a second officer to approve what the first wrote."""
        for username, first, last, role in LOGINS:
            user = User(
                username=username,
                first_name=first,
                last_name=last,
                is_staff=True,
                email=f"{username}@wasatch.example",
            )
            user.set_password(PASSWORD)
            history.save(user, by=None, because=WHY)
            user.groups.add(Group.objects.get(name=role))
        self.officer = User.objects.get(username="officer")
        self.deputy = User.objects.get(username="deputy")
        self.rep = User.objects.get(username="rep")
        self.supervisor = User.objects.get(username="supervisor")

    def carrier(self) -> None:
        """Who we are."""
        carrier = Carrier(
            pk=1,
            legal_name="Wasatch Telephone, Inc.",
            optout_line1="CPNI Opt-Out",
            optout_line2="500 South State Street, Suite 500",
            optout_city="Midvale",
            optout_state="UT",
            optout_postcode="84047",
            optout_email="cpni@wasatch.example",
            support_number="+18005550134",
            optout_number="+18005550177",
            officer_name="Robin Hale",
            frn="0012345678",
            filer_id="812345",
            time_zone="America/Denver",
        )
        history.save(carrier, by=self.officer, because=WHY)

    def import_customers(self) -> None:
        """The billing system's two exports: everybody, and those who joined in the last weeks."""
        new = max(self.size // 20, 1)
        for first, number, newest in ((1, self.size - new, False), (500_001, new, True)):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / ("new-customers.csv" if newest else "billing-export.csv")
                with path.open("w", newline="") as file:
                    table = Table(file)
                    table.row(COLUMNS)
                    for row in demo_people.rows(
                        number, first=first, today=self.today, newest=newest
                    ):
                        table.row(row.get(name) for name in COLUMNS)
                importing.import_file(
                    path, today=self.today, by=self.officer, because=f"Import of {path.name}"
                )
        self.say(f"Imported {Customer.objects.count()} customers from two billing exports.")

    # --- What customers are told ---------------------------------------------------------------

    def policies(self) -> None:
        """The policy of some years ago, and its change that takes effect with this month."""
        self.old = standard_texts.install_policy(
            "1.0", effective_on=date(2015, 1, 1), by=self.officer, because=WHY
        )
        self.new = standard_texts.install_policy(
            "2.0", effective_on=self.ago(CHANGE_DAYS_AGO), by=self.officer, because=WHY
        )
        for version in (self.old, self.new):
            record_earlier(
                version,
                effective_on=version.effective_on,
                today=self.today,
                by=self.deputy,
                because="Approved by the board, and published on the web site that day",
            )

    def cpni_notice(self, policy: PolicyVersion, days_ago: int) -> Notice:
        """The notice under a policy, approved so many days ago."""
        notice = standard_texts.draft_cpni_notice(policy, by=self.officer, because=WHY)
        return self.approved(notice, self.ago(days_ago))

    def change_notice(self) -> Notice:
        """The notice of the change, which asks for the use that is new."""
        notice = standard_texts.draft_policy_change(self.new, by=self.officer, because=WHY)
        return self.approved(notice, self.ago(CHANGE_DAYS_AGO + 1))

    def approved(self, notice: Notice, day: date) -> Notice:
        """The notice, its content signed off and then approved by the second officer."""
        for line in signing_off.checked(notice):
            if line.is_open:
                signing_off.sign_off(
                    notice,
                    line.result.line.code,
                    verdict="good",
                    by=self.deputy,
                    at=self.at(day),
                )
        publishing.approve_notice(
            notice, by=self.deputy, because="Read line by line", at=self.at(day)
        )
        notice.refresh_from_db()
        return notice

    def campaign(self, notice: Notice, name: str, *, days_ago: int, audience: str) -> Campaign:
        """A campaign, approved, started, sent by e-mail and handed to the post, days ago."""
        day = self.ago(days_ago)
        campaign = Campaign(name=name, notice=notice, audience=audience, author=self.officer)
        history.save(campaign, by=self.officer, because=WHY)
        campaigns.approve(campaign, by=self.supervisor, because="Audience and text checked")
        campaigns.start(
            campaign.pk,
            by=self.officer,
            because="Its day has come",
            at=self.at(day, 8),
            message_domain=settings.MAIL_DOMAIN,
        )
        # Asked by threads that send, which have no connection to the database.
        begins, steps = self.at(day), count()
        sending.send(campaign.pk, clock=lambda: begins + timedelta(milliseconds=50 * next(steps)))
        campaign.refresh_from_db()
        self.post(campaign, day)
        campaign.refresh_from_db()
        return campaign

    def post(self, campaign: Campaign, day: date) -> None:
        """Print what goes by post, and hand it over that afternoon."""
        if campaign.status != Campaign.Status.RUNNING:
            return
        batch = letters.make_batch(
            campaign, by=self.officer, because="Printing day", at=self.at(day, 11)
        )
        if batch is None:
            return
        for _ in letters.export(batch, by=self.officer):
            pass
        letters.mark_exported(batch, by=self.officer, at=self.at(day, 12))
        proof = f"PS Form 3600-FCM, Midvale, {day:%B} {day.day}"
        letters.confirm_mailed(
            batch,
            on=day,
            proof=proof,
            by=self.officer,
            because="Statement of mailing received",
            today=self.today,
            scan=demo_evidence.statement(proof, day=day, letters=batch.size),
        )

    def what_came_back(self) -> None:
        """Some e-mail bounced and some letters came back; substitutes wait, or nothing is left."""
        for channel, outcome, number in (("email", "bounced", 5), ("post", "returned", 3)):
            some = Delivery.objects.filter(campaign=self.first, channel=channel, state="sent")
            for delivery in some.order_by("-pk")[:number]:
                outcomes.record(
                    delivery,
                    outcome=outcome,
                    on=self.ago(DAYS_AGO - 2),
                    by=self.officer,
                    because="Mailbox does not exist" if channel == "email" else "Not at address",
                )

    def ways_to_opt_out(self) -> None:
        """The telephone line and the post were tried; the web page is tested by the worker."""
        for route, days, words in (
            ("telephone", 3, "Called at 11 p.m., pressed 2: the recording was there"),
            ("letter", 20, "The test card came in four days"),
        ):
            probing.record(
                route, worked=True, words=words, at=self.at(self.ago(days), 9), by=self.officer
            )

    # --- What customers said ---------------------------------------------------------------------

    def register_of_recipients(self) -> None:
        """An agent, an affiliate, a contractor whose contract has ended, and who prints bills."""
        kinds = Recipient.Relationship
        for name, relationship, ended_on in (
            ("Granite Sales, LLC", kinds.AGENT, None),
            ("Wasatch Wireless, Inc.", kinds.AFFILIATE, None),
            ("Door to Door Marketing", kinds.CONTRACTOR, self.ago(30)),
            ("Beehive Bill Printing", kinds.VENDOR, None),
        ):
            recipient = Recipient(
                name=name,
                relationship=relationship,
                contract=f"Contract with {name}, cabinet 3",
                safeguards="Used for what was agreed only, seen by trained staff, destroyed after"
                " 90 days.",
                began_on=date(2021, 3, 1),
                ended_on=ended_on,
                categories=["wireless"] if relationship == kinds.AFFILIATE else [],
            )
            recipients.add(recipient, by=self.officer, because=WHY)

    def objections_in_time(self) -> None:
        """Objections by each route within the window, and one that nobody has matched yet."""
        people = list(self.noticed()[:12])
        day = self.ago(20)
        for person, route in zip(people, OptOutRequest.Route.values[:5], strict=False):
            request = OptOutRequest(
                route=route,
                stated=f"{person.name}: please do not use my information for marketing.",
                received_on=day,
                letter_date=self.ago(23) if route == "letter" else None,
                postmark=self.ago(22) if route == "letter" else None,
            )
            self.receive_and_apply(request, person)
        agents_only = OptOutRequest(
            route="telephone", stated="No agents, please.", received_on=day, all_uses=False
        )
        self.receive_and_apply(agents_only, people[6], uses=list(Use.objects.filter(code="agents")))
        self.receive(
            OptOutRequest(
                route="letter",
                stated=f"{people[11].name}, no account given: do not use my call records.",
                received_on=self.ago(4),
                letter_date=self.ago(9),
            )
        )

    def objections_after(self) -> None:
        """A letter posted in time that arrived late, a late call, and one who opts back in."""
        people = list(self.noticed().filter(pk__in=self.assumed())[:3])
        late, caller, _ = people
        disclosures.record(
            late,
            Use.objects.get(code="other-services"),
            on=self.today,
            recipient=None,
            what="Services held, to choose whom to offer voicemail",
            at=timezone.now(),
            by=self.officer,
            because="Autumn offer",
        )
        demo_evidence.used(late, ago=self.ago, at=timezone.now(), by=self.officer)
        self.receive_and_apply(
            OptOutRequest(
                route="letter",
                stated=f"{late.name}: I object.",
                received_on=self.today,
                letter_date=self.ago(4),
                postmark=self.ago(3),
            ),
            late,
        )
        self.receive_and_apply(
            OptOutRequest(
                route="telephone", stated="Stop using my records.", received_on=self.today
            ),
            caller,
        )
        returning = OptOutRequest.objects.filter(wish="opt_out", status="applied").first()
        if returning and returning.customer:
            self.receive_and_apply(
                OptOutRequest(
                    wish=OptOutRequest.Wish.OPT_IN,
                    route="telephone",
                    stated="Changed their mind.",
                    received_on=self.today,
                    proof="Recording 2026-4711, script version 3 read and answered yes",
                ),
                returning.customer,
            )

    def noticed(self) -> QuerySet[Customer]:
        """Customers whom the first notice reached."""
        good = Delivery.objects.filter(campaign=self.first, state="sent", outcome="")
        return Customer.objects.filter(pk__in=good.values("customer")).order_by("pk")

    def assumed(self) -> QuerySet[Approval, Any]:
        """Ids of customers with an assumed approval to market other services."""
        return Approval.objects.filter(state="assumed", use__code="other-services").values(
            "customer"
        )

    def receive(self, request: OptOutRequest, uses: list[Use] | None = None) -> OptOutRequest:
        """Enter a request as the representative does."""
        return optouts.receive(
            request,
            uses=uses or (),
            today=self.today,
            at=timezone.now(),
            by=self.rep,
            because=f"Received by {request.get_route_display().lower()}",
        )

    def receive_and_apply(
        self, request: OptOutRequest, person: Customer, uses: list[Use] | None = None
    ) -> None:
        """Enter it, match it, honour it."""
        optouts.apply(
            self.receive(request, uses),
            customer=person,
            on=self.today,
            by=self.rep,
            because="Account number and name agree",
        )

    def plan_the_next(self) -> None:
        """A draft that waits for a second person: notices to those who never got one.

        Under the new policy, which automatic notices propose themselves with, too.
        """
        draft = Campaign(
            name="CPNI notice to new customers",
            notice=self.cpni_notice(self.new, CHANGE_DAYS_AGO),
            audience=Campaign.Audience.NEVER_NOTICED,
            author=User.objects.get(username="marketing"),
        )
        history.save(draft, by=draft.author, because="New customers of this month")


def summary() -> list[str]:
    """What the demo holds, in lines for the terminal."""
    today = Carrier.today()
    lines = [
        f"{Customer.objects.count()} customers,"
        f" {Delivery.objects.filter(state='sent').count()} notices sent,"
        f" {OptOutRequest.objects.count()} requests,"
        f" {Approval.objects.filter(state='assumed').count()} approvals assumed,"
        f" {Approval.objects.filter(state='denied').count()} denied."
    ]
    use = Use.objects.get(code="other-services")
    for state in ("assumed", "denied"):
        approval = Approval.objects.filter(state=state, use=use).order_by("pk").first()
        if approval:
            decision = decide(approval.customer, use, on=today)
            lines.append(
                f"May we market other services to {approval.customer}?"
                f" {decision.verdict.label}: {decision.sentence}"
            )
    return [*lines, *demo_calls.summary()]
