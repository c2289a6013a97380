"""What is sealed opens only where it was sealed, unaltered, and with its key."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from accounts import encryption
from accounts.encryption import (
    PIECE,
    Unreadable,
    blind_index,
    blind_indexes,
    new_key,
    seal,
    seal_file,
    sealed_with,
    unseal,
    unseal_file,
)

PLACE = "accounts.contactpoint.value 7"


@given(st.text(max_size=300))
def test_a_value_comes_back_as_it_was(text):
    assert unseal(seal(text, PLACE), PLACE) == text


def test_the_same_value_never_looks_the_same_twice():
    assert seal("+18015550134", PLACE) != seal("+18015550134", PLACE)


def test_nothing_stays_nothing():
    assert seal("", PLACE) == b""
    assert blind_index("email", "") == b""
    assert blind_indexes("email", "") == []


def test_a_value_does_not_open_in_another_row_or_column():
    sealed = seal("+18015550134", PLACE)
    for place in ("accounts.contactpoint.value 8", "accounts.contactpoint.line1 7"):
        with pytest.raises(Unreadable, match="altered, or copied") as caught:
            unseal(sealed, place)
        assert place in str(caught.value)
        assert "5550134" not in str(caught.value)


@given(st.data())
def test_a_value_of_which_one_bit_was_changed_does_not_open(data):
    sealed = bytearray(seal("7730 S Union Park Ave", PLACE))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Unreadable):
        unseal(bytes(sealed), PLACE)


@pytest.mark.parametrize("length", [1, 5, 17, 20, 32])
def test_a_value_that_was_cut_off_does_not_open(length):
    with pytest.raises(Unreadable):
        unseal(seal("x", PLACE)[:length], PLACE)


def test_the_newest_key_seals_and_every_key_opens(settings):
    old, new = new_key(), new_key()
    settings.FIELD_KEYS = [old]
    before = seal("Ann", PLACE)
    settings.FIELD_KEYS = [new, old]
    after = seal("Ann", PLACE)
    assert unseal(before, PLACE) == unseal(after, PLACE) == "Ann"
    assert [sealed_with(after), sealed_with(before)] == encryption.key_ids()
    settings.FIELD_KEYS = [new]
    assert unseal(after, PLACE) == "Ann"
    with pytest.raises(Unreadable, match="is not in FIELD_KEYS"):
        unseal(before, PLACE)


@pytest.mark.parametrize("key", ["", "short", "not base64 !", "QUJD" * 9])
def test_what_is_no_key_is_refused_without_being_shown(settings, key):
    settings.FIELD_KEYS = [key]
    with pytest.raises(ImproperlyConfigured) as caught:
        seal("Ann", PLACE)
    assert not key or key not in str(caught.value)


def test_without_any_key_nothing_is_sealed(settings):
    settings.FIELD_KEYS = []
    with pytest.raises(ImproperlyConfigured):
        seal("Ann", PLACE)


def test_an_index_is_the_same_for_the_same_text_and_key_only(settings):
    old = settings.FIELD_KEYS[0]
    first = blind_index("telephone", "+18015550134")
    assert first == blind_index("telephone", "+18015550134")
    assert first != blind_index("telephone", "+18015550135")
    assert first != blind_index("email", "+18015550134")
    settings.FIELD_KEYS = [new_key(), old]
    assert first != blind_index("telephone", "+18015550134")
    assert first in blind_indexes("telephone", "+18015550134")


# --- Files -----------------------------------------------------------------------------------

SIZES = [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 77]


def sealed_file(content, name="scans/a.pdf"):
    return b"".join(seal_file([content[:1000], content[1000:]], name))


@pytest.mark.parametrize("size", SIZES)
def test_a_file_of_any_size_comes_back_as_it_was(size):
    content = bytes(i % 251 for i in range(size))
    assert b"".join(unseal_file(sealed_file(content), "scans/a.pdf")) == content


def test_a_file_does_not_open_under_another_name():
    with pytest.raises(Unreadable, match="renamed"):
        list(unseal_file(sealed_file(b"letter"), "scans/b.pdf"))


STEP = 12 + PIECE + 16
HEAD = len(encryption.FILE_FORMAT) + 4


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s[:HEAD],
        lambda s: s[: HEAD + STEP],
        lambda s: s[:-1],
        lambda s: s + b"\0",
        lambda s: s[:HEAD] + s[HEAD + STEP :],
        lambda s: s[:HEAD] + s[HEAD + STEP : HEAD + 2 * STEP] + s[HEAD : HEAD + STEP],
        lambda s: s[:-5] + b"\0" + s[-4:],
        lambda s: b"",
        lambda s: b"%PDF-1.7 never sealed",
    ],
    ids=["emptied", "cut", "cut by one", "longer", "piece out", "swapped", "flipped", "0", "plain"],
)
def test_a_file_that_was_tampered_with_does_not_open(change):
    content = bytes(i % 251 for i in range(2 * PIECE + 77))
    with pytest.raises(Unreadable):
        list(unseal_file(change(sealed_file(content)), "scans/a.pdf"))
