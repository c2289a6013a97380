"""Approvals: set by the customer's choice, ended when their ground has gone, suspended when held.

With ``cpni.assuming``, which assumes them, the only writer of ``Approval``. Everything here can run
twice, at once, or a week late, and leaves the same state.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts import history
from accounts.civil import add_days
from accounts.models import Customer, Run, User
from cpni.facts import choices_of, spell_of, standing_choice
from cpni.jurisdictions import STATE_RULES, StateRule
from cpni.models import Approval, OptOutRequest
from notices import consent
from notices.clock import earliest_carrying, expires_after
from notices.models import Delivery, Use

State = Approval.State


def settle_choices(customer: Customer, *, on: date, by: User | None, because: str) -> int:
    """Bring ``customer``'s approvals into line with the choices that stand on ``on``.

    A standing opt-out denies and a standing opting in grants each use that it speaks of, whatever
    was there; a denial or grant on which no choice stands any more (a wrong match was taken back)
    is ended, and the daily job takes it from there. Returns the number of approvals changed.
    """
    changed = 0
    with transaction.atomic():
        locked = Customer.objects.select_for_update().get(pk=customer.pk)
        choices, spell = choices_of(locked), spell_of(locked, on)
        rows = {a.use_id: a for a in Approval.objects.filter(customer=locked).select_for_update()}
        for use in Use.objects.filter(mechanism__in=Use.NEED_APPROVAL):
            choice = standing_choice(choices, use, on, spell)
            row = rows.get(use.pk)
            if choice:
                state = (
                    Approval.State.DENIED
                    if choice.request.wish == OptOutRequest.Wish.OPT_OUT
                    else Approval.State.EXPRESS
                )
                if row and (row.state, row.request_id) == (state, choice.request.pk):
                    continue
                row = row or Approval(customer=locked, use=use, version=0)
                row.state, row.request, row.delivery = state, choice.request, None
                row.effective_on = choice.effective_on
            elif row and row.state in Approval.CUSTOMER_DECIDED:
                row.state, row.effective_on = Approval.State.ENDED, on
            else:
                continue
            row.because, row.run, row.version = because[:200], None, row.version + 1
            history.save(row, by=by, because=because)
            changed += 1
    return changed


def spread_choices(*, on: date, by: User | None) -> None:
    """Deny uses that were added after a customer opted out of all uses."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT r.customer_id FROM cpni_optoutrequest r"
            " WHERE r.status = 'applied' AND r.wish = 'opt_out' AND r.all_uses AND EXISTS"
            " (SELECT 1 FROM notices_use u WHERE u.mechanism IN ('opt_out', 'opt_in')"
            "  AND NOT EXISTS (SELECT 1 FROM cpni_approval a"
            "   WHERE a.customer_id = r.customer_id AND a.use_id = u.id))"
        )
        customers = [row[0] for row in cursor.fetchall()]
    for customer in Customer.objects.filter(pk__in=customers):
        settle_choices(
            customer,
            on=on,
            by=by,
            because="Opted out of all uses before this use was added",
        )


def held(delivery: str) -> str:
    """SQL: whether an incident holds what the delivery of that alias would allow (64.2009(f)).

    Has the parameter ``on``.
    """
    return (
        f"EXISTS (SELECT 1 FROM cpni_incident i WHERE i.started_on <= {delivery}.last_objection_day"
        f" AND (i.ended_on IS NULL OR i.ended_on >= {delivery}.mailed_on)"
        " AND (i.released_on IS NULL OR i.released_on > %(on)s))"
    )


def may_have_objected(delivery: str) -> str:
    """SQL: whether a request waits that may be an objection of whom the delivery of that alias went
    to: in time or later, as an opt-out counts at any time (64.2007(a)(2)).

    Has the parameter ``on``.
    """
    return (
        "EXISTS (SELECT 1 FROM cpni_requestcandidate q"
        " JOIN cpni_optoutrequest r ON r.id = q.request_id"
        f" WHERE q.customer_id = {delivery}.customer_id AND {_waits('%(on)s')})"
    )


def _waits(on: str) -> str:
    """SQL: whether the request ``r``, an opt-out that has come by ``on``, waits to be matched."""
    return f"r.status = 'received' AND r.wish = 'opt_out' AND r.received_on <= {on}"


def lapsed(delivery: str, on: date) -> str:
    """SQL: whether what the delivery of that alias allowed has lapsed on ``on``, unverified, where
    the customer's state asks for verification (``cpni.jurisdictions``)."""
    return (
        " OR ".join(
            f"({delivery}.assume_from < '{rule.earliest_counting(on)}'"
            f" AND EXISTS (SELECT 1 FROM accounts_contactpoint p"
            f" WHERE p.customer_id = {delivery}.customer_id AND {_lives(rule, on)})"
            f" AND NOT {_verified(delivery, on)})"
            for rule in _rules(on)
        )
        or "1 = 0"
    )


def _rules(on: date) -> list[StateRule]:
    return [rule for rule in STATE_RULES if rule.since <= on]


def _lives(rule: StateRule, on: date) -> str:
    """SQL: whether ``p`` is a postal address in the rule's state on ``on``."""
    return (
        f"p.kind = 'post' AND p.state = '{rule.state}' AND p.since <= '{on}'"
        f" AND (p.until IS NULL OR p.until > '{on}')"
    )


def _verified(delivery: str, on: date) -> str:
    """SQL: whether the customer verified, by ``on``, what they had approved by silence."""
    return (
        f"EXISTS (SELECT 1 FROM cpni_verification v WHERE v.customer_id = {delivery}.customer_id"
        f" AND v.verified_on BETWEEN {delivery}.assume_from AND '{on}')"
    )


def end_groundless(run: Run, *, on: date, by: User | None) -> int:
    """End approvals whose ground has gone by ``on``; denials stay (domain.md 3, invariant 1).

    Service ended or began anew, or the notice came back, or went by e-mail without consent to that
    (64.2008(d)(3)(i)). Returns how many were ended.
    """
    return sum(
        (
            _move(
                run,
                by,
                to=State.ENDED,
                come_from=(State.ASSUMED, State.EXPRESS, State.SUSPENDED),
                because="Service was discontinued",
                found="SELECT a.id, c.discontinued_on AS day FROM cpni_approval a"
                " JOIN accounts_customer c ON c.id = a.customer_id"
                " WHERE c.status <> 'active' AND c.discontinued_on <= %s",
                params=[as_parameter(on)],
            ),
            _move(
                run,
                by,
                to=State.ENDED,
                come_from=(State.ASSUMED, State.SUSPENDED),
                because="It belonged to an earlier period of service",
                found="SELECT a.id, c.active_since AS day FROM cpni_approval a"
                " JOIN accounts_customer c ON c.id = a.customer_id"
                " JOIN notices_delivery d ON d.id = a.delivery_id"
                " WHERE d.mailed_on < c.active_since",
            ),
            _move(
                run,
                by,
                to=State.ENDED,
                come_from=(State.EXPRESS,),
                because="It belonged to an earlier period of service",
                found="SELECT a.id, c.active_since AS day FROM cpni_approval a"
                " JOIN accounts_customer c ON c.id = a.customer_id"
                " JOIN cpni_optoutrequest r ON r.id = a.request_id"
                " WHERE r.received_on < c.active_since",
            ),
            _move(
                run,
                by,
                to=State.ENDED,
                come_from=(State.ASSUMED, State.SUSPENDED),
                because="The notice came back, so the customer was never noticed",
                found="SELECT a.id, a.effective_on AS day FROM cpni_approval a"
                " JOIN notices_delivery d ON d.id = a.delivery_id WHERE d.outcome <> ''",
            ),
            _move(
                run,
                by,
                to=State.ENDED,
                come_from=(State.ASSUMED, State.SUSPENDED),
                because="The notice was e-mailed without consent, so the customer was not noticed",
                found="SELECT a.id, a.effective_on AS day FROM cpni_approval a"
                " JOIN accounts_customer c ON c.id = a.customer_id"
                " JOIN notices_delivery d ON d.id = a.delivery_id"
                f" WHERE {consent.lacking('d', 'c')}",
            ),
        )
    )


def end_returned(delivery: Delivery, *, by: User | None, because: str) -> list[Approval]:
    """End what was assumed from ``delivery``, which came back: the customer was never noticed.

    At once and for one notice what :func:`end_groundless` does each hour for all. Returns what was
    ended, each with the day from which it had counted; nothing when it is done already.
    """
    with transaction.atomic():
        rows = Approval.objects.select_for_update().filter(
            delivery=delivery, state__in=(State.ASSUMED, State.SUSPENDED)
        )
        ended = list(rows)
        for row in ended:
            row.state, row.because, row.run = State.ENDED, because[:200], None
            row.version += 1
            history.save(row, by=by, because=because)
    return ended


def suspend_stale(run: Run, *, on: date, by: User | None) -> int:
    """Suspend assumed approvals that are held, or whose time has passed.

    An incident holds (64.2009(f)), and a request that waits and may be the customer's objection. A
    notice carries two years (64.2008(d)(2)), and where a state asks for verification an
    unverified approval ends sooner. Returns how many were suspended.
    """
    suspended = _move(
        run,
        by,
        to=State.SUSPENDED,
        come_from=(State.ASSUMED,),
        because="A way to opt out failed during the waiting period",
        found="SELECT a.id, a.effective_on AS day FROM cpni_approval a"
        " JOIN notices_delivery d ON d.id = a.delivery_id"
        " JOIN cpni_incident i ON i.started_on <= d.last_objection_day"
        "  AND (i.ended_on IS NULL OR i.ended_on >= d.mailed_on)"
        "  AND (i.released_on IS NULL OR i.released_on > %s)",
        params=[as_parameter(on)],
    )
    suspended += _move(
        run,
        by,
        to=State.SUSPENDED,
        come_from=(State.ASSUMED,),
        because="An opt-out that may be this customer's waits to be matched",
        found="SELECT a.id, CASE WHEN MIN(r.received_on) > a.effective_on"
        " THEN MIN(r.received_on) ELSE a.effective_on END AS day FROM cpni_requestcandidate q"
        " JOIN cpni_optoutrequest r ON r.id = q.request_id"
        " JOIN cpni_approval a ON a.customer_id = q.customer_id"
        f" WHERE {_waits('%s')} GROUP BY a.id, a.effective_on",
        params=[as_parameter(on)],
    )
    old = Approval.objects.filter(
        state=State.ASSUMED, delivery__mailed_on__lt=earliest_carrying(on)
    )
    # A calendar's two years are no constant number of days, so each mailing date has its own.
    for mailed_on in set(old.values_list("delivery__mailed_on", flat=True)):
        assert mailed_on is not None  # noqa: S101  (the filter asked for a date)
        overdue_from = add_days(expires_after(mailed_on), 1)
        suspended += _move(
            run,
            by,
            to=State.SUSPENDED,
            come_from=(State.ASSUMED,),
            because="The two-year notice is overdue",
            found="SELECT a.id, %s AS day FROM cpni_approval a"
            " JOIN notices_delivery d ON d.id = a.delivery_id WHERE d.mailed_on = %s",
            params=[as_parameter(overdue_from), as_parameter(mailed_on)],
        )
    return suspended + _suspend_unverified(run, on=on, by=by)


def _suspend_unverified(run: Run, *, on: date, by: User | None) -> int:
    """Suspend what a state lets lapse: from the day after its last, or from the move there."""
    suspended = 0
    for rule in _rules(on):
        old = Approval.objects.filter(
            state=State.ASSUMED, delivery__assume_from__lt=rule.earliest_counting(on)
        )
        for began_on in set(old.values_list("delivery__assume_from", flat=True)):
            assert began_on is not None  # noqa: S101  (the filter asked for a date)
            lapsed_from = as_parameter(add_days(rule.last_day(began_on), 1))
            suspended += _move(
                run,
                by,
                to=State.SUSPENDED,
                come_from=(State.ASSUMED,),
                because=f"Not verified in time, as {rule.name} asks",
                found="SELECT a.id, CASE WHEN MIN(p.since) > %s THEN MIN(p.since) ELSE %s END"
                " AS day FROM cpni_approval a JOIN notices_delivery d ON d.id = a.delivery_id"
                f" JOIN accounts_contactpoint p ON p.customer_id = a.customer_id"
                f" AND {_lives(rule, on)}"
                f" WHERE d.assume_from = %s AND NOT {_verified('d', on)} GROUP BY a.id",
                params=[lapsed_from, lapsed_from, as_parameter(began_on)],
            )
    return suspended


def _move(
    run: Run,
    by: User | None,
    *,
    to: str,
    come_from: Sequence[str],
    because: str,
    found: str,
    params: Sequence[Any] = (),
) -> int:
    """Move the approvals that ``found`` selects (id, day) to a state, with history, at once.

    The guard on the state is asked of each row as it is when it is locked, so a choice of the
    customer that is committed meanwhile is not overwritten.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cpni_approval SET state = %s, effective_on = found.day, because = %s,"
            f" run_id = %s, version = version + 1 FROM ({found}) found"
            " WHERE cpni_approval.id = found.id"
            f" AND cpni_approval.state IN ({placeholders(come_from)})"
            " RETURNING cpni_approval.id",
            [to, because, run.pk, *params, *come_from],
        )
        ids = [row[0] for row in cursor.fetchall()]
        history.record_ids(Approval, ids, by=by, because=f"{because} ({run})", at=timezone.now())
    return len(ids)


def placeholders(values: Sequence[Any]) -> str:
    """As many parameter marks as there are values, for an IN list."""
    return ", ".join(["%s"] * len(values))


def as_parameter(day: date) -> Any:
    """A day as the database's driver takes it in raw SQL."""
    return connection.ops.adapt_datefield_value(day)


def as_date(value: date | str) -> date:
    """A day of raw SQL, which SQLite hands back as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value
