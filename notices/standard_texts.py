"""The texts that come with the product: two versions of a policy, the CPNI notice, the change.

They are in ``notices/texts``, and here they become drafts: an officer reads them, replaces the
names of agents and affiliates by the carrier's own, and a second person approves. A line of a
notice that begins with ``[code]`` speaks of the use of that code and is left out where that use is
not asked for, so that a notice never names a recipient for whom it asks no approval.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from accounts import history
from accounts.errors import Refused
from accounts.models import Carrier, Customer, User
from notices.models import Notice, NoticeText, PolicyVersion, Use

FOLDER = Path(__file__).parent / "texts"
ABOUT_ONE_USE = re.compile(r"\[([a-z-]+)\](.*)", re.DOTALL)

WITHOUT_APPROVAL = (
    *("service", "fraud", "inside-wiring", "adjunct-services", "equipment", "same-category"),
    *("emergency", "legal", "customer-request"),
)
BY_OPT_OUT = ("other-services", "agents")
ADDED_IN_2 = ("affiliates",)


@dataclass(frozen=True)
class StandardPolicy:
    """A version of the policy that comes with the product."""

    file: str
    uses: tuple[str, ...]  # codes of notices.catalogue


STANDARD_POLICIES = {
    "1.0": StandardPolicy("policy_1.txt", WITHOUT_APPROVAL + BY_OPT_OUT),
    "2.0": StandardPolicy("policy_2.txt", WITHOUT_APPROVAL + BY_OPT_OUT + ADDED_IN_2),
}


def install_policy(
    number: str, *, effective_on: date, by: User | None, because: str
) -> PolicyVersion:
    """The standard policy version ``number`` ("1.0" or "2.0") as a draft.

    ``effective_on`` is a civil day of the carrier. 2.0 adds sharing with affiliates. A version that
    is there already with the same day is returned as it is. Raises Refused for another number,
    when the number is taken with another day, and when the catalogue lacks a use.
    """
    standard = STANDARD_POLICIES.get(number)
    if standard is None:
        raise Refused(
            f"There is no standard policy {number}.",
            f"Choose one of: {', '.join(STANDARD_POLICIES)}.",
        )
    with transaction.atomic():
        there = PolicyVersion.objects.filter(number=number).first()
        if there and there.effective_on != effective_on:
            raise Refused(
                f"{there} is there already, with another effective date.", "Change that one."
            )
        if there:
            return there
        uses = list(Use.objects.filter(code__in=standard.uses))
        missing = set(standard.uses) - {use.code for use in uses}
        if missing:
            raise Refused(
                f"The catalogue of uses lacks: {', '.join(sorted(missing))}.", "Add them first."
            )
        version = PolicyVersion(
            number=number,
            title="Privacy policy",
            text=(FOLDER / standard.file).read_text(encoding="utf-8"),
            effective_on=effective_on,
        )
        history.save(version, by=by, because=because)
        version.uses.set(uses)
    return version


def draft_cpni_notice(policy_version: PolicyVersion, *, by: User | None, because: str) -> Notice:
    """A draft of the CPNI notice under ``policy_version``, in English and Spanish.

    It asks for every use that the version declares and opt-out can approve, gives the carrier's
    default waiting days, and has what 64.2008(c) and (d) ask for. Raises Refused when there is no
    such use, when the text has no words for one of them, and before the carrier is filled in.
    """
    uses = _opt_out_uses(policy_version)
    if not uses:
        raise Refused(
            f"{policy_version} declares no use that opt-out can approve.", "Nothing is to be asked."
        )
    _require_words(uses, (*BY_OPT_OUT, *ADDED_IN_2))
    return _draft(
        Notice.Kind.CPNI,
        policy_version,
        uses,
        title=f"CPNI notice under {policy_version}",
        texts="cpni_notice",
        by=by,
        because=because,
    )


def draft_policy_change(policy_version: PolicyVersion, *, by: User | None, because: str) -> Notice:
    """A draft that tells of the change to ``policy_version``, in English and Spanish.

    It asks for the opt-out uses that the version published before it does not declare, and says
    when the change takes effect, what governs information already collected and what the customer
    can choose. Raises Refused when there is no earlier version, when nothing new is to be asked,
    when the new uses are not those that the text speaks of (sharing with affiliates), and before
    the carrier is filled in.
    """
    before = (
        PolicyVersion.objects.filter(
            status=PolicyVersion.Status.PUBLISHED, effective_on__lt=policy_version.effective_on
        )
        .order_by("-effective_on")
        .first()
    )
    if before is None:
        raise Refused(f"{policy_version} changes no published version.", "Publish that one first.")
    known = set(_opt_out_uses(before))
    uses = [use for use in _opt_out_uses(policy_version) if use not in known]
    if not uses:
        raise Refused(f"{policy_version} asks for nothing that {before} does not.", "Compare them.")
    _require_words(uses, ADDED_IN_2)
    return _draft(
        Notice.Kind.POLICY_CHANGE,
        policy_version,
        uses,
        title=f"Change of policy to {policy_version.number}",
        texts="policy_change",
        by=by,
        because=because,
    )


def message_parts(kind: str, language: str) -> dict[str, str]:
    """Subject, e-mail, letter and short text of the standard message of ``kind`` in ``language``.

    ``kind`` is one of ``Notice.AS_IT_HAPPENS``; the parts stand in one file, between lines of
    ``---``.
    """
    file = FOLDER / f"{kind}.{language}.txt"
    subject, email, letter, short = file.read_text(encoding="utf-8").split("\n---\n")
    return {
        "subject": subject.strip(),
        "email_body": email.strip() + "\n",
        "letter_body": letter.strip() + "\n",
        "short_body": " ".join(short.split()),
    }


def _opt_out_uses(version: PolicyVersion) -> list[Use]:
    return list(version.uses.filter(mechanism=Use.Mechanism.OPT_OUT))


def _require_words(uses: Iterable[Use], codes: tuple[str, ...]) -> None:
    for use in uses:
        if use.code not in codes:
            raise Refused(
                f"The standard text does not speak of “{use}”.", "Write this notice yourself."
            )


def _draft(
    kind: Notice.Kind,
    version: PolicyVersion,
    uses: list[Use],
    *,
    title: str,
    texts: str,
    by: User | None,
    because: str,
) -> Notice:
    carrier = Carrier.get()
    if carrier is None:
        raise Refused("The carrier is not filled in.", "Fill in the carrier's record first.")
    notice = Notice(
        title=title,
        kind=kind,
        policy_version=version,
        waiting_days=carrier.default_waiting_days,
        author=by,
    )
    codes = frozenset(use.code for use in uses)
    with transaction.atomic():
        history.save(notice, by=by, because=because)
        notice.uses.set(uses)
        for language in Customer.Language.values:
            subject, email_body = _email(texts, language, codes)
            text = NoticeText(
                notice=notice,
                language=language,
                subject=subject,
                email_body=email_body,
                letter_body=_read(f"{texts}.{language}.letter.txt", codes),
            )
            history.save(text, by=by, because=because)
    return notice


def _email(texts: str, language: str, codes: frozenset[str]) -> tuple[str, str]:
    """Subject and body: the file's first line is the subject, for the letter too."""
    subject, _, body = _read(f"{texts}.{language}.email.txt", codes).partition("\n\n")
    return subject.removeprefix("Subject: "), body


def _read(name: str, codes: frozenset[str]) -> str:
    """The file's text without the lines about uses that are not in ``codes``."""
    kept = []
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines(keepends=True):
        about = ABOUT_ONE_USE.fullmatch(line)
        if about is None:
            kept.append(line)
        elif about[1] in codes:
            kept.append(about[2])
    return "".join(kept)
