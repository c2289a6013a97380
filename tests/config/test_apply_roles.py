"""``manage.py apply_roles`` puts config/roles.py in force; a typing error in it is refused."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from config import roles

pytestmark = pytest.mark.django_db


def test_the_roles_hold_exactly_what_the_table_says(reference_data):
    group = Group.objects.get(name=roles.MARKETING)
    group.permissions.clear()
    call_command("apply_roles")
    held = {f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.all()}
    assert held == set(roles.ROLES[roles.MARKETING])


def test_a_codename_that_no_model_has_is_refused(reference_data, monkeypatch):
    monkeypatch.setitem(roles.ROLES, roles.AUDITOR, ("accounts.view_everything",))
    with pytest.raises(LookupError, match=r"Auditor: there is no permission accounts\.view_every"):
        call_command("apply_roles")
