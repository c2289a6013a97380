"""Merging two accounts of one customer. An opt-out on either stands on the one that remains."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from accounts import contact_optouts, history
from accounts.caller_standing import refuse_unproved
from accounts.errors import Refused
from accounts.models import Customer, User
from accounts.permissions import require
from cpni import optouts
from cpni.facts import choices_of, spell_of, standing_choice
from cpni.inbound import consequences
from cpni.models import Approval, OptOutRequest, RequestCandidate
from notices.models import Use


def merge(
    duplicate: Customer,
    survivor: Customer,
    *,
    on: date,
    at: datetime,
    by: User | None,
    because: str,
) -> int:
    """Merge ``duplicate`` into ``survivor`` on the civil day ``on``; ``at`` is the aware instant.

    The duplicate keeps its records and is asked no more. For each use that it had denied and the
    survivor has not, the survivor gets an opt-out of its own, and marketing that the duplicate had
    stopped is stopped: on a merge the most restrictive choice wins. An opt-out of all uses, now and
    later, is carried over as that. Merging twice does nothing.
    Returns the number of uses that the survivor denies thereby. Raises Refused when either is
    already merged elsewhere, both are the same, or a caller is on the line about one of them who
    has not proved who they are.
    """
    require(by, "accounts.merge_customer")
    if duplicate.pk == survivor.pk:
        raise Refused("A customer cannot be merged into itself.", "Choose the other account.")
    with transaction.atomic():
        # Locked in the order of their ids, so that two merges cannot wait for each other.
        pair = Customer.objects.select_for_update().order_by("pk")
        locked = {c.pk: c for c in pair.filter(pk__in=(duplicate.pk, survivor.pk))}
        duplicate, survivor = locked[duplicate.pk], locked[survivor.pk]
        if duplicate.merged_into_id == survivor.pk:
            return 0
        for customer in (duplicate, survivor):
            if customer.merged_into is not None:
                raise Refused(
                    f"Account {customer.account_number} was merged into"
                    f" {customer.merged_into.account_number} before.",
                    "Use that account.",
                )
            refuse_unproved(customer, by=by)
        before = _denied(survivor)
        missing = _denied(duplicate) - before
        of_all = _denies_what_comes(duplicate, on) and not _denies_what_comes(survivor, on)
        duplicate.status = Customer.Status.MERGED
        duplicate.merged_into = survivor
        duplicate.discontinued_on = duplicate.discontinued_on or on
        history.save(duplicate, by=by, because=because)
        if missing or of_all:
            uses = () if of_all else Use.objects.filter(pk__in=missing)
            _carry_over(duplicate, survivor, uses, on=on, at=at, by=by)
        for candidate in RequestCandidate.objects.filter(customer=duplicate):
            optouts.keep_candidates(candidate.request)
        consequences.carry_over(duplicate, survivor)
        contact_optouts.carry_over(duplicate, survivor, on=on, by=by, because=because)
        return len(_denied(survivor) - before)


def _denied(customer: Customer) -> set[int]:
    """Ids of the uses that ``customer`` has denied."""
    rows = Approval.objects.filter(customer=customer, state=Approval.State.DENIED)
    return set(rows.values_list("use_id", flat=True))


def _denies_what_comes(customer: Customer, on: date) -> bool:
    """Whether an opt-out of all uses stands, so that a use that is added later is denied too."""
    added = Use(mechanism=Use.Mechanism.OPT_OUT)
    choice = standing_choice(choices_of(customer), added, on, spell_of(customer, on))
    return choice is not None and choice.request.wish == OptOutRequest.Wish.OPT_OUT


def _carry_over(
    duplicate: Customer,
    survivor: Customer,
    uses: Iterable[Use],
    *,
    on: date,
    at: datetime,
    by: User | None,
) -> None:
    """Opt ``survivor`` out of ``uses``; of all of them, now and later, if none is named."""
    because = f"Opted out as account {duplicate.account_number}, which was merged into this one"
    named = list(uses)
    request = OptOutRequest(
        wish=OptOutRequest.Wish.OPT_OUT,
        route=OptOutRequest.Route.MERGE,
        stated=because,
        received_on=on,
        all_uses=not named,
    )
    request = optouts.receive(request, uses=named, today=on, at=at, by=by, because=because)
    optouts.apply(request, customer=survivor, on=on, by=by, because=because)
