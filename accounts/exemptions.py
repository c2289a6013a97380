"""Business exemptions: contracts that say how a business is authenticated (64.2010(g)).

The compliance officer enters them from the contract, as they replace the rule.
"""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import history
from accounts.caller_standing import refuse_unproved
from accounts.errors import Refused
from accounts.models import BusinessExemption, Customer, User
from accounts.permissions import require

ADD, END = "accounts.add_businessexemption", "accounts.change_businessexemption"


def add(
    customer: Customer,
    *,
    account_representative: str,
    contract: str,
    contract_on: date,
    terms: str,
    on: date,
    by: User | None,
    because: str,
) -> BusinessExemption:
    """Record that ``contract`` of ``contract_on`` exempts ``customer``; ``on`` is the civil day.

    The same contract again, while it is in force, is returned unchanged. Raises Refused for who is
    no business, without an account representative or contract, without the terms by which to
    authenticate, and for a contract of a later day.
    """
    require(by, ADD)
    new = BusinessExemption(
        customer=customer,
        account_representative=account_representative.strip(),
        contract=contract.strip(),
        contract_on=contract_on,
        terms=terms.strip(),
    )
    if contract_on > on:
        raise Refused("The contract is of a day that has not come.", "Correct the day.")
    with transaction.atomic():
        locked = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        if locked.status == Customer.Status.MERGED:
            raise Refused("This account was merged.", "Use the other one.")
        refuse_unproved(locked, by=by)
        try:
            new.full_clean()
        except ValidationError as error:
            raise Refused(" ".join(error.messages), "Correct it (64.2010(g)).") from error
        known = BusinessExemption.objects.filter(customer=customer, until=None)
        if same := known.filter(contract=new.contract, contract_on=contract_on).first():
            return same
        history.save(new, by=by, because=because)
    return new


def end(exemption: BusinessExemption, *, on: date, by: User | None, because: str) -> bool:
    """End ``exemption``: from the civil day ``on`` the rule is followed again.

    False when it has ended already. Raises Refused for a day before the contract's.
    """
    require(by, END)
    with transaction.atomic():
        Customer.objects.select_for_update(no_key=True).get(pk=exemption.customer_id)
        locked = BusinessExemption.objects.get(pk=exemption.pk)
        if locked.until is not None:
            return False
        if on < locked.contract_on:
            raise Refused("It cannot end before the contract began.", "Correct the day.")
        locked.until = on
        history.save(locked, by=by, because=because)
    exemption.refresh_from_db()
    return True
