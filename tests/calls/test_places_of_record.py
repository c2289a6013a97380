"""Called back, or sent a code: only where the customer is of record (64.2003(b), (q))."""

from datetime import date, timedelta

import pytest

from accounts import authenticating
from accounts.errors import Refused
from accounts.models import ContactPoint, OneTimeCode, Service
from tests.calls.conftest import AT, ON
from tests.factories.accounts import CallFactory, CustomerFactory

LATELY = date(2026, 11, 1)


def call_back(call, service, answered=True):
    return authenticating.called_back(call, service=service, answered=answered, by=call.by, at=AT)


def send(call, at=AT, **place):
    return authenticating.send_code(call, by=call.by, at=at, on=ON, **place)


def read_back(call, said, at=AT):
    return authenticating.try_code(call, said=said, by=call.by, at=at).result


def number(customer, since, **kwargs):
    return Service.objects.create(
        customer=customer, category="wireless", telephone_number="+18015559876", started_on=since,
        **kwargs,
    )  # fmt: skip


def email(customer, since=date(2026, 1, 5), **kwargs):
    return ContactPoint.objects.create(
        customer=customer, kind="email", value="ann@mail.example", since=since, **kwargs
    )


def test_who_answers_at_the_number_of_record_is_authenticated(call, standing):
    assert call_back(call, call.customer.services.get(), answered=False).result == "failed"
    assert not standing(call).account
    assert standing(call).tries_left == 5
    attempt = call_back(call, call.customer.services.get())
    assert (attempt.result, attempt.service) == ("passed", call.customer.services.get())
    assert standing(call).call_detail


@pytest.mark.parametrize(
    ("since", "more", "words"),
    [
        (LATELY, {}, "It may be called from December 1, 2026"),
        (date(2026, 1, 5), {"ended_on": date(2026, 11, 20)}, "not provided any more"),
    ],
)
def test_a_number_that_came_lately_or_is_gone_is_not_called(call, since, more, words):
    service = number(call.customer, since, **more)
    for act in (lambda: call_back(call, service), lambda: send(call, service=service)):
        with pytest.raises(Refused, match=words):
            act()


def test_the_first_number_of_a_new_account_is_called_from_its_first_day(rep):
    customer = CustomerFactory(service=False, active_since=LATELY)
    call = CallFactory(by=rep, customer=customer)
    assert call_back(call, number(customer, LATELY)).result == "passed"


def test_the_number_of_another_account_is_refused(call):
    with pytest.raises(Refused, match="of another account"):
        call_back(call, CustomerFactory().services.get())


def test_a_code_is_read_back_once(call, standing):
    code = send(call, service=call.customer.services.get())
    assert len(code.code) == 8 and code.code.isdigit()
    assert read_back(call, f"{code.code[:4]} - {code.code[4:]}") == "passed"
    assert standing(call).call_detail
    assert read_back(call, code.code) == "not_set"


def test_another_code_is_wrong_and_counts(call, standing):
    code = send(call, service=call.customer.services.get())
    assert read_back(call, str((int(code.code) + 1) % 10**8).zfill(8)) == "failed"
    assert read_back(call, "") == "failed"
    assert standing(call).tries_left == 3


def test_a_code_holds_a_quarter_of_an_hour_and_by_post_two_weeks(call):
    post = call.customer.contact_points.get()
    for place, holds in (
        ({"service": call.customer.services.get()}, timedelta(minutes=15)),
        ({"contact_point": email(call.customer)}, timedelta(minutes=15)),
        ({"contact_point": post}, timedelta(days=14)),
    ):
        code = send(call, **place)
        assert read_back(call, code.code, at=AT + holds) != "passed"
        assert read_back(call, code.code, at=AT + holds - timedelta(seconds=1)) == "passed"


def test_a_code_by_post_is_read_back_in_another_call(call, rep):
    code = send(call, contact_point=call.customer.contact_points.get())
    call.outcome, call.ended_at = "follow_up", AT
    call.save()
    following = CallFactory(by=rep, customer=call.customer)
    assert read_back(following, code.code, at=AT + timedelta(days=5)) == "passed"


def test_a_code_counts_no_more_when_the_address_is_replaced(call):
    point = email(call.customer)
    code = send(call, contact_point=point)
    point.until = ON
    point.save()
    assert read_back(call, code.code) == "not_set"


def test_no_code_goes_to_what_is_not_of_record(call):
    cell = ContactPoint.objects.create(
        customer=call.customer, kind="telephone", value="+18015551111", since=date(2026, 1, 5)
    )
    with pytest.raises(Refused, match="contact number is not the number of record"):
        send(call, contact_point=cell)
    new = email(call.customer, since=LATELY)
    with pytest.raises(Refused, match="of record only from December 1, 2026"):
        send(call, contact_point=new)
    for place in ({}, {"contact_point": cell, "service": call.customer.services.get()}):
        with pytest.raises(Refused, match="not said where to"):
            send(call, **place)
    assert not OneTimeCode.objects.exists()


def test_nobody_s_telephone_is_flooded(call):
    for _ in range(5):
        send(call, service=call.customer.services.get())
    with pytest.raises(Refused, match="5 codes were sent within a day"):
        send(call, service=call.customer.services.get())
    assert send(call, service=call.customer.services.get(), at=AT + timedelta(hours=24))


def test_a_code_is_in_no_history(call):
    send(call, service=call.customer.services.get())
    assert "code" not in {f.name for f in OneTimeCode.history.model._meta.fields}
