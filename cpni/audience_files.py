"""A file of account numbers comes back with the answer for each line, and expires with its day.

The row is the work to be done: a worker claims it, marks it in chunks, and another takes over what
a dead one left, from the beginning. Both files lie sealed in the private store; the upload is gone
when it is marked, and what is marked when its day has passed.
"""

import csv
import io
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.civil import in_words
from accounts.errors import Refused
from accounts.models import Customer, User
from accounts.permissions import require
from accounts.spreadsheets import line, unguarded
from cpni import reasons
from cpni.models import AudienceFile
from cpni.scrubbing import Question, scrub

ASK = "cpni.add_audiencefile"
# Marked at once. A list is in no order, so each time the database goes through all customers: five
# times for a million, and not fifty.
LINES = 200_000
LOOKED_UP = 5_000  # account numbers in one statement of SQLite
LEASE = timedelta(minutes=3)
CLAIMS = 5  # after so many workers have failed at a file it is not tried again
HEADER = "account_number"
COLUMNS = (HEADER, "allowed", "reason", "words", "section", "as_of", "list_expires", "yes_until")
UNKNOWN = "unknown_account"
UNKNOWN_WORDS = "There is no account of this number"


def ask(file: AudienceFile, upload: Any, *, on: date, at: datetime, by: User | None) -> None:
    """Keep ``upload`` (CSV in UTF-8) to be marked for today; ``file`` is unsaved.

    ``on`` is the carrier's civil day, ``at`` the aware instant. Raises Refused for a file without a
    column of account numbers, and without a reason.
    """
    require(by, ASK)
    if not file.because.strip():
        raise Refused("It needs a reason.", "Say what the list is for.")
    number = 0
    with _text(upload) as text:
        for _ in account_numbers(text):
            number += 1
    if not number:
        raise Refused("The file names no account.", "Put one account number on each line.")
    upload.seek(0)
    file.on, file.asked_at, file.asked_by, file.lines = on, at, by, number
    file.uploaded.save("upload", File(upload), save=False)
    file.save()


def keep_record(file: AudienceFile, counts: Counter[str], *, at: datetime) -> None:
    """Keep that a list was marked at the command line, which keeps no file; ``file`` is unsaved.

    ``at`` is the aware instant. Raises Refused without a reason.
    """
    if not file.because.strip():
        raise Refused("It needs a reason.", "Say what the list is for.")
    file.asked_at = file.marked_at = file.discarded_at = at
    file.lines = file.done = counts.total()
    file.counts = dict(counts)
    file.save()


def account_numbers(text: Iterable[str]) -> Iterator[str]:
    """The account numbers of a CSV file: its column of that name, or its first. Reads as it goes.

    Raises Refused, naming the line, for what is no CSV in UTF-8, and for a character NUL, which no
    text of the database has.
    """
    column, number = 0, 0
    try:
        for number, row in enumerate(csv.reader(text), 1):
            if number == 1:
                names = [cell.strip().lower().replace(" ", "_") for cell in row]
                if HEADER in names:
                    column = names.index(HEADER)
                    continue
            cell = row[column].strip() if len(row) > column else ""
            if "\x00" in cell:
                raise Refused(
                    f"Line {number} holds a character that no account number has (NUL).",
                    "Save the list anew as “CSV UTF-8”.",
                )
            if cell:
                yield unguarded(cell)
    except (csv.Error, UnicodeDecodeError) as error:
        raise Refused(
            f"Line {number + 1} cannot be read as CSV in UTF-8.", "Save it as “CSV UTF-8”."
        ) from error


def marked(
    numbers: Iterable[str], question: Question, counts: Counter[str]
) -> Iterator[tuple[int, str]]:
    """For each chunk of ``numbers`` how many they are, and their lines of CSV with the answers.

    ``counts`` grows by the reasons. Read and written as it goes: a million are no trouble.
    """
    waiting = iter(numbers)
    expires = question.on.isoformat()
    while chunk := list(islice(waiting, LINES)):
        known = _known(chunk)
        answers = {a.customer_id: a for a in scrub(set(known.values()), question)}
        merged = [pk for pk, a in answers.items() if a.reason is reasons.MERGED]
        remaining = dict(
            Customer.objects.filter(pk__in=merged).values_list("pk", "merged_into__account_number")
        )
        lines = []
        for number in chunk:
            pk = known.get(number)
            if pk is None:
                counts[UNKNOWN] += 1
                cells = [number, "no", UNKNOWN, UNKNOWN_WORDS, "", expires, expires, ""]
            else:
                answer = answers[pk]
                reason = answer.reason
                counts[reason.code] += 1
                words = reason.label
                if pk in remaining:
                    words = f"Merged: ask about account {remaining[pk]}"
                cells = [
                    number,
                    "yes" if answer.allowed else "no",
                    reason.code,
                    words,
                    reason.section,
                    expires,
                    expires,
                    answer.until.isoformat() if answer.until else "",
                ]
            lines.append(line(cells))
        yield len(chunk), "".join(lines)


def _known(numbers: list[str]) -> dict[str, int]:
    if connection.vendor == "postgresql":
        # One parameter instead of as many as there are numbers: a tenth of the time.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT account_number, id FROM accounts_customer WHERE account_number = ANY(%s)",
                [numbers],
            )
            return dict(cursor.fetchall())
    found: dict[str, int] = {}
    for start in range(0, len(numbers), LOOKED_UP):
        rows = Customer.objects.filter(account_number__in=numbers[start : start + LOOKED_UP])
        found.update(rows.values_list("account_number", "pk"))
    return found


# --- The job -------------------------------------------------------------------------------------


def to_mark(*, at: datetime) -> list[int]:
    """The ids of files that no worker is marking at the aware instant ``at``."""
    return list(_free(at).order_by("pk").values_list("pk", flat=True))


def mark(file_id: int, *, stopping: Callable[[], bool] = lambda: False) -> bool:
    """Mark the file with this id, unless it is done or another worker does. Whether it was done."""
    at = timezone.now()
    if not _free(at).filter(pk=file_id).update(claimed_at=at, claims=F("claims") + 1, done=0):
        return False
    file = AudienceFile.objects.select_related("use", "recipient").get(pk=file_id)
    mine = AudienceFile.objects.filter(pk=file_id, claims=file.claims, marked_at=None)
    counts: Counter[str] = Counter()
    question = Question(file.use, file.on, file.recipient, offered=file.offered)
    name = f"audiences/{file.pk}-{file.claims}.csv"
    try:
        # Without a name in the file system: it holds what is sealed in the store.
        with tempfile.TemporaryFile("w+b") as made, file.uploaded.open() as upload:
            made.write(line(COLUMNS).encode())
            done = 0
            with _text(upload) as text:
                for number, lines in marked(account_numbers(text), question, counts):
                    made.write(lines.encode())
                    done += number
                    if stopping() or not mine.update(done=done, claimed_at=timezone.now()):
                        mine.update(claimed_at=None, claims=F("claims") - 1)
                        return False
            made.seek(0)
            default_storage.save(name, File(made))
    except Exception:
        mine.update(claimed_at=None)  # for the next round, while its tries last
        raise
    kept = mine.update(
        marked=name, marked_at=timezone.now(), counts=dict(counts), claimed_at=None, uploaded=""
    )
    default_storage.delete(str(file.uploaded) if kept else name)
    return bool(kept)


def download(file: AudienceFile, *, on: date, by: User | None) -> Any:
    """The marked list, opened. Raises Refused once its day has passed, or before it is marked."""
    require(by, ASK)
    if file.marked_at is None:
        raise Refused("It is not marked yet.", "Wait until it is.")
    if on > file.on or file.discarded_at:
        raise Refused(
            f"The list expired with {in_words(file.on)}.",
            "Upload it again: customers may have objected since.",
        )
    return file.marked.open()


def customers_in(file: AudienceFile) -> Iterator[int]:
    """The ids of the customers on the marked list."""
    # Not the open file of the field, which whoever downloads it reads.
    with default_storage.open(str(file.marked)) as content, _text(content) as text:
        numbers = account_numbers(text)
        while chunk := list(islice(numbers, LINES)):
            yield from _known(chunk).values()


def discard(*, on: date, at: datetime) -> int:
    """Delete the files of lists whose day has passed by the civil day ``on``. Returns how many."""
    old = AudienceFile.objects.filter(on__lt=on, discarded_at=None)
    for file in old:
        for kept in (file.uploaded, file.marked):
            if kept:
                kept.storage.delete(str(kept))
        AudienceFile.objects.filter(pk=file.pk).update(discarded_at=at, uploaded="", marked="")
    return len(old)


def _free(at: datetime) -> QuerySet[AudienceFile]:
    return AudienceFile.objects.filter(
        Q(claimed_at=None) | Q(claimed_at__lt=at - LEASE),
        marked_at=None,
        discarded_at=None,
        claims__lt=CLAIMS,
    )


@contextmanager
def _text(file: Any) -> Iterator[io.TextIOWrapper]:
    """``file`` of bytes read as text, and left open."""
    text = io.TextIOWrapper(file.file, encoding="utf-8-sig", newline="")
    try:
        yield text
    finally:
        text.detach()
