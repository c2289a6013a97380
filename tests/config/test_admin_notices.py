"""Notices in the admin: read as the customer will, approved by a second person, then fixed."""

import pytest
from django.test import Client

from config import roles
from notices.models import Notice
from tests.factories.notices import NoticeFactory

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def draft(reference_data):
    return NoticeFactory(finish__draft=True)


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


def test_a_placeholder_that_there_is_not_is_refused_with_the_list_of_those_there_are(
    client_of, address, draft
):
    form = form_of(draft, email_body="Dear {{ nobody }}")
    answer = client_of(roles.OFFICER).post(address("notices_notice", "change", draft.pk), form)
    assert "Unknown placeholder: “nobody”. Use one of: carrier_name" in answer.content.decode()


def test_an_approved_notice_offers_a_new_version_and_no_fields(client_of, address, draft):
    client = client_of(roles.OFFICER)
    read = {"because": "Read it", "seen": draft.fingerprint}
    client.post(address("notices_notice", "approve", draft.pk), read)
    draft.refresh_from_db()
    assert draft.status == Notice.Status.APPROVED
    assert draft.policy_version.status == "published"
    page = address("notices_notice", "change", draft.pk)
    offered = [action["title"] for action in client.get(page).context["actions_detail"]]
    assert offered == ["Preview", "New version"]
    assert client.post(page, form_of(draft, subject="Other words")).status_code == 403
    client.post(address("notices_notice", "new_version", draft.pk), {"because": "Wording"})
    assert Notice.objects.filter(status=Notice.Status.DRAFT).count() == 1
