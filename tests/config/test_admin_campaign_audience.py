"""A draft's audience in the admin: its fields, the counts that follow them, who sees which."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import CustomerList
from config import roles
from cpni.models import Approval
from notices import audience
from notices.models import Campaign, Use
from tests.config.test_admin_campaigns import FORM
from tests.factories.accounts import CustomerFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import CampaignFactory, DeliveryFactory, NoticeFactory

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def customers():
    """Two who read Spanish, one of whom has agreed to e-mail, and one who reads English."""
    return [
        CustomerFactory(account_number="A1", language="es"),
        CustomerFactory(account_number="A2", language="es", by_email=True),
        CustomerFactory(account_number="A3"),
    ]


@pytest.fixture
def form():
    return {**FORM, "name": "Autumn", "notice": NoticeFactory().pk}


def text(answer):
    return " ".join(answer.content.decode().split())


def row(words, number):
    return f'<td>{words}</td><td class="desk-number">{number}</td>'


def test_an_unsaved_draft_is_counted_as_its_form_stands(client_of, address, customers, form):
    client, reach = client_of(roles.MARKETING), address("notices_campaign", "reach")
    answer = text(client.post(reach, {**form, "language": "es"}))
    assert row("E-mail", 1) in answer
    assert row("Post", 1) in answer
    assert row("Another language than Spanish", 1) in answer
    assert "2 of 3 active customers." in answer
    assert not Campaign.objects.exists()
    for customer in customers:  # numbers only
        assert customer.name not in answer
        assert customer.account_number not in answer


def test_what_cannot_be_counted_yet_is_said_in_words(client_of, address, form):
    client, reach = client_of(roles.OFFICER), address("notices_campaign", "reach")
    answer = text(client.post(reach, {**form, "notice": "", "in_state": "Utah"}))
    assert "<li>Notice: This field is required.</li>" in answer
    assert "State: " in answer
    answer = text(client.post(reach, {**form, "audience": "saved_list"}))
    assert "Name a saved list exactly when the audience is one." in answer
    answer = text(client.post(reach, {**form, "audience": "as_it_happens"}))
    assert "Audience: Select a valid choice." in answer


def test_every_condition_is_kept_with_the_draft(client_of, address, customers, form):
    chosen = {
        "audience": "notice_due",
        "due_within_days": "30",
        "categories": ["local", "wireless"],
        "in_state": "ut",
        "language": "es",
        "since_from": "2019-01-01",
        "since_until": "2021-01-01",
        "approval": "none",
        "bound_to": NoticeFactory().policy_version_id,
    }
    client = client_of(roles.MARKETING)
    client.post(address("notices_campaign", "add"), {**form, **chosen})
    made = Campaign.objects.get()
    assert (made.due_within_days, made.categories, made.in_state) == (
        30,
        ["local", "wireless"],
        "UT",
    )
    assert (made.since_from, made.since_until) == (date(2019, 1, 1), date(2021, 1, 1))
    assert (made.language, made.approval, made.bound_to_id) == ("es", "none", chosen["bound_to"])
    page = address("notices_campaign", "change", made.pk)
    client.post(page, {**form, **chosen, "audience": "active"})  # the days are not shown then
    made.refresh_from_db()
    assert (made.audience, made.due_within_days) == ("active", None)


def test_account_numbers_become_a_list_of_whoever_pasted_them(
    staff, client, address, customers, form
):
    officer = staff(roles.OFFICER)
    client.force_login(officer)
    pasted = {**form, "account_numbers": "A1\nA3"}
    answer = text(client.post(address("notices_campaign", "reach"), pasted))
    assert row("Not among the account numbers", 1) in answer
    client.post(address("notices_campaign", "add"), pasted)
    saved = Campaign.objects.get().only_list
    assert saved.name == "Autumn: account numbers"
    assert set(saved.customers.all()) == {customers[0], customers[2]}
    assert saved.history.get().history_user == officer


def test_account_numbers_that_nobody_has_are_refused_with_their_lines(
    client_of, address, customers, form
):
    pasted = {**form, "account_numbers": "A1\nA7"}
    answer = text(client_of(roles.OFFICER).post(address("notices_campaign", "add"), pasted))
    assert "No customer has these account numbers: A7 (line 2)." in answer
    assert not Campaign.objects.exists()
    assert not CustomerList.objects.exists()


def test_marketing_learns_nothing_of_a_customer_by_account_number(
    client_of, address, customers, form
):
    client = client_of(roles.MARKETING)
    assert "account_numbers" not in text(client.get(address("notices_campaign", "add")))
    pasted = {**form, "account_numbers": "A1\nA7"}
    answer = text(client.post(address("notices_campaign", "reach"), pasted))
    assert "account numbers" not in answer
    assert "3 of 3 active customers." in answer


@pytest.mark.parametrize(
    ("approval", "who"),
    [("assumed", 0), ("express", 1), ("part", 1), ("all", 2), ("none", 3)],
)
def test_how_customers_stand_is_what_is_recorded(client_of, address, form, approval, who):
    uses = list(Use.objects.filter(mechanism="opt_out"))
    found = [CustomerFactory() for _ in range(4)]
    request = {"effective_on": date(2026, 11, 1), "request": OptOutRequestFactory()}
    told = DeliveryFactory(customer=found[0], mailed_on=date(2026, 10, 1))
    overdue = DeliveryFactory(customer=found[3], mailed_on=date(2024, 10, 1))
    for customer, delivery in ((found[0], told), (found[3], overdue)):
        Approval.objects.create(
            customer=customer,
            use=uses[0],
            state="assumed",
            effective_on=date(2026, 11, 5),
            delivery=delivery,
        )
    Approval.objects.create(customer=found[1], use=uses[0], state="denied", **request)
    Approval.objects.create(customer=found[1], use=uses[1], state="express", **request)
    for use in uses:
        Approval.objects.create(customer=found[2], use=use, state="denied", **request)
    made = CampaignFactory(approval=approval)
    assert "1 of 4 active customers." in text(
        client_of(roles.OFFICER).post(
            address("notices_campaign", "reach"), {**form, "approval": approval}
        )
    )
    assert audience.customers(made, on=date(2026, 11, 23)).get() == found[who]


def test_before_the_start_the_page_says_who_is_left_out_and_why(client_of, address, customers):
    campaign = CampaignFactory(language="es", status="approved")
    lists = reverse("admin:accounts_customer_changelist")
    page = address("notices_campaign", "change", campaign.pk)
    officers = text(client_of(roles.OFFICER).get(page))
    assert row("Another language than Spanish", 1) in officers
    assert f'<a class="text-link" href="{lists}?status__exact=active">3</a>' in officers
    assert "Language: Spanish" in officers
    listed = client_of(roles.OFFICER).get(f"{lists}?status__exact=active").context["cl"]
    assert listed.result_count == 3
    marketings = text(client_of(roles.MARKETING).get(page))
    assert row("Another language than Spanish", 1) in marketings
    assert f"{lists}?status" not in marketings


def test_whoever_approves_reads_the_conditions_first(client_of, address, customers):
    campaign = CampaignFactory(language="es", in_state="UT")
    page = text(client_of(roles.OFFICER).get(address("notices_campaign", "approve", campaign.pk)))
    for words in ("Language: Spanish", "Postal address in UT", "Active customers left out"):
        assert words in page


def test_the_page_of_what_cannot_be_changed_says_the_audience_in_words(client_of, address):
    orem = CustomerList.objects.create(name="Orem")
    client = client_of(roles.SUPERVISOR)
    listed = CampaignFactory(status="approved", audience="saved_list", customer_list=orem)
    due = CampaignFactory(status="approved", audience="notice_due", due_within_days=30)
    for campaign, words in (
        (listed, "A saved list: Orem"),
        (due, "Two-year notice due within 30 days"),
    ):
        assert words in text(client.get(address("notices_campaign", "change", campaign.pk)))


def test_the_history_says_which_conditions_were_changed(client_of, address, customers, form):
    client = client_of(roles.MARKETING)
    client.post(address("notices_campaign", "add"), form)
    made = Campaign.objects.get()
    changed = {**form, "language": "es", "categories": ["local"], "because": "Spanish first"}
    client.post(address("notices_campaign", "change", made.pk), changed)
    page = text(client.get(address("notices_campaign", "history", made.pk)))
    for words in ("Spanish first", "Spanish", "local"):
        assert words in page
