"""A representative at the call desk, in a real browser."""

import pytest
from django.contrib.sessions.models import Session

from accounts.models import AccountChange, AuthenticationTry, Call, ContactPoint
from config import roles
from cpni.models import OptOutRequest
from tests.factories.accounts import CarrierFactory, CredentialFactory, CustomerFactory
from tests.walks.conftest import IN_A_BROWSER, PASSWORD

pytestmark = IN_A_BROWSER


@pytest.fixture
def customer(reference_data):
    """Ann Example, who has a password and an address of record."""
    CarrierFactory()
    customer = CustomerFactory(name="Ann Example", account_number="A77")
    CredentialFactory(customer=customer)
    return customer


@pytest.fixture
def page(sign_in, customer):
    """The desk, as a representative who has signed in sees it."""
    page = sign_in(roles.REPRESENTATIVE)
    page.goto("/desk/")
    return page


def keys(page, *pressed):
    """Press keys, one after the other, wherever the focus is."""
    for key in pressed:
        page.keyboard.press(key)


@pytest.fixture
def in_call(page, customer):
    """``in_call(said="…")``: in a call with the customer, after these words as the password."""

    def begin(*said):
        page.goto(f"/desk/customers/{customer.pk}/")
        page.get_by_role("radio", name="The account holder").focus()
        keys(page, "Enter")
        page.wait_for_url("**/calls/*/")
        for number, words in enumerate(said, 1):
            page.get_by_label("Password, as the caller says it").fill(words)
            keys(page, "Enter")
            page.locator("#panel-done li", has_text="Password").nth(number - 1).wait_for()
        return Call.objects.get()

    return begin


def test_the_whole_call_by_keyboard_alone(page, customer):
    before = customer.contact_points.get(kind="post")
    page.get_by_label("Who is calling?").focus()
    page.keyboard.type("exampl")
    page.get_by_role("option", name="Ann Example").wait_for()
    keys(page, "ArrowDown", "Enter")
    page.wait_for_url("**/customers/*/")
    page.locator("[name=caller]:focus").wait_for()
    keys(page, "o", "i", "Enter")
    page.wait_for_url("**/calls/*/")
    page.locator("#desk-password:focus").wait_for()
    page.keyboard.type("Blue Kite 42")
    keys(page, "Enter")
    page.get_by_text("You may discuss everything").wait_for()

    keys(page, "e", "a")
    page.locator("[name=line1]:focus").wait_for()
    for words in ("1 New Road", "", "Sandy", "UT", "84070"):
        page.keyboard.type(words)
        keys(page, "Tab")
    page.get_by_text("Who gets told:").wait_for()
    keys(page, "Enter")
    page.get_by_text("After: read it to the caller").wait_for()
    page.locator("button:focus", has_text="Save").wait_for()
    keys(page, "Enter")
    page.get_by_text("Postal address changed. It is of record from").wait_for()
    page.locator("#panel-done", has_text="Postal address changed, customer:").wait_for()
    change = AccountChange.objects.get()
    assert (change.postal_point, change.kind) == (before, "post")
    assert ContactPoint.objects.current().get(kind="post").line1 == "1 New Road"

    keys(page, "?")
    page.get_by_role("heading", name="Keyboard shortcuts").wait_for()
    keys(page, "Escape", "x", "2", "Enter")
    page.wait_for_url("**/desk/")
    call = Call.objects.get()
    assert (call.direction, call.outcome) == ("inbound", "follow_up")
    assert page.faults == []


def test_a_caller_who_is_wrong_five_times_is_locked_out(page, in_call):
    call = in_call("one", "two", "three", "four", "five")
    page.get_by_text("Locked after wrong tries until").wait_for()
    assert page.get_by_label("Password, as the caller says it").count() == 0
    assert page.locator("summary", has_text="Call back the number of record").count() == 1
    assert AuthenticationTry.objects.filter(call=call, result="failed").count() == 5
    assert page.faults == []


def test_a_lost_connection_loses_nothing_and_records_once(page, in_call):
    in_call("blue kite 42")
    keys(page, "e", "t")
    page.get_by_label("New contact number").fill("801 555 7788")
    page.context.set_offline(True)
    keys(page, "Enter")
    page.get_by_text("The desk could not be reached.").wait_for()
    assert page.get_by_label("New contact number").input_value() == "801 555 7788"
    page.context.set_offline(False)
    page.get_by_role("button", name="Save").dblclick()
    page.get_by_text("(801) 555-7788").wait_for()
    assert ContactPoint.objects.filter(kind="telephone").count() == 1


def test_enter_in_a_form_that_has_just_come_is_not_left_to_the_browser(page, in_call):
    in_call("blue kite 42")
    page.evaluate(
        """() => {
            document.addEventListener("submit", (event) => {
                document.body.dataset.sentBy = event.defaultPrevented ? "the desk" : "the browser"
            })
            const watch = new MutationObserver(() => {
                const form = document.querySelector("form.desk-edit")
                if (form) { watch.disconnect(); form.noValidate = true; form.requestSubmit() }
            })
            watch.observe(document.body, {childList: true, subtree: true})
        }"""
    )
    keys(page, "e", "t")
    page.locator("body[data-sent-by]").wait_for()
    assert page.locator("body").get_attribute("data-sent-by") == "the desk"


def test_signed_out_in_mid_call_one_signs_in_again_and_goes_on(page, in_call):
    call = in_call("blue kite 42")
    keys(page, "e", "t")
    page.get_by_label("New contact number").fill("801 555 7788")
    Session.objects.all().delete()
    keys(page, "Enter")
    page.get_by_text("You were signed out.").wait_for()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in").click()
    door = opened.value
    door.get_by_label("Username").fill(call.by.username)
    door.get_by_label("Password").fill(PASSWORD)
    door.keyboard.press("Enter")
    door.wait_for_url("**/admin/")
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.locator("#desk-trouble").wait_for(state="hidden")
    assert page.get_by_label("New contact number").input_value() == "801 555 7788"
    page.get_by_role("button", name="Save").click()
    page.get_by_text("(801) 555-7788").wait_for()
    assert ContactPoint.objects.get(kind="telephone").history.get().in_call == call.pk


def test_leaving_asks_for_the_outcome_and_going_back_records_nothing(page, in_call):
    call = in_call()
    other = page.context.new_page()
    other.goto("/desk/")
    other.get_by_text(f"You are in call {call.pk} with Ann Example").wait_for()
    other.close()
    page.go_back()
    page.get_by_role("button", name="Start the call").click()
    page.wait_for_url("**/calls/*/")
    page.get_by_text("You are in a call about account A77.").wait_for()
    assert Call.objects.count() == 1

    page.evaluate(
        "document.getElementById('desk-head').insertAdjacentHTML('beforeend',"
        " '<a id=away href=/admin/>Away</a>')"
    )
    page.locator("#away").click()
    page.get_by_text(f"How did call {call.pk} end?").wait_for()
    page.get_by_role("radio", name="The line dropped").check()
    page.get_by_role("button", name="End the call", exact=True).last.click()
    page.wait_for_url("**/admin/")
    call.refresh_from_db()
    assert call.outcome == "dropped"


def test_an_opt_out_in_two_keystrokes_from_whoever_calls(page, in_call):
    call = in_call()
    page.locator("#panel-consent").wait_for()
    page.locator("#desk-head h2").click()
    keys(page, "o", "Enter")
    page.locator("#panel-done li", has_text="Opt-out request").first.wait_for()
    request = OptOutRequest.objects.get()
    assert (request.status, request.customer, request.wish) == ("applied", call.customer, "opt_out")
    assert not AuthenticationTry.objects.exists()
    assert page.faults == []
