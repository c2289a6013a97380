"""The database refuses to change a published policy version, or to add to what it declares."""

import pytest
from django.db import DatabaseError, transaction

from notices.models import PolicyUse, PolicyVersion, Use
from tests.factories.notices import PolicyFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]


def refused(change):
    expected = pytest.raises(DatabaseError, match="published policy version cannot change")
    with expected, transaction.atomic():
        change()


@pytest.mark.parametrize(
    "change", [{"text": "Anything"}, {"effective_on": "2020-01-01"}, {"status": "draft"}]
)
def test_a_published_version_does_not_change(change):
    version = PolicyFactory()
    refused(lambda: PolicyVersion.objects.filter(pk=version.pk).update(**change))


def test_a_published_version_declares_no_more_than_it_did():
    version = PolicyFactory(uses=["agents"])
    use = Use.objects.get(code="affiliates")
    refused(lambda: PolicyUse.objects.create(policy_version=version, use=use))
    refused(lambda: version.uses.add(use))
    refused(lambda: version.declared.update(data_classes=["location"]))


def test_no_use_is_moved_to_a_published_version():
    version, draft = PolicyFactory(uses=["agents"]), PolicyFactory(status="draft", uses=["fraud"])
    refused(lambda: draft.declared.update(policy_version=version))


def test_a_draft_changes():
    version = PolicyFactory(status="draft", uses=["agents"])
    version.declared.update(recipients="Acme")
    version.text = "Other words"
    version.save()
