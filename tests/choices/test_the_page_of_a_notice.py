"""The page that the link in a notice opens: what it shows, what it does, and what it does not."""

import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts import contacts, rotating
from accounts.encryption import new_key
from cpni.assuming import assume_due
from cpni.decisions import decide
from cpni.merging import merge
from cpni.models import Approval, Disclosure, OptOutRequest
from cpni.web.words import WORDS
from notices import links, outcomes
from notices.models import LinkKey, Use
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.notices import (
    CampaignFactory,
    DeliveryFactory,
    NoticeFactory,
    PostBatchFactory,
)

pytestmark = pytest.mark.django_db
OCT_20 = datetime(2026, 10, 20, 18, tzinfo=UTC)
TODAY = date(2026, 10, 20)


@pytest.fixture
def delivery(reference_data):
    CarrierFactory(legal_name="Wasatch Telephone")
    return DeliveryFactory(mailed_on=date(2026, 10, 1))


@pytest.fixture
def today():
    with time_machine.travel(OCT_20, tick=False):
        yield


def token_of(delivery):
    return links.token(delivery.pk, links.newest_key(at=OCT_20))


def page(delivery):
    return reverse("choices:notice", args=[token_of(delivery)])


def use(code):
    return Use.objects.get(code=code)


def field(code):
    return f"use-{use(code).pk}"


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_it_names_the_carrier_the_notice_and_the_day_and_nobody(delivery, today):
    answer = Client().get(page(delivery))
    assert answer.status_code == 200
    text = text_of(answer)
    assert "Wasatch Telephone" in text
    assert "October 1, 2026" in text
    assert "November 3, 2026" in text  # the last day to object: 33 days, by post from the third
    assert delivery.reference in text
    point = delivery.contact_point
    for private in (delivery.customer.name, delivery.customer.account_number, point.line1):
        assert private not in answer.content.decode()


def test_opening_it_changes_nothing_however_often_and_by_whatever_method(delivery, today):
    client = Client()
    for method in (client.get, client.head, client.options, client.put, client.delete):
        method(page(delivery))
        method(page(delivery) + "saved/")
    client.get(page(delivery) + f"?everything=no&{field('agents')}=no")
    assert not OptOutRequest.objects.exists()


def test_no_to_one_use_is_applied_at_once_and_leaves_the_others(delivery, today):
    answer = Client().post(page(delivery), {field("agents"): "no"}, follow=True)
    assert "Your choice is recorded" in text_of(answer)
    (request,) = OptOutRequest.objects.all()
    assert (request.wish, request.route, request.status) == ("opt_out", "web", "applied")
    assert request.customer == delivery.customer
    assert request.in_time
    assert [u.code for u in request.uses.all()] == ["agents"]
    assert f"O-{request.pk:05}" in text_of(answer)
    assert not decide(delivery.customer, use("agents"), on=TODAY).allowed
    assume_due(on=date(2026, 11, 4))
    assert not decide(delivery.customer, use("agents"), on=date(2026, 11, 4)).allowed
    assert decide(delivery.customer, use("other-services"), on=date(2026, 11, 4)).allowed


def test_no_to_everything_is_one_button(delivery, today):
    Client().post(page(delivery), {"everything": "no", field("agents"): "yes"})
    (request,) = OptOutRequest.objects.all()
    assert request.all_uses
    assert request.wish == "opt_out"
    assume_due(on=date(2026, 11, 4))
    for code in ("other-services", "agents", "affiliates"):
        assert not decide(delivery.customer, use(code), on=date(2026, 11, 4)).allowed


def test_sent_twice_it_is_one_choice(delivery, today):
    client = Client()
    for _ in range(3):
        client.post(page(delivery), {field("agents"): "no"})
        client.post(page(delivery), {field("agents"): "no"})
    assert OptOutRequest.objects.count() == 1
    client.post(page(delivery), {"everything": "no"})
    client.post(page(delivery), {"everything": "no"})
    assert OptOutRequest.objects.count() == 2


def test_one_can_change_ones_mind_later_and_the_proof_is_kept(delivery, today):
    client = Client()
    client.post(page(delivery), {field("agents"): "no"})
    with time_machine.travel(datetime(2027, 3, 1, 18, tzinfo=UTC), tick=False):
        assert "You said no. It counts since October 20, 2026" in text_of(
            client.get(page(delivery))
        )
        client.post(page(delivery), {field("agents"): "yes"})
        later = OptOutRequest.objects.latest("pk")
        assert later.wish == "opt_in"
        assert "2027-03-01" in later.proof
        assert delivery.reference in later.proof
        assert decide(delivery.customer, use("agents"), on=date(2027, 3, 1)).allowed
        client.post(page(delivery), {field("agents"): "no"})
    assert not decide(delivery.customer, use("agents"), on=date(2027, 3, 2)).allowed
    assert OptOutRequest.objects.count() == 3


def test_nothing_chosen_is_said_and_records_nothing(delivery, today):
    answer = Client().post(page(delivery), {})
    assert answer.status_code == 422
    assert "Nothing was chosen" in text_of(answer)
    assert not OptOutRequest.objects.exists()


def test_what_is_no_answer_or_no_use_of_the_notice_counts_for_nothing(reference_data, today):
    CarrierFactory()
    notice = NoticeFactory(finish__uses=("agents",))
    delivery = DeliveryFactory(campaign=CampaignFactory(notice=notice, running=True))
    for data in (
        {field("agents"): "maybe"},
        {field("affiliates"): "yes"},
        {"use-0": "yes", "use-x": "no"},
    ):
        assert Client().post(page(delivery), data).status_code == 422
    assert not OptOutRequest.objects.exists()


def test_by_a_letter_to_an_address_that_changed_one_can_say_no_and_not_yes(delivery, today):
    contacts.change_contact(
        delivery.customer,
        kind="post",
        line1="9 New Street",
        city="Provo",
        state="UT",
        postcode="84601",
        at=OCT_20,
        on=TODAY,
        route="call",
        by=None,
        because="Moved",
    )
    client = Client()
    answer = client.get(page(delivery))
    assert 'value="yes"' not in answer.content.decode()
    assert "you can say no" in text_of(answer)
    assert client.post(page(delivery), {field("agents"): "yes"}).status_code == 422
    assert not OptOutRequest.objects.exists()
    assert client.post(page(delivery), {field("agents"): "no"}).status_code == 302
    assert OptOutRequest.objects.get().wish == "opt_out"


def test_a_notice_that_came_back_allows_nothing_either(delivery, today):
    outcomes.record(delivery, outcome="returned", on=TODAY, by=None, because="By the post")
    assert 'value="yes"' not in Client().get(page(delivery)).content.decode()


def test_of_a_merged_account_the_one_that_remains_is_meant(delivery, today):
    survivor = CustomerFactory()
    merge(delivery.customer, survivor, on=TODAY, at=OCT_20, by=None, because="Same person")
    Client().post(page(delivery), {"everything": "no"})
    assert OptOutRequest.objects.get().customer == survivor


def test_uses_made_in_between_are_listed_for_a_late_choice_of_an_early_day(delivery, today):
    Client().post(page(delivery), {"everything": "no"})
    assert Disclosure.objects.count() == 0
    states = Approval.objects.filter(customer=delivery.customer).values_list("state", flat=True)
    assert set(states) == {"denied"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda t: t[:-1],
        lambda t: t[:-1] + ("0" if t[-1] != "0" else "1"),
        lambda t: "N-0000" + t[6:],
        lambda t: t.rpartition("-")[0],
        lambda t: t + "A",
        lambda t: "x" * 300,
        lambda t: "N-00011-" + "0" * 20,
    ],
)
def test_a_link_that_we_did_not_make_opens_nothing_and_says_what_to_do(damage, delivery, today):
    address = reverse("choices:notice", args=[damage(token_of(delivery))])
    for answer in (Client().get(address), Client().post(address, {"everything": "no"})):
        assert answer.status_code == 404
        assert "This link does not work" in text_of(answer)
        assert reverse("choices:without-link") in answer.content.decode()
    assert not OptOutRequest.objects.exists()


def test_a_link_typed_in_small_letters_and_with_letters_for_digits_opens(delivery, today):
    typed = token_of(delivery).lower().replace("0", "o")
    assert Client().get(reverse("choices:notice", args=[typed])).status_code == 200


def test_the_link_of_one_notice_does_not_open_another(delivery, today):
    other = DeliveryFactory(campaign=delivery.campaign)
    proof = token_of(delivery).rpartition("-")[2]
    address = reverse("choices:notice", args=[f"{other.reference}-{proof}"])
    assert Client().get(address).status_code == 404


def test_links_open_after_their_key_was_replaced(delivery, today):
    old = token_of(delivery)
    LinkKey(secret="another secret", made_at=OCT_20).save()
    assert token_of(delivery) != old
    for token in (old, token_of(delivery)):
        assert Client().get(reverse("choices:notice", args=[token])).status_code == 200


def test_links_open_after_the_keys_of_encryption_were_changed_and_the_old_ones_thrown_away(
    delivery, today, settings
):
    address, new = page(delivery), new_key()
    settings.FIELD_KEYS = [new, *settings.FIELD_KEYS]
    rotating.rotate(by=None)
    settings.FIELD_KEYS = [new]
    assert Client().get(address).status_code == 200


@pytest.mark.parametrize(
    "fate",
    [
        {"state": "batched"},
        {"channel": "email", "state": "sending"},
        {"channel": "email", "state": "queued", "in_doubt": 1},
    ],
)
def test_a_notice_that_may_have_come_before_its_mailing_is_known_can_be_refused(
    fate, delivery, today
):
    if fate["state"] == "batched":
        fate = {**fate, "batch": PostBatchFactory(campaign=delivery.campaign)}
    customer = CustomerFactory(by_email=True, email="ann@mail.example")
    early = DeliveryFactory(campaign=delivery.campaign, customer=customer, **fate)
    text = text_of(Client().get(page(early)))
    assert f"Our notice: “{early.text.subject}”" in text
    assert "By this link you can say no" in text
    Client().post(page(early), {field("agents"): "yes"})
    assert not OptOutRequest.objects.exists()
    Client().post(page(early), {"everything": "no"})
    request = OptOutRequest.objects.get()
    assert (request.status, request.customer) == ("applied", customer)
    assert set(Approval.objects.values_list("state", flat=True)) == {"denied"}


def test_before_it_was_sent_and_for_messages_that_ask_nothing_there_is_no_page(delivery, today):
    waiting = DeliveryFactory(campaign=delivery.campaign, state="queued")
    assert Client().get(page(waiting)).status_code == 404


def test_in_spanish_for_who_got_the_notice_in_spanish(reference_data, today):
    CarrierFactory()
    notice = NoticeFactory(finish__languages=("en", "es"))
    delivery = DeliveryFactory(
        campaign=CampaignFactory(notice=notice, running=True),
        text=notice.texts.get(language="es"),
    )
    answer = Client().get(page(delivery))
    assert '<html lang="es">' in answer.content.decode()
    assert "Su decisión sobre la información de su cuenta" in text_of(answer)
    assert "que nuestros agentes le ofrezcan" in text_of(answer).lower()
    assert "3 de noviembre de 2026" in text_of(answer)


def test_no_language_lacks_a_sentence():
    english = WORDS["en"].keys()
    assert all(words.keys() == english for words in WORDS.values())
    assert all(all(text.strip() for text in words.values()) for words in WORDS.values())


def test_another_site_cannot_choose_for_a_customer(delivery, today):
    client = Client(enforce_csrf_checks=True)
    refused = client.post(page(delivery), {"everything": "no"})
    assert refused.status_code == 403
    assert "your browser keeps no cookies" in text_of(refused)
    assert "esk" not in text_of(refused)  # customers know of no desk
    assert not OptOutRequest.objects.exists()
    form = client.get(page(delivery)).content.decode()
    secret = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', form)[1]
    sent = client.post(page(delivery), {"everything": "no", "csrfmiddlewaretoken": secret})
    assert sent.status_code == 302


def test_it_asks_a_fixed_number_of_questions(delivery, today, django_assert_max_num_queries):
    address = page(delivery)
    with django_assert_max_num_queries(14):
        Client().get(address)


def test_guessing_is_stopped(delivery, today):
    client = Client()
    addresses = [reverse("choices:notice", args=[f"N-00011-{n:020}"]) for n in range(70)]
    answers = [client.post(a) for a in addresses]
    assert [a.status_code for a in answers[:60]] == [404] * 60
    assert answers[-1].status_code == 429
    assert "esk" not in text_of(answers[-1])
