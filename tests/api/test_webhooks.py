"""Other systems are told of changed approvals: signed, in order, until they take it."""

import json
from datetime import timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from accounts.errors import Refused
from config import roles
from cpni import optouts, webhook_addresses, webhooks
from cpni.models import WebhookDelivery, WebhookSubscription
from cpni.tasks import discard_of_the_api, send_webhooks
from tests.factories.accounts import CarrierFactory, CustomerFactory
from tests.factories.api import AT
from tests.factories.cpni import OptOutRequestFactory
from tests.http_gateway import Gateway

pytestmark = pytest.mark.django_db
WHY = {"by": None, "because": "x"}


@pytest.fixture
def subscriber(settings):
    """A server of theirs, which answers as it is told."""
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    server = Gateway()
    yield server
    server.stop()


@pytest.fixture
def subscribed(subscriber, clock, reference_data):
    """A subscription to it, and its secret."""
    url = subscriber.settings["url"]
    return webhooks.subscribe("CRM", url, at=AT, **WHY)


def opt_out(customer):
    request = OptOutRequestFactory()
    optouts.apply(request, customer=customer, on=AT.date(), by=None, because="x")


def test_a_change_is_told_signed_and_with_nothing_more_than_is_needed(subscriber, subscribed):
    row, secret = subscribed
    customer = CustomerFactory(name="Wilhelmina Quux")
    opt_out(customer)
    send_webhooks()
    (message,) = subscriber.taken
    said = Webhook(secret).verify(message["body"], message["headers"])
    assert said["type"] == "approvals.changed"
    assert {"account", "use", "state", "effective_on"} == set(said["data"]["changes"][0])
    assert {c["account"] for c in said["data"]["changes"]} == {customer.account_number}
    assert "other-services" in {c["use"] for c in said["data"]["changes"]}
    assert "Quux" not in message["body"]
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(message["body"].replace("denied", "express"), message["headers"])
    send_webhooks()
    assert len(subscriber.taken) == 1
    assert WebhookDelivery.objects.get().state == "delivered"
    assert row.client.first_name == "CRM"


def test_what_was_not_taken_is_tried_later_and_what_comes_after_it_waits(
    subscriber, subscribed, clock
):
    subscriber.script = [503, "cut", 302]
    opt_out(CustomerFactory())
    for passed in (0, 1, 4, 299, 1):  # the second try after 5 seconds, the third after 5 minutes
        clock.shift(timedelta(seconds=passed))
        opt_out(CustomerFactory())
        send_webhooks()
    assert len(subscriber.taken) == 3
    first = WebhookDelivery.objects.order_by("until").first()
    assert (first.attempts, first.last_status, first.state) == (3, 302, "waiting")
    clock.shift(timedelta(minutes=30))
    send_webhooks()
    bodies = [json.loads(message["body"])["data"]["until"] for message in subscriber.taken]
    assert bodies[:4] == [bodies[0]] * 4
    assert bodies[4:] == sorted(bodies[4:])
    assert not WebhookDelivery.objects.filter(state="waiting").exists()
    ids = [message["headers"]["webhook-id"] for message in subscriber.taken]
    assert ids[:4] == [ids[0]] * 4


def test_after_too_many_failures_it_is_stopped_shown_and_goes_on_where_it_was(
    subscriber, subscribed, clock, client_of
):
    subscriber.script = [500] * webhooks.MOST_FAILURES
    opt_out(CustomerFactory())
    for _ in range(webhooks.MOST_FAILURES + 2):
        send_webhooks()
        clock.shift(timedelta(hours=11))
    assert len(subscriber.taken) == webhooks.MOST_FAILURES
    row = WebhookSubscription.objects.get()
    assert "8 times in a row. The last answer was 500." in row.disabled_because
    officer = client_of(roles.OFFICER)
    tiles = officer.get("/admin/").context["desk_needed"]
    assert [t.count for t in tiles if t.title == "webhooks stopped"] == [1]
    opt_out(CustomerFactory())
    officer.post(f"/admin/cpni/webhooksubscription/{row.pk}/start/", {"because": "They mended it"})
    send_webhooks()
    accounts = {
        change["account"]
        for message in subscriber.taken[webhooks.MOST_FAILURES :]
        for change in json.loads(message["body"])["data"]["changes"]
    }
    assert len(accounts) == 2


def test_who_answers_gone_is_not_asked_again(subscriber, subscribed):
    subscriber.script = [410]
    opt_out(CustomerFactory())
    send_webhooks()
    assert WebhookSubscription.objects.get().disabled_at is not None


def test_the_secret_is_encrypted_and_shown_once(clock, client_of, settings):
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    officer = client_of(roles.OFFICER)
    form = {"system": "CRM", "url": "http://127.0.0.1:9/hooks"}
    page = officer.post("/admin/cpni/webhooksubscription/add/", form)
    secret = page.context["secret"]
    row = WebhookSubscription.objects.get()
    assert row.secret == secret
    stored = bytes(WebhookSubscription.objects.values_list("secret", flat=True).get())
    assert secret.encode() not in stored
    shown = officer.get(f"/admin/cpni/webhooksubscription/{row.pk}/change/")
    assert shown.status_code == 200
    assert secret not in shown.content.decode()


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example/hooks",
        "https://127.0.0.1/hooks",
        "https://localhost/hooks",
        "https://10.1.2.3/hooks",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/hooks",
        "https://[::ffff:10.0.0.1]/hooks",
        "https://0x7f000001/hooks",
        "https://user:secret@1.1.1.1/hooks",
        "https://1.1.1.1/hooks?key=secret",
        "ftp://1.1.1.1/",
        "https:///hooks",
        "nonsense",
    ],
)
def test_no_message_goes_into_our_own_network_or_in_the_open(db, url):
    with pytest.raises(Refused):
        webhooks.subscribe("CRM", url, at=AT, **WHY)
    assert not WebhookSubscription.objects.exists()


def test_a_name_that_leads_elsewhere_later_is_looked_at_each_time(monkeypatch, db):
    numbers = iter(["1.1.1.1", "10.0.0.1"])

    def resolve(host, port, **_):
        return [(2, 1, 6, "", (next(numbers), port))]

    monkeypatch.setattr(webhook_addresses.socket, "getaddrinfo", resolve)
    assert webhook_addresses.checked("https://crm.example/hooks")[1] == "1.1.1.1"
    with pytest.raises(Refused, match="private network"):
        webhook_addresses.post("https://crm.example/hooks", b"{}", {})


def test_delivered_messages_are_kept_for_a_quarter_and_the_last_for_good(
    subscriber, subscribed, clock
):
    for _ in range(2):
        opt_out(CustomerFactory())
        send_webhooks()
    clock.shift(timedelta(days=91))
    discard_of_the_api()
    assert WebhookDelivery.objects.count() == 1


def test_nobody_is_told_of_what_was_before_and_nothing_is_asked_while_nobody_listens(
    django_assert_num_queries, reference_data, clock, subscriber
):
    CarrierFactory()
    opt_out(CustomerFactory())
    with django_assert_num_queries(1):
        assert webhooks.make_messages(at=AT) == 0
    webhooks.subscribe("CRM", subscriber.settings["url"], at=AT, **WHY)
    send_webhooks()
    assert subscriber.taken == []


def test_neither_accounts_nor_secrets_nor_addresses_reach_the_log(
    subscriber, subscribed, billing, caplog
):
    customer = CustomerFactory(account_number="SECRET-ACCOUNT-77")
    subscriber.script = ["cut"]
    with caplog.at_level("DEBUG"):
        sent = {"account": customer.account_number, "route": "telephone", "stated": "Wilhelmina"}
        assert billing.post("opt-outs", sent).status_code == 201
        billing.post("decisions", {"account": customer.account_number, "use": "agents"})
        billing.post("decisions", {"account": "SECRET-ACCOUNT-78", "use": "agents"})
        billing.get("changes")
        send_webhooks()
    lines = "\n".join(r.getMessage() for r in caplog.records if r.name != "django.db.backends")
    for secret in ("SECRET-ACCOUNT", "Wilhelmina", subscribed[1], billing.prefix):
        assert secret not in lines
