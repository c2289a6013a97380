"""Whatever door is tried, the words of an approved notice stay as they were approved."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from notices.models import Notice, NoticeText, Use
from tests.factories.notices import NoticeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]

TRIGGERS = {
    "notices_text_is_fixed",
    "notices_notice_is_fixed",
    "notices_text_is_not_added",
    "notices_text_is_not_moved",
    "notices_use_is_not_added",
    "notices_use_is_not_changed",
}


@pytest.fixture
def approved():
    return NoticeFactory(finish__uses=["other-services"])


@pytest.fixture
def draft():
    return NoticeFactory(finish__draft=True, finish__languages=("en", "es"))


def raw(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def state(notice):
    """Everything that the notice says."""
    return (
        list(Notice.objects.filter(pk=notice.pk).values()),
        list(NoticeText.objects.filter(notice=notice).order_by("pk").values()),
        sorted(Notice.objects.get(pk=notice.pk).uses.values_list("code", flat=True)),
    )


def words(notice):
    """A text that is not saved yet."""
    return NoticeText(
        notice=notice, language="es", subject="Aviso", email_body="a", letter_body="b"
    )


TEXT = "UPDATE notices_noticetext SET"
NOTICE = "UPDATE notices_notice SET"


@pytest.mark.parametrize(
    "attempt",
    [
        lambda n, d: n.texts.update(email_body="Other words"),
        lambda n, d: n.texts.update(subject="Other words"),
        lambda n, d: n.texts.update(notice=d),
        lambda n, d: d.texts.filter(language="es").update(notice=n),
        lambda n, d: NoticeText.objects.bulk_create([words(n)]),
        lambda n, d: raw(f"{TEXT} letter_body = 'x' WHERE notice_id = %s", n.pk),
        lambda n, d: raw(f"{TEXT} digest = 'x' WHERE notice_id = %s", n.pk),
        lambda n, d: Notice.objects.filter(pk=n.pk).update(waiting_days=60),
        lambda n, d: Notice.objects.filter(pk=n.pk).update(status="draft"),
        lambda n, d: raw(f"{NOTICE} waiting_days = 60 WHERE id = %s", n.pk),
        lambda n, d: raw(f"{NOTICE} policy_version_id = 0 WHERE id = %s", n.pk),
        lambda n, d: n.uses.add(Use.objects.get(code="affiliates")),
        lambda n, d: n.uses.through.objects.filter(notice=n).update(
            use=Use.objects.get(code="affiliates")
        ),
        lambda n, d: d.uses.through.objects.filter(notice=d, use__code="agents").update(notice=n),
        lambda n, d: Notice.objects.get(pk=n.pk).save(),
    ],
)
def test_the_database_refuses(approved, draft, attempt):
    before = state(approved)
    with pytest.raises(DatabaseError, match="approved notice cannot change"), transaction.atomic():
        attempt(approved, draft)
    assert state(approved) == before


def test_saving_a_text_is_refused_with_a_message_for_people(approved):
    text = NoticeText.objects.get(notice=approved)
    text.subject = "Other words"
    for changed in (text, words(approved)):
        with pytest.raises(ValidationError, match="text of an approved notice cannot change"):
            changed.save()


def test_the_form_of_an_approved_notice_is_refused_with_a_message(approved):
    approved.waiting_days = 60
    with pytest.raises(ValidationError, match="Write a new one instead"):
        approved.clean()


def test_a_draft_may_change(draft):
    draft.texts.update(subject="Other words")
    raw(f"{TEXT} email_body = 'Other words' WHERE notice_id = %s", draft.pk)
    text = draft.texts.first()
    text.letter_body = "Other words"
    text.save()
    text.refresh_from_db()
    assert {text.subject, text.email_body, text.letter_body} == {"Other words"}
    draft.waiting_days = 60
    draft.save()
    draft.uses.set(Use.objects.filter(code="agents"))
    assert Notice.objects.get(pk=draft.pk).waiting_days == 60


def test_the_triggers_are_there():
    """A migration that rebuilds a table on SQLite drops them: repeat them after it."""
    catalogue = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        found = {row[0] for row in cursor.fetchall()}
    assert found >= TRIGGERS
