"""A new notice begins with the standard words, which nobody can send as they are by mistake."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from accounts.errors import Refused
from config import roles
from notices import publishing, standard_texts
from notices.models import Notice
from tests.factories.accounts import CarrierFactory, UserFactory
from tests.factories.notices import PolicyFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
AT = datetime(2026, 11, 23, 17, tzinfo=UTC)
ADD = "admin:notices_notice_add"


def posted(client, standard):
    """The form as it comes, sent back as it is."""
    page = client.get(f"{reverse(ADD)}?standard={standard}")
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    sent = {}
    for form in forms:
        for field in form:
            value = field.value()
            sent[field.html_name] = "" if value is None else value
    sent["uses"] = [getattr(use, "pk", use) for use in sent.get("uses") or []]
    return client.post(f"{reverse(ADD)}?standard={standard}", sent, follow=True)


def test_an_offer_begins_with_what_the_law_asks_of_it_in_both_languages(client_of):
    CarrierFactory()
    answer = posted(client_of(roles.OFFICER), "marketing")
    notice = Notice.objects.get()
    assert (notice.kind, notice.channels) == ("marketing", "email"), answer.content.decode()
    assert {text.language for text in notice.texts.all()} == {"en", "es"}
    for text in notice.texts.all():
        assert "{{ unsubscribe_link }}" in text.email_body
        assert "{{ optout_address }}" in text.email_body


def test_an_offer_whose_brackets_were_left_is_not_approved():
    CarrierFactory()
    notice = standard_texts.save(standard_texts.offer(), by=UserFactory(), because="x")
    by = UserFactory(is_superuser=True)
    with pytest.raises(Refused, match="it still says “\\[what you offer, in a few words\\]”"):
        publishing.approve_notice(notice, by=by, because="x", at=AT)
    for text in notice.texts.all():
        for old in publishing.TO_BE_WRITTEN.findall(f"{text.subject}\n{text.email_body}"):
            text.subject = text.subject.replace(old, "Fiber")
            text.email_body = text.email_body.replace(old, "Fiber is here.")
        text.save()
    assert publishing.approve_notice(notice, by=by, because="x", at=AT)


def test_a_notice_begins_under_the_policy_in_force(client_of):
    CarrierFactory()
    policy = PolicyFactory(effective_on=date(2020, 1, 1), uses=["other-services", "agents"])
    posted(client_of(roles.OFFICER), "cpni")
    notice = Notice.objects.get()
    assert notice.policy_version == policy
    assert set(notice.uses.values_list("code", flat=True)) == {"other-services", "agents"}
    assert notice.texts.count() == 2


def test_where_there_are_no_standard_words_the_page_says_why(client_of):
    PolicyFactory(effective_on=date(2020, 1, 1), uses=["fraud"])
    page = client_of(roles.OFFICER).get(f"{reverse(ADD)}?standard=cpni").content.decode()
    assert page.count("declares no use that opt-out can approve") == 1
