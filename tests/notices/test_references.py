"""References: read back as written, and a slip of the pen is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notices.references import ALPHABET, delivery_id, reference

ids = st.integers(1, 2**63 - 1)


@given(number=ids)
def test_a_reference_leads_back_to_its_delivery(number):
    assert delivery_id(reference(number)) == number


def test_references_are_short_and_have_no_letters_to_misread():
    assert [len(reference(n)) for n in (1, 32**4 - 1, 32**4)] == [7, 7, 8]
    assert not set("ILOU") & set(ALPHABET)


@given(number=st.integers(1, 32**7), data=st.data())
def test_a_single_misread_character_is_caught(number, data):
    written = reference(number)
    place = data.draw(st.integers(2, len(written) - 1))
    other = data.draw(st.sampled_from([c for c in ALPHABET if c != written[place]]))
    assert delivery_id(written[:place] + other + written[place + 1 :]) is None


def test_0_and_z_are_told_apart():
    """A sum modulo 31 took one for the other."""
    for number in range(0, 5_000, 32):
        assert delivery_id(reference(number)[:-2] + "Z" + reference(number)[-1]) is None


@given(number=st.integers(1, 32**7), data=st.data())
def test_two_neighbours_exchanged_are_caught(number, data):
    written = reference(number)
    place = data.draw(st.integers(2, len(written) - 2))
    exchanged = written[:place] + written[place + 1] + written[place] + written[place + 2 :]
    assert delivery_id(exchanged) in ({number} if exchanged == written else {None})


@given(number=ids)
def test_lower_case_spaces_dashes_and_misread_letters_are_understood(number):
    written = reference(number)
    assert delivery_id(f"  {written.lower()} ") == number
    assert delivery_id(" ".join(written.replace("-", "–"))) == number
    assert delivery_id(written.replace("0", "O").replace("1", "l")) == number
    assert delivery_id(written.replace("0", "o").replace("1", "I")) == number


@pytest.mark.parametrize(
    "code",
    [
        "",
        "N",
        "N-",
        "N-0000",
        "N-00000",
        "X-0001A",
        "801-555-0134",
        "N-U001A",
        "N-ß001A",
        "N-١٢٣٤٥",
        "N-" + "Z" * 13 + "Z",
        "N-" + "1" * 100_000,
    ],
)
def test_what_is_no_reference_of_ours_is_none(code):
    assert delivery_id(code) is None


def test_there_is_one_way_to_write_a_reference():
    written = reference(77)
    assert delivery_id(written.replace("N-", "N-0")) is None
