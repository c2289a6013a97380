"""Complaints and scripts in the admin: entered, resolved, written, approved."""

import pytest
from django.urls import reverse

from config import roles
from cpni.models import Complaint, Script
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.cpni import ComplaintFactory, ScriptFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


def post(client, name, *args, **data):
    answer = client.post(reverse(f"admin:{name}", args=args), data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_complaint_that_came_by_letter_is_entered_and_resolved(client_of):
    CarrierFactory()
    customer, client = CustomerFactory(), client_of(roles.SUPERVISOR)
    post(
        client,
        "cpni_complaint_add",
        category="online",
        route="regulator",
        received_on="2026-11-20",
        account=customer.account_number,
        said="Somebody saw my calls on your site.",
    )
    complaint = Complaint.objects.get()
    assert (complaint.customer, complaint.is_open) == (customer, True)
    home = client.get(reverse("admin:index")).content.decode()
    assert "Complaints about release of CPNI open" in home
    page = post(
        client,
        "cpni_complaint_resolve",
        complaint.pk,
        found="A password was guessed; it was changed.",
        because="Looked into",
    )
    assert "The complaint is resolved." in page
    complaint.refresh_from_db()
    assert not complaint.is_open


def test_open_complaints_come_first_and_can_be_listed_alone(client_of):
    ComplaintFactory(resolved=True)
    ComplaintFactory(category="employees")
    client = client_of(roles.AUDITOR)
    page = client.get(reverse("admin:cpni_complaint_changelist")).content.decode()
    table = page[page.index("<tbody") : page.index("</table>")]
    assert table.index("Improper access by employees") < table.index("Disclosure to individuals")
    address = reverse("admin:cpni_complaint_changelist") + "?status=open"
    page = client.get(address).content.decode()
    table = page[page.index("<tbody") : page.index("</table>")]
    assert "Improper access by employees" in table
    assert "Disclosure to individuals" not in table


def test_a_script_is_written_by_one_officer_and_approved_by_another(client_of):
    standard = Script.objects.current("one_time")
    words = {"english": standard.english.replace("May I ask", "Could I ask")}
    writer, reader = client_of(roles.OFFICER), client_of(roles.OFFICER)
    post(writer, "cpni_script_add", kind="one_time", spanish=standard.spanish, **words)
    script = Script.objects.get(version=2)
    approval = {"because": "Read", "seen": script.fingerprint}
    page = post(writer, "cpni_script_approve", script.pk, **approval)
    assert "Someone else must approve it" in page
    assert "Everything that is asked for was found" in page
    post(reader, "cpni_script_approve", script.pk, **approval)
    assert Script.objects.current("one_time") == script


def test_what_is_not_found_in_a_script_must_be_confirmed(client_of):
    script, client = ScriptFactory(english="May I?"), client_of(roles.OFFICER)
    approval = {"because": "Read", "seen": script.fingerprint}
    page = post(client, "cpni_script_approve", script.pk, **approval)
    assert "Not found in the text: English" in page
    post(client, "cpni_script_approve", script.pk, said_otherwise="on", **approval)
    assert Script.objects.current("one_time") == script
