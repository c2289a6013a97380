"""Notices: approved by a second person, refused when they would be worthless, copied to change."""

from datetime import UTC, date, datetime

import pytest

from accounts.errors import Refused
from notices import publishing
from notices.models import Notice, NoticeText, Use
from tests.factories.accounts import UserFactory
from tests.factories.notices import NoticeFactory, PolicyFactory, cleared

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

AT = datetime(2026, 11, 23, 17, tzinfo=UTC)


def draft(**kwargs):
    return NoticeFactory(finish__draft=True, **kwargs)


def approve(notice, by=None):
    if Notice.objects.get(pk=notice.pk).status == Notice.Status.DRAFT:
        cleared(notice)
    return publishing.approve_notice(
        notice,
        by=by or UserFactory(may="notices.approve_notice"),
        because="Read line by line",
        at=AT,
    )


def test_a_second_person_approves_and_it_is_on_record():
    notice, second = draft(), UserFactory(may="notices.approve_notice")
    assert approve(notice, by=second) is True
    notice.refresh_from_db()
    assert (notice.status, notice.approved_by, notice.approved_at) == ("approved", second, AT)
    row = notice.history.latest()
    assert (row.history_user, row.history_change_reason) == (second, "Read line by line")


def test_approving_twice_does_nothing():
    notice = draft()
    approve(notice)
    rows = notice.history.count()
    assert approve(notice) is False
    assert notice.history.count() == rows


def test_its_author_cannot_approve_it():
    notice = draft(author=UserFactory(may="notices.approve_notice"))
    with pytest.raises(Refused, match="You wrote or changed this notice"):
        approve(notice, by=notice.author)


def change(**fields):
    """A change to the draft's text by a statement, which asks no validator."""
    return lambda notice: notice.texts.update(**fields)


def ask_for(code, mechanism=None):
    def add(notice):
        use = Use.objects.get(code=code)
        notice.uses.add(use)

    return add


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda n: n.texts.all().delete(), "no text in English"),
        (change(language="es"), "no text in English"),
        (change(email_body=" \n"), "needs an e-mail body"),
        (change(letter_body=""), "needs a letter body"),
        (change(subject=""), "English: This field cannot be blank"),
        (change(subject="Two\nlines"), "line break"),
        (change(subject="For {{ customer_name }}"), "A subject has no placeholders"),
        (change(email_body="Dear {{ name }}"), "Unknown placeholder: “name”"),
        (change(letter_body="Dear {{ customer_name"), "not well formed"),
        (lambda n: n.uses.clear(), "asks approval for no use"),
        (ask_for("contractors"), "cannot be approved by silence"),
        (ask_for("same-category"), "cannot be approved by silence"),
    ],
)
def test_a_worthless_notice_is_refused_and_stays_a_draft(spoil, message):
    notice = draft()
    spoil(notice)
    with pytest.raises(Refused, match=message):
        approve(notice)
    notice.refresh_from_db()
    assert (notice.status, notice.approved_by) == (Notice.Status.DRAFT, None)


def test_a_use_that_its_policy_does_not_declare_is_refused():
    notice = draft(policy_version=PolicyFactory(uses=["other-services", "agents"]))
    with pytest.raises(Refused, match="does not declare “Share with communications affiliates"):
        approve(notice)


def test_a_notice_under_a_draft_of_a_policy_is_refused():
    notice = draft(policy_version=PolicyFactory(status="draft", effective_on=date(2027, 1, 1)))
    with pytest.raises(Refused, match="is not published"):
        approve(notice)


def test_a_notice_by_email_only_needs_no_letter():
    notice = draft(channels="email", waiting_days=30)
    notice.texts.update(letter_body="")
    assert approve(notice) is True


def test_a_policy_change_may_ask_for_nothing():
    assert approve(draft(kind="policy_change", finish__uses=())) is True


def test_approval_fixes_the_digest_of_the_words_that_it_approves():
    notice = draft()
    notice.texts.update(email_body="Changed by a statement, {{ customer_name }}.")
    approve(notice)
    text = NoticeText.objects.get(notice=notice)
    assert text.digest == text.computed_digest()


def test_a_new_version_is_a_draft_with_the_same_words_and_another_author():
    notice, writer = (
        draft(finish__languages=("en", "es"), waiting_days=40),
        UserFactory(may="notices.add_notice"),
    )
    approve(notice)
    copy = publishing.new_version(notice, by=writer, because="Address changed")
    assert (copy.status, copy.author, copy.approved_by) == (Notice.Status.DRAFT, writer, None)
    assert (copy.policy_version, copy.waiting_days) == (notice.policy_version, 40)
    assert set(copy.uses.all()) == set(notice.uses.all())
    words = ("language", "subject", "email_body", "letter_body", "digest")
    assert set(copy.texts.values_list(*words)) == set(notice.texts.values_list(*words))
    reasons = {row.history_change_reason for row in copy.history.all()}
    assert reasons == {"Address changed"}
    text = copy.texts.first()
    text.subject = "Your rights, at our new address"
    text.save()
    assert notice.texts.filter(subject=text.subject).count() == 0


def test_new_versions_of_new_versions_keep_within_the_title():
    notice = draft(title="x" * 100)
    assert (
        len(
            publishing.new_version(
                notice, by=UserFactory(may="notices.add_notice"), because="Again"
            ).title
        )
        == 100
    )
