"""What goes with a document in a binder: scans from the private store, and the words of notices."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from accounts.upload_checks import kind_of
from cpni.evidence.binders import File
from cpni.evidence.documents import Document
from cpni.models import InboundMessage
from notices.models import NoticeText


@dataclass(frozen=True)
class Attachment:
    """A file of the binder, what the PDF says of it, and its digest."""

    file: File
    says: str
    sha256: str


def attached(name: str, content: Iterable[bytes], says: str) -> Attachment:
    """An attachment of that name. ``content`` is read once for its digest, and once more later."""
    digest = sha256()
    for piece in content:
        digest.update(piece)
    return Attachment(File(f"attachments/{name}", content), says, digest.hexdigest())


def listed(document: Document, given: Sequence[Attachment]) -> None:
    """Name the attachments at the end of ``document``."""
    document.heading("Attachments")
    document.text("The files beside this one in the binder; SHA256SUMS has the same digests.")
    if given:
        rows = ((f"{one.file.name}\n{one.says}", one.sha256) for one in given)
        document.table(("File, and what it is", "SHA-256"), rows, (4, 5))
    else:
        document.text("There are none.")


def text_of(text: NoticeText) -> Attachment:
    """The words of a notice in one language, in each of its forms, and their digest."""
    parts = [f"Subject: {text.subject}", f"SHA-256 of this text in the records: {text.digest}"]
    forms = (("E-MAIL", text.email_body), ("LETTER", text.letter_body), ("SHORT", text.short_body))
    parts += [f"--- {name} ---\n\n{body}" for name, body in forms if body]
    whole = "\n\n".join(parts).encode()
    return attached(f"text-{text.pk}-{text.language}.txt", [whole], f"{text}, {text.digest}")


class Stored:
    """The bytes of a file in the private store, read anew each time."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def __iter__(self) -> Iterator[bytes]:
        # A field's own file cannot be opened twice.
        with self.file.storage.open(self.file.name) as content:
            yield from content.chunks()


def scan_of(record: Any, name: str, says: str) -> Attachment:
    """The scan of ``record``; one that is missing from the store is said and not passed over."""
    return stored(record.scan, name, says, lambda content: kind_of(content).ending)


def message_of(message: InboundMessage, name: str, says: str) -> Attachment:
    """``message`` as it came, for a mail program; also said when it is missing."""
    return stored(message.raw, name, says, lambda content: ".eml")


def stored(file: Any, name: str, says: str, ending: Callable[[Any], str]) -> Attachment:
    """``file`` of the private store, with the ``ending`` that its content has."""
    if not file.storage.exists(file.name):
        missing = f"It is missing from the store: {file.name}\n"
        return attached(f"{name}.missing.txt", [missing.encode()], f"{says}: missing")
    with file.storage.open(file.name) as content:
        full_name = f"{name}{ending(content)}"
    return attached(full_name, Stored(file), says)
