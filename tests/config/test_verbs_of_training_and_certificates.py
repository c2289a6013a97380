"""Below the pages: training, sanctions and certificates are the compliance officer's alone."""

from datetime import UTC, date, datetime

import pytest

from accounts import training
from accounts.models import Sanction, TrainingText
from accounts.permissions import NotAllowed
from config import roles
from cpni import certificates
from cpni.models import AnnualCertificate, BrokerAction
from tests.factories.accounts import CarrierFactory, TrainingTextFactory, UserFactory
from tests.factories.cpni import AnnualCertificateFactory

pytestmark = pytest.mark.usefixtures("today", "reference_data")
AT, ON = datetime(2026, 11, 23, 18, tzinfo=UTC), date(2026, 11, 23)
WHY = {"because": "Asked"}


def ready():
    carrier = CarrierFactory()
    carrier.frn = "0012345678"
    carrier.save()
    return AnnualCertificateFactory(year=2025)


def drafted():
    made = ready()
    certificates.draft(made, today=ON, at=AT, by=officer(), **WHY)
    return made


def signed():
    made = drafted()
    certificates.sign(made, on=ON, paper="kept", today=ON, by=officer(), **WHY)
    return made


def officer():
    return UserFactory(is_superuser=True)


VERBS = {
    "write a text": lambda by: training.draft(
        TrainingText(course="CPNI", text="Ask."), by=by, **WHY
    ),
    "publish a text": lambda by: training.publish(
        TrainingTextFactory(status="draft"), by=by, at=AT, **WHY
    ),
    "withdraw a text": lambda by: training.withdraw(TrainingTextFactory(), by=by, **WHY),
    "record training held elsewhere": lambda by: training.record_elsewhere(
        UserFactory(), TrainingTextFactory(), on=ON, proof="Binder", today=ON, at=AT, by=by
    ),
    "record a sanction": lambda by: training.record_sanction(
        Sanction(
            person=UserFactory(),
            happened_on=ON,
            happened="Looked",
            decided_on=ON,
            decided="Warned",
            decided_by="Robin Hale",
        ),
        today=ON,
        at=AT,
        by=by,
    ),
    "record an action against a broker": lambda by: certificates.record_broker_action(
        BrokerAction(taken_on=ON, against="X", kind="fcc", what="Petition", proof="26-1"),
        today=ON,
        at=AT,
        by=by,
    ),
    "begin a certificate": lambda by: certificates.begin(
        AnnualCertificate(year=2025), today=ON, by=by, **WHY
    ),
    "explain": lambda by: certificates.explain(ready(), {"noticed": "Late"}, by=by, **WHY),
    "draft": lambda by: certificates.draft(ready(), today=ON, at=AT, by=by, **WHY),
    "take back": lambda by: certificates.reopen(drafted(), by=by, **WHY),
    "sign": lambda by: certificates.sign(drafted(), on=ON, paper="kept", today=ON, by=by, **WHY),
    "file": lambda by: certificates.file(
        signed(), on=ON, confirmation="1", receipt=None, today=ON, by=by, **WHY
    ),
}
OTHERS = [role for role in roles.ROLES if role != roles.OFFICER]


@pytest.mark.parametrize("verb", VERBS)
def test_the_officer_may_and_nobody_else(verb, staff):
    for n, role in enumerate(OTHERS):
        if n:  # one certificate a year
            AnnualCertificate.objects.all().delete()
        with pytest.raises(NotAllowed):
            VERBS[verb](staff(role))
    AnnualCertificate.objects.all().delete()
    VERBS[verb](staff(roles.OFFICER))
