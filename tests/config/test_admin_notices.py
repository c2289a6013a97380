"""Notices in the admin: read as the customer will, approved by a second person, then fixed."""

import pytest
from django.test import Client

from config import roles
from notices.models import Notice
from tests.factories.notices import NoticeFactory, cleared

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def draft(reference_data):
    return cleared(NoticeFactory(finish__draft=True))


def form_of(notice, **texts):
    """The notice's form as a browser would send it, with changes to its English text."""
    text = notice.texts.get()
    words = {"subject": text.subject, "email_body": text.email_body}
    words |= {"letter_body": text.letter_body, **texts}
    return {
        "title": notice.title,
        "kind": notice.kind,
        "policy_version": notice.policy_version_id,
        "channels": notice.channels,
        "waiting_days": notice.waiting_days,
        "uses": [use.pk for use in notice.uses.all()],
        "because": "Clearer words",
        "texts-TOTAL_FORMS": 1,
        "texts-INITIAL_FORMS": 1,
        "texts-0-id": text.pk,
        "texts-0-notice": notice.pk,
        "texts-0-language": "en",
        **{f"texts-0-{name}": value for name, value in words.items()},
    }


def test_the_preview_fills_in_the_carrier_and_a_made_up_customer(client_of, address, draft):
    page = client_of(roles.SUPERVISOR).get(address("notices_notice", "preview", draft.pk))
    assert "Dear Ann Example," in page.content.decode()
    assert "{{ customer_name }}" not in page.content.decode()


def test_the_preview_only_reads(client_of, address, draft):
    page = address("notices_notice", "preview", draft.pk)
    assert client_of(roles.OFFICER).post(page, {}).status_code == 405


def test_hostile_words_are_shown_and_not_run(client_of, address, draft):
    draft.texts.update(email_body="<script>alert(1)</script>")
    client = client_of(roles.OFFICER)
    for page in ("preview", "approve", "change"):
        body = client.get(address("notices_notice", page, draft.pk)).content.decode()
        assert "<script>alert(1)" not in body
        assert "&lt;script&gt;alert(1)" in body


def test_changing_only_the_words_keeps_who_and_why_and_makes_one_the_author(staff, address, draft):
    officer, client = staff(roles.OFFICER), Client()
    client.force_login(officer)
    form = form_of(draft, subject="Your choice")
    answer = client.post(address("notices_notice", "change", draft.pk), form)
    assert answer.status_code == 302
    text = draft.texts.get()
    row = text.history.first()
    assert (text.subject, row.history_user) == ("Your choice", officer)
    assert row.history_change_reason == "Clearer words"
    draft.refresh_from_db()
    assert draft.author == officer
    mine = {"because": "Mine", "seen": draft.fingerprint}
    client.post(address("notices_notice", "approve", draft.pk), mine)
    draft.refresh_from_db()
    assert draft.status == Notice.Status.DRAFT


BROKEN = {
    "Dear {{ nobody }}": "Unknown placeholder: “nobody”. Use one of: carrier_name",
    "Dear {{ customer_name": "A placeholder is not well formed",
    "Dear {{ customer.email }}": "Unknown placeholder: “customer.email”",
    "Your {{ code }}": "Not for this kind of notice: code",
}


@pytest.mark.parametrize("words", BROKEN)
@pytest.mark.parametrize("field", ["email_body", "letter_body", "short_body"])
def test_a_broken_placeholder_is_found_when_the_notice_is_saved(
    client_of, address, draft, field, words
):
    page = address("notices_notice", "change", draft.pk)
    answer = client_of(roles.OFFICER).post(page, form_of(draft, **{field: words}))
    assert BROKEN[words] in answer.content.decode()
    assert getattr(draft.texts.get(), field) != words


def test_a_subject_takes_no_placeholder_and_no_line_end(client_of, address, draft):
    page = address("notices_notice", "change", draft.pk)
    for subject in ("For {{ customer_name }}", "CPNI\r\nBcc: eve@evil.example"):
        client_of(roles.OFFICER).post(page, form_of(draft, subject=subject))
        assert draft.texts.get().subject not in (subject, subject.strip())


def test_an_approved_notice_offers_a_new_version_and_no_fields(client_of, address, draft):
    client = client_of(roles.OFFICER)
    read = {"because": "Read it", "seen": draft.fingerprint}
    client.post(address("notices_notice", "approve", draft.pk), read)
    draft.refresh_from_db()
    assert draft.status == Notice.Status.APPROVED
    assert draft.policy_version.status == "published"
    page = address("notices_notice", "change", draft.pk)
    offered = [action["title"] for action in client.get(page).context["actions_detail"]]
    assert offered == ["Content check", "Preview", "New version"]
    assert client.post(page, form_of(draft, subject="Other words")).status_code == 403
    client.post(address("notices_notice", "new_version", draft.pk), {"because": "Wording"})
    assert Notice.objects.filter(status=Notice.Status.DRAFT).count() == 1
