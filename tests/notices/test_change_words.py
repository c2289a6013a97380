"""What a policy version changes, said in the notice's plain words, right for any change."""

from datetime import UTC, date, datetime

import pytest

from notices import change_words, policies, publishing, signing_off, standard_texts
from notices.models import PolicyVersion, Use
from notices.policy_changes import Declared, changes
from tests.factories.accounts import CarrierFactory, UserFactory
from tests.factories.notices import PolicyFactory, cleared

AFFILIATES = {
    "code": "affiliates",
    "purpose": "Share",
    "recipient": "Affiliates",
    "mechanism": "opt_out",
}


def said(before, after, language="en"):
    """The lines of the change from one use as declared ``before`` to ``after``."""
    old, new = (
        [] if one is None else [Declared(**{**AFFILIATES, **one})] for one in (before, after)
    )
    return "\n".join(change_words.lines(changes(old, new, labels={}), language))


NAMED = {"recipients": frozenset({"A, LLC", "B, LLC"})}
LOCATION = {"data_classes": frozenset({"location"})}


@pytest.mark.parametrize(
    ("before", "after", "english", "spanish"),
    [
        (
            None,
            {**NAMED, **LOCATION},
            "- New: sharing your CPNI with our affiliates, to offer you their"
            " communications-related services. It would go to nobody but A, LLC and B, LLC. It"
            " would be this alone: location. We may do it unless you object.",
            "No la recibiría nadie más que A, LLC y B, LLC. Sería solamente esto: la ubicación.",
        ),
        (
            {"recipients": frozenset({"A, LLC"})},
            NAMED,
            "It would now also go to B, LLC.",
            "Ahora también la recibiría B, LLC.",
        ),
        (NAMED, {}, "It would now go to whoever is of that kind", "cualquiera de ese tipo"),
        (LOCATION, {}, "It would now be of all CPNI.", "toda la CPNI"),
        (
            LOCATION,
            {"data_classes": frozenset({"location", "bills"})},
            "It would now also be of: what your bills contain.",
            "abarcaría también: lo que contienen sus facturas",
        ),
        ({"mechanism": "opt_in"}, {}, "We may do it unless you object.", "si usted no se opone"),
        ({}, {"mechanism": "none"}, "The law asks no approval for it.", "no exige autorización"),
        ({}, {"mechanism": "opt_in"}, "only if you say yes", "solo si usted dice que sí"),
        ({}, NAMED, "It would go to nobody but A, LLC and B, LLC from now on.", "nadie más que A"),
        ({}, LOCATION, "It would be of this alone from now on: location.", "abarcaría solamente"),
        (NAMED, None, "- No longer: sharing your CPNI", "- Ya no: compartir su CPNI"),
    ],
)
def test_each_change_is_said_in_both_languages(before, after, english, spanish):
    assert english in said(before, after)
    assert spanish in said(before, after, "es")


def test_of_what_stays_nothing_is_said():
    assert said({}, {}) == ""


def test_there_are_words_for_each_standard_use_and_class_in_both_languages():
    from notices.catalogue import STANDARD_USES
    from notices.models.policies import PolicyUse

    codes = {use.code for use in STANDARD_USES if use.mechanism != "prohibited"}
    for language in ("en", "es"):
        assert set(change_words.PHRASES[language]) == codes
        assert set(change_words.CLASSES[language]) == set(PolicyUse.DataClass.values)
    assert set(change_words.WORDS["en"]) == set(change_words.WORDS["es"])


@pytest.fixture
def drafted(reference_data):
    """The standard notice of the change from a version with some uses to one with others."""
    CarrierFactory()

    def make(before, after, **limits):
        PolicyFactory(number="1.0", effective_on=date(2015, 1, 1), uses=before)
        version = PolicyFactory(
            number="2.0",
            effective_on=date(2026, 11, 18),
            uses=after,
            status=PolicyVersion.Status.DRAFT,
        )
        for code, fields in limits.items():
            version.declared.filter(use__code=code).update(**fields)
        policies.record_earlier(
            version,
            effective_on=version.effective_on,
            today=date(2026, 11, 23),
            by=None,
            because="On the web site",
        )
        notice = standard_texts.draft_policy_change(version, by=None, because="x")
        return notice, {text.language: text.letter_body for text in notice.texts.all()}

    return make


def test_a_change_that_is_not_about_affiliates_does_not_speak_of_them(drafted):
    _, texts = drafted(
        ["other-services", "affiliates"],
        ["other-services", "agents"],
        agents={"recipients": "Canyon, LLC\nMesa, Inc."},
    )
    english, spanish = texts["en"], texts["es"]
    assert "- New: sharing your CPNI with our agents" in english
    assert "- No longer: sharing your CPNI with our affiliates" in english
    assert "Our agents, Canyon, LLC and Mesa, Inc., would receive it" in english
    assert "Nuestros agentes, Canyon, LLC y Mesa, Inc., la recibirían" in spanish
    assert "Wasatch Wireless" not in english + spanish
    assert "@" not in english.replace("{{ optout_email }}", "")


def test_it_is_approved_as_it_is_whatever_use_is_new(drafted):
    notice, _ = drafted(["affiliates"], ["affiliates", "agents", "other-services"])
    assert [line for line in signing_off.checked(notice) if line.result.fails] == []
    cleared(notice)
    by = UserFactory(may="notices.approve_notice")
    at = datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert publishing.approve_notice(notice, by=by, because="Read", at=at)


def test_a_use_of_the_carriers_own_is_told_by_its_purpose_in_english_alone(drafted):
    Use.objects.create(
        code="loyalty", purpose="Award loyalty points", recipient="own", mechanism="opt_out"
    )
    _, texts = drafted(["agents"], ["agents", "loyalty"])
    assert set(texts) == {"en"}
    assert "- New: this use of your CPNI: Award loyalty points." in texts["en"]
    assert "- The carrier itself, for this purpose: Award loyalty points." in texts["en"]


def test_who_is_under_a_still_earlier_version_is_told_what_is_new_to_them(drafted):
    drafted(["other-services"], ["other-services", "agents"])
    third = PolicyFactory(
        number="3.0",
        effective_on=date(2026, 11, 20),
        uses=["other-services", "agents", "affiliates"],
    )
    told = {(change.kind, change.declared.code) for change in policies.to_be_told(third)}
    assert {("New", "agents"), ("New", "affiliates")} <= told
