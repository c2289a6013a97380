"""An empty installation says what comes next, until the first notice has been mailed."""

from datetime import date

import pytest
from django.urls import reverse

from accounts import import_guide
from accounts.import_rows import COLUMNS, CheckedRow, check_row
from accounts.models import Carrier
from config import roles
from notices.models import PolicyVersion
from tests.factories.accounts import CarrierFactory
from tests.factories.notices import DeliveryFactory, NoticeFactory

pytestmark = pytest.mark.usefixtures("today", "reference_data")


def steps(client):
    return client.get("/admin/").context["desk_steps"]


def step(client, title):
    return next(one for one in steps(client) if one.title == title)


def given(client, address):
    """What the form at ``address`` would send back as it stands."""
    answer = client.get(address)
    form = answer.context["adminform"].form
    values = {form.add_prefix(name): form[name].value() for name in form.fields}
    for inline in answer.context["inline_admin_formsets"]:
        formset = inline.formset
        for part in (formset.management_form, *formset.forms):
            values |= {part.add_prefix(name): part[name].value() for name in part.fields}
    return {name: value for name, value in values.items() if value not in (None, "")}


def test_it_begins_with_the_carrier(client_of):
    Carrier.objects.all().delete()
    first = steps(client_of(roles.OFFICER))[0]
    assert (first.title, first.done) == ("Fill in the carrier’s record", False)
    CarrierFactory()
    assert steps(client_of(roles.OFFICER))[0].done


def test_only_another_officer_is_a_colleague_who_checks(client_of):
    title, client = "Enter a colleague who checks what you write", client_of(roles.OFFICER)
    client_of(roles.SUPERVISOR)
    assert not step(client, title).done
    client_of(roles.OFFICER)
    assert step(client, title).done


def test_what_is_drafted_is_where_its_step_leads(client_of):
    client, title = client_of(roles.OFFICER), "Have the CPNI notice approved"
    assert "standard=cpni" in step(client, title).address
    draft = NoticeFactory(finish__draft=True)
    assert step(client, title).address == reverse("admin:notices_notice_change", args=[draft.pk])
    NoticeFactory()
    assert step(client, title).done


def test_nobody_is_told_once_a_notice_was_mailed(client_of):
    DeliveryFactory(mailed_on=date(2026, 11, 1))
    assert steps(client_of(roles.OFFICER)) == []


def test_only_whoever_sets_up_is_told(client_of):
    assert steps(client_of(roles.REPRESENTATIVE)) == []
    assert steps(client_of(roles.AUDITOR)) == []


def test_a_first_policy_begins_with_the_standard_one_and_is_published_today(client_of):
    PolicyVersion.objects.all().delete()
    client = client_of(roles.OFFICER)
    address = reverse("admin:notices_policyversion_add") + "?standard=first"
    assert client.post(address, given(client, address)).status_code == 302
    version = PolicyVersion.objects.get()
    assert (version.number, version.uses.count()) == ("1.0", 11)
    publish = reverse("admin:notices_policyversion_publish", args=[version.pk])
    form = client_of(roles.OFFICER).get(publish).context["form"]
    assert form["effective_on"].value() == Carrier.today()


def test_the_standard_notice_says_that_it_wants_a_policy_in_force(client_of):
    PolicyVersion.objects.all().delete()
    answer = client_of(roles.OFFICER).get(reverse("admin:notices_notice_add") + "?standard=cpni")
    assert "No privacy policy is in force" in answer.content.decode()


def test_an_empty_list_of_customers_leads_to_the_import(client_of):
    page = client_of(roles.OFFICER).get(reverse("admin:accounts_customer_changelist"))
    assert "Import from a file" in page.content.decode()


def test_the_import_explains_every_column_by_an_example_that_it_takes(client_of):
    assert [column for column, _ in import_guide.columns()] == list(COLUMNS)
    assert isinstance(check_row(import_guide.EXAMPLE, line=2, today=date(2026, 11, 23)), CheckedRow)
    page = client_of(roles.OFFICER).get(reverse("admin:accounts_customer_import"))
    assert import_guide.example() in page.content.decode()
