"""A test of a notice goes to staff, is marked as one, and is no delivery."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts.errors import Refused
from config import roles
from notices import specimens, standard_texts
from notices.models import Delivery
from tests.factories.accounts import CarrierFactory, CustomerFactory, UserFactory
from tests.factories.notices import PolicyFactory
from tests.running import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
AT = datetime(2026, 11, 23, 17, tzinfo=UTC)


@pytest.fixture
def officer():
    return UserFactory(may="notices.change_notice", email="officer@wasatch.example")


@pytest.fixture
def notice(officer):
    CarrierFactory()
    policy = PolicyFactory(uses=["other-services", "agents"])
    return standard_texts.draft_cpni_notice(policy, by=officer, because="Set up")


def send(notice, officer, to=None):
    return specimens.send_test(
        notice,
        to=to or [officer],
        by=officer,
        at=AT,
        message_domain="wasatch.example",
    )


def test_it_goes_to_staff_in_each_language_and_says_that_it_is_a_test(sink, notice, officer):
    other = UserFactory(email="deputy@wasatch.example")
    assert send(notice, officer, [officer, other]) == 4
    assert {m["To"].addresses[0].addr_spec for m in sink.messages} == {officer.email, other.email}
    for message in sink.messages:
        assert message["Subject"].startswith("[TEST] ")
        # No answer of staff arrives where objections do.
        assert message["Reply-To"] == "officer@wasatch.example"
        assert message["Message-ID"].startswith("<test.")
        assert [p.get_content_type() for p in message.iter_parts()] == ["text/plain", "text/html"]
        for part in message.iter_parts():
            words = part.get_content()
            assert "TEST for staff of Wasatch" in words or "PRUEBA para el personal" in words
            assert "Ann Example" in words
            assert "{{" not in words
    assert not Delivery.objects.exists()


def test_whoever_is_no_staff_or_has_no_address_gets_none(sink, notice, officer):
    gone = UserFactory(email="gone@wasatch.example", is_active=False)
    for nobody in (gone, UserFactory(email="")):
        with pytest.raises(Refused, match="has an e-mail address"):
            send(notice, officer, [nobody])
    assert not sink.messages


def test_without_a_relay_or_a_text_it_is_refused(sink, notice, officer, settings):
    notice.texts.update(email_body="")
    with pytest.raises(Refused, match="no e-mail text"):
        send(notice, officer)
    settings.EMAIL_URL = "consolemail:"
    with pytest.raises(Refused, match="No mail relay"):
        send(notice, officer)


def test_a_relay_that_is_down_is_told_as_such(sink, notice, officer, settings):
    settings.EMAIL_PORT = free_port()
    with pytest.raises(Refused, match="The relay took nothing"):
        send(notice, officer)


def test_a_test_is_sent_to_whom_of_the_staff_it_is_for(sink, staff, notice):
    address = reverse("admin:notices_notice_send_test", args=[notice.pk])
    officer, client = staff(roles.OFFICER), Client()
    officer.email = "officer@wasatch.example"
    officer.save()
    client.force_login(officer)
    assert client.get(address).context["form"]["to"].value() == [officer.pk]
    answer = client.post(address, {"to": [officer.pk]}, follow=True)
    assert "2 tests were sent." in answer.content.decode()
    assert len(sink.messages) == 2
    nobody = client.post(address, {})
    assert nobody.context["form"].errors["to"]


@pytest.mark.parametrize("name", ["#panic()", "<b>&", "=cmd()", "*bold* _x_ $y$"])
def test_a_customers_name_is_words_in_every_form(notice, name):
    reader = specimens.reader_of(CustomerFactory(name=name))
    text = notice.texts.get(language="en")
    got = specimens.email_of(text, CarrierFactory(), reader, at=AT)
    assert f"Dear {name}," in got.get_body(("plain",)).get_content()
    pages = specimens.letter_of(text, CarrierFactory(), reader)
    assert len(pages) == 2
    assert all(page.startswith(b"\x89PNG") for page in pages)
