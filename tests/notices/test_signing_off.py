"""Sign-offs and overrides: who gives them, for which words, and that nothing goes out without."""

from datetime import UTC, datetime

import pytest

from accounts.errors import Changed, Refused
from notices import publishing, signing_off, standard_texts
from notices.models import ContentSignOff
from tests.factories.accounts import CarrierFactory, UserFactory
from tests.factories.notices import NoticeFactory, PolicyFactory, cleared

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
AT = datetime(2026, 11, 23, 17, tzinfo=UTC)
MAY = "notices.sign_off_notice notices.override_notice notices.approve_notice"


@pytest.fixture
def second():
    return UserFactory(may=MAY)


@pytest.fixture
def author():
    return UserFactory(may=MAY)


@pytest.fixture
def standard(author):
    """The standard notice as a draft, which fails no line."""
    CarrierFactory()
    policy = PolicyFactory(uses=["other-services", "agents"])
    return standard_texts.draft_cpni_notice(policy, by=author, because="Set up")


def state(notice, code):
    (line,) = [c for c in signing_off.checked(notice) if c.result.line.code == code]
    return line


def approve(notice, by):
    return publishing.approve_notice(notice, by=by, because="Read", at=AT)


def sign(notice, code, by, verdict="good", remark="", **kwargs):
    return signing_off.sign_off(
        notice, code, verdict=verdict, remark=remark, by=by, at=AT, **kwargs
    )


def override(notice, code, by, because="It says so in other words", **kwargs):
    return signing_off.override(notice, code, by=by, because=because, at=AT, **kwargs)


def change(notice, **words):
    text = notice.texts.get(language="en")
    for name, value in words.items():
        setattr(text, name, value)
    text.save()


def test_nothing_is_approved_before_each_judgement_is_signed_off(standard, second, author):
    with pytest.raises(Refused, match=r"Nobody has signed off: it is comprehensible"):
        approve(standard, second)
    waiting = [c.result.line.code for c in signing_off.checked(standard) if c.is_open]
    assert waiting == ["comprehensible", "neutral", "apparent", "means_the_same"]
    for code in waiting:
        assert sign(standard, code, author) is True
    assert approve(standard, second) is True


def test_what_somebody_found_not_good_stays_open_until_it_is_good(standard, second):
    with pytest.raises(Refused, match="not said what is not good"):
        sign(standard, "neutral", second, verdict="not_good")
    sign(standard, "neutral", second, verdict="not_good", remark="It presses the customer")
    assert state(standard, "neutral").is_open
    sign(standard, "neutral", second, remark="On a second reading it does not")
    assert not state(standard, "neutral").is_open
    assert sign(standard, "neutral", second, remark="On a second reading it does not") is False
    said = ContentSignOff.objects.filter(line="neutral")
    assert [row.verdict for row in said] == ["not_good", "good"]


def test_after_an_edit_everything_is_asked_again(standard, second, author):
    cleared(standard)
    assert not [c for c in signing_off.checked(standard) if c.is_open]
    change(standard, subject="Your CPNI and your rights")
    with pytest.raises(Refused, match="Nobody has signed off"):
        approve(standard, second)
    change(standard, subject="Your right to limit how we use your telephone account information")


def test_a_failed_line_is_named_and_only_a_second_person_overrides_it(standard, second, author):
    text = standard.texts.get(language="en")
    change(standard, email_body=text.email_body.replace("location and", "and"))
    for line in signing_off.checked(standard):
        if line.is_open and not line.result.fails:
            sign(standard, line.result.line.code, second)
    with pytest.raises(Refused, match=r"fails: location, .* \(47 USC 222\(h\)\(1\)\(A\)\)"):
        approve(standard, second)
    with pytest.raises(Refused, match="You wrote or changed this notice"):
        override(standard, "location", author)
    with pytest.raises(Refused, match="no reason"):
        override(standard, "location", second, because="  ")
    assert override(standard, "location", second) is True
    assert approve(standard, second) is True
    row = ContentSignOff.history.get(line="location")
    assert (row.history_user, row.remark) == (second, "It says so in other words")


def test_only_what_waits_for_it_is_signed_off_or_overridden(standard, second):
    for act in (lambda: sign(standard, "location", second), lambda: sign(standard, "no", second)):
        with pytest.raises(Refused, match="does not wait for it"):
            act()
    for code in ("location", "neutral"):
        with pytest.raises(Refused, match="does not wait for it"):
            override(standard, code, second)
    with pytest.raises(Refused, match="not said whether"):
        sign(standard, "neutral", second, verdict="overridden")
    cleared(standard)
    approve(standard, second)
    with pytest.raises(Refused, match="approved already"):
        sign(standard, "neutral", second)


def test_what_was_changed_after_it_was_read_is_not_signed_off(standard, second):
    seen = standard.fingerprint
    change(standard, subject="CPNI: something else")
    with pytest.raises(Changed):
        sign(standard, "neutral", second, seen=seen)


def test_a_sign_off_is_written_once(standard, second):
    sign(standard, "neutral", second)
    given = ContentSignOff.objects.get()
    with pytest.raises(ValueError, match="written once"):
        given.save()


def test_the_carriers_record_is_compared(standard):
    text = standard.texts.get(language="en")
    spoilt = text.letter_body.replace("{{ optout_address }}", "PO Box 1\nProvo, UT 84601")
    change(standard, letter_body=spoilt)
    result = state(standard, "address").result
    assert result.fails
    assert "The carrier's has UT 84047" in result.wrong[0].excerpt


def test_a_notice_by_email_only_is_not_asked_for_a_letter():
    notice = NoticeFactory(finish__draft=True, channels="email", waiting_days=30)
    notice.texts.update(letter_body="")
    assert not state(notice, "complete").result.fails
    codes = {c.result.line.code for c in signing_off.checked(notice)}
    assert "type_size" not in codes
    assert "reply" in codes


def test_a_language_with_some_parts_only_is_refused(standard, second):
    standard.texts.filter(language="es").update(letter_body="")
    assert state(standard, "complete").result.wrong[0].excerpt == "Spanish: no letter."
    with pytest.raises(Refused, match="Spanish: This notice may go by post"):
        approve(standard, second)
