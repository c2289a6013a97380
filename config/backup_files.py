"""The file of a backup: a tar archive, encrypted with age, whose last member is its manifest.

``age --decrypt --identity KEY FILE | tar --extract`` opens it without CPNI Desk. What is written
and read passes through in pieces, so memory does not grow with the database. age (its authors' note
on the format: age-encryption.org/v1) notices each changed or missing byte by itself; the manifest's
digests say besides that the parts are those, and all those, that were backed up.
"""

import errno
import hashlib
import json
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO, Any

import pyrage

from accounts.errors import Refused

PIECE = 1024 * 1024  # bytes that are held in memory at once
MANIFEST = "manifest.json"
FORMAT = 1
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Part:
    """A member of the archive: its name, its size in bytes, and its bytes in pieces."""

    name: str
    size: int
    pieces: Iterable[bytes]


class Manifest:
    """What a backup holds and what made it. ``values`` is the JSON object; nothing in it is secret.

    ``parts`` maps each part's name to its size and SHA-256.
    """

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values
        self.parts: dict[str, tuple[int, str]] = {
            name: (size, digest) for name, size, digest in values["parts"]
        }

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


# --- Keys ----------------------------------------------------------------------------------------


def recipients(names: Iterable[str]) -> list[pyrage.x25519.Recipient]:
    """The public keys ``age1…``. Raises Refused for what is none."""
    found = []
    for name in names:
        try:
            found.append(pyrage.x25519.Recipient.from_str(name.strip()))
        except pyrage.RecipientError as error:
            # A private key that was pasted here by mistake must not get into a log.
            shown = name[:12] if name.startswith("age1") else "an entry"
            raise Refused(
                f"BACKUP_RECIPIENTS: {shown}… is not a public key.",
                "Give public keys, age1…, with commas between; `backup --new-key FILE` makes one.",
            ) from error
    return found


def new_identity(file: Path) -> str:
    """Make a private key in ``file``, which must not exist, for its owner alone.

    Returns the public key. Raises Refused when the file is there.
    """
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError as error:
        raise Refused(f"{file} is there already.", "Name a new file.") from error
    with os.fdopen(descriptor, "w") as out:
        out.write(f"# public key: {public}\n{identity}\n")
    return public


def identities(file: Path, passphrase: str | None = None) -> list[pyrage.x25519.Identity]:
    """The private keys in ``file``, as ``age-keygen`` or ``backup --new-key`` wrote it.

    The file may itself be encrypted with ``passphrase`` (``age --passphrase``). Raises Refused.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Refused(f"The key file {file} cannot be read.", "Name another.") from error
    if passphrase is not None:
        try:
            content = pyrage.passphrase.decrypt(content, passphrase)
        except pyrage.DecryptError as error:
            raise Refused(f"The passphrase does not open {file}.", "Try another.") from error
    lines = content.decode(errors="replace").splitlines()
    keys = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    try:
        found = [pyrage.x25519.Identity.from_str(key) for key in keys]
    except pyrage.IdentityError as error:
        raise Refused(
            f"{file} is not a file of private keys.",
            "Name the file with AGE-SECRET-KEY-1…; give --passphrase-file if it is encrypted.",
        ) from error
    if not found:
        raise Refused(f"There is no private key in {file}.", "Name the file with AGE-SECRET-KEY-1…")
    return found


# --- Writing -------------------------------------------------------------------------------------


class _Source:
    """A file to read from whose bytes come from an iterator. Keeps what the iterator raised."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces, self.rest = pieces, memoryview(b"")
        self.error: BaseException | None = None

    def read(self, size: int) -> bytes:
        try:
            while not self.rest:
                self.rest = memoryview(next(self.pieces))
        except StopIteration:
            return b""
        except BaseException as error:
            self.error = error
            raise
        piece, self.rest = self.rest[:size], self.rest[size:]
        return bytes(piece)


class _Target:
    """A file to write to. Keeps what went wrong: the library drops an error in its last write."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return self.file.write(data)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        self.file.flush()


def write(
    path: Path,
    parts: Iterable[Part],
    manifest: Callable[[], dict[str, Any]],
    keys: list[pyrage.x25519.Recipient],
) -> Manifest:
    """Write ``parts`` and then the manifest to ``path``, encrypted for ``keys``.

    ``manifest`` is asked when the parts are written; the list of parts is added to it. The file
    gets its name when it is complete and on the disk, and is its owner's alone. Raises Refused,
    leaving nothing behind, when ``path`` exists or the disk is full.
    """
    if path.exists():
        raise Refused(f"{path} is there already.", "Name another file.")
    half = path.with_name(f".{path.name}.part")
    half.unlink(missing_ok=True)
    try:
        descriptor = os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise Refused(f"{path.parent} cannot be written to.", "Name another folder.") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            values: list[dict[str, Any]] = []
            source = _Source(_archive(parts, manifest, values))
            target = _Target(file)
            try:
                pyrage.encrypt_io(source, target, keys)
            except (pyrage.EncryptError, OSError):
                if not (source.error or target.error):
                    raise
            if problem := source.error or target.error:
                raise problem
            file.flush()
            os.fsync(file.fileno())
        half.rename(path)
        _sync(path.parent)
    except OSError as error:
        if error.errno not in NO_SPACE:
            raise
        raise Refused(
            f"There is no space left in {path.parent} or where temporary files are kept:"
            " no backup was made.",
            "Make room, or name another folder with --to.",
        ) from error
    finally:
        half.unlink(missing_ok=True)
    return Manifest(values[0])


def _archive(
    parts: Iterable[Part], manifest: Callable[[], dict[str, Any]], values: list[dict[str, Any]]
) -> Iterator[bytes]:
    """The bytes of the tar archive. The manifest's values are appended to ``values``."""
    written: list[tuple[str, int, str]] = []
    for part in parts:
        digest, size = hashlib.sha256(), 0
        yield _header(part.name, part.size)
        for piece in part.pieces:
            digest.update(piece)
            size += len(piece)
            yield piece
        if size != part.size:
            raise Refused(f"{part.name} changed while it was read.", "Make the backup again.")
        yield _padding(size)
        written.append((part.name, size, digest.hexdigest()))
    values.append({"format": FORMAT, **manifest(), "parts": written})
    content = json.dumps(values[0], indent=1, sort_keys=True).encode()
    yield _header(MANIFEST, len(content))
    yield content
    yield _padding(len(content))
    yield bytes(2 * tarfile.BLOCKSIZE)


def _header(name: str, size: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member.tobuf(tarfile.PAX_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


def _sync(folder: Path) -> None:
    """Put on the disk that the folder has a new name in it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- Reading -------------------------------------------------------------------------------------


@contextmanager
def opened(source: IO[bytes], keys: list[pyrage.x25519.Identity]) -> Iterator[tarfile.TarFile]:
    """The archive in the open file ``source``, to be read from front to back.

    Another thread decrypts into a pipe. On leaving, the rest is decrypted too, so that a file that
    was cut short is noticed. Raises Refused for a wrong key, a damaged file or another kind of one.
    """
    source.seek(0)
    read_end, write_end = os.pipe()
    failed: list[Exception] = []

    def decrypt() -> None:
        # Closing flushes into a pipe that the reader, who knows why, may have left.
        with suppress(BrokenPipeError), os.fdopen(write_end, "wb") as plain:
            try:
                pyrage.decrypt_io(source, plain, keys)
            except (pyrage.DecryptError, OSError) as error:
                failed.append(error)

    thread = Thread(target=decrypt, name="decrypt backup")
    thread.start()
    malformed: Exception | None = None
    try:
        with os.fdopen(read_end, "rb") as plain:
            try:
                with tarfile.open(fileobj=plain, mode="r|") as archive:
                    yield archive
                while plain.read(PIECE):
                    pass
            except tarfile.TarError as error:
                malformed = error
    finally:
        thread.join()
    if failed and isinstance(failed[0], pyrage.DecryptError):
        raise Refused(
            f"This key does not open the backup, or it is no backup ({failed[0]}).",
            "Name the private key of one of the BACKUP_RECIPIENTS it was made for.",
        ) from failed[0]
    if failed or malformed:
        raise Refused("The backup is damaged or was cut short.", "Use another copy of it.") from (
            failed[0] if failed else malformed
        )


def verified(source: IO[bytes], keys: list[pyrage.x25519.Identity]) -> Manifest:
    """Read the whole backup, compare each part with its digest, and return the manifest.

    Writes nothing. Raises Refused when anything is missing, added, changed or unsafe.
    """
    found: dict[str, tuple[int, str]] = {}
    manifest: Manifest | None = None
    with opened(source, keys) as archive:
        for member in archive:
            content = _content(archive, member)
            if member.name == MANIFEST:
                manifest = _manifest(content.read())
                continue
            digest = hashlib.sha256()
            while piece := content.read(PIECE):
                digest.update(piece)
            found[member.name] = (member.size, digest.hexdigest())
    if manifest is None:
        raise Refused("This is no backup of CPNI Desk: it has no manifest.", "Use another file.")
    if found != manifest.parts:
        wrong = sorted(
            name
            for name in {*found, *manifest.parts}
            if found.get(name) != manifest.parts.get(name)
        )
        raise Refused(
            f"{len(wrong)} parts of the backup are not what its manifest says: {wrong[0]}.",
            "Use another copy of it.",
        )
    return manifest


def pieces_of(
    source: IO[bytes], keys: list[pyrage.x25519.Identity], prefix: str
) -> Iterator[bytes]:
    """The bytes, one after the other, of all parts whose names begin with ``prefix``."""
    with opened(source, keys) as archive:
        for member in archive:
            if member.name.startswith(prefix):
                content = _content(archive, member)
                while piece := content.read(PIECE):
                    yield piece


def extract(
    source: IO[bytes], keys: list[pyrage.x25519.Identity], prefix: str, folder: Path
) -> int:
    """Write the parts whose names begin with ``prefix`` below ``folder``. Returns their number."""
    count = 0
    with opened(source, keys) as archive:
        for member in archive:
            if member.name.startswith(prefix):
                _content(archive, member)
                member = member.replace(name=member.name.removeprefix(prefix), deep=False)
                archive.extract(member, folder, set_attrs=False, filter="data")
                (folder / member.name).chmod(0o600)
                count += 1
    return count


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    """What the member holds. Raises Refused unless it is a plain file with a safe name."""
    try:
        tarfile.data_filter(member, "/var/empty")
    except tarfile.FilterError as error:
        raise Refused(
            f"The backup has an unsafe part, {member.name!r}.", "Do not use it."
        ) from error
    content = archive.extractfile(member) if member.isreg() else None
    if content is None or member.name.startswith("/"):
        raise Refused(f"The backup has an unsafe part, {member.name!r}.", "Do not use it.")
    return content


def _manifest(content: bytes) -> Manifest:
    try:
        values = json.loads(content)
        if values["format"] != FORMAT:
            raise Refused(
                f"The backup has format {values['format']}; this version reads format {FORMAT}.",
                "Restore it with the version of CPNI Desk that made it.",
            )
        return Manifest(values)
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("The backup's manifest cannot be read.", "Use another copy of it.") from error
