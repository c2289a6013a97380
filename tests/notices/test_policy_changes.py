"""What one policy version declares that another did not, and whether that is material."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notices import text_changes
from notices.policy_changes import Change, Declared, Kind, changes, material

AGENTS = Declared("agents", "Share with agents", "Agents", "opt_out")
AFFILIATES = Declared("affiliates", "Share with affiliates", "Affiliates", "opt_out")
LABELS = {"opt_in": "opt-in", "opt_out": "opt-out", "destination": "destination"}


def agents(**kwargs):
    values = {"mechanism": "opt_out", "recipients": frozenset(), "data_classes": frozenset()}
    return Declared("agents", "Share with agents", "Agents", **{**values, **kwargs})


def only(before, after) -> Change:
    (change,) = changes([before], [after], labels=LABELS)
    return change


def test_a_use_that_is_added_is_material():
    found = changes([AGENTS], [AGENTS, AFFILIATES], labels=LABELS)
    assert [(c.kind, c.declared.code) for c in found] == [
        ("New", "affiliates"),
        ("Unchanged", "agents"),
    ]
    assert found[0].respects == ("recipients: Affiliates", "data: all CPNI", "approval: opt-out")
    assert material([AGENTS], [AGENTS, AFFILIATES])


def test_a_use_that_is_gone_is_not():
    assert [c.kind for c in changes([AGENTS, AFFILIATES], [AGENTS], labels=LABELS)] == [
        "Gone",
        "Unchanged",
    ]
    assert not material([AGENTS, AFFILIATES], [AGENTS])


@pytest.mark.parametrize(
    ("before", "after", "kind", "words"),
    [
        (
            {"recipients": {"Acme"}},
            {"recipients": {"Acme", "Bell"}},
            "Widened",
            "recipients added: Bell",
        ),
        ({"recipients": {"Acme"}}, {}, "Widened", "recipients added: anyone of: Agents"),
        ({"recipients": {"Acme"}}, {"recipients": {"Bell"}}, "Widened", "recipients added: Bell"),
        ({}, {"recipients": {"Acme"}}, "Narrowed", "recipients no longer: anyone of: Agents"),
        (
            {"data_classes": {"type"}},
            {"data_classes": {"type", "destination"}},
            "Widened",
            "data added: destination",
        ),
        ({"data_classes": {"type"}}, {}, "Widened", "data added: all CPNI"),
        (
            {"data_classes": {"type", "destination"}},
            {"data_classes": {"type"}},
            "Narrowed",
            "data no longer: destination",
        ),
        (
            {"mechanism": "opt_in"},
            {"mechanism": "opt_out"},
            "Widened",
            "approval: opt-in → opt-out",
        ),
        (
            {"mechanism": "opt_out"},
            {"mechanism": "opt_in"},
            "Narrowed",
            "approval: opt-out → opt-in",
        ),
        ({"mechanism": "opt_out"}, {"mechanism": "none"}, "Widened", "approval: opt-out → none"),
    ],
)
def test_what_is_wider_is_material_and_what_is_narrower_is_not(before, after, kind, words):
    change = only(
        agents(**{k: v if k == "mechanism" else frozenset(v) for k, v in before.items()}),
        agents(**{k: v if k == "mechanism" else frozenset(v) for k, v in after.items()}),
    )
    assert change.kind == kind
    assert words in change.respects
    assert change.material is (kind == "Widened")


def test_a_use_that_is_wider_in_one_respect_is_not_excused_by_being_narrower_in_another():
    change = only(
        agents(recipients=frozenset({"Acme"})), agents(data_classes=frozenset({"destination"}))
    )
    assert change.kind == Kind.WIDENED
    assert len(change.respects) == 2


LIMITS = st.frozensets(st.sampled_from(["a", "b", "c"]))
VERSIONS = st.lists(
    st.builds(
        Declared,
        code=st.sampled_from(["agents", "affiliates"]),
        purpose=st.just("Share"),
        recipient=st.just("Others"),
        mechanism=st.sampled_from(["none", "opt_out", "opt_in"]),
        recipients=LIMITS,
        data_classes=LIMITS,
    ),
    unique_by=lambda one: one.code,
)


def promised(version, code, recipient, data):
    """The least approval under which ``version`` lets ``data`` go to ``recipient``; else None."""
    for one in version:
        allows = recipient in (one.recipients or {recipient}) and data in (
            one.data_classes or {data}
        )
        if one.code == code and allows:
            return ("none", "opt_out", "opt_in").index(one.mechanism)
    return None


@given(VERSIONS, VERSIONS)
def test_nothing_is_allowed_that_was_not_unless_it_is_material(before, after):
    """``d`` is a recipient, and a class of data, that no version names."""
    wider = False
    for code in ("agents", "affiliates"):
        for recipient in "abcd":
            for data in "abcd":
                was = promised(before, code, recipient, data)
                becomes = promised(after, code, recipient, data)
                wider |= becomes is not None and (was is None or becomes < was)
    assert wider <= material(before, after)
    if before == after:
        assert not material(before, after)


# --- Word by word ---------------------------------------------------------------------------------


def test_words_that_were_added_and_taken_out_are_named():
    parts = text_changes.compare("We share it with agents.", "We share it with our affiliates.")
    assert [(p.kind, p.text) for p in parts if p.kind != "same"] == [
        ("removed", "agents"),
        ("added", "our affiliates"),
    ]


def test_a_long_part_that_is_the_same_is_folded_and_its_words_are_counted():
    same = "All of this stays as it was. " * 100
    parts = text_changes.compare(f"{same}Old.", f"{same}New.")
    assert parts[0].kind == "folded"
    assert parts[0].words > 600
    assert parts[1].kind == "same"


@given(st.text(max_size=300), st.text(max_size=300))
def test_the_parts_hold_every_word_of_both_texts(before, after):
    parts = text_changes.compare(before, after)
    assert "".join(p.text for p in parts if p.kind != "added") == before
    assert "".join(p.text for p in parts if p.kind != "removed") == after
