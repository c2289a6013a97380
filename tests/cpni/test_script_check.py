"""The check of scripts: the standard ones say everything, and what is left out is named."""

import pytest

from cpni.script_check import ENGLISH, REQUIRED, SPANISH, missing, wrong_placeholders
from cpni.standard_scripts import words

# The words by which each element is said in a standard script: without them it is missing.
CUTS = [
    ("one_time", "right_and_duty", ENGLISH, "Under federal law"),
    ("one_time", "right_and_duty", SPANISH, "el deber"),
    ("one_time", "types", ENGLISH, "bills"),
    ("one_time", "location", ENGLISH, "where"),
    ("one_time", "purpose", ENGLISH, "to tell you"),
    ("one_time", "purpose", SPANISH, "para hablarle"),
    ("one_time", "may_say_no", ENGLISH, "You may say no"),
    ("one_time", "no_effect", SPANISH, "no afecta"),
    ("one_time", "question", SPANISH, "?"),
    ("opt_in", "uses", ENGLISH, "{{ uses }}"),
    ("opt_in", "recipients", SPANISH, "{{ recipients }}"),
    ("opt_in", "withdraw", ENGLISH, "at any time"),
    ("opt_in", "how", SPANISH, "{{ optout_number }}"),
    ("opt_back", "until_revoked", ENGLISH, "until you"),
    ("opt_back", "no_effect", ENGLISH, "does not affect"),
    ("policy_change", "from_when", ENGLISH, "{{ policy_effective_on }}"),
    ("policy_change", "what_changes", SPANISH, "{{ changes }}"),
    ("policy_change", "collected_under", ENGLISH, "collected"),
    ("read_back", "reference", ENGLISH, "{{ reference }}"),
    ("read_back", "until_revoked", SPANISH, "hasta que usted"),
]


def texts(kind):
    return {"english": words(kind, "en"), "spanish": words(kind, "es")}


@pytest.mark.parametrize("kind", REQUIRED)
def test_the_standard_scripts_say_all_that_is_asked_of_them(kind):
    assert missing(kind, **texts(kind)) == []


@pytest.mark.parametrize(("kind", "code", "language", "cut"), CUTS)
def test_what_is_cut_out_is_missed_in_that_language(kind, code, language, cut):
    whole = texts(kind)
    name = "spanish" if language == SPANISH else "english"
    assert cut in whole[name]
    found = missing(kind, **{**whole, name: whole[name].replace(cut, "")})
    assert (code, language) in {(gap.element.code, gap.language) for gap in found}
    assert {gap.language for gap in found} == {language}


def test_that_it_is_for_this_call_only_must_be_said():
    whole = texts("one_time")
    whole["english"] = whole["english"].replace("during this call only", "from now on")
    whole["english"] = whole["english"].replace("When this call ends, your", "Your")
    (gap,) = missing("one_time", **whole)
    assert str(gap) == "English: that it is for this call only (64.2008(f)(1), (2)(iii))"


def test_every_element_names_its_rule():
    for elements in REQUIRED.values():
        assert all(element.section for element in elements)


def test_a_placeholder_that_no_script_knows_is_named():
    assert "“customer_name”" in wrong_placeholders("Dear {{ customer_name }}")
    assert "not well formed" in wrong_placeholders("For {{ uses")
    assert wrong_placeholders("For {{ uses }}, ask {{ carrier_name }}") == ""
