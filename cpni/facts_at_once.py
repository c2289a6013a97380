"""The facts about one customer in one statement: for other systems, which ask all day.

The same facts as ``cpni.facts.gather`` reads in a dozen statements (tests/api/test_facts_at_once.py
compares them over random stories), in a fifth of the time. What hardly anybody has (a choice, an
incident, a request that waits) is read as there, by one or two statements more.

What the database never lets change is read once and kept in the process: approved notices with
their texts and uses, and published policy versions with theirs (notices/migrations 0003 to 0005).
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db import connection

from accounts import looks
from accounts.models import Customer, Service
from accounts.prepared import first_row
from cpni.facts import (
    Entry,
    Facts,
    Policies,
    Spell,
    Told,
    choices_of,
    messages_of,
    open_requests_of,
    provided,
    spell_of,
    state_of,
    verifications_of,
)
from cpni.jurisdictions import STATES
from cpni.models import Incident
from notices.models import Campaign, Delivery, Notice, NoticeText, PolicyBinding, PolicyVersion, Use

CUSTOMER = tuple(Customer._meta.concrete_fields)
NAMES = tuple(field.attname for field in CUSTOMER)
USE = tuple(f.attname for f in Use._meta.concrete_fields)
# Of a delivery what decisions look at, in the order in which the model has it.
READ = frozenset(
    (
        *("id", "campaign_id", "text_id", "channel", "state", "mailed_on", "last_objection_day"),
        *("assume_from", "outcome", "outcome_on", "mailing_proof", "server_answer"),
    )
)
DELIVERY = tuple(f.attname for f in Delivery._meta.concrete_fields if f.attname in READ)
DAYS = tuple(
    DELIVERY.index(name)
    for name in ("mailed_on", "last_objection_day", "assume_from", "outcome_on")
)
LISTS = {
    "uses": (USE, "notices_use t WHERE t.code = %s"),
    "deliveries": (
        DELIVERY,
        "notices_delivery t WHERE t.customer_id = c.id AND t.change_id IS NULL"
        " AND t.code_id IS NULL AND NOT t.marketing AND t.state <> 'cancelled'",
    ),
    "ledger": (
        ("history_date", "history_id", "id", "use_id", "state", "effective_on", "delivery_id"),
        "cpni_historicalapproval t JOIN cpni_approval a ON a.id = t.id WHERE a.customer_id = c.id",
    ),
    "services": (
        ("id", "category", "started_on", "ended_on"),
        "accounts_service t WHERE t.customer_id = c.id",
    ),
    "moves": (
        ("since", "id", "policy_version_id"),
        "notices_policybinding t WHERE t.customer_id = c.id",
    ),
    "policies": (
        ("effective_on", "id"),
        "notices_policyversion t WHERE t.status = 'published'",
    ),
}
LOOKED_AT = (
    "accounts_customer c WHERE c.account_number = %s"
    " AND EXISTS (SELECT 1 FROM notices_use WHERE code = %s)"
)
WHETHER = (
    "EXISTS (SELECT 1 FROM cpni_optoutrequest r WHERE r.customer_id = c.id"
    " AND r.status = 'applied')",
    "EXISTS (SELECT 1 FROM cpni_requestcandidate q WHERE q.customer_id = c.id)",
    "EXISTS (SELECT 1 FROM cpni_incident)",
    "EXISTS (SELECT 1 FROM cpni_inboundmessage m WHERE m.customer_id = c.id AND m.to_read)"
    " OR EXISTS (SELECT 1 FROM cpni_inboundmessage_candidates m WHERE m.customer_id = c.id)",
    "EXISTS (SELECT 1 FROM accounts_contactpoint p WHERE p.customer_id = c.id AND p.kind = 'post'"
    f" AND p.state IN ({', '.join(repr(state) for state in STATES)}))",
)


@dataclass(frozen=True)
class Found:
    """A customer's facts, and the use that was asked about; None where there is none."""

    facts: Facts
    use: Use | None


@cache
def statement(vendor: str, *, looked: bool = False) -> str:
    """The statement; its parameters are the use's code and the account number.

    With ``looked`` it begins with the record of the look, whose parameters come first.
    """
    array, gathered = (
        ("json_build_array", "json_agg")
        if vendor == "postgresql"
        else ("json_array", "json_group_array")
    )
    lists = [
        f"(SELECT {gathered}({array}({', '.join(f't.{n}' for n in names)})) FROM {rest})"
        for names, rest in LISTS.values()
    ]
    columns = [f"c.{field.column}" for field in CUSTOMER]
    look = looks.recorded_with("c.id", LOOKED_AT) if looked else ""
    return look + (
        f"SELECT {', '.join((*columns, *lists, *WHETHER))}"
        " FROM accounts_customer c WHERE c.account_number = %s"
    )


def find(
    account_number: str, use_code: str, *, on: date, look: looks.Opening | None = None
) -> Found | None:
    """What ``gather`` would read of the customer with this account number for the civil day ``on``.

    None when there is no such customer. ``look`` is recorded when there is, and the use as well.
    """
    at_once = look if connection.vendor == "postgresql" else None
    looked = [*at_once.parameters, account_number, use_code] if at_once else []
    row = first_row(
        statement(connection.vendor, looked=bool(looked)), [*looked, use_code, account_number]
    )
    if row is None:
        return None
    width = len(CUSTOMER)
    values = list(row[:width])
    if connection.vendor == "sqlite":
        values = [_value(field, value) for field, value in zip(CUSTOMER, values, strict=True)]
    customer = Customer.from_db("default", NAMES, values)
    lists = dict(zip(LISTS, map(_opened, row[width : width + len(LISTS)]), strict=True))
    chose, waits, incident, wrote, elsewhere = row[width + len(LISTS) :]
    spell = (
        Spell(customer.active_since, customer.discontinued_on)
        if customer.active_since <= on
        else spell_of(customer, on)
    )
    policies = _policies(tuple(pk for _, pk in sorted(lists["policies"])))
    moves = [
        PolicyBinding(since=_day(since), pk=pk, policy_version_id=version)
        for since, pk, version in lists["moves"]
        if _day(since) <= on
    ]
    services = [
        Service(pk=pk, category=c, started_on=_day(b), ended_on=e and _day(e))
        for pk, c, b, e in lists["services"]
    ]
    state = state_of(customer.contact_points.all(), on) if elsewhere else ""
    facts = Facts(
        customer=customer,
        spell=spell,
        services=provided(services, on),
        state=state,
        verifications=tuple(verifications_of([customer.pk], on)[customer.pk]) if state else (),
        choices=choices_of(customer) if chose else (),
        told=tuple(_told(values) for values in sorted(lists["deliveries"], key=lambda d: d[0])),
        ledger=tuple(
            Entry(approval, use, state, _day(effective_on), delivery)
            for _, _, approval, use, state, effective_on, delivery in sorted(
                lists["ledger"], key=lambda entry: (entry[0], entry[1])
            )
        ),
        incidents=tuple(Incident.objects.all()) if incident else (),
        open_requests=tuple(open_requests_of([customer.pk])[customer.pk]) if waits else (),
        messages=tuple(messages_of([customer.pk])[customer.pk]) if wrote else (),
        policies=policies,
        governing=policies.governing(moves, spell.since if spell else customer.active_since),
    )
    use = Use.from_db("default", USE, lists["uses"][0]) if lists["uses"] else None
    if look and use and not at_once:
        look.record(customer.pk)
    return Found(facts, use)


def forget() -> None:
    """Read anew what never changes; for tests, whose databases come and go in one process."""
    for kept in (_campaign, _text, _policies):
        kept.cache_clear()


def _value(field: Any, value: Any) -> Any:
    if isinstance(value, str) and field.get_internal_type() == "DateField":
        return date.fromisoformat(value)  # SQLite has no dates
    return value


def _opened(value: Any) -> list[list[Any]]:
    return (json.loads(value) if isinstance(value, str) else value) or []


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _told(values: list[Any]) -> Told:
    for place in DAYS:
        values[place] = values[place] and _day(values[place])
    delivery = Delivery.from_db("default", DELIVERY, values)
    delivery.campaign, use_ids = _campaign(delivery.campaign_id)
    delivery.text = _text(delivery.text_id)
    return Told(delivery, use_ids)


@cache
def _campaign(pk: int) -> tuple[Campaign, frozenset[int]]:
    """A campaign with its notice, and the uses that this asks for: both fixed since it was sent."""
    found = Campaign.objects.select_related("notice__policy_version").get(pk=pk)
    assert found.notice.status != Notice.Status.DRAFT  # noqa: S101  (nothing of a draft is sent)
    return found, frozenset(found.notice.uses.values_list("pk", flat=True))


@cache
def _text(pk: int) -> NoticeText:
    return NoticeText.objects.get(pk=pk)


@cache
def _policies(versions: tuple[int, ...]) -> Policies:
    """The published versions with these ids."""
    return Policies(PolicyVersion.objects.filter(pk__in=versions).prefetch_related("declared"))
