"""Without the sentence that says it, exactly the lines that it carried are missed; and the seed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notices.content_check import LINES, Part, State, check
from notices.content_check.line import Sort
from notices.content_check.reading import on_one_line, sentences
from tests.notices.content import FOLDER, by_line, facts, failing, standard

NOTICES = ("cpni_notice", "policy_change")
# Lines that one sentence of a standard text carries together: without it, all of them are missed.
TOGETHER = (
    {"types", "location"},
    {"purposes", "solicitation"},
    {"purposes", "entities"},
    {"from_when", "what_changes"},
)


@pytest.mark.parametrize("name", NOTICES)
def test_the_standard_texts_pass_every_line(name):
    assert failing(standard(name), facts(name)) == set()


def carried(part, name):
    """The sentences of the part, and for each line the numbers of those that carry it."""
    line = on_one_line(part.text)
    pieces = [line[a:b] for a, b in sentences(line)]
    by_code = {}
    for code, asked in LINES.items():
        if asked.sort == Sort.REQUIRED and asked.english and part.form in asked.forms:
            spans = [m.span() for m in asked.pattern(part.language).finditer(line)]
            ends = list(sentences(line))
            by_code[code] = {
                number
                for number, (a, b) in enumerate(ends)
                if any(x < b and a < y for x, y in spans)
            }
    asked_of = {result.line.code for result in check([part], facts(name))}
    return pieces, {c: n for c, n in by_code.items() if n and c in asked_of}


CASES = [
    (name, part, code)
    for name in NOTICES
    for part in standard(name)
    if part.form != "subject"
    for code in carried(part, name)[1]
]


@settings(deadline=None, max_examples=30)
@given(case=st.sampled_from(CASES))
def test_without_the_sentences_that_carry_a_line_exactly_that_line_is_missed(case):
    name, part, code = case
    pieces, by_code = carried(part, name)
    left = "\n\n".join(p for n, p in enumerate(pieces) if n not in by_code[code])
    parts = [Part(p.language, p.form, left) if p == part else p for p in standard(name)]
    results = by_line(parts, facts(name))
    missed = {c for c, r in results.items() if r.state == State.MISSING}
    # Whatever stood only in these sentences is gone with them, and nothing else.
    gone = {c for c, numbers in by_code.items() if numbers <= by_code[code]}
    assert missed == gone
    assert code in missed
    place = results[code].missing[0]
    assert (place.language, place.form) == (part.language, part.form)


def test_most_lines_have_sentences_of_their_own():
    for name, part, code in CASES:
        _, by_code = carried(part, name)
        gone = {c for c, numbers in by_code.items() if numbers <= by_code[code]}
        alone = gone - {"steps", "free_24_hours", "reply"} or {code}
        assert len(alone) == 1 or alone in TOGETHER, (name, part.language, part.form, code, gone)


# What a text can show of the seed policy's issues (domain.md 12): the issue, and the line.
ISSUES = {
    "independent contractors under an opt-out": "contractors",
    "the definition without location": "location",
    "opting out by letter only, with a stamp": "free_24_hours",
    "and not by replying to the e-mail": "reply",
    "updated in 2010 and still up": "dated",
    "valid until the services are discontinued": "ends_with_service",
    "recipients by generic words": "entities",
    "the duty under federal law only implied": "right_and_duty",
    "promotions and cost-saving bundled services": "promotional",
    "does not share, but does with partners": "inconsistent",
    "a named person who has gone": "officer",
    "visitors of the web site and customers in one text": "another_matter",
    "a subject that does not say what it is": "subject",
}
GOOD = ("no_effect", "withdraw", "disapprove", "steps", "earlier", "silence", "until_revoked")


@pytest.fixture(scope="module")
def seed():
    subject, _, body = (FOLDER / "seed_notice.txt").read_text(encoding="utf-8").partition("\n\n")
    parts = [Part("en", form, body) for form in ("email", "letter")]
    about = facts(
        recipients=frozenset({"own", "agent"}),
        carrier_name="Valley Voice Services, Inc.",
        houses=frozenset({"100"}),
    )
    return by_line([Part("en", "subject", subject), *parts], about)


@pytest.mark.parametrize("issue", ISSUES)
def test_every_issue_that_a_text_can_show_is_found(seed, issue):
    result = seed[ISSUES[issue]]
    assert result.fails
    assert result.found or result.wrong or result.missing


@pytest.mark.parametrize("code", GOOD)
def test_what_the_seed_says_rightly_passes(seed, code):
    assert seed[code].state == State.FOUND


def test_its_33_days_are_right_where_the_setting_is_33(seed):
    assert seed["waiting"].state == State.FOUND
    assert seed["address"].state == State.NOT_SAID
    neutral = seed["neutral"]
    assert neutral.state == State.TO_JUDGE
    assert "may be limited" in neutral.found[0].excerpt


def test_nothing_else_of_the_seed_fails(seed):
    assert {code for code, result in seed.items() if result.fails} == set(ISSUES.values())
