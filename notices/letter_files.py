"""The letters of a post batch as PDF files that are ready to be printed, and their manifest.

A file holds some thousands of letters. Its row is the work to be done: a worker claims one, makes
it, and goes on with the next, so that several share a batch, and what a dead one left is made anew.
What has been made is not made again. Files lie sealed in the private store and are copies of what
the deliveries say: they are discarded ``KEPT`` after the mailing was confirmed, for the notice
records that must be kept (64.2008(a)(2)) are the deliveries and the texts. The digests stay.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from accounts import history
from accounts.errors import Refused
from accounts.models import Carrier, User
from accounts.permissions import require
from accounts.spreadsheets import line
from accounts.zipping import Pipe
from notices import letters, typesetting
from notices.letters import State
from notices.models import Delivery, LetterFile, PostBatch

PER_FILE = 2_500  # letters; 5 MB of one-page letters, joined in 200 MB of memory
LEASE = timedelta(minutes=3)  # 250 letters, between two marks, take seconds
CLAIMS = 5  # after so many workers have failed at a file a person must ask again
KEPT = timedelta(days=30)  # the mail house may ask for a file once more
MANIFEST = (*letters.COLUMNS, "file", "first page", "last page")


@dataclass(frozen=True)
class Progress:
    """How far the files of a batch are; ``failed`` files are not tried again by themselves."""

    files: int
    made: int
    failed: int
    letters: int
    typeset: int
    discarded: bool

    @property
    def going_on(self) -> bool:
        """Whether something is still to be made by the workers."""
        return self.made + self.failed < self.files

    @property
    def complete(self) -> bool:
        """Whether there is everything to be downloaded."""
        return bool(self.files) and self.made == self.files and not self.discarded


def ask_for(batch: PostBatch, *, by: User | None, because: str, at: datetime) -> int:
    """Ask for the letters of ``batch`` as PDF. Returns the number of files that are to be made.

    Those that failed before are tried again. Raises Refused when the files are there or on their
    way, and when no letter of the batch waits to be mailed.
    """
    require(by, letters.EXPORT)
    with transaction.atomic():
        PostBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        files = LetterFile.objects.filter(batch=batch, discarded_at=None)
        asked = files.filter(made_at=None, claims__gte=CLAIMS).update(claims=0, claimed_at=None)
        if not asked:
            if files.exists():
                raise Refused("The letters are made, or being made.", "Download them when ready.")
            waiting = batch.deliveries.filter(state=State.BATCHED).order_by(*letters.ORDER)
            ids = list(waiting.values_list("pk", flat=True))
            if not ids:
                raise Refused("No letter of this batch waits to be mailed.", "Make another batch.")
            last = LetterFile.objects.filter(batch=batch).aggregate(last=Max("number"))["last"] or 0
            for number, start in enumerate(range(0, len(ids), PER_FILE), last + 1):
                some = ids[start : start + PER_FILE]
                LetterFile.objects.create(
                    batch=batch, number=number, deliveries=some, letters=len(some), asked_at=at
                )
                asked += 1
        history.save(batch, by=by, because=because)
    return asked


def to_make(*, at: datetime) -> list[int]:
    """The ids of batches with a file that no worker is making at the aware instant ``at``."""
    return list(_free(at).values_list("batch", flat=True).distinct().order_by("batch"))


def make(batch_id: int, *, stopping: Callable[[], bool] = lambda: False) -> int:
    """Make the files of a batch that nobody else is making, one after another; returns how many.

    Ends early, between two steps, when ``stopping`` says so; what was begun is then left for
    another worker at once.
    """
    made = 0
    while not stopping() and (file := _claim(batch_id, at=timezone.now())):
        try:
            made += _make(file, stopping)
        except Exception:
            _mine(file).update(claimed_at=None)  # for the next round, while its tries last
            raise
    return made


def _free(at: datetime) -> QuerySet[LetterFile]:
    return LetterFile.objects.filter(
        Q(claimed_at=None) | Q(claimed_at__lt=at - LEASE),
        made_at=None,
        discarded_at=None,
        claims__lt=CLAIMS,
    )


def _claim(batch_id: int, *, at: datetime) -> LetterFile | None:
    """The next file of the batch, which is this worker's from now on; None when there is none."""
    for file in _free(at).filter(batch=batch_id).order_by("number")[:10]:
        mine = _free(at).filter(pk=file.pk, claims=file.claims)
        if mine.update(claimed_at=at, claims=F("claims") + 1, typeset=0):
            file.claims += 1
            return file
    return None


def _mine(file: LetterFile) -> QuerySet[LetterFile]:
    """The row of ``file``, while this worker is the one that claimed it last."""
    return LetterFile.objects.filter(
        pk=file.pk, claims=file.claims, made_at=None, discarded_at=None
    )


def _make(file: LetterFile, stopping: Callable[[], bool]) -> bool:
    """Set the letters of ``file`` and keep them; False when it was given up or taken over."""
    mine = _mine(file)
    batch = PostBatch.objects.select_related("campaign__notice__policy_version").get(
        pk=file.batch_id
    )
    at, carrier = timezone.now(), Carrier.objects.get()
    head = typesetting.Letterhead(carrier.legal_name, tuple(carrier.optout_address.split("\n")))
    printed: list[list[str]] = []  # of each letter what the manifest says of it

    def ready() -> Iterator[typesetting.Letter]:
        # Without those that were put back or cancelled since.
        rows = batch.deliveries.filter(pk__in=file.deliveries).exclude(state=State.CANCELLED)
        for delivery, text, link in letters.filled(batch, rows.order_by(*letters.ORDER), carrier):
            cells = letters.address_cells(delivery)
            printed.append(cells)
            yield typesetting.Letter(
                delivery.reference, _address(cells), text, delivery.text.language, link
            )

    pages = typesetting.Pages()
    for pages in typesetting.typeset(ready(), head):
        if stopping():
            mine.update(claimed_at=None, claims=F("claims") - 1, typeset=0)
            return False
        if not mine.update(claimed_at=timezone.now(), typeset=len(pages.ranges)):
            return False
    pdf = pages.pdf() if printed else b""
    rows = [
        line([*cells, str(file), str(first), str(last)])
        for cells, (first, last) in zip(printed, pages.ranges, strict=True)
    ]
    return _keep(file, mine, pdf, "".join(rows), pages, at)


def _keep(
    file: LetterFile,
    mine: QuerySet[LetterFile],
    pdf: bytes,
    manifest: str,
    pages: typesetting.Pages,
    at: datetime,
) -> bool:
    """Put the PDF and its manifest into the store; ``at`` is when the carrier's record was read."""
    # Named by the claim, so that what a worker left which died after saving can be found.
    for claim in range(1, file.claims + 1):
        _delete(*_names(file, claim))
    names = _names(file, file.claims)
    if pdf:
        default_storage.save(names[0], ContentFile(pdf))
        default_storage.save(names[1], ContentFile(manifest.encode()))
    kept = mine.update(
        made_at=at,
        claimed_at=None,
        letters=len(pages.ranges),
        typeset=len(pages.ranges),
        pages=pages.number,
        sha256=hashlib.sha256(pdf).hexdigest() if pdf else "",
        pdf=names[0] if pdf else "",
        manifest=names[1] if pdf else "",
    )
    if not kept:
        _delete(*names)
    return bool(kept)


def _names(file: LetterFile, claim: int) -> tuple[str, str]:
    stem = f"letters/{file.batch_id}/{file.number}-{claim}"
    return f"{stem}.pdf", f"{stem}.csv"


def _delete(*names: str) -> None:
    for name in names:
        default_storage.delete(name)


def _address(cells: list[str]) -> tuple[str, ...]:
    """The lines in the window: name, street, and city, state and ZIP code."""
    _, name, line1, line2, city, state, postcode, _ = cells
    return tuple(part for part in (name, line1, line2, f"{city}, {state} {postcode}") if part)


# --- How far, and what there is ------------------------------------------------------------------


def progress(batch: PostBatch, *, at: datetime) -> Progress:
    """How far the files of ``batch`` that were asked for last are at the aware instant ``at``."""
    rows = list(
        LetterFile.objects.filter(batch=batch).values_list(
            "made_at", "claims", "claimed_at", "letters", "typeset", "discarded_at"
        )
    )
    rows = [row for row in rows if row[5] is None] or rows
    return Progress(
        files=len(rows),
        made=sum(1 for row in rows if row[0]),
        failed=sum(
            1
            for row in rows
            if not row[0] and row[1] >= CLAIMS and (row[2] is None or row[2] < at - LEASE)
        ),
        letters=sum(row[3] for row in rows),
        typeset=sum(row[4] for row in rows),
        discarded=bool(rows) and rows[0][5] is not None,
    )


def files(batch: PostBatch) -> list[LetterFile]:
    """The files of ``batch`` that can be downloaded, in their order."""
    there = LetterFile.objects.filter(batch=batch, discarded_at=None).exclude(made_at=None)
    return list(there.exclude(pdf="").defer("deliveries").order_by("number"))


def unmailed(batch: PostBatch) -> list[tuple[LetterFile, int]]:
    """The files of ``batch`` with letters that nobody has confirmed, and how many in each."""
    waiting = set(batch.deliveries.filter(state=State.BATCHED).values_list("pk", flat=True))
    made = LetterFile.objects.filter(batch=batch, discarded_at=None).exclude(made_at=None)
    found = [(file, len(waiting.intersection(file.deliveries))) for file in made.order_by("number")]
    return [(file, number) for file, number in found if number]


def archive(batch: PostBatch, *, by: User | None, at: datetime) -> Iterator[bytes]:
    """Everything for the mail house as the bytes of a ZIP file: PDFs, manifest.csv, SHA256SUMS.

    One file of the batch at a time is in memory. Raises Refused while files are being made, after
    they were discarded, and when the campaign was cancelled: its letters must not be mailed.
    """
    require(by, letters.EXPORT)
    if batch.deliveries.filter(state=State.CANCELLED).exists():
        raise Refused("The campaign was cancelled.", "Its letters must not be mailed.")
    if not progress(batch, at=at).complete:
        raise Refused("The letters are not all made.", "Ask for them, and wait until they are.")
    there = files(batch)
    for file in there:
        if not file.pdf.storage.exists(str(file.pdf)):
            raise Refused(f"{file} is missing from the store.", "Restore it from a backup.")
    return _zipped(there)


def _zipped(there: list[LetterFile]) -> Iterator[bytes]:
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w") as whole:
        for file in there:
            with file.pdf.open() as content:
                whole.writestr(str(file), content.read())
            yield pipe.take()
        sums = "".join(f"{file.sha256}  {file}\n" for file in there)
        whole.writestr("SHA256SUMS", sums)
        with whole.open("manifest.csv", "w") as manifest:
            manifest.write(line(MANIFEST).encode())
            for file in there:
                with file.manifest.open() as content:
                    manifest.write(content.read())
                yield pipe.take()
    yield pipe.take()


# --- Discarding ----------------------------------------------------------------------------------


def discard(*, at: datetime) -> int:
    """Delete files of batches of which no letter waits any more. Returns how many were deleted.

    ``KEPT`` after the last of its letters was confirmed as mailed; at once when they were cancelled
    or put back. The rows stay, with the digests.
    """
    old = LetterFile.objects.filter(discarded_at=None).values("batch")
    batches = PostBatch.objects.filter(pk__in=old).exclude(
        pk__in=Delivery.objects.filter(state=State.BATCHED).exclude(batch=None).values("batch")
    )
    discarded = 0
    for batch in batches.annotate(confirmed_at=Max("deliveries__sent_at")):
        if batch.confirmed_at and batch.confirmed_at > at - KEPT:
            continue
        for file in LetterFile.objects.filter(batch=batch, discarded_at=None):
            _delete(*(name for claim in range(1, file.claims + 1) for name in _names(file, claim)))
            discarded += LetterFile.objects.filter(pk=file.pk).update(
                discarded_at=at, pdf="", manifest=""
            )
    return discarded
