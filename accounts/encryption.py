"""Encryption at rest: values and files sealed with the installation's keys, and blind indexes.

Authenticated encryption (AES-256-GCM of ``cryptography``). What is sealed is bound to its place, so
that a value copied to another row or column, or a file put under another name, does not open.

Keys come from ``FIELD_KEYS``: each 32 random bytes in base64, the newest first. The newest seals,
all of them open. Three keys are derived from each (HKDF-SHA-256), one for each purpose.

A sealed value is: one byte for this format, four bytes that name the key, twelve random bytes, the
encrypted text, and sixteen bytes of authentication. With random nonces one key may seal some four
thousand million values (NIST SP 800-38D, 8.3): rotate long before.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Iterable, Iterator
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts.errors import Refused

FORMAT = b"\x01"
KEY_ID = slice(1, 5)
NONCE = slice(5, 17)
HEAD = 17  # bytes before the encrypted text
INDEX_LENGTH = 16  # bytes; two of a thousand million values coincide once in 10^20
FILE_FORMAT = b"CPNI-DESK-FILE-1"
PIECE = 1024 * 1024  # bytes of a file that are sealed at once


class Unreadable(Refused):
    """What is stored was altered or moved, or its key is not among ``FIELD_KEYS``."""


class _Key:
    """What is derived from one key."""

    def __init__(self, secret: bytes) -> None:
        self.id = hashlib.sha256(b"cpni-desk key id" + secret).digest()[:4]
        self.values = AESGCM(_derive(secret, b"values"))
        self.files = AESGCM(_derive(secret, b"files"))
        # Keyed BLAKE2b (RFC 7693, 2.9) takes a fifth of the time of an HMAC by SHA-256, and a copy
        # a third of beginning anew; an import makes seven digests of a customer.
        self.index = hashlib.blake2b(key=_derive(secret, b"index"), digest_size=INDEX_LENGTH)


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"cpni-desk " + purpose).derive(
        secret
    )


@cache  # asked for each value of an import
def _ring() -> dict[bytes, _Key]:
    """The keys by their names, the newest first."""
    listed = settings.FIELD_KEYS
    if not listed or not all(map(is_key, listed)):
        raise ImproperlyConfigured(
            "FIELD_KEYS: each key is 32 bytes in base64; `openssl rand -base64 32` makes one."
        )
    keys = [_Key(base64.b64decode(text)) for text in listed]
    return {key.id: key for key in keys}


@cache
def _newest() -> _Key:
    return next(iter(_ring().values()))


def forget_keys() -> None:
    """Read ``FIELD_KEYS`` again when a key is next needed; for tests that change it."""
    _ring.cache_clear()
    _newest.cache_clear()


def new_key() -> str:
    """A new random key in the form that ``FIELD_KEYS`` takes."""
    return base64.b64encode(os.urandom(32)).decode()


def is_key(text: str) -> bool:
    """Whether ``text`` is a key: 32 bytes in base64."""
    try:
        return len(base64.b64decode(text, validate=True)) == 32
    except binascii.Error:
        return False


def key_ids() -> list[str]:
    """The names of the keys, newest first: what says which keys a backup needs, and no secret."""
    return [key_id.hex() for key_id in _ring()]


def sealed_with(sealed: bytes) -> str:
    """The name of the key with which a value was sealed."""
    return sealed[KEY_ID].hex()


# --- Values ----------------------------------------------------------------------------------


def seal(text: str, bound_to: str) -> bytes:
    """``text`` sealed with the newest key and bound to its place; nothing stays nothing."""
    if not text:
        return b""
    key, nonce = _newest(), os.urandom(12)
    return FORMAT + key.id + nonce + key.values.encrypt(nonce, text.encode(), bound_to.encode())


def unseal(sealed: bytes, bound_to: str) -> str:
    """The text of what :func:`seal` made for the same place.

    Raises Unreadable when it was altered, belongs elsewhere, or its key is missing; the message
    names the place and not the text.
    """
    if not sealed:
        return ""
    key = _ring().get(sealed[KEY_ID])
    if key is None or sealed[:1] != FORMAT:
        raise Unreadable(
            f"{bound_to} cannot be read: its key {sealed_with(sealed)} is not in FIELD_KEYS.",
            "Give the desk the keys that it was run with before.",
        )
    try:
        return key.values.decrypt(sealed[NONCE], sealed[HEAD:], bound_to.encode()).decode()
    except (InvalidTag, ValueError) as error:  # ValueError: cut off
        raise Unreadable(
            f"{bound_to} cannot be read: what is stored was altered, or copied from elsewhere.",
            "Restore it from a backup, and find out who changed the database.",
        ) from error


# --- Blind indexes ---------------------------------------------------------------------------


def blind_index(kind: str, text: str) -> bytes:
    """What stands for ``text`` in a column that is searched: a keyed digest by the newest key.

    Equal texts of one ``kind`` have equal digests, so they can be found without being shown.
    ``text`` is in its normal form. Nothing stays nothing.
    """
    return _digest(_newest(), kind, text)


def blind_indexes(kind: str, text: str) -> list[bytes]:
    """The digests of ``text`` by every key: search for any of them, as rotation takes its time."""
    return [_digest(key, kind, text) for key in _ring().values()] if text else []


def _digest(key: _Key, kind: str, text: str) -> bytes:
    if not text:
        return b""
    digest = key.index.copy()
    digest.update(f"{kind}\0{text}".encode())
    return digest.digest()


# --- Files -----------------------------------------------------------------------------------


def seal_file(pieces: Iterable[bytes], bound_to: str) -> Iterator[bytes]:
    """A file's content, sealed piece by piece and bound to its name; memory does not grow.

    Each piece is bound to its number and to whether it is the last, so that none can be left out,
    added or moved.
    """
    key = _newest()
    yield FILE_FORMAT + key.id
    buffer, number = bytearray(), 0
    for piece in pieces:
        buffer += piece
        while len(buffer) > PIECE:
            yield _seal_piece(key, bytes(buffer[:PIECE]), bound_to, number, last=False)
            del buffer[:PIECE]
            number += 1
    yield _seal_piece(key, bytes(buffer), bound_to, number, last=True)


def _seal_piece(key: _Key, piece: bytes, bound_to: str, number: int, *, last: bool) -> bytes:
    nonce = os.urandom(12)
    return nonce + key.files.encrypt(nonce, piece, f"{bound_to}\0{number}\0{last}".encode())


def unseal_file(content: bytes, bound_to: str) -> Iterator[bytes]:
    """The pieces of a file that :func:`seal_file` made under the same name. Raises Unreadable."""
    view = memoryview(content)
    head = len(FILE_FORMAT) + 4
    key = _ring().get(bytes(view[len(FILE_FORMAT) : head]))
    if bytes(view[: len(FILE_FORMAT)]) != FILE_FORMAT or key is None:
        raise Unreadable(
            f"The file {bound_to} cannot be read: its key is not in FIELD_KEYS.",
            "Give the desk the keys that it was run with before.",
        )
    step = 12 + PIECE + 16
    starts = range(head, max(len(view), head + 1), step)
    for number, start in enumerate(starts):
        sealed = view[start : start + step]
        place = f"{bound_to}\0{number}\0{start == starts[-1]}".encode()
        try:
            yield key.files.decrypt(bytes(sealed[:12]), bytes(sealed[12:]), place)
        except (InvalidTag, ValueError) as error:
            raise Unreadable(
                f"The file {bound_to} cannot be read: it was altered, cut off or renamed.",
                "Restore it from a backup, and find out who changed it.",
            ) from error


def file_key_id(head: bytes) -> str:
    """The name of the key with which a file was sealed, from its first bytes; "" if it is not."""
    if not head.startswith(FILE_FORMAT):
        return ""
    return head[len(FILE_FORMAT) : len(FILE_FORMAT) + 4].hex()
