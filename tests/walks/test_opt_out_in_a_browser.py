"""An opt-out in two keystrokes, in a real browser."""

from django.urls import reverse

from accounts.models import User
from config import roles
from cpni.models import OptOutRequest
from tests.factories.accounts import CallFactory, CarrierFactory, CustomerFactory
from tests.walks.conftest import IN_A_BROWSER

pytestmark = IN_A_BROWSER


def test_o_and_enter_record_an_opt_out_and_show_what_to_read_back(sign_in):
    CarrierFactory()
    customer = CustomerFactory(name="Anne Example")
    page = sign_in(roles.REPRESENTATIVE)
    by = User.objects.get()
    call = CallFactory(customer=customer, by=by)
    page.goto(reverse("desk:call", args=[call.pk]))
    page.wait_for_load_state("networkidle")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("o")
    page.keyboard.press("Enter")
    panel = page.locator("#panel-consent")
    panel.get_by_text("Read it back").wait_for()
    request = OptOutRequest.objects.get()
    assert (request.call, request.customer, request.status) == (call, customer, "applied")
    assert f"O-{request.pk:05}" in panel.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    assert OptOutRequest.objects.count() == 1
    assert page.faults == []
