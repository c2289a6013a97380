"""The texts that come with the product: two policies, the CPNI notice, the change, an offer.

They are in ``notices/texts``, and here they become drafts: an officer reads them, replaces the
names of agents and affiliates by the carrier's own, and a second person approves. A line of a
notice that begins with ``[code]`` speaks of the use of that code and is left out where that use is
not asked for, so that a notice never names a recipient for whom it asks no approval. Names in angle
brackets are examples: where the policy version names who receives it, those stand there. What a
change of policy changes comes from what the versions declare (``notices.change_words``).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from accounts import history
from accounts.errors import Refused
from accounts.models import Carrier, Customer, User
from notices import change_words, policies
from notices.models import Notice, NoticeText, PolicyVersion, Use
from notices.policy_changes import Change, Declared

FOLDER = Path(__file__).parent / "texts"
ABOUT_ONE_USE = re.compile(r"\[([a-z-]+)\](.*)", re.DOTALL)
NAMES = re.compile(r"<([^>]+)>")
# Lines in whose place others stand: what changes, and uses of the carrier's own that are asked for.
CHANGES, OTHERS = "@changes\n", "@others\n"

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
        begun = _policy(number, standard, effective_on)
        history.save(begun.version, by=by, because=because)
        begun.version.uses.set(begun.uses)
    return begun.version


@dataclass(frozen=True)
class BegunPolicy:
    """A policy version with the standard words, not saved, and the uses that they declare."""

    version: PolicyVersion
    uses: list[Use]


def first_policy(*, effective_on: date) -> BegunPolicy:
    """The standard policy with which a carrier can begin; ``effective_on`` is meant.

    Raises Refused when the catalogue lacks a use.
    """
    return _policy("1.0", STANDARD_POLICIES["1.0"], effective_on)


def _policy(number: str, standard: StandardPolicy, effective_on: date) -> BegunPolicy:
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
    return BegunPolicy(version, uses)


@dataclass(frozen=True)
class Begun:
    """A notice with the standard words, not saved: whoever writes one may begin with it.

    ``texts`` has the fields of a ``NoticeText`` for each language.
    """

    notice: Notice
    uses: list[Use]
    texts: list[dict[str, str]]


def cpni_notice(policy_version: PolicyVersion) -> Begun:
    """The CPNI notice under ``policy_version``, in English and Spanish.

    It asks for every use that the version declares and opt-out can approve, gives the carrier's
    default waiting days, and has what 64.2008(c) and (d) ask for. Raises Refused when there is no
    such use, when the text has no words for one of them, and before the carrier is filled in.
    """
    uses = list(policy_version.uses.filter(mechanism=Use.Mechanism.OPT_OUT))
    if not uses:
        raise Refused(
            f"{policy_version} declares no use that opt-out can approve.", "Nothing is to be asked."
        )
    for use in uses:
        if use.code not in (*BY_OPT_OUT, *ADDED_IN_2):
            raise Refused(
                f"The standard text does not speak of “{use}”.", "Write this notice yourself."
            )
    title = f"CPNI notice under {policy_version}"
    return _begin(Notice.Kind.CPNI, policy_version, uses, title=title)


def policy_change(policy_version: PolicyVersion) -> Begun:
    """The notice of the change to ``policy_version``, in English and Spanish.

    It asks for the opt-out uses that some earlier version does not declare as widely, and says
    what changes and when it takes effect, what governs information already collected and what the
    customer can choose. A use of the carrier's own has words in English only, and so has the draft
    then. Raises Refused when there is no earlier version, when nothing new is to be asked, and
    before the carrier is filled in.
    """
    before = policies.earlier(policy_version).first()
    if before is None:
        raise Refused(f"{policy_version} changes no published version.", "Publish that one first.")
    uses = policies.newly_asked(policy_version)
    if not uses:
        raise Refused(f"{policy_version} asks for nothing that {before} does not.", "Compare them.")
    told = policies.to_be_told(policy_version)
    title = f"Change of policy to {policy_version.number}"
    return _begin(Notice.Kind.POLICY_CHANGE, policy_version, uses, title=title, told=told)


def offer() -> Begun:
    """An offer by e-mail: what the law asks of it stands there, the offer itself in brackets."""
    kind = Notice.Kind.MARKETING
    notice = Notice(title="Offer", kind=kind, channels=Notice.Channels.EMAIL)
    texts = [
        {"language": language, **message_parts(kind, language)}
        for language in Customer.Language.values
    ]
    return Begun(notice, [], texts)


def save(begun: Begun, *, by: User | None, because: str) -> Notice:
    """Save ``begun`` as a draft whose author is ``by``."""
    notice = begun.notice
    notice.author = by
    with transaction.atomic():
        history.save(notice, by=by, because=because)
        notice.uses.set(begun.uses)
        for fields in begun.texts:
            history.save(NoticeText(notice=notice, **fields), by=by, because=because)
    return notice


def draft_cpni_notice(version: PolicyVersion, *, by: User | None, because: str) -> Notice:
    """:func:`cpni_notice` as a draft. Raises Refused as that does."""
    return save(cpni_notice(version), by=by, because=because)


def draft_policy_change(version: PolicyVersion, *, by: User | None, because: str) -> Notice:
    """:func:`policy_change` as a draft. Raises Refused as that does."""
    return save(policy_change(version), by=by, because=because)


def message_parts(kind: str, language: str) -> dict[str, str]:
    """Subject, e-mail, letter and short text of the standard message of ``kind`` in ``language``.

    ``kind`` is one of ``Notice.AS_IT_HAPPENS``, or marketing, which has no letter and no short
    text; the parts stand in one file, between lines of ``---``.
    """
    file = FOLDER / f"{kind}.{language}.txt"
    subject, email, *rest = file.read_text(encoding="utf-8").split("\n---\n")
    parts = {"subject": subject.strip(), "email_body": email.strip() + "\n"}
    if rest:
        letter, short = rest
        parts |= {"letter_body": letter.strip() + "\n", "short_body": " ".join(short.split())}
    return parts


def _begin(
    kind: Notice.Kind,
    version: PolicyVersion,
    uses: list[Use],
    *,
    title: str,
    told: Sequence[Change] = (),
) -> Begun:
    carrier = Carrier.get()
    if carrier is None:
        raise Refused("The carrier is not filled in.", "Fill in the carrier's record first.")
    notice = Notice(
        title=title,
        kind=kind,
        policy_version=version,
        waiting_days=carrier.default_waiting_days,
    )
    codes = {use.code for use in uses}
    asked = [one for one in policies.declared(version) if one.code in codes]
    name = {Notice.Kind.CPNI: "cpni_notice"}.get(kind, kind.value)
    texts = []
    for language in Customer.Language.values:
        if not change_words.speaks_of(told, language):
            continue
        # The e-mail's first line is the subject, for the letter too.
        email, letter = (
            _read(f"{name}.{language}.{form}.txt", asked, told, language)
            for form in ("email", "letter")
        )
        subject, _, email_body = email.partition("\n\n")
        texts.append(
            {
                "language": language,
                "subject": subject.removeprefix("Subject: "),
                "email_body": email_body,
                "letter_body": letter,
            }
        )
    return Begun(notice, uses, texts)


def _read(name: str, asked: Sequence[Declared], told: Sequence[Change], language: str) -> str:
    """The file's text for the uses that are ``asked`` for and the changes that are ``told`` of."""
    uses = {one.code: one for one in asked}
    own = [one for one in asked if one.code not in change_words.PHRASES["en"]]
    kept = []
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines(keepends=True):
        about = ABOUT_ONE_USE.fullmatch(line)
        if line == CHANGES:
            kept += [f"{one}\n" for one in change_words.lines(told, language)]
        elif line == OTHERS:
            kept += [f"{change_words.by_purpose(one)}\n" for one in own]
        elif about is None:
            kept.append(line)
        elif one := uses.get(about[1]):
            names = change_words.named(one.recipients, language) if one.recipients else ""
            kept.append(NAMES.sub(lambda found, names=names: names or found[1], about[2]))
    return "".join(kept)
