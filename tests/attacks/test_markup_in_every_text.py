"""Whatever text a record holds stands on every page as text: no markup of it, and no template."""

import pytest
from django.db import DatabaseError, models, transaction
from django.urls import reverse

from accounts.errors import Refused
from config import roles
from tests.architecture.access import ACCESS
from tests.architecture.test_admin_by_role import history_rows, records  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db
MARKUP = "\"'><img src=x onerror=own()>{{7*7}}{% debug %}<svg/onload=own()>javascript:own()"
# As a name may be, where a column is too short for all of it.
SHORT = "'><svg onload=a>"


def poison(record):
    """Put markup into each text of ``record`` that takes any; returns how many there are."""
    taken = 0
    for field in record._meta.concrete_fields:
        free = isinstance(field, (models.CharField, models.TextField)) and not field.choices
        if not free or field.unique or field.name in ("digest", "password", "time_zone"):
            continue
        for text in (MARKUP, SHORT):
            before = getattr(record, field.attname)
            setattr(record, field.attname, text)
            try:
                with transaction.atomic():
                    record.save(update_fields=[field.name])
            except (DatabaseError, Refused, ValueError, TypeError):
                setattr(record, field.attname, before)
            else:
                taken += 1
                break
    return taken


def pages(record):
    """The pages of the admin about ``record``."""
    base = f"admin:{record._meta.app_label}_{record._meta.model_name}"
    yield reverse(f"{base}_changelist")
    yield reverse(f"{base}_change", args=[record.pk])
    if hasattr(record, "history"):
        yield reverse(f"{base}_history", args=[record.pk])
        for version in record.history.all()[:2]:
            yield reverse(f"{base}_simple_history", args=[record.pk, version.pk])


@pytest.mark.parametrize("role", [roles.OFFICER, roles.AUDITOR])
def test_no_list_page_or_history_takes_it_for_markup(client_of, records, role):  # noqa: F811
    there = [records[name] for name in ACCESS if name in records]
    taken = sum(poison(record) for record in there)
    assert taken > 40
    client, shown = client_of(role), 0
    for record in there:
        for address in pages(record):
            answer = client.get(address, follow=True)
            assert answer.status_code in (200, 403), address
            body = answer.content.decode()
            for alive in ("<img src=x", "<svg/onload", "<svg onload", 'href="javascript:', ">49<"):
                assert alive not in body, (address, alive)
            shown += "&lt;img src=x" in body or "&lt;svg onload" in body
    assert shown > 20
