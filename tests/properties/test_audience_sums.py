"""Whom a campaign reaches and whom it leaves out: everything sums, and agrees with plain Python.

Random customers and random conditions; the model goes through the customers one by one, and the
product through none of them.
"""

from collections import Counter
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import ContactPoint, Customer, CustomerList, Service
from cpni.models import Approval
from notices import audience
from notices.catalogue import install
from notices.clock import expires_after
from notices.models import Campaign, Use
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, NoticeFactory, PolicyFactory

ON = date(2026, 11, 23)
DAYS = st.sampled_from([date(2018, 3, 1), date(2021, 6, 1), date(2024, 12, 1), ON])
MAILED = [date(2023, 5, 1), date(2024, 11, 22), date(2024, 12, 20), date(2025, 3, 1), ON]

CUSTOMERS = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["active"] * 5 + ["discontinued"]),
        "since": st.one_of(DAYS, st.just(ON + timedelta(days=3))),
        "language": st.sampled_from(["en", "es"]),
        "state": st.sampled_from(["UT", "ID", ""]),
        "service": st.sampled_from(["local", "wireless", "ended", ""]),
        "email": st.booleans(),
        "mailed": st.one_of(st.none(), st.sampled_from(MAILED)),
        "outcome": st.sampled_from(["", "", "returned"]),
        "waits": st.sampled_from([False, False, True]),
        "approvals": st.tuples(*[st.sampled_from(["", "", "denied", "express", "assumed"])] * 2),
        "listed": st.booleans(),
    }
)
CAMPAIGNS = st.fixed_dictionaries(
    {
        "audience": st.sampled_from(["active", "never_noticed", "notice_due", "saved_list"]),
        "days": st.sampled_from([None, 0, 30, 100]),
        "categories": st.sampled_from([[], [], ["local"], ["local", "wireless"]]),
        "in_state": st.sampled_from(["", "", "UT"]),
        "language": st.sampled_from(["", "", "es"]),
        "since_from": st.one_of(st.none(), DAYS),
        "since_until": st.one_of(st.none(), DAYS),
        "bound": st.sampled_from([None, None, 0, 1]),
        "approval": st.sampled_from(["", *Campaign.Approval.values]),
        "only_list": st.sampled_from([False, False, True]),
    }
)


class AudienceSums(TestCase):
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(CUSTOMERS, max_size=6), CAMPAIGNS)
    def test_everybody_is_reached_by_a_way_or_left_out_for_the_first_reason(self, people, asked):
        install(Use)
        Use.objects.filter(code="affiliates", mechanism="opt_out").update(mechanism="opt_in")
        self.uses = list(Use.objects.filter(mechanism="opt_out"))
        self.policies = [
            PolicyFactory(number="first", effective_on=date(2015, 1, 1)),
            PolicyFactory(number="second", effective_on=date(2022, 1, 1)),
        ]
        notice = NoticeFactory(policy_version=self.policies[1], finish__uses=())
        self.other = CampaignFactory(running=True, notice=notice)
        self.list = CustomerList.objects.create(name="Some")
        rows = [(person, self.make(person)) for person in people]
        campaign = self.campaign(asked, notice)

        expected: Counter = Counter()
        for person, _ in rows:
            if person["status"] == "active":
                reason = self.reason(person, asked)
                expected[reason if reason is not None else self.way(person)] += 1
        found = audience.explain(campaign, on=ON)
        assert found.active == sum(expected.values())
        assert found.reached + sum(n for _, n in found.left_out) == found.active
        assert found.by_channel == {way: expected[way] for way in ("email", "post", "none")}
        left_out = [n for _, n in found.left_out if n]
        assert left_out == [expected[i] for i in range(20) if expected[i]]
        chosen = set(audience.customers(campaign, on=ON).values_list("pk", flat=True))
        assert chosen == {
            customer.pk
            for person, customer in rows
            if person["status"] == "active" and self.reason(person, asked) is None
        }

    # --- The records -----------------------------------------------------------------------------

    def make(self, person):
        customer = CustomerFactory(
            active_since=person["since"],
            language=person["language"],
            service=False,
            **({"by_email": True} if person["email"] else {}),
        )
        if person["service"]:
            Service.objects.create(
                customer=customer,
                category="local" if person["service"] == "ended" else person["service"],
                started_on=date(2018, 1, 1),
                ended_on=ON - timedelta(days=1) if person["service"] == "ended" else None,
            )
        if person["mailed"]:
            back = {"outcome": person["outcome"], "outcome_on": ON} if person["outcome"] else {}
            told = DeliveryFactory(
                campaign=self.other, customer=customer, mailed_on=person["mailed"], **back
            )
        if person["waits"]:
            DeliveryFactory(campaign=self.other, customer=customer, state="queued", round=2)
        for use, state in zip(self.uses, person["approvals"], strict=False):
            if state and not (state == "assumed" and not person["mailed"]):
                Approval.objects.create(
                    customer=customer,
                    use=use,
                    state=state,
                    effective_on=ON,
                    delivery=told if state == "assumed" else None,
                    request=None if state == "assumed" else OptOutRequestFactory(),
                )
        if person["listed"]:
            self.list.entries.create(customer=customer)
        address = {"state": person["state"]} if person["state"] else {"until": ON}
        ContactPoint.objects.filter(customer=customer, kind="post").update(**address)
        if person["status"] != "active":
            Customer.objects.filter(pk=customer.pk).update(
                status=person["status"], discontinued_on=ON
            )
        return customer

    def campaign(self, asked, notice):
        since = (asked["since_from"], asked["since_until"])
        if all(since):
            asked["since_from"], asked["since_until"] = since = sorted(since)
        if asked["audience"] != "notice_due":
            asked["days"] = None
        bound = asked["bound"]
        return CampaignFactory(
            notice=notice,
            audience=asked["audience"],
            customer_list=self.list if asked["audience"] == "saved_list" else None,
            due_within_days=asked["days"],
            categories=asked["categories"],
            in_state=asked["in_state"],
            language=asked["language"],
            since_from=since[0],
            since_until=since[1],
            bound_to=None if bound is None else self.policies[bound],
            approval=asked["approval"],
            only_list=self.list if asked["only_list"] else None,
        )

    # --- The model -------------------------------------------------------------------------------

    def reason(self, person, asked):
        """The number of the first question that leaves the person out; None for nobody's."""
        since, bound = person["since"], asked["bound"]
        questions = [since > ON]
        if asked["audience"] != "active":
            questions.append(not self.meant(person, asked))
        if asked["categories"]:
            questions.append(person["service"] not in asked["categories"])
        if asked["in_state"]:
            questions.append(person["state"] != asked["in_state"])
        if asked["language"]:
            questions.append(person["language"] != asked["language"])
        if asked["since_from"]:
            questions.append(since < asked["since_from"])
        if asked["since_until"]:
            questions.append(since > asked["since_until"])
        if bound is not None:
            questions.append((since >= self.policies[1].effective_on) != (bound == 1))
        if asked["approval"]:
            questions.append(not self.stands(person, asked["approval"]))
        if asked["only_list"]:
            questions.append(not person["listed"])
        return next((number for number, out in enumerate(questions) if out), None)

    def meant(self, person, asked):
        if asked["audience"] == "saved_list":
            return person["listed"]
        mailed = person["mailed"]
        arrived = mailed and not person["outcome"] and mailed >= person["since"]
        if asked["audience"] == "never_noticed":
            return not arrived and not person["waits"]
        if not arrived or person["waits"]:
            return False
        if asked["days"] is None:
            return mailed <= date(2025, 1, 23)  # 22 months before
        return expires_after(mailed) <= ON + timedelta(days=asked["days"])

    def stands(self, person, approval):
        states = dict(zip([use.pk for use in self.uses], person["approvals"], strict=False))
        if not person["mailed"]:
            states = {use: "" if s == "assumed" else s for use, s in states.items()}
        carried = person["mailed"] and expires_after(person["mailed"]) >= ON
        assumed = "assumed" in states.values() and bool(carried)
        express, denied = "express" in states.values(), list(states.values()).count("denied")
        return {
            "assumed": assumed,
            "express": express,
            "part": 0 < denied < len(self.uses),
            "all": denied == len(self.uses),
            "none": not (assumed or express or denied),
        }[approval]

    def way(self, person):
        if person["email"] and person["since"] <= ON:
            return "email"
        return "post" if person["state"] else "none"
