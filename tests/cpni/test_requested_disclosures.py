"""What the law or the customer asks for is disclosed on a paper, by the officer, and recorded."""

from datetime import UTC, date, datetime

import pytest

from accounts.errors import Refused
from cpni import disclosures, requested_disclosures
from cpni.models import Disclosure
from notices.models import Use
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import RecipientFactory, RequestedDisclosureFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
AT, ON = datetime(2026, 11, 23, 18, tzinfo=UTC), date(2026, 11, 23)


def receive(by=None, **kwargs):
    kwargs.setdefault("customer", CustomerFactory())
    paper = RequestedDisclosureFactory.build(**kwargs)
    return requested_disclosures.receive(paper, today=ON, at=AT, by=by, because="By post")


def disclose(paper, disclosed="Calls of October, on paper", on=ON):
    return requested_disclosures.disclose(
        paper, disclosed=disclosed, on=on, today=ON, at=AT, by=None, because="Order read"
    )


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"received_on": date(2026, 11, 24)}, "in the future"),
        ({"reference": ""}, "number of the case"),
        ({"scope": ""}, "blank"),
        ({"scan": ""}, "blank"),
    ],
)
def test_a_paper_says_who_asks_for_what(wrong, match):
    with pytest.raises(Refused, match=match):
        receive(**wrong)


@pytest.mark.parametrize(
    ("kind", "code"), [({}, "legal"), ({"by_customer": True}, "customer-request")]
)
def test_what_is_disclosed_is_recorded_with_the_paper_as_its_evidence(kind, code):
    paper = receive(**kind)
    made = disclose(paper)
    assert (made.use.code, made.recipient, made.requested) == (code, paper.goes_to, paper)
    assert made.evidence == [["requested disclosure", paper.pk]]
    assert (paper.status, paper.decided_on) == ("disclosed", ON)
    assert disclose(paper) is None
    assert Disclosure.objects.count() == 1
    with pytest.raises(Refused, match="It was disclosed"):
        requested_disclosures.decline(paper, on=ON, by=None, because="No")


def test_a_declined_one_is_not_disclosed():
    paper = receive()
    assert requested_disclosures.decline(paper, on=ON, by=None, because="Not signed")
    with pytest.raises(Refused, match="declined"):
        disclose(paper)
    assert not Disclosure.objects.exists()


def test_it_is_disclosed_within_its_days_and_in_words():
    paper = receive()
    for wrong in (
        {"on": date(2026, 11, 24)},
        {"on": date(2026, 11, 1)},
        {"disclosed": " "},
    ):
        with pytest.raises(Refused):
            disclose(paper, **wrong)
    assert paper.overdue(date(2026, 12, 1))
    assert not paper.overdue(date(2026, 11, 30))


def test_without_a_paper_no_such_disclosure_is_recorded_and_others_need_a_recipient():
    def record(code, recipient=None):
        return disclosures.record(
            CustomerFactory(), Use.objects.get(code=code), on=ON, recipient=recipient,
            what="Calls", at=AT, by=None, because="x",
        )  # fmt: skip

    with pytest.raises(Refused, match="paper"):
        record("legal")
    with pytest.raises(Refused, match="about others"):
        record("agents")
    with pytest.raises(Refused, match="not allowed"):
        record("agents", RecipientFactory())
    assert record("service").recipient == disclosures.OURSELVES
