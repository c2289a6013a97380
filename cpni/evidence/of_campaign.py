"""The binder of a campaign: what was said, who approved it, to whom it went, and what came of it.

The text in each language, the content check with its sign-offs, the rule of the audience and its
counts, the proof of mailing, results, windows and objections (64.2009(c), (d)). Tables name
customers by account number alone; recipients are read some at a time, however many there are.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min

from accounts.civil import civil_day
from accounts.errors import Refused
from accounts.history import actor_name
from accounts.models import Carrier, User
from accounts.permissions import require
from cpni.evidence.attachments import Attachment, listed, scan_of, text_of
from cpni.evidence.binders import PRINT, Cover, File, bound, later, table
from cpni.evidence.documents import Document, day_words, instant_words
from cpni.models import OptOutRequest
from cpni.results import AFTER, WITHIN, Results, assumed, objections, results
from notices import as_sent, signing_off
from notices.audience import meant_for
from notices.conditions import conditions
from notices.fates import Fate
from notices.models import Campaign, Delivery, MailingStatement, Use
from notices.placeholders import fill
from notices.references import reference
from notices.rendering import campaign_values

AT_ONCE = 5_000  # rows of a table
RECIPIENTS = (
    *("reference", "account", "round", "channel", "language", "text sha256", "state", "reason"),
    *("mailed on", "proof", "last day to object", "may assume from", "outcome", "outcome on"),
)
OBJECTIONS = ("request", "account", "route", "received on", "effective on", "to this campaign")
APPROVALS = ("approval", "account", "use", "effective on", "notice", "run")


def binder(campaign: Campaign, *, by: User | None, at: datetime) -> Iterator[bytes]:
    """The binder of ``campaign`` as a ZIP file, which leaves while its tables are read.

    Raises Refused for one that has no recipients yet: nothing was sent that could be proved.
    """
    require(by, PRINT)
    if not has_evidence(campaign):
        raise Refused("This campaign has no recipients yet.", "Start it first.")
    cover = Cover(f"Evidence of the campaign {campaign}", actor_name(by), at)
    given = [
        *(text_of(text) for text in campaign.notice.texts.order_by("language")),
        *(
            scan_of(statement, f"statement-{statement.pk}", f"Proof of mailing: {statement}")
            for statement in _statements(campaign)
            if statement.scan
        ),
    ]
    document = _document(campaign, given, cover)
    files = [
        File("campaign.pdf", later(document.pdf)),
        table("recipients.csv", RECIPIENTS, _recipients(campaign)),
        table("objections.csv", OBJECTIONS, _objections(campaign)),
        table("approvals.csv", APPROVALS, _approvals(campaign)),
        *(attachment.file for attachment in given),
    ]
    return bound(files, cover)


def has_evidence(campaign: Campaign) -> bool:
    """Whether recipients were chosen, so that there is something to prove."""
    return campaign.started_at is not None and not campaign.stands


def customers(campaign: Campaign) -> list[int]:
    """The ids of the customers whom its tables name."""
    rows = Delivery.objects.filter(campaign=campaign).order_by("customer")
    return list(rows.values_list("customer", flat=True).distinct())


def _statements(campaign: Campaign) -> list[MailingStatement]:
    rows = MailingStatement.objects.filter(batch__campaign=campaign)
    return list(rows.select_related("entered_by", "batch").order_by("mailed_on", "pk"))


# --- Tables --------------------------------------------------------------------------------------


def _recipients(campaign: Campaign) -> Iterator[tuple[object, ...]]:
    texts = {text.pk: text for text in campaign.notice.texts.all()}
    rows = Delivery.objects.filter(campaign=campaign, change=None, code=None).order_by("pk")
    found = rows.values_list(
        *("pk", "customer__account_number", "round", "channel", "text", "state", "reason"),
        *("mailed_on", "mailing_proof", "server_answer", "last_objection_day", "assume_from"),
        *("outcome", "outcome_on"),
    )
    for pk, account, again, channel, text, *rest in found.iterator(AT_ONCE):
        state, reason, mailed_on, proof, answer, last_day, assume_from, outcome, on = rest
        said = texts[text]
        yield (
            *(reference(pk), account, again, channel, said.language, said.digest, state, reason),
            *(mailed_on, proof or answer, last_day, assume_from, outcome, on),
        )


def _objections(campaign: Campaign) -> Iterator[tuple[object, ...]]:
    rows = objections([campaign.pk]).order_by("pk")
    for request in rows.defer("stated", "proof").select_related("customer").iterator(AT_ONCE):
        when = "by the last day" if request.when == WITHIN else "after it"
        account = request.customer.account_number
        route = request.get_route_display()
        yield request.reference, account, route, request.received_on, request.effective_on, when


def _approvals(campaign: Campaign) -> Iterator[tuple[object, ...]]:
    rows = assumed([campaign.pk]).order_by("pk")
    found = rows.values_list(
        *("pk", "customer__account_number", "use__code", "effective_on", "delivery", "run")
    )
    for pk, account, use, effective_on, delivery, run in found.iterator(AT_ONCE):
        yield pk, account, use, effective_on, reference(delivery), run


# --- The document --------------------------------------------------------------------------------


def _document(campaign: Campaign, given: list[Attachment], cover: Cover) -> Document:
    carrier, zone = Carrier.get(), Carrier.zone_or_default()
    made = f"Made by {cover.by} on {instant_words(cover.at, zone)}"
    name = carrier.legal_name if carrier else ""
    document = Document(f"Evidence of a campaign: {campaign}", name, "", made)
    found = results(campaign)
    _who(document, campaign)
    _audience(document, campaign, found)
    _mailing(document, campaign)
    _results(document, campaign, found)
    _content(document, campaign)
    _texts(document, campaign)
    listed(document, given)
    return document


def _texts(document: Document, campaign: Campaign) -> None:
    """What was said in each language, filled in as far as it is the same for everybody."""
    then = as_sent.CarrierThen().at(campaign.started_at)
    for text in campaign.notice.texts.order_by("language"):
        values = campaign_values(campaign.notice, then, text.language) if then else {}
        document.new_page()
        document.heading(f"As sent in {text.get_language_display()}")
        document.facts([("Subject", text.subject), ("Text, SHA-256", text.digest)])
        document.text(
            "What differs from customer to customer stands in braces. The attached text has the"
            " words as they were approved, which the digest covers."
        )
        for words, body in (("As e-mail", text.email_body), ("As a letter", text.letter_body)):
            if body:
                document.heading(words, 3)
                document.words(fill(body, values))


def _who(document: Document, campaign: Campaign) -> None:
    zone, notice = Carrier.zone_or_default(), campaign.notice
    document.facts(
        [
            ("Campaign", f"{campaign}, {campaign.get_status_display().lower()}"),
            ("Notice", f"{notice} ({notice.get_kind_display()}), {notice.waiting_days} days"),
            ("Policy", notice.policy_version),
            ("Asks approval for", "; ".join(str(use) for use in notice.uses.all())),
            ("Notice written by", notice.author and actor_name(notice.author)),
            ("Notice approved by", _person(notice.approved_by, notice.approved_at)),
            ("Campaign drafted by", campaign.author and actor_name(campaign.author)),
            ("Campaign approved by", _approved(campaign)),
            ("Started", instant_words(campaign.started_at, zone)),
            ("Finished", instant_words(campaign.finished_at, zone)),
        ]
    )


def _person(person: Any, at: datetime | None) -> str:
    if person is None:
        return ""
    return f"{actor_name(person)}, {instant_words(at, Carrier.zone_or_default())}"


def _approved(campaign: Campaign) -> str:
    """Who approved it, when and why, as its history has it (64.2009(d))."""
    row = (
        campaign.history.filter(status=Campaign.Status.APPROVED)
        .order_by("history_date", "history_id")
        .last()
    )
    if row is None:
        return _person(campaign.approved_by, None)
    when = instant_words(row.history_date, Carrier.zone_or_default())
    return f"{row.actor}, {when}: {row.history_change_reason or 'no reason given'}"


def _audience(document: Document, campaign: Campaign, found: Results) -> None:
    started = campaign.started_at
    on = civil_day(started, Carrier.zone_or_default()) if started else None
    document.heading("Audience")
    rule = [condition.words for condition in conditions(campaign, on=on)] if on else []
    document.facts(
        [
            ("Rule", meant_for(campaign)),
            ("And all of", "; ".join(rule) or "No further condition"),
            ("Chosen on", day_words(on)),
            ("Recipients", f"{found.recipients.total():,}"),
        ]
    )
    channels = [way for way in Delivery.Channel if any(c == way for _, c in found.recipients)]
    document.table(
        ("What became of them", *(way.label for way in channels), "Together"),
        (
            (
                fate.label,
                *(f"{found.recipients[fate, way]:,}" for way in channels),
                f"{sum(found.recipients[fate, way] for way in channels):,}",
            )
            for fate in Fate
            if any(found.recipients[fate, way] for way in channels)
        ),
        (3, *(1 for _ in channels), 1),
    )


def _mailing(document: Document, campaign: Campaign) -> None:
    sent = Delivery.objects.filter(campaign=campaign, state=Delivery.State.SENT)
    windows = (
        sent.order_by()
        .values("channel", "mailed_on")
        .annotate(n=Count("pk"), first=Min("last_objection_day"), last=Max("last_objection_day"))
    )
    document.heading("Mailing and windows")
    document.table(
        ("Mailed", "By", "Notices", "Last day to object"),
        (
            (
                day_words(row["mailed_on"]),
                Delivery.Channel(row["channel"]).label,
                f"{row['n']:,}",
                day_words(row["first"])
                if row["first"] == row["last"]
                else f"{day_words(row['first'])} to {day_words(row['last'])}",
            )
            for row in windows.order_by("mailed_on", "channel")
        ),
        (1, 1, 1, 1.5),
    )
    document.text(
        "Of each e-mail the server’s answer is its proof, of each letter the post’s statement of"
        " the day; recipients.csv has both."
    )
    statements = _statements(campaign)
    if statements:
        document.table(
            ("Statement", "Mailed", "Batch", "Entered by", "Scan"),
            (
                (
                    statement.proof,
                    day_words(statement.mailed_on),
                    statement.batch_id,
                    actor_name(statement.entered_by),
                    "Attached" if statement.scan else "None",
                )
                for statement in statements
            ),
            (2, 1, 0.6, 1.2, 0.8),
        )


def _results(document: Document, campaign: Campaign, found: Results) -> None:
    if campaign.notice.is_marketing:
        document.heading("Stopped marketing by e-mail")
        document.text(f"{found.stopped.total():,} of those who got it, before another offer.")
        return
    document.heading("Objections")
    routes: Counter[str] = Counter()
    for (route, _), number in found.objections.items():
        routes[route] += number
    if routes:
        document.table(
            ("Route", "By their last day", "After it", "Together"),
            (
                (
                    OptOutRequest.Route(route).label,
                    found.objections[route, WITHIN],
                    found.objections[route, AFTER],
                    routes[route],
                )
                for route in sorted(routes)
            ),
            (2, 1, 1, 1),
        )
    else:
        document.text("Nobody has objected.")
    document.heading("Approvals assumed from it, in force now")
    uses = Use.objects.filter(pk__in=list(found.approvals)).order_by("code")
    if found.approvals:
        rows = [(str(use), f"{found.approvals[use.pk]:,}") for use in uses]
        document.table(("Use", "Customers"), rows, (4, 1))
    else:
        document.text("There are none.")


def _content(document: Document, campaign: Campaign) -> None:
    document.heading("Content check and sign-offs")
    document.text(
        "Each line checked anew for this document; the judgements are as they were given."
    )
    zone = Carrier.zone_or_default()
    document.table(
        ("Line", "Rule", "Result", "Judged by"),
        (
            (
                line.result.line.words,
                line.result.line.section,
                line.result.state.value.replace("_", " ").capitalize(),
                f"{line.word.get_verdict_display()}: {actor_name(line.word.by)},"
                f" {instant_words(line.word.at, zone)}. {line.word.remark}"
                if line.word
                else "",
            )
            for line in signing_off.checked(campaign.notice)
        ),
        (3, 1.3, 1, 2.5),
    )
