"""Placeholders: a fixed list, filled in once, and nothing else to a template."""

import time

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from notices.placeholders import PER_CUSTOMER, PLACEHOLDERS, check_placeholders, fill

any_text = st.text(st.sampled_from("{} \n%ab") | st.characters(codec="utf-8"), max_size=60)


def test_every_placeholder_is_accepted_with_and_without_spaces():
    for name in PLACEHOLDERS:
        check_placeholders(f"{{{{{name}}}}} and {{{{  {name}\n}}}}")
    assert PLACEHOLDERS.keys() >= PER_CUSTOMER


@pytest.mark.parametrize(
    "text",
    [
        "{{ customer.name }}",
        "{{ customer_name|upper }}",
        "{{ customer name }}",
        "{{ Customer_Name }}",
        "{{ settings.SECRET_KEY }}",
        "{{}}",
    ],
)
def test_an_unknown_one_is_refused_by_name(text):
    with pytest.raises(
        ValidationError, match=r"Unknown placeholder: “.*”\. Use one of: carrier_name"
    ):
        check_placeholders(text)


@pytest.mark.parametrize(
    "text",
    [
        "Dear {{ customer_name",
        "Dear {{ customer_name }",
        "Dear customer_name }}",
        "{{ customer_name {{ reference }}",
        "{{{ customer_name }}}",
    ],
)
def test_a_malformed_one_is_refused(text):
    with pytest.raises(ValidationError, match="not well formed"):
        check_placeholders(text)


def test_single_braces_and_other_templates_are_plain_text():
    check_placeholders("{a} {% now %} ${b} %(c)s")
    assert fill("{a} {% now %} ${b} %(c)s", {"a": "x"}) == "{a} {% now %} ${b} %(c)s"


def test_what_is_not_given_is_left_standing():
    text = "{{ carrier_name }}: {{customer_name}}"
    assert fill(text, {"carrier_name": "Wasatch"}) == "Wasatch: {{customer_name}}"


@given(value=any_text)
def test_a_value_goes_in_as_it_is_and_is_not_read_again(value):
    assert fill("<{{ customer_name }}>", {"customer_name": value, "reference": "R"}) == f"<{value}>"


@given(text=any_text)
def test_an_accepted_text_has_no_brace_pair_left_when_filled(text):
    try:
        check_placeholders(text)
    except ValidationError:
        return
    filled = fill(text, dict.fromkeys(PLACEHOLDERS, "-"))
    assert "{{" not in filled
    assert "}}" not in filled


@pytest.mark.parametrize("text", ["{{" + " " * 100_000, "{{ a" * 50_000, "{" * 200_000])
def test_a_hostile_text_is_read_in_no_time(text):
    began = time.perf_counter()
    with pytest.raises(ValidationError):
        check_placeholders(text)
    assert time.perf_counter() - began < 2
