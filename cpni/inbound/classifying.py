"""What a message is: a failure to deliver, an automatic answer, a complaint, or words. Pure.

Reports that follow a standard are read as it says: RFC 3464 (deliveries), 5965 (complaints), 8098
(receipts), 3834 (automatic answers). Of the others flufl.bounce knows the forms of many servers;
on our samples it recognises those of qmail, Exim, Yahoo and Exchange and none of the replies. It
neither tells a full mailbox from one that is not there nor reads other languages, so the codes of
RFC 3463, which stand in nearly all of them, are read after it.
"""

import email
import re
from dataclasses import dataclass
from email import policy
from email.message import Message

from flufl.bounce import all_failures

from cpni.inbound.reading import Mail, decoded

PERMANENT, TEMPORARY, DELAYED = "permanent", "temporary", "delayed"
AUTO_REPLY, COMPLAINT, OPT_OUT = "auto_reply", "complaint", "opt_out"
QUESTION, OTHER = "question", "other"
FAILURES = (PERMANENT, TEMPORARY, DELAYED)
# What the detail of a message begins with that asks nothing of anybody.
SUCCESS, NOT_SPAM, OUR_OWN = "Report of success", "Feedback: not-spam", "Our own message in a loop"
NOTHING_TO_DO = (SUCCESS, NOT_SPAM, OUR_OWN)

LOOKED_AT = 200_000  # bytes of a report; the rest is what it returns
LONGEST_FIELD = 500  # characters: what stands beyond is shown to nobody, and costs time
# RFC 3463 knows the subjects 0 to 7: “Exim 4.94.2” is the version of a program.
STATUS = re.compile(r"(?<![\d.])([245])\.([0-7])\.(\d{1,3})(?![\d.])")
# Such a code where another server says it: first of all, after its answer, or after a sign.
SAID = re.compile(rf"(?:^\W*|(?<!\d)[245]\d\d[ -]\W*|#){STATUS.pattern}")
# A server's answer before its words or its enhanced code, and no part of a telephone number.
REPLY_CODE = re.compile(r"(?<![\d.])([45]\d\d)[ -](?=[45]\.\d|[#A-Za-z<])")
ADDRESS = re.compile(r"[^\s<>;:]+@[^\s<>;:]+")
MACHINES = re.compile(
    r"^(mailer-daemon|postmaster|mail-daemon|mailerdaemon|mailsubsystem|mdaemon|bounce|bounces|"
    r"microsoftexchange[0-9a-f]*)\b",
    re.IGNORECASE,
)
STILL_TRIED = re.compile(
    r"will (be )?(retr|keep trying|continue)|still being retried|no action is required|has not "
    r"yet "
    r"been delivered|message .{0,60}delayed|delivery (is |has been )?delayed|not been delivered "
    r"(yet|for)|noch nicht zugestellt|weiter versuch|"
    r"seguir[áa] intentando|se reintentar|nouvelle tentative",
    re.IGNORECASE,
)
FULL = re.compile(
    r"mailbox (is )?full|over ?quota|quota exceeded|exceeded (its|the) (storage|quota)|buz[óo]n "
    r"(est[áa] )?lleno|postfach (ist )?voll|bo[îi]te .{0,30}(pleine|satur)",
    re.IGNORECASE,
)
UNDELIVERED = re.compile(
    r"undeliver|returned mail|delivery (status notification|failure|has failed)|mail delivery "
    r"failed|"
    r"failure notice|no se pudo entregar|no se ha podido entregar|unzustellbar|"
    r"non remis|échec de la remise|配信できません|mail system error",
    re.IGNORECASE,
)
AWAY = re.compile(
    r"^\W*(auto(matic)?[ -]?(reply|response)|out of (the )?office|away from|on vacation|"
    r"respuesta autom[áa]tica|fuera de (la )?oficina|ausencia|abwesenheit|automatische antwort|"
    r"r[ée]ponse automatique|absence du bureau|risposta automatica|自動応答|自動返信|不在)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Finding:
    """What a message is; ``detail`` says why in the report's words, without addresses.

    An empty ``kind`` is no report of a machine: its words must be read. ``by_words``: nothing but
    its words says that it is one, and a person may have written them.
    """

    kind: str
    detail: str = ""
    by_words: bool = False


def classify(mail: Mail, said: str) -> Finding:
    """What ``mail`` is, as far as its form tells; ``said`` is its text above what it quotes."""
    return (
        _complaint(mail)
        or _delivery_report(mail)
        or _other_report(mail, said)
        or _automatic(mail)
        or Finding("")
    )


def _complaint(mail: Mail) -> Finding | None:
    """A report of a feedback loop: somebody pressed “this is spam” (RFC 5965)."""
    if not mail.first("message/feedback-report"):
        return None
    fields = mail.everything
    told = re.search(r"(?im)^feedback-type:\s*([\w-]{1,40})", fields + "\n" + _payload(mail))
    kind = told[1].lower() if told else "abuse"
    return Finding(OTHER if kind == "not-spam" else COMPLAINT, f"Feedback: {kind}")


def _payload(mail: Mail) -> str:
    part = mail.first("message/feedback-report")
    return _fields_of(part) if part else ""


def _fields_of(part: Message) -> str:
    """The fields of a report, which the library takes for messages within a message."""
    inner = part.get_payload()
    if isinstance(inner, list):
        blocks = (
            "\n".join(f"{k}: {decoded(v)}" for k, v in one.items())
            for one in inner
            if isinstance(one, Message)
        )
        return "\n\n".join(blocks)
    return str(inner)


def _delivery_report(mail: Mail) -> Finding | None:
    """A delivery status notification (RFC 3464), or a receipt (RFC 8098), in whatever language."""
    part = mail.first("message/delivery-status") or mail.first("message/global-delivery-status")
    if part is None:
        if mail.first("message/disposition-notification"):
            return Finding(AUTO_REPLY, "A receipt")
        return None
    found: list[Finding] = []
    for block in _fields_of(part).split("\n\n"):
        fields = dict(re.findall(r"(?im)^([\w-]+):[ \t]*(.+)$", block))
        named = {name.lower(): value.strip() for name, value in fields.items()}
        action = named.get("action", "").lower()
        if action:
            found.append(_of_recipient(action, named))
    # Of several recipients the worst counts: each notice goes to one address, forwarded or not.
    for kind in (PERMANENT, TEMPORARY, DELAYED):
        for one in found:
            if one.kind == kind:
                return one
    return found[0] if found else None


def failed_addresses(mail: Mail) -> list[str]:
    """Whom what ``mail`` reports did not reach, or who complained of it, as the report has it."""
    fields = ""
    for kind in ("delivery-status", "global-delivery-status", "feedback-report"):
        if part := mail.first(f"message/{kind}"):
            fields += _fields_of(part)[:LOOKED_AT] + "\n"
    named = re.findall(
        r"(?im)^(?:(?:final|original)-recipient:[^;\n]*;|original-rcpt-to:)[ \t]*(.+)$", fields
    )
    listed = [*mail.header("X-Failed-Recipients").split(","), *named]
    addresses = (one.strip().strip("<>").lower() for one in listed)
    return list(dict.fromkeys(one for one in addresses if "@" in one))


def _of_recipient(action: str, fields: dict[str, str]) -> Finding:
    said = fields.get("diagnostic-code", "")[:LONGEST_FIELD]
    said = said.partition(";")[2] or said
    words = shown(f"{fields.get('status', '')} {said}")
    if action == "failed":
        # What the other server said is nearer to the truth than what the reporter makes of it; a
        # number further on in its words may be anything.
        code = SAID.search(said) or STATUS.search(fields.get("status", "")) or STATUS.search(said)
        return Finding(TEMPORARY if code and code[1] == "4" else PERMANENT, words)
    if action == "delayed":
        return Finding(DELAYED, words)
    return Finding(OTHER, f"{SUCCESS}: {action}")


def _other_report(mail: Mail, said: str) -> Finding | None:
    """A report in a form of its own.

    A machine must have sent it and its words must be those of a report: numbers alone prove
    nothing, they stand in addresses and telephone numbers too.
    """
    subject = mail.header("Subject")
    failed = bool(mail.header("X-Failed-Recipients"))
    if not failed and not _from_machine(mail):
        return None
    text = said[:20_000]
    beginning = f"{subject}\n{text[:3_000]}"
    reported, refused = _by_library(mail)
    undelivered = bool(UNDELIVERED.search(beginning))
    tried, full = bool(STILL_TRIED.search(beginning)), bool(FULL.search(text))
    recognised = failed or reported or refused or undelivered or tried or full
    if not recognised and not _names_a_recipient(text):
        return None
    code = STATUS.search(text)
    reply = REPLY_CODE.search(text)
    digit = code[1] if code else reply[1][0] if reply else ""
    words = shown(_around(text, code or reply))
    if tried and digit != "5":
        kind = DELAYED
    elif digit == "4":
        kind = TEMPORARY
    elif digit == "5":
        kind = PERMANENT
    elif full:
        kind, words = TEMPORARY, "The mailbox is full"
    elif reported and not refused and not failed:
        kind = DELAYED
    elif recognised:
        kind = PERMANENT
    else:
        return None
    return Finding(kind, words, by_words=not failed)


def _from_machine(mail: Mail) -> bool:
    """Whether a mail server sent it, and not the program that answers for somebody who is away.

    That one may leave the envelope without a sender too (RFC 3834, 3.3).
    """
    if AWAY.match(mail.header("Subject")):
        return False
    if MACHINES.match(mail.sender):
        return True
    return mail.from_nobody and not mail.header("Auto-Submitted").lower().startswith("auto-replied")


def _names_a_recipient(text: str) -> bool:
    """Whether an enhanced code stands beside an address or within two lines below one."""
    lines = text.split("\n")
    return any(
        STATUS.search(line) and "@" in "".join(lines[max(0, number - 2) : number + 1])
        for number, line in enumerate(lines)
    )


def _by_library(mail: Mail) -> tuple[bool, bool]:
    """Whether flufl.bounce sees a temporary failure, and whether it sees a permanent one."""
    try:
        small = mail.parsed.as_bytes()[:LOOKED_AT]
        found = all_failures(email.message_from_bytes(small, policy=policy.compat32))
    except Exception:  # noqa: BLE001 - a report that breaks the library is read without it
        return False, False
    return bool(found[0]), bool(found[1])


def _automatic(mail: Mail) -> Finding | None:
    """An answer that no person wrote (RFC 3834, and what was usual before)."""
    submitted = mail.header("Auto-Submitted").partition(";")[0].strip().lower()
    if submitted not in ("", "no"):
        return Finding(AUTO_REPLY, f"Auto-Submitted: {shown(submitted)}")
    for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Vacation"):
        if mail.header(name):
            return Finding(AUTO_REPLY, name)
    if mail.header("Precedence").lower() in ("auto_reply", "auto-reply"):
        return Finding(AUTO_REPLY, "Precedence")
    if AWAY.match(mail.header("Subject")):
        return Finding(AUTO_REPLY, "Its subject")
    return None


def _around(text: str, found: "re.Match[str] | None") -> str:
    """The line in which a code stands, from it on."""
    return text[found.start() :].partition("\n")[0] if found else ""


def shown(words: str) -> str:
    """What a report says, on one line and without addresses."""
    return " ".join(ADDRESS.sub("(address)", words[:LONGEST_FIELD]).split())[:160]
