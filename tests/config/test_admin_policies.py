"""Policy versions in the admin: written, compared, published, and customers told of them."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from config import roles
from notices.models import Campaign, PolicyVersion, Use
from tests.factories.accounts import CustomerFactory
from tests.factories.notices import PolicyFactory

pytestmark = pytest.mark.usefixtures("today", "reference_data")
MODEL = "notices_policyversion"


@pytest.fixture
def old():
    return PolicyFactory(
        number="1.0",
        effective_on=date(2015, 1, 1),
        uses=["agents"],
        text="# Policy\n\nWe share it with agents.",
    )


@pytest.fixture
def draft(old):
    return PolicyFactory(
        number="2.0",
        status="draft",
        effective_on=date(2026, 12, 25),
        uses=["agents", "affiliates"],
        text="# Policy\n\nWe share it with agents and our affiliates. <script>alert(1)</script>",
    )


def form_of(version, **declared):
    """The draft's form as a browser would send it, with changes to its one use."""
    (row,) = version.declared.all()
    return {
        "number": version.number,
        "title": version.title,
        "effective_on": "2026-12-25",
        "text": version.text,
        "because": "A second agency",
        "declared-TOTAL_FORMS": 1,
        "declared-INITIAL_FORMS": 1,
        "declared-0-id": row.pk,
        "declared-0-policy_version": version.pk,
        "declared-0-use": row.use_id,
        **{f"declared-0-{name}": value for name, value in declared.items()},
    }


def test_a_use_is_limited_and_the_history_keeps_who_and_to_what(staff, address):
    version, officer, client = PolicyFactory(status="draft", uses=["agents"]), None, Client()
    officer = staff(roles.OFFICER)
    client.force_login(officer)
    form = form_of(version, recipients="Acme\nBell", data_classes=["type", "amount"])
    assert client.post(address(MODEL, "change", version.pk), form).status_code == 302
    row = version.declared.get()
    assert (row.recipients.split(), row.data_classes) == (["Acme", "Bell"], ["type", "amount"])
    latest = version.history.latest()
    assert (latest.history_user, latest.history_change_reason) == (officer, "A second agency")
    assert latest.uses.get().data_classes == ["type", "amount"]


def test_the_difference_is_said_use_by_use_and_word_by_word(client_of, address, draft):
    page = client_of(roles.AUDITOR).get(address(MODEL, "difference", draft.pk)).content.decode()
    assert "Policy 2.0 compared with Policy 1.0" in page
    assert "Material: customers under Policy 1.0 must be told and asked." in page
    assert "<strong>New</strong>" in page
    assert '<ins><span class="sr-only">[added: </span>' in page
    assert "and our affiliates" in page
    assert "<script>alert(1)" not in page


def test_another_version_is_chosen_to_compare_with(client_of, address, old, draft):
    client, page = client_of(roles.OFFICER), address(MODEL, "difference", old.pk)
    body = client.get(page, {"with": draft.pk}).content.decode()
    assert "Policy 1.0 compared with Policy 2.0" in body
    assert "<strong>Gone</strong>" in body
    assert client.get(page, {"with": "99"}).status_code == 404
    assert "is the first version" in client.get(page).content.decode()


def test_a_draft_says_whether_it_is_material_and_how_many_must_be_told(client_of, address, draft):
    CustomerFactory.create_batch(2)
    page = client_of(roles.OFFICER).get(address(MODEL, "change", draft.pk)).content.decode()
    assert "Yes, compared with Policy 1.0" in page
    assert "2 customers" in page


def test_the_preview_shows_the_text_and_runs_nothing(client_of, address, draft):
    page = client_of(roles.REPRESENTATIVE).get(address(MODEL, "preview", draft.pk))
    assert "<h2>Policy</h2>" in page.content.decode()
    assert "<script>alert(1)" not in page.content.decode()


def test_publishing_leads_on_to_telling_customers_and_that_to_the_drafts(client_of, address, draft):
    CustomerFactory()
    client = client_of(roles.OFFICER)
    page = client.get(address(MODEL, "publish", draft.pk))
    form = page.context["form"]
    assert form["effective_on"].value() == date(2026, 12, 25)
    sent = {"effective_on": "2027-01-01", "because": "By the board", "seen": draft.fingerprint}
    answer = client.post(address(MODEL, "publish", draft.pk), sent, follow=True)
    published = PolicyVersion.objects.get(pk=draft.pk)
    assert (published.status, published.effective_on) == ("published", date(2027, 1, 1))
    assert "Tell customers" in answer.content.decode()
    tell = address(MODEL, "tell_customers", draft.pk)
    answer = client.post(tell, {"because": "The policy changed"}, follow=True)
    campaign = Campaign.objects.get()
    assert campaign.audience == "earlier_policy"
    assert f"/notice/{campaign.notice_id}/change/" in answer.redirect_chain[-1][0]
    # Once it is drafted, the act is no longer offered.
    assert "is not possible" in client.get(tell, follow=True).content.decode()


def test_publishing_in_the_past_is_refused_and_recording_it_needs_a_day_that_has_passed(
    client_of, address, draft
):
    client = client_of(roles.OFFICER)
    sent = {"because": "By the board", "seen": draft.fingerprint}
    for act, day, words in (
        ("publish", "2026-11-23", "tomorrow at the earliest"),
        ("record_earlier", "2026-12-01", "That day has not passed"),
    ):
        answer = client.post(address(MODEL, act, draft.pk), {**sent, "effective_on": day})
        assert words in answer.content.decode()
    sent["effective_on"] = "2020-05-01"
    client.post(address(MODEL, "record_earlier", draft.pk), sent)
    published = PolicyVersion.objects.get(pk=draft.pk)
    assert (published.status, published.effective_on) == ("published", date(2020, 5, 1))


def test_the_next_version_is_made_from_the_page_of_the_last(client_of, address, old):
    answer = client_of(roles.OFFICER).post(
        address(MODEL, "next_version", old.pk),
        {"number": "1.1", "effective_on": "2027-01-01", "because": "New plans"},
        follow=True,
    )
    made = PolicyVersion.objects.get(number="1.1")
    assert "was made as a draft" in answer.content.decode()
    assert list(made.uses.all()) == [Use.objects.get(code="agents")]


def test_a_version_as_it_was_says_who_received_what(draft, client_of):
    draft.declared.filter(use__code="agents").update(
        recipients="Acme\nBell", data_classes=["type", "amount"]
    )
    draft.save()
    version = draft.history.latest()
    page = client_of(roles.AUDITOR).get(
        reverse("admin:notices_policyversion_simple_history", args=[draft.pk, version.history_id])
    )
    words = page.content.decode()
    assert "Who receives it: Acme; Bell. Of which data: Type, Amount of use. Opt-out." in words
    assert "Who receives it: Affiliates that provide communications-related services." in words
