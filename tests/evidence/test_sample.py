"""A random sample of assumed approvals: anybody can draw it again, and each chain is shown."""

import csv
import hashlib
import io
import json
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import customers
from accounts.models import Look
from config import roles
from cpni import optouts
from cpni.assuming import assume_due
from cpni.evidence import of_sample
from cpni.evidence.chains import chains
from cpni.evidence.sampling import Population, draw
from cpni.models import Approval
from notices.models import Delivery
from tests.evidence.conftest import AT, unpacked, words_of
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import DeliveryFactory


@pytest.fixture
def approvals(mailed):
    """Those of twelve customers, for three uses each, from two campaigns."""
    for _ in range(5):
        DeliveryFactory(campaign=mailed.campaign, mailing_proof="PS Form 3600-FCM")
    other = DeliveryFactory(mailed_on=date(2026, 10, 10), mailing_proof="Receipt").campaign
    for _ in range(5):
        DeliveryFactory(campaign=other, mailed_on=date(2026, 10, 10), mailing_proof="Receipt")
    assume_due(on=date(2026, 11, 20))
    return Approval.objects.filter(state="assumed")


def lowest(ids, seed, size):
    """What another program draws."""
    return sorted(ids, key=lambda pk: hashlib.sha256(f"{seed}:{pk}".encode()).hexdigest())[:size]


def test_the_sample_is_what_any_program_draws_by_the_seed(approvals):
    ids = list(approvals.values_list("pk", flat=True))
    assert len(ids) == 36
    for seed in ("7", "EB-06-36", "2026.q4"):
        drawn = draw(Population(), size=10, seed=seed)
        assert [approval.pk for approval in drawn.approvals] == lowest(ids, seed, 10)
        assert drawn.count == 36


def test_the_population_can_be_of_a_campaign_or_of_days(approvals, mailed):
    first = approvals.filter(delivery__campaign=mailed.campaign)
    of_campaign = draw(Population(campaign=mailed.campaign), size=99, seed="1")
    of_days = draw(Population(last=date(2026, 11, 4)), size=99, seed="1")
    expected = set(first.values_list("pk", flat=True))
    assert {a.pk for a in of_campaign.approvals} == {a.pk for a in of_days.approvals} == expected
    later = draw(Population(first=date(2026, 11, 5)), size=99, seed="1")
    assert later.count == 36 - len(expected)


def test_what_is_denied_is_not_in_the_population(approvals, mailed):
    request = OptOutRequestFactory(received_on=date(2026, 11, 21))
    optouts.apply(request, customer=mailed.customer, on=date(2026, 11, 21), by=None, because="x")
    assert draw(Population(), size=1, seed="1").count == 33


def test_a_chain_that_is_whole_holds(approvals):
    found = chains(draw(Population(), size=36, seed="1").approvals)
    assert [chain.problems for chain in found] == [[]] * 36
    assert all(chain.recorded_on and chain.proof for chain in found)


def broken(approval):
    (chain,) = chains([approval])
    return " ".join(chain.problems)


def test_each_link_that_fails_is_named(approvals, mailed):
    approval = approvals.filter(delivery=mailed).first()
    rows = Delivery.objects.filter(pk=mailed.pk)
    rows.update(outcome="returned", outcome_on=date(2026, 11, 20))
    assert "came back on 2026-11-20" in broken(approval)
    rows.update(outcome="", outcome_on=None, mailing_proof="", batch=None)
    assert "Nothing shows that the notice left" in broken(approval)
    rows.update(mailing_proof="Receipt")
    Approval.objects.filter(pk=approval.pk).update(effective_on=date(2026, 11, 1))
    assert "Assumed before 2026-11-04" in broken(approval)
    Approval.objects.filter(pk=approval.pk).update(effective_on=date(2026, 11, 4))
    OptOutRequestFactory(
        customer=mailed.customer,
        status="applied",
        received_on=date(2026, 10, 20),
        effective_on=date(2026, 10, 20),
    )
    assert "An objection was received on 2026-10-20" in broken(approval)


def test_an_e_mail_without_consent_is_named(today):
    customer = CustomerFactory(by_email=True)
    DeliveryFactory(channel="email", customer=customer, server_answer="250 ok")
    assume_due(on=today)
    approval = Approval.objects.first()
    assert broken(approval) == ""
    customers.record_email_consent(
        customer, on=date(2026, 10, 2), proof="Form 3", by=None, because="Wrong before"
    )
    assert "no consent to that is on record for that day" in broken(approval)


def test_chains_cost_the_same_for_many_as_for_few(approvals, mailed):
    def cost(some):
        some = list(some)
        with CaptureQueriesContext(connection) as queries:
            assert len(chains(some)) == len(some)
        return len(queries)

    assert approvals.count() == 36
    assert cost(approvals.filter(delivery=mailed)) == cost(approvals)


def test_the_binder_has_the_population_the_method_and_every_chain(approvals):
    sample = draw(Population(), size=10, seed="7")
    files = unpacked(of_sample.binder(sample, by=None, at=AT))
    ids = [int(row["approval"]) for row in read(files["population.csv"])]
    drawn = json.loads(files["sample.json"])
    assert drawn["drawn"] == lowest(ids, "7", 10)
    assert (drawn["population"], len(ids)) == (36, 36)
    assert [int(row["approval"]) for row in read(files["sample.csv"])] == drawn["drawn"]
    said = words_of(files["sample.pdf"])
    assert "36 approvals" in said and "“7:id”" in said and "None received" in said
    assert any(name.startswith("attachments/text-") for name in files)


def read(table):
    return list(csv.DictReader(io.StringIO(table.decode())))


def test_the_page_draws_when_it_is_asked_and_prints_with_a_reason(client_of, address, approvals):
    page = address("cpni_approval", "sample")
    client = client_of(roles.AUDITOR)
    opened = client.get(page)
    assert opened.context["sample"] is None
    assert not Look.objects.filter(screen="cpni_approval_sample").exists()
    asked = f"{page}?size=5&seed=audit-1"
    shown = client.get(asked)
    assert len(shown.context["chains"]) == 5
    assert "36 approvals" in shown.content.decode()
    assert client.get(asked).context["sample"].approvals == shown.context["sample"].approvals
    assert "This field is required" in client.post(asked, {}).content.decode()
    printed = client.post(asked, {"because": "Yearly audit"})
    assert "sample.pdf" in unpacked(printed.streaming_content)
    look = Look.objects.get(what=Look.What.EXPORTED)
    assert "Sample of 5 of 36" in look.detail and "Yearly audit" in look.detail


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"size": "0"}, "greater than or equal to 1"),
        ({"size": "501"}, "less than or equal to 500"),
        ({"seed": "two words"}, "no spaces"),
        ({"first": "2026-11-20", "last": "2026-11-01"}, "Exchange them"),
    ],
)
def test_what_cannot_be_drawn_is_said(asked, says, client_of, address, today):
    page = address("cpni_approval", "sample")
    answer = client_of(roles.OFFICER).get(page, {"size": "5", "seed": "1", **asked})
    assert says in answer.content.decode()
    assert answer.context["sample"] is None
