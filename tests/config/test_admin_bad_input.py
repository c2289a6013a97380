"""Whatever is put into an address, a person gets a page and not an error."""

import pytest

from accounts.models import Carrier
from config import roles
from tests.factories.notices import DeliveryFactory

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def officer(client_of):
    DeliveryFactory()
    return client_of(roles.OFFICER)


@pytest.mark.parametrize(
    "query",
    [
        "/admin/notices/delivery/?fate=nonsense",
        "/admin/notices/delivery/?missed=nonsense",
        "/admin/notices/delivery/?p=nonsense",
        "/admin/notices/delivery/?p=999999",
        "/admin/notices/delivery/?campaign__id__exact=nonsense",
        "/admin/notices/delivery/?last_objection_day_from=nonsense",
        "/admin/notices/delivery/?nonsense=1",
        "/admin/accounts/customer/?q=%2B1801555",
        "/admin/accounts/customer/?q=(801",
        "/admin/accounts/customer/?cpni=nonsense",
        "/admin/accounts/customer/?status__exact=nonsense&o=99",
        "/admin/cpni/optoutrequest/?received_on_from=2026-13-45",
    ],
)
def test_a_list_survives_nonsense(officer, query):
    assert officer.get(query, follow=True).status_code == 200


@pytest.mark.parametrize("zone", ["America/Denver", "Pacific/Guam"])
@pytest.mark.parametrize(
    "page",
    [
        "/admin/cpni/probe/?sent_at_from={day}&sent_at_to={day}",
        "/admin/accounts/look/?at_from={day}&at_to={day}",
        "/admin/accounts/acknowledgement/looked/?first={day}&last={day}",
        "/desk/supervisor/?day={day}",
    ],
)
def test_a_day_at_the_ends_of_the_calendar_finds_nothing(officer, page, zone):
    Carrier.objects.update(time_zone=zone)
    for day in ("0001-01-01", "9999-12-31"):
        assert officer.get(page.format(day=day), follow=True).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/admin/accounts/customer/nonsense/change/", 200),
        ("/admin/accounts/customer/nonsense/history/", 404),
        ("/admin/accounts/customer/99999/history/", 404),
        ("/admin/accounts/customer/99999/change-contact/", 200),
        ("/admin/accounts/customer/nonsense/change-contact/", 200),
        ("/admin/accounts/customer/nonsense/history/1/", 404),
        ("/admin/notices/notice/nonsense/preview/", 200),
        ("/admin/cpni/optoutrequest/99999/scan/", 404),
    ],
)
def test_a_record_that_is_not_there_is_said_to_be_missing(officer, path, status):
    assert officer.get(path, follow=True).status_code == status


def test_a_version_that_is_not_there_is_said_to_be_missing(officer, address):
    from accounts.models import Customer

    customer = Customer.objects.get()
    for version in ("nonsense", 99999):
        page = address("accounts_customer", "simple_history", customer.pk, version)
        assert officer.get(page).status_code == 404
