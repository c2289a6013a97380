"""Each request has an id; an error in it is one line that says which request, where and who."""

import pytest
from celery import shared_task
from django.http import HttpResponse
from django.urls import include, path

from accounts.models import Customer
from config import roles
from config.request_id import current
from tests.factories.accounts import CustomerFactory

NAME = "Quillfeather"
PAGE = "/admin/accounts/customer/"


def breaks(request):
    customer = Customer.objects.get(name=NAME)
    raise ValueError(f"{customer} at {customer.pk} Elm Street, {request.GET}")


def shows(request, word):
    return HttpResponse(current.get().request_id)


urlpatterns = [
    path("breaks/", breaks, name="breaks"),
    path("shows/<str:word>/", shows, name="shows"),
    path("", include("config.urls")),
]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def client(client_of):
    client = client_of(roles.OFFICER)
    client.raise_request_exception = False
    return client


def test_the_answer_names_the_id_that_the_lines_have_and_not_the_clients_own(client):
    answer = client.get("/shows/x/", headers={"X-Request-ID": "8015550134"})
    assert answer["X-Request-ID"] == answer.content.decode()
    assert len(answer["X-Request-ID"]) == 32
    assert client.get("/shows/x/")["X-Request-ID"] != answer["X-Request-ID"]
    assert current.get() is None


def test_an_error_is_one_line_with_request_route_user_and_place(client, lines):
    customer = CustomerFactory(name=NAME)
    answer = client.get(f"/breaks/?q={NAME}")
    assert answer.status_code == 500
    assert NAME not in answer.content.decode()
    (line,) = (line for line in lines.objects if line["level"] == "ERROR")
    assert line["message"] == "Internal Server Error: breaks"
    assert line["request_id"] == answer["X-Request-ID"]
    assert line["route"] == "breaks"
    assert line["user_id"] == answer.wsgi_request.user.pk
    assert line["status_code"] == 500
    assert "in breaks" in line["exception"]
    assert line["exception"].endswith("ValueError")
    assert "{customer.pk} Elm" in lines.text  # the line of source, not what it made
    assert f"{customer.pk} Elm" not in lines.text
    assert NAME not in lines.text


@pytest.mark.parametrize("address", [f"/{NAME}/", f"/{NAME}é/?q={NAME}", f"{PAGE}{NAME}/change/"])
def test_an_address_that_is_not_there_is_not_repeated(client, lines, address):
    answer = client.get(address, follow=True)
    assert answer.status_code in (200, 404)
    assert NAME not in lines.text


def test_a_host_that_is_made_up_is_not_repeated(client, lines):
    answer = client.get("/shows/x/", headers={"host": f"{NAME}.example"})
    assert answer.status_code == 400
    assert "DisallowedHost" in lines.text
    assert NAME not in lines.text


def test_whoever_is_nobody_has_no_user_id(client, lines):
    client.logout()
    client.get("/breaks/")
    (line,) = (line for line in lines.objects if line["level"] == "ERROR")
    assert "user_id" not in line


@shared_task(name="tests.breaks")
def breaking(customer_id):
    customer = Customer.objects.get(pk=customer_id)
    raise ValueError(f"{customer} at {customer.pk} Elm Street")


def test_a_task_that_fails_is_one_line_with_its_name_and_id(lines):
    customer = CustomerFactory(name=NAME)
    result = breaking.apply((customer.pk,))
    assert result.state == "FAILURE"
    (line,) = (line for line in lines.objects if line["level"] == "ERROR")
    assert line["message"] == f"Task tests.breaks[{result.id}] raised unexpected: ValueError"
    assert (line["task"], line["task_id"]) == ("tests.breaks", result.id)
    assert "in breaking" in line["exception"]
    assert NAME not in lines.text
