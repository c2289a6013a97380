"""Double clicks, retries, the back button, two tabs, two representatives."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts import authenticating
from accounts.models import AccountChange, AuthorisedUser, Call, Customer
from config import roles
from cpni.models import Complaint, TakenForm
from tests.desk.conftest import AT, panel
from tests.factories.accounts import CallFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_form_that_is_sent_again_does_nothing_more(known, edit):
    token = uuid4()
    for _ in range(3):
        answer = edit(known, "users", name="Uma Friend", authority="ask", token=token)
    assert AuthorisedUser.objects.count() == 1
    assert "This was recorded already." in answer.content.decode()


def test_a_password_that_is_sent_again_is_told_once(known, edit):
    token = uuid4()
    for _ in range(2):
        edit(known, "password", new="seven purple lanterns", token=token)
    assert AccountChange.objects.count() == 1


def test_a_refused_form_can_be_sent_again_under_its_number(known, edit):
    token = uuid4()
    edit(known, "password", new="Ann Example", token=token)
    edit(known, "password", new="seven purple lanterns", token=token)
    assert AccountChange.objects.count() == 1


def test_two_representatives_do_not_overwrite_each_other(known, edit, staff, desk):
    seen = panel(desk.get(reverse("desk:edit", args=[known.pk, "name"])), "details")["seen"]
    other = staff(roles.REPRESENTATIVE)
    theirs = CallFactory(by=other, customer=known.customer)
    authenticating.try_password(theirs, said="blue kite 42", by=other, at=AT)
    client = Client()
    client.force_login(other)
    client.post(
        reverse("desk:edit", args=[theirs.pk, "name"]),
        {"step": "save", "name": "Anna Other", "because": "x", "seen": seen, "token": uuid4()},
    )
    answer = edit(known, "name", name="Anne Example", seen=seen)
    details = panel(answer, "details")
    body = answer.content.decode()
    assert "It was changed after this page was opened." in body
    assert details["now"] == "Anna Other"
    assert details["form"]["name"].value() == "Anne Example"
    assert Customer.objects.get(pk=known.customer_id).name == "Anna Other"
    edit(known, "name", name="Anne Example", seen=details["seen"])
    assert Customer.objects.get(pk=known.customer_id).name == "Anne Example"


def test_a_form_without_its_number_is_not_taken(known, desk):
    address = reverse("desk:edit", args=[known.pk, "users"])
    desk.post(address, {"step": "save", "name": "Uma", "authority": "ask", "because": "x"})
    assert not AuthorisedUser.objects.exists()


def test_nothing_is_taken_after_the_call_has_ended(known, edit, post, desk):
    seen = panel(desk.get(reverse("desk:edit", args=[known.pk, "users"])), "details")["seen"]
    edit(known, "name", name="Anne Example")
    assert TakenForm.objects.count() == 1
    post(known, "end", outcome="done")
    assert not TakenForm.objects.exists()
    post(known, "edit", "users", step="save", name="Uma", authority="ask", because="x", seen=seen)
    assert not AuthorisedUser.objects.exists()


def test_the_answer_to_every_form_leads_to_the_call(known, edit):
    answer = edit(known, "name", name="Anne Example")
    assert answer.redirect_chain == [(reverse("desk:call", args=[known.pk]), 302)]


@pytest.mark.parametrize("ended", [False, True])
def test_the_number_of_a_form_of_another_call_is_refused(rep, customer, call, post, ended):
    token, form = uuid4(), {"category": "employees", "said": "My neighbour was told."}
    post(call, "complaint", token=token, **form)
    if ended:
        post(call, "end", outcome="done")
    else:
        Call.objects.filter(pk=call.pk).update(by=UserFactory())
    other = CallFactory(by=rep)
    answer = post(other, "complaint", token=token, **form)
    assert "The form has the number of another." in answer.content.decode()
    assert list(Complaint.objects.values_list("call", flat=True)) == [call.pk]
    post(other, "complaint", **form)
    assert set(Complaint.objects.values_list("call", flat=True)) == {call.pk, other.pk}
