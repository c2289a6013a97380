"""Letters: put in a batch, exported for printing, confirmed as mailed with a date and a proof.

Until a batch is confirmed no clock runs: neither printing nor a schedule is mailing (domain.md
11.3).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.files.base import File
from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import history
from accounts.civil import civil_day
from accounts.counted_words import several
from accounts.errors import Refused
from accounts.models import Carrier, User
from accounts.permissions import require
from accounts.spreadsheets import line
from accounts.upload_checks import validate_scan
from notices import campaigns, links, outcomes
from notices.clock import window
from notices.models import Campaign, Delivery, LetterFile, MailingStatement, PostBatch
from notices.placeholders import fill
from notices.references import delivery_id
from notices.rendering import campaign_values, own_values

State = Delivery.State
COLUMNS = ("reference", "name", "line1", "line2", "city", "state", "postcode", "language")
# By place, as the mail house wants them; the ZIP code is encrypted, and it sorts by that itself.
ORDER = ("contact_point__state", "contact_point__city", "pk")
CONFIRM = "notices.confirm_postbatch"
EXPORT = "notices.export_postbatch"


@dataclass(frozen=True)
class Confirmed:
    """What confirming a mailing did: letters that got their date, and letters put back."""

    mailed: int
    put_back: int


def make_batch(
    campaign: Campaign, *, by: User | None, because: str, at: datetime
) -> PostBatch | None:
    """Put every waiting letter of a running campaign in a new batch; None when none waits.

    Who has moved since the start is written to where they are now, and who is no customer any more
    is not. ``at`` is an aware instant. Raises Refused when the campaign is not running.
    """
    require(by, CONFIRM)
    with transaction.atomic():
        # Locked, so that two people at once cannot split the letters between two batches.
        locked = campaigns.hold(campaign.pk)
        if locked.status != Campaign.Status.RUNNING:
            raise Refused(
                f"The campaign is {locked.get_status_display().lower()}.",
                "Letters leave only while it runs.",
            )
        waiting = Delivery.objects.filter(
            campaign=locked, channel=Delivery.Channel.POST, state=State.QUEUED
        )
        outcomes.give_up(waiting, on=civil_day(at, Carrier.zone_or_default()), by=by)
        if not waiting.exists():
            return None
        batch = PostBatch(campaign=locked, created_at=at, created_by=by)
        history.save(batch, by=by, because=because)
        batch.size = waiting.update(state=State.BATCHED, batch=batch)
        history.save(batch, by=by, because=several(batch.size, "letter"))
        history.record_rows(
            Delivery,
            "t.batch_id = %s",
            [batch.pk],
            by=by,
            because=f"Put in {batch}",
            at=timezone.now(),
        )
    return batch


def export(batch: PostBatch, *, by: User | None) -> Iterator[str]:
    """The batch as lines of CSV for the mail house: address, subject and the letter's text.

    Values that a spreadsheet would take for a formula are preceded by an apostrophe. Memory does
    not grow with the size of the batch.
    """
    require(by, EXPORT)
    return _lines(batch)


def customers(batch: PostBatch) -> list[int]:
    """The ids of the customers whose addresses and letters an export of ``batch`` holds."""
    rows = batch.deliveries.exclude(state=State.CANCELLED)
    return list(rows.order_by("customer").values_list("customer", flat=True).distinct())


def _lines(batch: PostBatch) -> Iterator[str]:
    yield line([*COLUMNS, "subject", "letter"])
    rows = batch.deliveries.exclude(state=State.CANCELLED).order_by(*ORDER)
    for delivery, letter, _ in filled(batch, rows, Carrier.objects.get()):
        yield line([*address_cells(delivery), delivery.text.subject, letter])


def address_cells(delivery: Delivery) -> list[str]:
    """The cells of ``COLUMNS`` for a letter."""
    point = delivery.contact_point
    assert point is not None  # noqa: S101  (constraint: a letter has an address)
    return [
        delivery.reference,
        delivery.recipient_name,
        point.line1,
        point.line2,
        point.city,
        point.state,
        point.postcode,
        delivery.text.language,
    ]


def filled(
    batch: PostBatch, rows: QuerySet[Delivery], carrier: Carrier
) -> Iterator[tuple[Delivery, str, str]]:
    """Letters of ``batch`` in the order of ``rows``: each with its text filled in, and its link.

    ``carrier`` is the record from which they are filled in.
    """
    notice = batch.campaign.notice
    letters = {
        t.pk: fill(t.letter_body, campaign_values(notice, carrier, t.language))
        for t in notice.texts.all()
    }
    link_key = "" if notice.as_it_happens else links.newest_key(at=timezone.now())
    found = rows.select_related("contact_point", "text", "change", "code")
    for delivery in found.iterator(chunk_size=2_000):
        change = delivery.change
        told = (change.kind, change.on, change.says) if change else None
        link = links.address(delivery.pk, link_key) if link_key else ""
        own = {
            "customer_name": delivery.recipient_name,
            "reference": delivery.reference,
            **({"choice_link": link} if link else {}),
            **own_values(delivery.code.code if delivery.code else told, delivery.text.language),
        }
        yield delivery, fill(letters[delivery.text_id], own), link


def mark_exported(batch: PostBatch, *, by: User | None, at: datetime) -> None:
    """Note the first export of ``batch``; later ones change nothing."""
    require(by, EXPORT)
    if batch.exported_at is None:
        batch.exported_at = at
        history.save(batch, by=by, because="Exported for printing")


def confirm_mailed(
    batch: PostBatch,
    *,
    on: date,
    proof: str,
    by: User | None,
    because: str,
    today: date,
    not_mailed: Sequence[str] = (),
    files: Sequence[LetterFile] = (),
    scan: File | None = None,
) -> Confirmed:
    """Record that the letters of ``batch`` were handed to the post on the civil day ``on``.

    Each gets that mailing date and from it its window. With ``files``, PDF files of the batch, only
    the letters in these; the others stay in it until they are confirmed. The letters whose
    references are in ``not_mailed`` go back to wait for the next batch. ``scan`` is the statement
    of mailing, kept with the batch. ``today`` is the carrier's civil day. A second call finds
    nothing left to confirm. Raises Refused for a day in the future or before the batch was made,
    without proof, and for a reference that is not in the batch; ValidationError for a file that is
    no scan.
    """
    require(by, CONFIRM)
    if on > today:
        raise Refused("The mailing date lies in the future.", "Confirm it once it was mailed.")
    made_on = civil_day(batch.created_at, Carrier.zone_or_default())
    if on < made_on:
        raise Refused(
            f"The batch was made on {made_on:%B} {made_on.day}, after that day.",
            "Correct the mailing date.",
        )
    if not proof.strip():
        raise Refused(
            "Mailing needs its proof.", "Give the statement of mailing or the post's receipt."
        )
    if scan is not None:
        validate_scan(scan)
    clock = (
        None
        if batch.campaign.stands
        else window(on, batch.campaign.notice.waiting_days, by_post=True)
    )
    with transaction.atomic():
        # The campaign, so that letters which are just being cancelled are not put back.
        campaigns.hold(batch.campaign_id)
        waiting = Delivery.objects.filter(batch=batch, state=State.BATCHED)
        put_back = _ids(waiting.values_list("pk", flat=True), not_mailed)
        returned = Delivery.objects.filter(pk__in=put_back).update(state=State.QUEUED, batch=None)
        if returned:
            history.record_ids(
                Delivery,
                put_back,
                by=by,
                because="Was not mailed with its batch",
                at=timezone.now(),
            )
        now = timezone.now()
        mailed = sum(
            some.update(
                state=State.SENT,
                sent_at=now,
                mailed_on=on,
                last_objection_day=clock and clock.last_objection_day,
                assume_from=clock and clock.assume_from,
                mailing_proof=proof.strip()[:200],
            )
            for some in ([waiting.filter(pk__in=f.deliveries) for f in files] or [waiting])
        )
        if mailed:
            # Not those of the batch that were mailed on another day.
            history.record_rows(
                Delivery,
                "t.batch_id = %s AND t.state = %s AND t.sent_at = %s",
                [batch.pk, State.SENT, connection.ops.adapt_datetimefield_value(now)],
                by=by,
                because=because,
                at=timezone.now(),
            )
        if mailed and scan is not None:
            statement = MailingStatement(
                batch=batch,
                mailed_on=on,
                proof=proof.strip()[:200],
                scan=scan,
                entered_at=timezone.now(),
                entered_by=by,
            )
            history.save(statement, by=by, because=because)
    campaigns.finish_if_done(batch.campaign_id)
    return Confirmed(mailed, returned)


def _ids(waiting: Iterable[int], references: Sequence[str]) -> list[int]:
    """The delivery ids that ``references`` name; all must be among ``waiting``."""
    known = set(waiting) if references else set()
    found = {text: delivery_id(text) for text in references}
    unknown = sorted(text for text, pk in found.items() if pk not in known)
    if unknown:
        raise Refused(f"Not waiting in this batch: {', '.join(unknown)}.", "Check the references.")
    return sorted({pk for pk in found.values() if pk is not None})


def to_be_batched(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Of ``deliveries`` the letters of account changes, or with codes, that are in no batch yet.

    No campaign is started for these, so nobody comes by to make the batch: they must be shown. With
    ``happened_at``, when what they tell of happened.
    """
    of_accounts = deliveries.filter(Q(change__isnull=False) | Q(code__isnull=False))
    waiting = of_accounts.filter(channel=Delivery.Channel.POST, state=State.QUEUED)
    return waiting.annotate(happened_at=Coalesce("change__at", "code__made_at"))


def unconfirmed() -> "list[PostBatch]":
    """Batches with letters that nobody has confirmed as mailed, oldest first; ``waiting`` each."""
    return list(
        PostBatch.objects.filter(deliveries__state=State.BATCHED)
        .annotate(waiting=Count("deliveries"))
        .select_related("campaign")
        .order_by("created_at")
    )
