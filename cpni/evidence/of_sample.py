"""The binder of a sample of assumed approvals: how it was drawn, and the chain of each (36).

With the whole population's ids, so that the sample can be drawn again, the words of each notice and
the scanned proofs of mailing.
"""

from collections.abc import Iterator
from datetime import datetime

from accounts.history import actor_name
from accounts.models import Carrier, User
from accounts.permissions import require
from cpni.evidence.attachments import Attachment, listed, scan_of, text_of
from cpni.evidence.binders import PRINT, Cover, File, bound, json_file, later, table
from cpni.evidence.chains import Chain, chains
from cpni.evidence.documents import Document, day_words, instant_words
from cpni.evidence.sampling import Sample

COLUMNS = (
    *("approval", "account", "use", "effective on", "recorded at", "recorded by", "run", "notice"),
    *("reference", "language", "text sha256", "channel", "mailed on", "proof", "last day"),
    *("objections", "holds", "problems"),
)


def binder(sample: Sample, *, by: User | None, at: datetime) -> Iterator[bytes]:
    """The binder of ``sample`` as a ZIP file. Memory does not grow with the population."""
    require(by, PRINT)
    found = chains(sample.approvals)
    cover = Cover(f"Sample of {len(found)} assumed approvals", actor_name(by), at)
    texts = {chain.delivery.text_id: chain.delivery.text for chain in found}
    statements = {chain.statement.pk: chain.statement for chain in found if chain.statement}
    given = [
        *(text_of(text) for text in texts.values()),
        *(
            scan_of(statement, f"statement-{pk}", f"Proof of mailing: {statement}")
            for pk, statement in statements.items()
            if statement.scan
        ),
    ]
    drawn = {
        "method": sample.method,
        "population_is": sample.population.words,
        "population": sample.count,
        "seed": sample.seed,
        "size": len(found),
        "drawn": [chain.approval.pk for chain in found],
        "drawn_at": at.isoformat(),
    }
    document = _document(sample, found, given, cover)
    files = [
        File("sample.pdf", later(document.pdf)),
        table("sample.csv", COLUMNS, (cells(chain) for chain in found)),
        json_file("sample.json", drawn),
        table("population.csv", ("approval",), ([pk] for pk in sample.population.ids())),
        *(attachment.file for attachment in given),
    ]
    return bound(files, cover)


def cells(chain: Chain) -> tuple[object, ...]:
    """One row of the table, in the order of ``COLUMNS``."""
    approval, delivery = chain.approval, chain.delivery
    return (
        approval.pk,
        approval.customer.account_number,
        approval.use,
        approval.effective_on,
        chain.recorded_on.isoformat() if chain.recorded_on else "",
        chain.entry.actor if chain.entry else "",
        approval.run_id,
        delivery.text.notice,
        delivery.reference,
        delivery.text.language,
        delivery.text.digest,
        delivery.channel,
        delivery.mailed_on,
        chain.proof,
        chain.last_day,
        ", ".join(request.reference for request in (*chain.objections, *chain.waiting)),
        "no" if chain.problems else "yes",
        " ".join(chain.problems),
    )


def _document(
    sample: Sample, found: list[Chain], given: list[Attachment], cover: Cover
) -> Document:
    zone = Carrier.zone_or_default()
    carrier = Carrier.get()
    made = f"Made by {cover.by} on {instant_words(cover.at, zone)}"
    document = Document(cover.title, carrier.legal_name if carrier else "", "", made)
    broken = sum(1 for chain in found if chain.problems)
    document.facts(
        [
            ("Population", sample.population.words),
            ("In the population", f"{sample.count:,} approvals"),
            ("In the sample", f"{len(found):,}"),
            ("Seed", sample.seed),
            ("Drawn", instant_words(cover.at, zone)),
            ("Chains that hold", f"{len(found) - broken} of {len(found)}"),
        ]
    )
    document.heading("How it was drawn")
    document.text(sample.method)
    document.text(
        "population.csv has the ids of the whole population as it was then, so anybody can draw the"
        " sample again; verify_binder.py does."
    )
    document.heading("The approvals")
    document.table(
        ("No.", "Account", "Use", "Mailed", "Last day", "Effective", "Objections", "Chain"),
        (
            (
                number,
                chain.approval.customer.account_number,
                chain.approval.use,
                day_words(chain.delivery.mailed_on),
                day_words(chain.last_day),
                day_words(chain.approval.effective_on),
                len(chain.objections) or "None",
                "Does not hold" if chain.problems else "Holds",
            )
            for number, chain in enumerate(found, 1)
        ),
        (0.5, 1.2, 3, 1.3, 1.3, 1.3, 1.1, 0.9),
    )
    document.new_page()
    document.heading("Each chain")
    for number, chain in enumerate(found, 1):
        _chain(document, number, chain)
    listed(document, given)
    return document


def _chain(document: Document, number: int, chain: Chain) -> None:
    zone = Carrier.zone_or_default()
    approval, delivery = chain.approval, chain.delivery
    document.heading(f"{number}. Account {approval.customer.account_number}: {approval.use}", 3)
    by = f" by {chain.entry.actor}" if chain.entry else ""
    run = f", run {approval.run_id}" if approval.run_id else ""
    statement = f"; statement {chain.statement.pk} on file" if chain.statement else ""
    way = delivery.get_channel_display().lower()
    document.facts(
        [
            ("Notice", f"{delivery.text.notice}, {delivery.reference}, by {way}"),
            ("Text, SHA-256", delivery.text.digest),
            ("Mailed", f"{day_words(delivery.mailed_on)}: {chain.proof or 'no words'}{statement}"),
            ("Window", f"{day_words(delivery.mailed_on)} to {day_words(chain.last_day)}"),
            (
                "Objections since mailing",
                ", ".join(f"{r.reference}: {r}" for r in chain.objections) or "None received",
            ),
            (
                "Approval",
                f"No. {approval.pk}, effective {day_words(approval.effective_on)}, recorded"
                f" {instant_words(chain.recorded_on, zone)}{by}{run}",
            ),
            ("Chain", " ".join(chain.problems) or "Holds"),
        ]
    )
