"""Whether anyone can change history is tried, and not taken from a table of permissions."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.urls import reverse

from config import roles
from cpni import history_rights, protection
from cpni.models import Approval
from cpni.sealed_tables import kept_tables
from tests.factories.accounts import UserFactory
from tests.factories.notices import DeliveryFactory

pytestmark = pytest.mark.usefixtures("reference_data")
AT = datetime(2026, 11, 23, 18, tzinfo=UTC)


@pytest.fixture
def history():
    delivery = DeliveryFactory()
    return delivery.history.count()


def test_nobody_can_and_each_table_with_rows_refused(history):
    proof = history_rights.prove(at=AT)
    assert proof.open == []
    assert {table.name for table in proof.tables} == {table.name for table in kept_tables()}
    tried = {table.name: table.tried for table in proof.tables}
    assert tried["notices_historicaldelivery"] == "refused"
    assert tried["cpni_historicalapproval"] == "empty"


def test_a_trigger_that_is_gone_is_found_and_nothing_is_lost_by_trying(history):
    table = next(t for t in kept_tables() if t.name == "notices_historicaldelivery")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP TRIGGER {protection.KEPT} ON {table.name}")
        else:
            cursor.execute(f"DROP TRIGGER {table.name}_is_not_removed")
    proof = history_rights.prove(at=AT)
    assert "The database let a row of notices_historicaldelivery be removed." in proof.open
    assert any("triggers that keep notices_historicaldelivery" in words for words in proof.open)
    assert DeliveryFactory._meta.model.history.count() == history


def test_whoever_holds_a_permission_to_change_history_is_named():
    row = Approval.history.model._meta
    change = Permission.objects.get(codename=f"change_{row.model_name}")
    delete = Permission.objects.get(codename=f"delete_{row.model_name}")
    Group.objects.get(name=roles.AUDITOR).permissions.add(change)
    UserFactory(username="sam").user_permissions.add(delete)
    assert history_rights.prove(at=AT).holders == [
        "person sam may delete",
        "role Auditor may change",
    ]


def test_the_page_and_the_command_give_the_verdict(client_of, capsys):
    page = client_of(roles.AUDITOR).get(reverse("admin:cpni_seal_rights")).content.decode()
    assert '<span class="desk-label desk-good">No</span>' in page
    call_command("history_rights")
    assert "No. " in capsys.readouterr().out
    UserFactory(username="sam").user_permissions.add(
        Permission.objects.get(codename="change_historicalapproval")
    )
    with pytest.raises(CommandError, match="person sam may change"):
        call_command("history_rights")
