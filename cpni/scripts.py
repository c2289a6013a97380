"""Scripts: written, approved by a second person and then fixed; read aloud with blanks filled.

The only writer of ``Script``.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from accounts import history
from accounts.errors import Changed, Refused
from accounts.fields import telephone_shown
from accounts.models import Carrier, User
from accounts.permissions import refuse_author, require
from cpni.models import Script
from cpni.script_check import PLACEHOLDERS, missing
from cpni.script_words import ALL_USES, listed, spoken
from notices.models import Use
from notices.placeholders import fill

ADD, APPROVE = "cpni.add_script", "cpni.approve_script"


def draft(script: Script, *, by: User | None, because: str) -> Script:
    """Save ``script``, which is new, as the next version of its kind.

    Raises Refused for words that cannot be read, such as an unknown placeholder.
    """
    require(by, ADD)
    script.author, script.status, script.standard = by, Script.Status.DRAFT, False
    with transaction.atomic():
        # Locked, so that two drafts at once do not get one number.
        of_kind = Script.objects.select_for_update().filter(kind=script.kind)
        list(of_kind.values_list("pk", flat=True))
        script.version = (of_kind.aggregate(last=Max("version"))["last"] or 0) + 1
        try:
            script.full_clean(exclude=["author", "digest"])
        except ValidationError as error:
            raise Refused(" ".join(error.messages), "Correct the text.") from error
        history.save(script, by=by, because=because)
    return script


def new_version(script: Script, *, by: User, because: str) -> Script:
    """A draft with the same words as ``script``, to be changed."""
    copy = Script(kind=script.kind, english=script.english, spanish=script.spanish)
    return draft(copy, by=by, because=because)


def approve(
    script: Script,
    *,
    by: User,
    because: str,
    at: datetime,
    seen: str | None = None,
    said_otherwise: bool = False,
) -> bool:
    """Approve a draft: it is what is read from now on, and it can never change.

    ``seen`` is the fingerprint of what ``by`` read; ``said_otherwise`` says that what the check of
    its words did not find is there in other words. False when it was approved already. Raises
    Changed when it is something else by now, and Refused for whoever wrote it, for a script older
    than the one that is read now, and for one that leaves out what the rules ask for.
    """
    require(by, APPROVE)
    with transaction.atomic():
        script = Script.objects.select_for_update().get(pk=script.pk)
        if script.status == Script.Status.APPROVED:
            return False
        refuse_author(script, by, what="script")
        if seen is not None and seen != script.fingerprint:
            raise Changed()
        now = Script.objects.current(script.kind)
        if now and now.version > script.version:
            raise Refused(f"{now} has been approved since.", "Make a new version from that one.")
        gaps = missing(script.kind, english=script.english, spanish=script.spanish)
        if gaps and not said_otherwise:
            raise Refused(
                f"Not found in the text: {'; '.join(map(str, gaps))}.",
                "Have it added, or say that it is there in other words.",
            )
        script.status = Script.Status.APPROVED
        script.approved_by, script.approved_at = by, at
        history.save(script, by=by, because=because)
    return True


def current(kind: str) -> Script:
    """The approved script of ``kind`` that is read now. Raises Refused when there is none."""
    return current_of(kind)[0]


def current_of(*kinds: str) -> list[Script]:
    """The script of each of ``kinds`` that is read now, in one query; as :func:`current`."""
    approved = Script.objects.filter(kind__in=kinds, status=Script.Status.APPROVED)
    newest = {script.kind: script for script in approved.order_by("version")}
    if not newest.keys() >= set(kinds):
        raise Refused("There is no approved script for this.", "Ask the compliance officer.")
    return [newest[kind] for kind in kinds]


def aloud(
    script: Script,
    *,
    language: str,
    uses: Iterable[Use] | None = None,
    values: Mapping[str, str] | None = None,
) -> str:
    """The words of ``script`` in ``language`` ("en" or "es"), with its blanks filled.

    ``uses`` are those that it speaks of, None for all of them; ``values`` are the blanks that only
    the caller knows, by the names of ``script_check.PLACEHOLDERS``. What is not known stays a line
    to be filled in by whoever reads.
    """
    carrier = Carrier.get()
    words = dict.fromkeys(PLACEHOLDERS, "…")
    if carrier:
        # Who receives it where nobody else is named.
        words["carrier_name"] = words["recipients"] = carrier.legal_name
        words["support_number"] = telephone_shown(carrier.support_number)
        words["optout_number"] = telephone_shown(carrier.optout_number)
    words["uses"] = uses_aloud(uses, language=language)
    words.update(values or {})
    return fill(script.text(language), words)


def uses_aloud(uses: Iterable[Use] | None, *, language: str) -> str:
    """``uses`` in one phrase, None for all of them."""
    if uses is None:
        return ALL_USES[language]
    return listed([spoken(use.code, use.purpose, language) for use in uses], language)
