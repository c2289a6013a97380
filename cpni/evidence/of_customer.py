"""The binder of one customer: the timeline, the answers of a day, and what proves them.

With the notices as they were sent, letters as PDF, mail as it came, scans of statements of mailing,
of requests and of papers that asked for a disclosure, and where the recordings are. Passwords,
answers to back-up questions, what was said in complaints and notes of calls stay out of it.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Model, QuerySet

from accounts.civil import civil_day
from accounts.errors import Refused
from accounts.history import actor_name
from accounts.models import AccountChange, Carrier, Customer, User
from accounts.permissions import require
from cpni import timeline
from cpni.decisions import Decision, judge_all
from cpni.disclosures import VIEW_COMPELLED
from cpni.evidence.attachments import Attachment, attached, listed, message_of, scan_of
from cpni.evidence.binders import PRINT, Cover, File, bound, json_file, later, table
from cpni.evidence.documents import Document, day_words, instant_words
from cpni.facts import gather
from cpni.models import (
    Disclosure,
    InboundMessage,
    OptOutRequest,
    RequestedDisclosure,
    ScriptReading,
)
from cpni.timeline_events import Event, Kind, Span
from notices import as_sent
from notices.models import Delivery, MailingStatement

MOST = 5_000  # events; setting them as a PDF takes some seconds
COLUMNS = ("when", "kind", "what", "details", "by", "reason", "record", "number")


def binder(
    customer: Customer,
    *,
    as_of: date,
    kinds: Iterable[Kind] | None = None,
    by: User | None,
    at: datetime,
) -> Iterator[bytes]:
    """The binder of ``customer`` as a ZIP file, with what had happened by the civil day ``as_of``.

    Of ``kinds`` (None: all) those that ``by`` may be shown; what is left out is said. Raises
    Refused for a day to come, and before the carrier is filled in.
    """
    require(by, PRINT)
    carrier = Carrier.get()
    if carrier is None:
        raise Refused("The carrier is not filled in.", "Fill in the carrier's record first.")
    if as_of > civil_day(at, carrier.zone):
        raise Refused("That day has not come yet.", "Choose today, or an earlier day.")
    allowed = timeline.kinds_for(by)
    wanted = [kind for kind in allowed if kinds is None or kind in kinds]
    span = Span(carrier.zone, last=as_of)
    newest = timeline.events(customer, span, most=MOST + 1, viewer=by, kinds=wanted)
    happened = newest[:MOST][::-1]
    left_out = _left_out(wanted, by, cut=len(newest) > MOST, others=_merged_with(customer))
    title = f"Evidence of account {customer.account_number} as of {day_words(as_of)}"
    cover = Cover(title, actor_name(by), at, left_out, as_of)
    given = list(attachments(happened, carrier, as_of))
    answers = judge_all(gather(customer, as_of), as_of)
    document = _document(customer, carrier, cover, happened, answers, given)
    files = [
        File("evidence.pdf", later(document.pdf)),
        table("timeline.csv", COLUMNS, (_cells(event, carrier.zone) for event in happened)),
        json_file("answers.json", [answer.as_json() for answer in answers]),
        *(attachment.file for attachment in given),
    ]
    return bound(files, cover)


def _merged_with(customer: Customer) -> list[str]:
    """The numbers of the other accounts of the same holder; each keeps its own records."""
    family = Customer.objects.family([customer.pk]) - {customer.pk}
    return [one.account_number for one in Customer.objects.filter(pk__in=family).order_by("pk")]


def _left_out(wanted: list[Kind], by: User | None, *, cut: bool, others: list[str]) -> str:
    left = [kind.label.lower() for kind in Kind if kind not in wanted]
    words = []
    if left:
        words.append(f"Left out, as it was not asked for or the role may not see it: {left[0]}")
        words[-1] += "".join(f", {name}" for name in left[1:]) + "."
    if Kind.DISCLOSURE in wanted and by is not None and not by.has_perm(VIEW_COMPELLED):
        words.append("What the law compels is left out, as the role may not see it.")
    if Kind.LOOK in wanted and by is not None and not by.has_perm("accounts.view_all_looks"):
        words.append("Of looks, those of people whom whoever made this may review.")
    if others:
        words.append(
            "What happened under the accounts that were merged with this one, of which each has a"
            f" binder of its own: {', '.join(others)}."
        )
    if cut:
        words.append(f"Only the latest {MOST:,} events are in it.")
    return " ".join(words)


# --- The document --------------------------------------------------------------------------------


def _document(
    customer: Customer,
    carrier: Carrier,
    cover: Cover,
    happened: list[Event],
    answers: list[Decision],
    given: list[Attachment],
) -> Document:
    zone = carrier.zone
    made = f"Made by {cover.by} on {instant_words(cover.at, zone)}"
    found = Document(cover.title, carrier.legal_name, customer.name, made)
    found.facts(
        [
            ("Account", customer.account_number),
            ("Customer since", day_words(customer.active_since)),
            ("Events", f"{len(happened):,}, oldest first"),
            ("Times", f"In the carrier’s time zone, {zone.key}"),
            ("Left out", cover.left_out or "Nothing"),
        ]
    )
    found.heading(f"May the carrier use CPNI? On {day_words(cover.day)}")
    found.text("By the rules in force, from the records as they are known now (47 CFR 64.2009(a)).")
    found.table(
        ("Use", "Answer", "Why", "Rule", "Proved by"),
        (
            (
                answer.use,
                answer.verdict.label,
                answer.sentence,
                answer.section,
                "\n".join(f"{e.kind.capitalize()} {e.id}: {e.says}" for e in answer.evidence),
            )
            for answer in answers
        ),
        (2.4, 0.8, 2.6, 1.3, 3),
    )
    found.heading("What happened")
    if happened:
        found.table(
            ("When", "What", "Details", "By", "Reason"),
            (
                (_when(event, zone), event.what, event.detail, event.who, event.why)
                for event in happened
            ),
            (1.7, 1.9, 4.2, 1.3, 1.6),
        )
    else:
        found.text("Nothing had happened by then.")
    recorded = _recordings(happened)
    if recorded:
        found.heading("Recordings")
        found.text("They are kept outside this program; here is where each can be found.")
        found.table(("Of", "Where"), recorded, (2, 3))
    listed(found, given)
    _as_sent(found, happened)
    return found


def _as_sent(found: Document, happened: list[Event]) -> None:
    """The words of each notice, each on a page of its own."""
    for event in happened:
        if event.words:
            found.new_page()
            found.heading("As it was sent")
            found.text(event.detail)
            found.words(event.words)


def _when(event: Event, zone: ZoneInfo) -> str:
    if event.whole_day:
        return day_words(event.at.astimezone(zone).date())
    return instant_words(event.at, zone)


def _cells(event: Event, zone: ZoneInfo) -> tuple[object, ...]:
    there = event.at.astimezone(zone)
    when = there.date().isoformat() if event.whole_day else there.isoformat()
    record, number = event.record or ("", "")
    words = (event.what, event.detail, event.who, event.why)
    return (when, event.kind.label, *words, record, number)


def _recordings(happened: list[Event]) -> list[tuple[str, str]]:
    """Where the recordings of answers are: of scripts read, and of opting back in."""
    read = _rows(ScriptReading.objects.select_related("script"), happened)
    asked = _rows(OptOutRequest.objects.exclude(proof=""), happened)
    return [
        *((f"{r}, {day_words(r.read_on)}", r.recording) for r in read if r.recording),
        *((f"{r} ({r.reference})", r.proof) for r in asked),
    ]


# --- Attachments ---------------------------------------------------------------------------------


def attachments(happened: list[Event], carrier: Carrier, as_of: date) -> Iterator[Attachment]:
    """The notices as sent by ``as_of``, mail and scans, of the records in which the events stand.

    Of a message or letter that spoke for several customers the whole goes in, and that is said.
    """
    sent = Delivery.objects.filter(mailed_on__lte=as_of).select_related(
        "text__notice__policy_version", "contact_point", "change", "batch"
    )
    carriers = as_sent.CarrierThen()
    changed = _ids(AccountChange, happened)
    for delivery in [*_rows(sent, happened), *sent.filter(change__in=changed).order_by("pk")]:
        then = carriers.at(as_sent.made_at(delivery)) or carrier
        says = f"{delivery.text.notice} {delivery.reference}, as sent on {delivery.mailed_on}"
        name = f"notice-{delivery.reference}"
        if delivery.channel == Delivery.Channel.POST:
            pdf = as_sent.letter(delivery, then)
            yield attached(f"{name}.pdf", [pdf], f"{says}; set anew from its words")
        else:
            yield attached(f"{name}.txt", [as_sent.whole(delivery, then).encode()], says)
    for statement in _rows(MailingStatement.objects.exclude(scan=""), happened):
        yield scan_of(statement, f"statement-{statement.pk}", f"Proof of mailing: {statement}")
    for request in _rows(OptOutRequest.objects.exclude(scan="").defer("stated"), happened):
        yield scan_of(request, f"request-{request.reference}", f"Scan: {request}")
    parts = OptOutRequest.objects.filter(scan="").exclude(split_from__scan="").defer("stated")
    for part in _rows(parts.exclude(split_from=None).select_related("split_from"), happened):
        says = f"Scan: {part}; from {part.split_from.reference}, which spoke of others as well"
        yield scan_of(part.split_from, f"request-{part.reference}", says)
    for message in _rows(InboundMessage.objects.exclude(raw=""), happened):
        yield message_of(message, f"message-{message.pk}", f"As it came: {message}")
    papers = RequestedDisclosure.objects.exclude(scan="")
    used = Disclosure.objects.filter(pk__in=_ids(Disclosure, happened)).values("requested")
    for paper in papers.filter(pk__in=used).order_by("pk"):
        yield scan_of(paper, f"disclosure-paper-{paper.pk}", f"Asked for: {paper}")


def _rows(rows: QuerySet[Any], happened: list[Event]) -> list[Any]:
    """Of ``rows`` those in which one of the events stands."""
    return list(rows.filter(pk__in=_ids(rows.model, happened)).order_by("pk"))


def _ids(model: type[Model], happened: list[Event]) -> set[int]:
    """The ids of the records of ``model`` in which one of the events stands."""
    label = model._meta.label_lower
    return {event.record[1] for event in happened if event.record and event.record[0] == label}
