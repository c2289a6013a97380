"""Scripts are approved by a second person, then fixed; a newer version takes the older's place."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, transaction

from accounts.errors import Changed, Refused
from config import roles
from cpni import scripts
from cpni.models import Script
from cpni.standard_scripts import install
from notices.models import Use
from tests.factories.accounts import CarrierFactory
from tests.factories.cpni import ScriptFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_data")]
AT = datetime(2026, 11, 23, 18, tzinfo=UTC)


def approve(script, by, **kwargs):
    return scripts.approve(script, by=by, because="Read", at=AT, **kwargs)


@pytest.fixture
def officer(staff):
    return staff(roles.OFFICER)


def test_a_fresh_installation_has_an_approved_script_of_every_kind():
    for kind in Script.Kind.values:
        script = scripts.current(kind)
        assert (script.version, script.standard, script.status) == (1, True, "approved")
        assert script.digest == script.fingerprint


def test_what_is_approved_is_read_from_then_on(officer):
    script = ScriptFactory()
    before = scripts.current("one_time")
    assert approve(script, officer, seen=script.fingerprint) is True
    assert scripts.current("one_time") == script != before
    assert approve(script, officer) is False


def test_whoever_wrote_it_does_not_approve_it(officer, staff):
    script = scripts.draft(ScriptFactory.build(), by=officer, because="New wording")
    assert script.version == 2
    with pytest.raises(Refused, match="wrote or changed this script"):
        approve(script, officer)
    assert approve(script, staff(roles.OFFICER)) is True


def test_what_was_changed_after_it_was_read_is_not_approved(officer):
    script = ScriptFactory()
    with pytest.raises(Changed):
        approve(script, officer, seen="0" * 64)


def test_what_the_rules_ask_for_must_be_said_or_be_said_to_be_said(officer):
    script = ScriptFactory(english="May I use your information?")
    with pytest.raises(Refused, match=r"English: that it is for this call only"):
        approve(script, officer)
    assert scripts.current("one_time") != script
    assert approve(script, officer, said_otherwise=True) is True


def test_an_older_version_is_not_approved_after_a_newer(officer):
    older, newer = ScriptFactory(), ScriptFactory()
    approve(newer, officer)
    with pytest.raises(Refused, match="has been approved since"):
        approve(older, officer)


def test_the_database_refuses_to_change_an_approved_script(officer):
    script = scripts.current("opt_in")
    with (
        pytest.raises(DatabaseError, match="an approved script cannot change"),
        transaction.atomic(),
    ):
        Script.objects.filter(pk=script.pk).update(english="Say yes.")
    draft = scripts.new_version(script, by=officer, because="Shorter")
    Script.objects.filter(pk=draft.pk).update(english="Say yes.")


def test_installing_the_standard_scripts_again_changes_nothing():
    before = list(Script.objects.values())
    install(Script, at=AT)
    assert list(Script.objects.values()) == before


@pytest.mark.parametrize("kind", Script.Kind.values)
@pytest.mark.parametrize("language", ["en", "es"])
def test_read_aloud_no_placeholder_is_left(kind, language):
    CarrierFactory()
    uses = Use.objects.filter(code__in=("agents", "contractors"))
    text = scripts.aloud(scripts.current(kind), language=language, uses=uses)
    assert "{{" not in text
    if kind in ("opt_in", "read_back"):
        said = {"en": "independent contractors", "es": "contratistas independientes"}
        assert said[language] in text
