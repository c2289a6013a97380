"""Opt-out requests in the admin: entered as they came, matched by a person, taken back."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import AccountChange
from config import roles
from cpni.models import Approval, Disclosure, OptOutRequest
from notices.models import Use
from tests.factories.accounts import CustomerFactory, UserFactory
from tests.factories.cpni import OptOutRequestFactory
from tests.factories.notices import DeliveryFactory

pytestmark = pytest.mark.usefixtures("today", "reference_data")
LETTER = {
    "wish": "opt_out",
    "stated": "Ann Example, account A77: no",
    "all_uses": "on",
    "proof": "",
    "route": "letter",
    "letter_date": "2026-11-17",
    "postmark": "2026-11-18",
    "received_on": "2026-11-20",
    "_save": "Save",
}
ADD = "/admin/cpni/optoutrequest/add/"
PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\n%%EOF\n"


def test_a_letter_is_entered_as_it_came_and_leads_on_to_matching_it(client_of, address):
    answer = client_of(roles.REPRESENTATIVE).post(ADD, LETTER)
    entered = OptOutRequest.objects.get()
    assert answer["Location"] == address("cpni_optoutrequest", "match", entered.pk)
    assert (entered.status, entered.postmark) == ("received", date(2026, 11, 18))
    assert entered.history.count() == 1
    assert entered.history.get().history_change_reason == "Entered as it was received"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"received_on": "2026-11-24"}, "It cannot have been received in the future."),
        ({"all_uses": ""}, "It must be either for all uses or for named ones."),
        ({"postmark": "2026-11-22"}, "It cannot be later than the day it was received."),
        ({"wish": "opt_in"}, "Opting back in needs its proof"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_keeps_the_form(client_of, changes, sentence):
    answer = client_of(roles.REPRESENTATIVE).post(ADD, {**LETTER, **changes})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert sentence in page
    assert "Ann Example, account A77: no" in page
    assert not OptOutRequest.objects.exists()


def test_opting_back_in_needs_a_permission_of_its_own(client):
    user = UserFactory()
    for codename in ("add_optoutrequest", "view_optoutrequest"):
        user.user_permissions.add(Permission.objects.get(codename=codename))
    client.force_login(user)
    answer = client.post(ADD, {**LETTER, "wish": "opt_in", "proof": "Recording 4711, script 3"})
    assert "Your role may not record" in answer.content.decode()


def test_the_queue_comes_first_and_in_it_whoever_has_waited_longest(client_of, address):
    late = OptOutRequestFactory(received_on=date(2026, 11, 22))
    early = OptOutRequestFactory(received_on=date(2026, 11, 3))
    done = OptOutRequestFactory(received_on=date(2026, 10, 1), status="rejected")
    answer = client_of(roles.REPRESENTATIVE).get(address("cpni_optoutrequest", "changelist"))
    assert [r.pk for r in answer.context["cl"].result_list] == [early.pk, late.pk, done.pk]
    page = answer.content.decode()
    assert "20 days" in page
    assert "1 day<" in page


def test_matching_suggests_whom_the_words_name_and_applies_it_to_the_one_chosen(client_of, address):
    ann = CustomerFactory(account_number="A77", name="Ann Example")
    namesake = CustomerFactory(name="Ann Example")
    CustomerFactory(name="Ben Other")
    request = OptOutRequestFactory(stated=LETTER["stated"])
    page = address("cpni_optoutrequest", "match", request.pk)
    client = client_of(roles.REPRESENTATIVE)
    offered = client.get(page).context["form"].fields["suggested"].choices
    assert [int(key) for key, _ in offered] == [ann.pk, namesake.pk]
    client.post(page, {"suggested": ann.pk, "account": "", "because": "Account on the letter"})
    request.refresh_from_db()
    assert (request.status, request.customer) == ("applied", ann)
    assert set(Approval.objects.values_list("customer", "state")) == {(ann.pk, "denied")}


def test_a_request_whose_words_name_some_uses_only_is_applied_to_these(client_of, address):
    ann = CustomerFactory(account_number="A77", name="Ann Example", by_email=True)
    form = {"name": "Ann Example", "account": "A77", "address": "7 Elm", "only": "Only your agents"}
    Client().post("/choices/", form)
    request = OptOutRequest.objects.get()
    page = address("cpni_optoutrequest", "match", request.pk)
    client = client_of(roles.OFFICER)
    agents = Use.objects.get(code="agents")
    chosen = {"suggested": ann.pk, "account": "", "because": "Read it"}
    client.post(page, {**chosen, "uses": [agents.pk]})
    request.refresh_from_db()
    assert (request.status, request.all_uses) == ("applied", False)
    assert list(Approval.objects.values_list("use__code", "state")) == [("agents", "denied")]
    assert "our agents" in AccountChange.objects.get().says
    assert [u.use for u in request.history.first().uses.all()] == [agents]
    # Matched anew it can be read anew: what was ticked is ticked, and none ticked is for all.
    client.post(address("cpni_optoutrequest", "take_back", request.pk), {"because": "Another Ann"})
    assert list(client.get(page).context["form"].fields["uses"].initial) == [agents]
    client.post(page, chosen)
    request.refresh_from_db()
    assert request.all_uses
    assert Approval.objects.filter(state="denied").count() > 1


def test_what_an_opting_back_in_allows_is_not_chosen_when_it_is_matched(client_of, address):
    request = OptOutRequestFactory(wish="opt_in", proof="Signed form")
    page = address("cpni_optoutrequest", "match", request.pk)
    assert "uses" not in client_of(roles.OFFICER).get(page).context["form"].fields


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"account": ""}, "Choose one of the customers, or enter one account number."),
        ({"account": "Z9"}, "There is no account Z9. Check the number."),
    ],
)
def test_matching_needs_one_customer_that_there_is(client_of, address, form, sentence):
    request = OptOutRequestFactory()
    page = address("cpni_optoutrequest", "match", request.pk)
    answer = client_of(roles.REPRESENTATIVE).post(page, {**form, "because": "x"})
    assert sentence in answer.content.decode()
    request.refresh_from_db()
    assert request.status == "received"


def test_the_page_lists_uses_that_were_made_in_between(client_of, address):
    delivery = DeliveryFactory(mailed_on=date(2026, 10, 1))
    request = OptOutRequestFactory(received_on=date(2026, 10, 20))
    Disclosure.objects.create(
        customer=delivery.customer,
        use=Use.objects.get(code="other-services"),
        used_on=date(2026, 10, 20),
        recipient="Marketing",
        what="Services held, to offer voicemail",
        reason="assumed",
        recorded_at=request.entered_at,
    )
    client = client_of(roles.SUPERVISOR)
    form = {"account": delivery.customer.account_number, "because": "Name and address agree"}
    client.post(address("cpni_optoutrequest", "match", request.pk), form)
    page = client.get(address("cpni_optoutrequest", "change", request.pk)).content.decode()
    assert "Services held, to offer voicemail" in page
    client.post(address("cpni_optoutrequest", "take_back", request.pk), {"because": "Namesake"})
    request.refresh_from_db()
    assert (request.status, request.customer) == ("received", None)


def test_a_representative_cannot_take_a_match_back(client_of, address):
    request = OptOutRequestFactory()
    page = address("cpni_optoutrequest", "take_back", request.pk)
    assert client_of(roles.REPRESENTATIVE).post(page, {"because": "x"}).status_code == 403


def test_a_scan_is_a_download_for_whoever_may_view_requests_and_has_no_address_else(client_of):
    scan = SimpleUploadedFile("letter.pdf", PDF, "application/pdf")
    rep = client_of(roles.REPRESENTATIVE)
    rep.post(ADD, {**LETTER, "scan": scan})
    page = reverse("admin:cpni_optoutrequest_scan", args=[OptOutRequest.objects.get().pk])
    answer = rep.get(page)
    name = f'attachment; filename="request-{OptOutRequest.objects.get().pk}.pdf"'
    assert answer["Content-Disposition"] == name
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.getvalue() == PDF
    assert client_of(roles.MARKETING).get(page).status_code == 403


def test_a_scan_that_is_a_web_page_is_refused(client_of):
    scan = SimpleUploadedFile("letter.html", b"<script>alert(1)</script>", "text/html")
    answer = client_of(roles.REPRESENTATIVE).post(ADD, {**LETTER, "scan": scan})
    assert "scan" in answer.context["adminform"].form.errors


def test_the_list_says_how_many_it_may_come_from_and_by_what(client_of, address):
    CustomerFactory.create_batch(2, name="Ann Example")
    CustomerFactory(account_number="A77", name="Bea Other")
    for stated in ("Ann Example, account A77", "x"):
        client_of(roles.REPRESENTATIVE).post(ADD, {**LETTER, "stated": stated})
    answer = client_of(roles.REPRESENTATIVE).get(address("cpni_optoutrequest", "changelist"))
    page = answer.content.decode()
    assert "3 customers, by the account number" in page
    assert "Nobody we know" in page


def test_the_reason_for_each_candidate_stands_beside_them(client_of, address):
    CustomerFactory(account_number="A77", name="Ann Example")
    request = OptOutRequestFactory(stated="Ann Example, account A77, ZIP 84047")
    page = client_of(roles.OFFICER).get(address("cpni_optoutrequest", "match", request.pk))
    assert "found by the account number, the name, the ZIP code" in page.content.decode()


def test_a_request_is_split_by_ticking_customers_and_naming_accounts(client_of, address):
    ann, bob = CustomerFactory(name="Ann Example"), CustomerFactory(account_number="B-1")
    request = OptOutRequestFactory(stated="Ann Example and her brother", scan="scans/x.pdf")
    split = address("cpni_optoutrequest", "split", request.pk)
    client = client_of(roles.REPRESENTATIVE)
    form = {"suggested": [ann.pk], "accounts": "B-1\n", "rest": "", "because": "They both signed"}
    wrong = client.post(split, {**form, "accounts": "B-1\nB-2"}).content.decode()
    assert "Line 2, “B-2”: There is no account B-2." in wrong
    one = client.post(split, {**form, "accounts": ""}).content.decode()
    assert "Name at least two parts" in one
    assert OptOutRequest.objects.count() == 1
    page = client.post(split, form, follow=True).content.decode()
    parts = request.parts.order_by("pk")
    assert {part.customer for part in parts} == {ann, bob}
    assert all(part.reference in page for part in parts)
    part = client.get(address("cpni_optoutrequest", "change", parts[0].pk)).content.decode()
    assert "Part of <a" in part
    assert "Download the scan" in part


def test_the_report_says_how_long_entering_took_and_leads_to_the_requests(client_of):
    OptOutRequestFactory(received_on=date(2026, 11, 20), route="letter")
    report = "/admin/cpni/optoutrequest/entering-times/"
    page = client_of(roles.AUDITOR).get(report).content.decode()
    assert "route__exact=letter&amp;received_on_from=2025-11-23" in page
    empty = client_of(roles.AUDITOR).get(report + "?first=2020-01-01&last=2020-02-01")
    assert "No request was received in this time." in empty.content.decode()
    wrong = client_of(roles.AUDITOR).get(report + "?first=2020-01-01&last=2019-02-01")
    assert "The last day lies before the first." in wrong.content.decode()
