"""Fields that are posted along with a form, and that the form does not have, change nothing."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.models import AccountChange, AuthenticationTry, Call, Customer, User
from config import roles
from cpni.models import Complaint
from tests.factories.accounts import CustomerFactory

pytestmark = pytest.mark.django_db
MORE = {
    "status": "merged", "by": "1", "customer": "1", "call": "1", "at_start": "on", "in_call": "1",
    "account": "on", "may_change": "on", "passed": "1", "result": "passed", "email_notices_since":
    "2020-01-01", "active_since": "2026-11-23", "merged_into": "1", "resolved_on": "2026-11-23",
    "found": "x", "entered_by": "1", "received_on": "2020-01-01", "is_superuser": "on",
}  # fmt: skip


def test_a_complaint_is_about_the_customer_of_the_call_today_and_open(call, post, rep):
    other = CustomerFactory()
    more = {**MORE, "customer": other.pk}
    post(call, "complaint", category="employees", said="They told my sister", **more)
    complaint = Complaint.objects.get()
    assert (complaint.customer, complaint.call, complaint.entered_by) == (call.customer, call, rep)
    assert (complaint.resolved_on, complaint.found) == (None, "")
    assert str(complaint.received_on) == "2026-11-23"


def test_nobody_is_authenticated_by_saying_so(call, post):
    post(call, "say", "password", said="wrong", **MORE)
    post(call, "declined", method="password", **MORE)
    assert set(AuthenticationTry.objects.values_list("result", flat=True)) == {"failed", "declined"}


def test_a_change_is_told_although_it_says_that_it_is_the_first_day(known, edit):
    edit(known, "email", value="new@mail.example", **MORE)
    assert [change.at_start for change in AccountChange.objects.all()] == [False]
    assert Customer.objects.get(pk=known.customer_id).status == "active"


def test_a_call_is_of_who_starts_it_and_has_not_ended(desk, rep, customer, staff):
    more = {**MORE, "by": staff(roles.OFFICER).pk, "outcome": "done", "ended_at": "2026-11-23"}
    start = {"direction": "inbound", "caller": "holder", "token": "0" * 32}
    desk.post(reverse("desk:start", args=[customer.pk]), {**more, **start})
    call = Call.objects.get()
    assert (call.by, call.customer, call.is_open, call.outcome) == (rep, customer, True, "")


def test_a_customers_page_takes_its_own_fields_only(desk, customer):
    form = {"name": "Ann E", "kind": "residential", "language": "en", "because": "x", **MORE}
    address = reverse("admin:accounts_customer_change", args=[customer.pk])
    inlines = ("contact_points", "services")
    form |= {f"{name}-{n}_FORMS": "0" for name in inlines for n in ("TOTAL", "INITIAL")}
    desk.post(address, form)
    after = Customer.objects.get(pk=customer.pk)
    assert (after.name, after.status, after.merged_into) == ("Ann E", "active", None)
    assert (after.active_since, after.email_notices_since) == (
        customer.active_since,
        customer.email_notices_since,
    )


def test_an_officer_makes_nobody_a_superuser_and_gives_no_permission_of_its_own(client_of, rep):
    permission = Permission.objects.get(codename="approve_campaign")
    address = reverse("admin:accounts_user_change", args=[rep.pk])
    officer = client_of(roles.OFFICER)
    form = {
        "username": rep.username, "first_name": "Riley", "is_active": "on", "because": "x",
        "groups": [group.pk for group in rep.groups.all()], "is_superuser": "on", "is_staff": "on",
        "user_permissions": [permission.pk], "password": "x",
    }  # fmt: skip
    officer.post(address, form)
    after = User.objects.get(pk=rep.pk)
    assert not after.is_superuser
    assert not after.user_permissions.exists()
    assert after.password == rep.password
