"""Legal holds: placed and released by the officer, and what they hold."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts import history
from accounts.errors import Refused
from accounts.models import Customer, User
from accounts.permissions import require
from cpni.models import LegalHold, RetentionPeriod

PLACE, RELEASE = "cpni.add_legalhold", "cpni.change_legalhold"


@dataclass(frozen=True)
class Held:
    """What is under hold: ids; ``anything`` when there is any hold at all."""

    anything: bool
    everything: bool
    customers: tuple[int, ...]
    campaigns: tuple[int, ...]
    imports: tuple[int, ...]


def held() -> Held:
    """What is under hold now. A hold on a customer covers the accounts merged with it."""
    active = list(LegalHold.objects.filter(released_on=None))
    family = Customer.objects.family(hold.customer_id for hold in active if hold.customer_id)
    return Held(
        anything=bool(active),
        everything=any(hold.scope == LegalHold.Scope.EVERYTHING for hold in active),
        customers=tuple(sorted(family)),
        campaigns=tuple(sorted({h.campaign_id for h in active if h.campaign_id})),
        imports=tuple(sorted({h.import_batch_id for h in active if h.import_batch_id})),
    )


def lock() -> None:
    """Wait for whoever else purges or holds just now; until the transaction ends it is our turn.

    Else a purge that has just looked for holds would remove what is held a moment later.
    """
    list(RetentionPeriod.objects.select_for_update().order_by("pk").values_list("pk"))


def place(hold: LegalHold, *, on: date, by: User | None, because: str) -> LegalHold:
    """Place ``hold``, which is not stored yet, from the civil day ``on``. Raises NotAllowed."""
    require(by, PLACE)
    hold.placed_on, hold.placed_by = on, by
    with transaction.atomic():
        lock()
        history.save(hold, by=by, because=because or hold.matter)
    return hold


def release(hold: LegalHold, *, on: date, by: User | None, because: str) -> bool:
    """Release ``hold`` on the civil day ``on``. False when it was released before.

    Raises Refused without a reason, and NotAllowed.
    """
    require(by, RELEASE)
    if not because.strip():
        raise Refused("Releasing a hold needs a reason.", "Say who said that it may end.")
    with transaction.atomic():
        lock()
        stored = LegalHold.objects.select_for_update().get(pk=hold.pk)
        released = stored.released_on is None
        if released:
            stored.released_on, stored.released_by = on, by
            stored.released_because = because[:200]
            history.save(stored, by=by, because=because)
    hold.refresh_from_db()
    return released
