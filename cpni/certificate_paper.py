"""The certificate and its accompanying statement as a PDF to be signed (64.2009(e)).

In the form that the FCC suggests for EB Docket 06-36; the statement says what the records show, and
where a procedure was not followed, that it was not and why.
"""

from datetime import date
from typing import Any

from accounts.civil import in_words
from accounts.counted_words import several
from cpni.certificate_lines import VERDICTS, not_followed
from cpni.models import AnnualCertificate
from notices import papers
from notices.papers import Block
from notices.typesetting import Letterhead

DOCKET = "EB Docket 06-36"
CERTIFIED = (
    "I, {name}, certify that I am an officer of the company named above and, acting as an agent of"
    " the company, that I have personal knowledge that the company has established operating"
    " procedures that are adequate to ensure compliance with the Commission’s CPNI rules. See"
    " 47 C.F.R. § 64.2001 et seq."
)
ATTACHED = (
    "Attached to this certification is an accompanying statement that explains how the company’s"
    " procedures ensure that the company is in compliance with the requirements set forth in"
    " 47 C.F.R. § 64.2001 et seq., including those on training, recordkeeping and supervisory"
    " review{but}."
)
BUT = ", and in what respects, listed there, the procedures were not followed in the year"
TRUTHFUL = (
    "The company represents and warrants that the above certification is consistent with"
    " 47 C.F.R. § 1.17, which requires truthful and accurate statements to the Commission. The"
    " company also acknowledges that false statements and misrepresentations to the Commission are"
    " punishable under Title 18 of the U.S. Code and may subject it to enforcement action."
)


def pdf(certificate: AnnualCertificate, figures: dict[str, Any]) -> bytes:
    """Both papers in one file, marked as a draft until the figures are fixed."""
    carrier = figures["carrier"] or {"name": "–", "address": "", "frn": "", "filer_id": ""}
    head = Letterhead(carrier["name"], tuple(carrier["address"].split("\n")))
    gathering = certificate.state == AnnualCertificate.State.GATHERING
    return papers.pdf(
        [*_certificate(certificate, figures, carrier), *_statement(certificate, figures)],
        head,
        footer=f"Annual CPNI certification for {certificate.year}, {DOCKET}",
        mark="DRAFT, NOT TO BE SIGNED" if gathering else "",
    )


def day_in_words(iso: str) -> str:
    """A day as people write it; "" stays."""
    if not iso:
        return ""
    day = date.fromisoformat(iso)
    return in_words(day)


def _certificate(
    certificate: AnnualCertificate, figures: dict[str, Any], carrier: dict[str, str]
) -> list[Block]:
    year, name = certificate.year, certificate.signer_name or "…"
    brokers, complaints = figures["brokers"], sum(number for _, number in figures["complaints"])
    taken = (
        f"The company has taken {several(len(brokers), 'action')} against"
        " data brokers in the past year (proceedings instituted, petitions filed, and others); they"
        " are explained in the accompanying statement."
        if brokers
        else "The company has not taken any actions (proceedings instituted or petitions filed at"
        " state commissions, in the court system, or at the Commission) against data brokers in the"
        " past year."
    )
    received = (
        f"The company has received {several(complaints, 'customer complaint')}"
        " in the past year concerning the unauthorized release of CPNI; they are summarized by"
        " category in the accompanying statement."
        if complaints
        else "The company has not received any customer complaints in the past year concerning the"
        " unauthorized release of CPNI."
    )
    but = BUT if any(not_followed(figures["lines"])) else ""
    return [
        papers.title("Annual 47 C.F.R. § 64.2009(e) CPNI Certification", DOCKET),
        papers.facts(
            [
                ("Filed in", f"{year + 1}, covering the prior calendar year {year}"),
                ("Company covered", carrier["name"]),
                ("Form 499 filer ID", carrier["filer_id"] or "–"),
                ("FCC registration number", carrier["frn"] or "–"),
                ("Name of signatory", name),
                ("Title of signatory", certificate.signer_title or "…"),
            ]
        ),
        papers.heading("Certification"),
        papers.text(CERTIFIED.format(name=name)),
        papers.text(ATTACHED.format(but=but)),
        papers.text(taken),
        papers.text(received),
        papers.text(TRUTHFUL),
        papers.signature(name, certificate.signer_title or "…", "Officer, as agent of the company"),
        papers.new_page(),
    ]


def _statement(certificate: AnnualCertificate, figures: dict[str, Any]) -> list[Block]:
    year = certificate.year
    found: list[Block] = [
        papers.title("Accompanying statement", f"Calendar year {year}"),
        papers.heading("How the procedures ensure compliance"),
        *map(papers.text, paragraphs(certificate.procedures)),
        papers.heading("Whether they were followed, as the company’s records show"),
        papers.table(
            ("Procedure", "47 CFR", "What the records show", "Result"),
            [
                (line["question"], line["section"], line["figure"], VERDICTS[line["verdict"]])
                for line in figures["lines"]
            ],
            (3.2, 1.3, 3.2, 1.2),
        ),
    ]
    if wanting := list(not_followed(figures["lines"])):
        found.append(papers.heading("Where a procedure was not followed"))
        for line in wanting:
            why = certificate.explanations.get(line["code"], "(To be explained.)")
            found.append(papers.text(f"{line['question']}: {line['figure']}. {why}"))
    return [
        *found,
        papers.heading("Customer complaints about unauthorized release of CPNI"),
        papers.table(("Category", "Received"), figures["complaints"], (4, 1)),
        papers.heading("Actions against data brokers"),
        _brokers(figures["brokers"]),
        papers.heading("Pretexters"),
        *map(
            papers.text,
            paragraphs(certificate.pretexters)
            or ["The company has no information about attempts of pretexters in the year."],
        ),
        papers.heading("Training and discipline"),
        papers.text(_training(figures["training"])),
        papers.heading("Campaigns and their review"),
        _campaigns(figures["campaigns"]),
        _marketing(figures.get("marketing", [])),
        papers.heading("Failures of a way to opt out"),
        _incidents(figures["incidents"]),
        papers.heading("Breaches"),
        _breaches(figures.get("breaches", [])),
    ]


def paragraphs(words: str) -> list[str]:
    """The paragraphs of a text; an empty line ends one."""
    parts = words.replace("\r\n", "\n").split("\n\n")
    return [" ".join(part.split()) for part in parts if part.strip()]


def _brokers(rows: list[list[str]]) -> Block:
    if not rows:
        return papers.text("None were taken in the year.")
    return papers.table(
        ("Day", "Against", "Action", "What was done", "Proof"),
        [(day_in_words(day), *rest) for day, *rest in rows],
        (1.3, 1.4, 1.3, 3, 1.4),
    )


def _training(figures: dict[str, int]) -> str:
    return (
        f"Members of staff and contractors’ agents who signed in the year that they were trained:"
        f" {figures['people']:,} ({figures['signed']:,} signatures). Matters decided under the"
        f" disciplinary process: {figures['sanctions']:,}."
    )


def _campaigns(rows: list[list[Any]]) -> Block:
    if not rows:
        return papers.text("No campaign was started in the year.")
    return papers.table(
        ("Campaign", "Started", "Approved by", "Sent"),
        [(name, day_in_words(day), by or "Nobody", f"{sent:,}") for name, day, by, sent in rows],
        (3.5, 1.6, 1.8, 0.9),
    )


def _marketing(rows: list[list[Any]]) -> Block:
    if not rows:
        return papers.text("No marketing campaign is in the register of the year.")
    return papers.table(
        ("Marketing campaign", "From", "Until", "Uses CPNI", "Reviewed by", "On", "Uses"),
        [
            (
                name,
                day_in_words(begins),
                day_in_words(ends),
                cpni,
                by or "Nobody",
                day_in_words(on),
                f"{uses:,}",
            )
            for name, begins, ends, cpni, by, on, uses in rows
        ],
        (2.4, 1.3, 1.3, 0.8, 1.4, 1.3, 0.8),
    )


def _breaches(rows: list[list[Any]]) -> Block:
    if not rows:
        return papers.text("None was determined in the year.")
    return papers.table(
        ("Determined on", "Information", "On purpose", "Customers", "Closed on"),
        [
            (day_in_words(day), what, intent, f"{number:,}", day_in_words(closed) or "–")
            for day, what, intent, number, closed in rows
        ],
        (1.5, 1.5, 1.3, 1, 1.5),
    )


def _incidents(rows: list[list[str]]) -> Block:
    if not rows:
        return papers.text("There was none in the year, and none was found.")
    return papers.table(
        ("Way to opt out", "Failed from", "Worked again on"),
        [(way, day_in_words(start), day_in_words(end) or "–") for way, start, end in rows],
        (2, 1.5, 1.5),
    )
