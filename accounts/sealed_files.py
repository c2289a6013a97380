"""The private file store: what is kept is sealed with the installation's keys (scans, uploads)."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from accounts.encryption import file_key_id, key_ids, seal_file, unseal_file

IN_MEMORY = 5 * 1024 * 1024  # bytes of an opened file; a larger one goes to an unlinked temp. file


class _Sealing(File):
    """A file whose chunks come out sealed."""

    def __init__(self, content: File, name: str) -> None:
        super().__init__(content.file, name)
        self.content = content

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield from seal_file(_as_bytes(self.content, chunk_size), str(self.name))


def _as_bytes(content: File, chunk_size: int | None) -> Iterator[bytes]:
    for chunk in content.chunks(chunk_size):
        yield chunk.encode() if isinstance(chunk, str) else chunk


class SealedStorage(FileSystemStorage):
    """``STORAGES["default"]``: files under one folder, sealed and bound to their names.

    There is no address by which a file could be fetched: a view that asks for permission opens it.
    ``open`` raises ``encryption.Unreadable``.
    """

    def _save(self, name: str, content: File) -> str:
        # The name is part of the seal, so it must be the one that is used.
        saved: str = super()._save(name, _Sealing(content, name))  # type: ignore[misc]
        if saved != name:
            self.delete(saved)
            raise FileExistsError(f"{name} was taken at the same moment")
        return saved

    def _open(self, name: str, mode: str = "rb") -> File:
        if mode != "rb":
            raise ValueError("files of the private store are read as bytes and written at once")
        sealed = Path(self.path(name)).read_bytes()
        content: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        try:
            for piece in unseal_file(sealed, name):
                content.write(piece)
        except BaseException:
            content.close()
            raise
        content.seek(0)
        return File(content, name)

    def reseal(self, name: str) -> bool:
        """Seal the file anew with the newest key, if it is sealed with another. Raises Unreadable.

        Written beside it and put in its place at once, so that a crash leaves one or the other.
        """
        path = Path(self.path(name))
        if self.sealed_with(name) == key_ids()[0]:
            return False
        half = path.with_name(f".{path.name}.part")
        with self.open(name) as old, half.open("wb") as new:
            os.fchmod(new.fileno(), 0o600)
            new.writelines(seal_file(old.chunks(), name))
        half.replace(path)
        return True

    def sealed_with(self, name: str) -> str:
        """The name of the key with which the file was sealed."""
        with Path(self.path(name)).open("rb") as file:
            return file_key_id(file.read(64))

    def names(self, folder: str = "") -> Iterator[str]:
        """The names of all files in ``folder`` and below."""
        if not self.exists(folder):
            return
        folders, files = self.listdir(folder)
        for name in files:
            if not name.startswith("."):  # what a crash has left
                yield os.path.join(folder, name)  # noqa: PTH118  (a name, not a path)
        for name in folders:
            yield from self.names(os.path.join(folder, name))  # noqa: PTH118
