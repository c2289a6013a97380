"""Customers who are looked for, and the box."""

from datetime import date

import pytest

from accounts.finding import find

TODAY = date(2026, 11, 23)


@pytest.fixture
def box(db):
    """``box("words")``: the account numbers that are found, in their order, each with why."""

    def search(words, **given):
        return {one.account_number: one.why for one in find(words, on=TODAY, **given)}

    return search
