"""The content check, the preview as a customer, the comparison and the test, as pages."""

import pytest
from django.test import Client

from accounts.models import Look
from config import roles
from notices import publishing, signing_off, standard_texts
from notices.models import ContentSignOff, Notice
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.notices import NoticeFactory, PolicyFactory, cleared

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def notice(reference_data):
    CarrierFactory()
    policy = PolicyFactory(uses=["other-services", "agents"])
    return standard_texts.draft_cpni_notice(policy, by=None, because="Set up")


@pytest.fixture
def page(address, notice):
    return lambda name: address("notices_notice", name, notice.pk)


def spoil(notice):
    text = notice.texts.get(language="en")
    text.email_body = text.email_body.replace("location and amount", "and amount")
    text.save()


def seen(answer, **data):
    return {"because": "Read it", "seen": answer.context["form"]["seen"].value(), **data}


def test_the_page_shows_what_fails_where_and_what_to_do(client_of, notice, page):
    spoil(notice)
    body = client_of(roles.AUDITOR).get(page("content_check")).content.decode()
    assert "1 of 37 lines fails and 4 wait to be signed off." in body
    assert "<b>English e-mail:</b> Not found" in body
    assert "Add “location” to the types of information." in body
    assert "47 USC 222(h)(1)(A)" in body
    assert "Override with a reason" not in body  # an auditor reads


def test_the_form_of_the_notice_leads_to_it_and_is_right_after_each_saving(client_of, notice, page):
    officer = client_of(roles.OFFICER)
    body = officer.get(page("change")).content.decode()
    assert "4 wait to be signed off." in body
    assert page("content_check") in body
    spoil(notice)
    assert "1 of 37 lines fails" in officer.get(page("change")).content.decode()


def test_lines_are_signed_off_and_overridden_and_then_it_is_approved(
    staff, client_of, notice, page
):
    spoil(notice)
    officer = client_of(roles.OFFICER)
    for line in signing_off.checked(notice):
        if not line.is_open:
            continue
        act = page("override" if line.result.fails else "sign_off")
        form = officer.get(f"{act}?line={line.result.line.code}")
        assert form.context["form"]["line"].value() == line.result.line.code
        answer = officer.post(act, seen(form, line=line.result.line.code, verdict="good"))
        assert answer["Location"] == page("content_check")
    body = officer.get(page("content_check")).content.decode()
    assert "All 37 lines pass or are answered for." in body
    assert "Goes out all the same" in body
    officer.post(page("approve"), seen(officer.get(page("approve"))))
    assert Notice.objects.get(pk=notice.pk).status == "approved"
    assert ContentSignOff.objects.filter(verdict="overridden").get().remark == "Read it"


def test_approving_names_the_open_lines_and_changes_nothing(client_of, notice, page):
    officer = client_of(roles.OFFICER)
    answer = officer.post(page("approve"), seen(officer.get(page("approve"))))
    assert "Nobody has signed off: it is comprehensible" in answer.content.decode()
    assert Notice.objects.get(pk=notice.pk).status == "draft"


def test_whoever_wrote_it_overrides_nothing(staff, notice, page):
    author, client = staff(roles.OFFICER), Client()
    client.force_login(author)
    Notice.objects.filter(pk=notice.pk).update(author=author)
    spoil(notice)
    form = client.get(page("override"))
    answer = client.post(page("override"), seen(form, line="location"))
    assert "Someone else must approve it" in answer.content.decode()
    assert not ContentSignOff.objects.exists()


def test_the_preview_as_a_named_customer_is_a_look_and_keeps_the_number_out_of_addresses(
    client_of, notice, page
):
    ann = CustomerFactory(name="Ann <b>Lee", account_number="W000077", language="es")
    officer = client_of(roles.OFFICER)
    answer = officer.post(page("preview_for"), {"account_number": "W000077"})
    assert answer["Location"] == f"{page('preview')}?customer={ann.pk}"
    body = officer.get(answer["Location"]).content.decode()
    assert "Estimado/a Ann &lt;b&gt;Lee:" in body  # in the customer's language
    assert Look.objects.filter(customer_id=ann.pk, screen="notices_notice_preview").exists()
    framed = officer.get(f"{page('preview_email')}?language=es&customer={ann.pk}")
    assert "Ann &lt;b&gt;Lee" in framed.content.decode()
    assert Look.objects.filter(customer_id=ann.pk, screen="notices_notice_preview_email").exists()
    letter = officer.get(f"{page('preview_letter')}?language=es&customer={ann.pk}&page=2")
    assert letter["Content-Type"] == "image/png"
    assert "connect-src" not in framed["Content-Security-Policy"]


def test_who_may_not_see_customers_previews_a_made_up_one_only(client_of, notice, page):
    ann = CustomerFactory()
    marketing = client_of(roles.MARKETING)
    assert "Dear Ann Example," in marketing.get(page("preview")).content.decode()
    for name in ("preview", "preview_email", "preview_letter"):
        assert marketing.get(f"{page(name)}?customer={ann.pk}").status_code == 403
    assert marketing.post(page("preview_for"), {"account_number": "x"}).status_code == 403


@pytest.mark.parametrize("given", ["customer=0", "customer=x", "customer=9" * 30])
def test_a_customer_who_is_not_there_is_not_found(client_of, notice, page, given):
    assert client_of(roles.OFFICER).get(f"{page('preview')}?{given}").status_code == 404


def test_a_number_that_nobody_has_is_said(client_of, notice, page):
    officer = client_of(roles.OFFICER)
    answer = officer.post(page("preview_for"), {"account_number": "none"}, follow=True)
    assert "No customer has that account number." in answer.content.decode()
    for wanted in ("0", "3", "x", ""):
        assert officer.get(f"{page('preview_letter')}?page={wanted}").status_code == 404
    assert officer.get(f"{page('preview_email')}?language=fr").status_code == 404


def test_a_new_version_is_compared_with_the_one_approved_before_it(client_of, address, staff):
    CarrierFactory()
    first = NoticeFactory(title="The first")
    copy = publishing.new_version(first, by=staff(roles.OFFICER), because="Wording")
    text = copy.texts.get()
    text.email_body = text.email_body.replace("reply", "<b>write</b>")
    text.save()
    body = client_of(roles.AUDITOR).get(address("notices_notice", "compare", copy.pk))
    said = body.content.decode()
    assert "Against “The first”" in said
    assert "&lt;b&gt;write&lt;/b&gt;<span" in said
    assert "The same." in said
    other = NoticeFactory(title="Another", finish__draft=True)
    chosen = address("notices_notice", "compare", copy.pk) + f"?with={other.pk}"
    assert "Against “Another”" in client_of(roles.AUDITOR).get(chosen).content.decode()


def test_a_sign_off_of_earlier_words_is_shown_as_such(client_of, notice, page):
    cleared(notice)
    spoil(notice)
    body = client_of(roles.OFFICER).get(page("content_check")).content.decode()
    assert "Said before, or of earlier words" in body
