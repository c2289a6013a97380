"""Marketing by e-mail, text, telephone or post: stopped when the customer says so, allowed again.

The second of three switches (accounts/models/contact_optouts.py). It stops no notice and no other
message that the rules require, and says nothing about the use of CPNI. The only writer of
``ContactOptOut``.
"""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import history
from accounts.bulk_rows import among
from accounts.caller_standing import refuse_unproved
from accounts.civil import in_words
from accounts.errors import Refused
from accounts.models import ContactOptOut, ContactPoint, Customer, User
from accounts.permissions import require

STOP, ALLOW = "accounts.add_contactoptout", "accounts.change_contactoptout"
CHANNELS = tuple(ContactOptOut.Channel.values)
LISTED = 5_000  # ids in one statement; SQLite takes 32,766


def stop(
    customer: Customer, *, channels: Iterable[str], on: date, by: User | None, because: str
) -> list[str]:
    """Stop marketing to ``customer`` by ``channels`` from the civil day ``on``.

    Returns the channels that were not stopped yet, in the order of ``CHANNELS``. An account that
    was merged is stopped as the one that remains. Raises Refused for a channel that there is not.
    """
    require(by, STOP)
    wanted = _known(channels)
    with transaction.atomic():
        return _stop(_locked(customer), wanted, on=on, by=by, because=because)


def stop_address(
    customer: Customer, address: str, *, on: date, by: User | None, because: str
) -> int:
    """Stop marketing e-mail to ``customer`` and to every other whose mail goes to ``address`` now.

    An opting out of commercial e-mail is the address's, whichever account it was written for
    (15 USC 7704(a)(4)). Returns how many customers are newly stopped.
    """
    require(by, STOP)
    points = ContactPoint.objects.current().found_by(ContactPoint.Kind.EMAIL, address)
    others = Customer.objects.filter(pk__in=points.values("customer"))
    everybody = {one.remaining.pk: one.remaining for one in (customer, *others)}
    with transaction.atomic():
        # In one order, so that two who share more than one account cannot wait for each other.
        return sum(
            bool(_stop(_locked(one), [ContactOptOut.Channel.EMAIL], on=on, by=by, because=because))
            for _, one in sorted(everybody.items())
        )


def allow(
    customer: Customer, *, channels: Iterable[str], on: date, by: User | None, because: str
) -> list[str]:
    """Allow marketing to ``customer`` by ``channels`` again, from ``on``, as the customer asked.

    Returns the channels that had been stopped. Raises Refused for a channel that there is not, and
    for a day before it was stopped, and while a caller is on the line who has not proved who they
    are. Whoever calls has made sure that it is the customer who asks.
    """
    require(by, ALLOW)
    wanted = _known(channels)
    with transaction.atomic():
        locked = _locked(customer)
        refuse_unproved(locked, by=by)
        rows = list(ContactOptOut.objects.filter(customer=locked, channel__in=wanted, until=None))
        for row in rows:
            if on < row.since:
                raise Refused(
                    f"It was stopped on {in_words(row.since)}.",
                    "It cannot be allowed again before that day.",
                )
            row.until = on
            history.save(row, by=by, because=because)
    allowed = {row.channel for row in rows}
    return [channel for channel in wanted if channel in allowed]


def stopped_channels(customer: Customer, *, on: date) -> list[str]:
    """The channels by which ``customer`` wants no marketing on ``on``, in order."""
    rows = current(on).filter(customer=customer)
    found = set(rows.values_list("channel", flat=True))
    return [channel for channel in CHANNELS if channel in found]


def may_contact(customer_ids: Iterable[int], *, channel: str, on: date) -> set[int]:
    """Of these customers, the ids of those to whom marketing may go by ``channel`` on ``on``.

    Nobody is contacted under an account that was merged. Whether their CPNI may be used for it is
    another question (``cpni.decisions``). A fixed number of statements for each 5,000 ids.
    """
    _known([channel])
    ids = sorted(set(customer_ids))
    may: set[int] = set()
    for start in range(0, len(ids), LISTED):
        listed = ids[start : start + LISTED]
        there = Customer.objects.filter(among("pk", listed)).exclude(status=Customer.Status.MERGED)
        stopped = current(on).filter(among("customer", listed), channel=channel)
        found = set(there.values_list("pk", flat=True)).intersection(listed)
        may |= found.difference(stopped.values_list("customer_id", flat=True))
    return may


def carry_over(
    duplicate: Customer, survivor: Customer, *, on: date, by: User | None, because: str
) -> list[str]:
    """What ``duplicate`` had stopped is stopped for ``survivor``, too: the stricter wins.

    Part of merging (``cpni.merging``), which asks for the permission. Returns the new channels.
    """
    stopped = stopped_channels(duplicate, on=on)
    return _stop(survivor, stopped, on=on, by=by, because=because)


def _stop(
    customer: Customer, channels: list[str], *, on: date, by: User | None, because: str
) -> list[str]:
    """Stop what is not stopped yet on ``on``; what would begin later begins then."""
    there = set(stopped_channels(customer, on=on))
    new = [channel for channel in channels if channel not in there]
    rows = ContactOptOut.objects.filter(customer=customer, channel__in=new, until=None)
    later = {row.channel: row for row in rows}
    for channel in new:
        row = later.get(channel) or ContactOptOut(customer=customer, channel=channel)
        row.since = on
        history.save(row, by=by, because=because)
    return new


def current(on: date) -> QuerySet[ContactOptOut]:
    """What customers have stopped and not allowed again, as of the civil day ``on``."""
    return ContactOptOut.objects.filter(Q(until=None) | Q(until__gt=on), since__lte=on)


def _known(channels: Iterable[str]) -> list[str]:
    wanted = set(channels)
    if wrong := wanted - set(CHANNELS):
        raise Refused(f"There is no channel “{min(wrong)}”.", f"Choose of: {', '.join(CHANNELS)}.")
    return [channel for channel in CHANNELS if channel in wanted]


def _locked(customer: Customer) -> Customer:
    """The customer, or the account into which it was merged, locked."""
    locked = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    return _locked(locked.merged_into) if locked.merged_into else locked
