"""The texts that come with the product: drafts for the right uses, accepted by the approver."""

from datetime import UTC, date, datetime

import pytest

from accounts.errors import Refused
from accounts.models import Carrier
from notices import letters, policies, publishing, signing_off, standard_texts
from notices.models import Notice, PolicyVersion, Use
from tests.factories.accounts import CarrierFactory, UserFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, PolicyFactory, cleared

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

WHY = "Set up"
AT = datetime(2026, 11, 23, 17, tzinfo=UTC)


@pytest.fixture(autouse=True)
def carrier(reference_data):
    return CarrierFactory()


@pytest.fixture
def author():
    return UserFactory()


@pytest.fixture
def old(author):
    return policy("1.0", date(2015, 1, 1), author)


@pytest.fixture
def new(old, author):
    return policy("2.0", date(2026, 11, 18), author)


def policy(number, day, by):
    version = standard_texts.install_policy(number, effective_on=day, by=by, because=WHY)
    policies.record_earlier(
        version, effective_on=day, today=date(2026, 11, 23), by=None, because="On the web site"
    )
    return version


def codes(record):
    return set(record.uses.values_list("code", flat=True))


def test_a_policy_is_installed_as_a_draft_and_only_once(author):
    def install(day=date(2015, 1, 1)):
        return standard_texts.install_policy("1.0", effective_on=day, by=author, because=WHY)

    version = install()
    assert (version.status, version.effective_on) == (PolicyVersion.Status.DRAFT, date(2015, 1, 1))
    rows = version.history.count()
    assert install() == version
    assert version.history.count() == rows
    with pytest.raises(Refused, match="another effective date"):
        install(day=date(2016, 1, 1))


def test_who_and_why_are_on_record(old, author):
    notice = standard_texts.draft_cpni_notice(old, by=author, because=WHY)
    assert notice.author == author
    for record in (notice, *notice.texts.all()):
        row = record.history.latest()
        assert (row.history_user, row.history_change_reason) == (author, WHY)


def test_an_unknown_policy_and_a_catalogue_with_gaps_are_refused():
    with pytest.raises(Refused, match=r"no standard policy 3\.0"):
        standard_texts.install_policy("3.0", effective_on=AT.date(), by=None, because=WHY)
    Use.objects.filter(code="fraud").delete()
    with pytest.raises(Refused, match="lacks: fraud"):
        standard_texts.install_policy("1.0", effective_on=AT.date(), by=None, because=WHY)


def test_the_second_policy_adds_affiliates_and_nothing_else(old, new):
    assert codes(new) - codes(old) == {"affiliates"}
    assert len(codes(old)) == 11
    assert codes(old) < codes(new)
    assert "share your CPNI with our affiliates" in new.text
    assert "affiliate" not in old.text


def test_the_notice_asks_for_what_its_policy_declares_and_names_no_other_recipient(old, new):
    first = standard_texts.draft_cpni_notice(old, by=None, because=WHY)
    second = standard_texts.draft_cpni_notice(new, by=None, because=WHY)
    assert codes(first) == {"other-services", "agents"}
    assert codes(second) == {"other-services", "agents", "affiliates"}
    for notice, named in ((first, False), (second, True)):
        for text in notice.texts.all():
            for body in (text.email_body, text.letter_body):
                assert "Canyon Sales Partners LLC" in body
                assert ("Wasatch Wireless, LLC" in body) is named
                assert ("afiliadas" in body or "affiliates" in body) is named
                assert "[other" not in body


def test_the_change_asks_for_what_is_new(new):
    notice = standard_texts.draft_policy_change(new, by=None, because=WHY)
    assert (notice.kind, codes(notice)) == (Notice.Kind.POLICY_CHANGE, {"affiliates"})


def test_the_waiting_days_are_the_carriers(old, carrier):
    Carrier.objects.update(default_waiting_days=40)
    assert standard_texts.draft_cpni_notice(old, by=None, because=WHY).waiting_days == 40


@pytest.mark.parametrize("draft", ["draft_cpni_notice", "draft_policy_change"])
def test_the_drafts_are_approved_as_they_are(new, author, draft):
    notice = getattr(standard_texts, draft)(new, by=author, because=WHY)
    assert set(notice.texts.values_list("language", flat=True)) == {"en", "es"}
    assert [line for line in signing_off.checked(notice) if line.result.fails] == []
    cleared(notice)
    assert (
        publishing.approve_notice(
            notice, by=UserFactory(may="notices.approve_notice"), because="Read", at=AT
        )
        is True
    )


def test_what_cannot_be_drafted_is_refused(old, new):
    with pytest.raises(Refused, match="changes no published version"):
        standard_texts.draft_policy_change(old, by=None, because=WHY)
    same = PolicyFactory(
        number="2.1", effective_on=date(2027, 1, 1), uses=["other-services", "agents"]
    )
    with pytest.raises(Refused, match=r"asks for nothing that Policy 2\.0 does not"):
        standard_texts.draft_policy_change(same, by=None, because=WHY)
    Use.objects.create(code="loyalty", purpose="A plan", recipient="own", mechanism="opt_out")
    more = PolicyFactory(
        number="2.2", effective_on=date(2027, 1, 2), uses=["other-services", "agents", "loyalty"]
    )
    with pytest.raises(Refused, match="does not speak of “A plan”"):
        standard_texts.draft_cpni_notice(more, by=None, because=WHY)
    with pytest.raises(Refused, match="no use that opt-out can approve"):
        standard_texts.draft_cpni_notice(
            PolicyFactory(number="3.0", effective_on=date(2027, 2, 1), uses=["fraud"]),
            by=None,
            because=WHY,
        )
    Carrier.objects.all().delete()
    with pytest.raises(Refused, match="carrier is not filled in"):
        standard_texts.draft_cpni_notice(old, by=None, because=WHY)


def test_a_spanish_letter_has_its_date_in_spanish(new):
    """Once translated, all of it is translated."""
    notice = standard_texts.draft_policy_change(new, by=None, because=WHY)
    campaign = CampaignFactory(running=True, notice=notice)
    for text in notice.texts.all():
        DeliveryFactory(campaign=campaign, text=text, state="queued")
    batch = letters.make_batch(campaign, by=None, because="Printing day", at=AT)
    printed = "".join(letters.export(batch, by=None))
    assert "effective from November 18, 2026" in printed
    assert "a partir del 18 de noviembre de 2026" in printed
    assert "{{" not in printed
