"""Notices: approved by a second person, and then fixed; copied when they must change."""

import re
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import history
from accounts.errors import Changed, Refused
from accounts.models import Customer, User
from accounts.permissions import refuse_author, require
from notices import policies
from notices.models import Notice, NoticeText, PolicyVersion, Use
from notices.placeholders import placeholders_in
from notices.signing_off import refuse_open

TO_BE_WRITTEN = re.compile(r"\[[^\]\n]+\]")


def approve_notice(
    notice: Notice, *, by: User, because: str, at: datetime, seen: str | None = None
) -> bool:
    """Approve a draft; from then on its words cannot change. ``at`` is an aware instant.

    ``seen`` is the fingerprint of what ``by`` read. False when it was approved already. Raises
    Changed when it is something else by now, and Refused for whoever wrote or changed any of it,
    and for anything that would make the notice worthless: no text in English, a missing body, no
    use asked for, a use that its policy version does not declare or that opt-out cannot approve
    (64.2007(b)), a change of policy that leaves out a use that opt-out is to approve; and while its
    content check has a line that fails and is not overridden, or one that nobody has judged
    (notices/signing_off.py).
    """
    require(by, "notices.approve_notice")
    with transaction.atomic():
        notice = Notice.objects.select_for_update().get(pk=notice.pk)
        if notice.status == Notice.Status.APPROVED:
            return False
        refuse_author(notice, by, parts=notice.texts.all(), what="notice")
        if seen is not None and seen != notice.fingerprint:
            raise Changed()
        _check(notice)
        refuse_open(notice)
        for text in notice.texts.all():
            # A draft changed by a statement has the digest of what it said before.
            if text.digest != text.computed_digest():
                history.save(text, by=by, because=because)
        notice.status = Notice.Status.APPROVED
        notice.approved_by, notice.approved_at = by, at
        history.save(notice, by=by, because=because)
    return True


def _check(notice: Notice) -> None:
    policy = notice.policy_version
    if policy and policy.status != PolicyVersion.Status.PUBLISHED:
        raise Refused(f"{policy} is not published.", "Publish it first.")
    texts = list(notice.texts.all())
    if not any(text.language == Customer.Language.ENGLISH for text in texts):
        raise Refused("There is no text in English.", "Add one: it is what others fall back to.")
    for text in texts:
        try:
            text.full_clean()
        except ValidationError as error:
            raise Refused(
                f"{text.get_language_display()}: {' '.join(error.messages)}", "Correct the text."
            ) from error
    uses = list(notice.uses.all())
    if notice.kind == Notice.Kind.CPNI and not uses:
        raise Refused("It asks approval for no use.", "Choose the uses that the text speaks of.")
    if notice.is_marketing:
        for text in texts:
            _check_marketing(text)
    if (notice.as_it_happens or notice.is_marketing) and uses:
        raise Refused("This kind of notice asks for nothing.", "Take the uses off it.")
    declared = set(policy.uses.all()) if policy else set()
    for use in uses:
        if use.mechanism != Use.Mechanism.OPT_OUT:
            raise Refused(
                f"“{use}” cannot be approved by silence ({use.section}).", "Take it off the notice."
            )
        if use not in declared:
            raise Refused(
                f"{policy} does not declare “{use}”.", "Take it off, or write a policy version."
            )
    if notice.kind == Notice.Kind.POLICY_CHANGE and policy:
        for use in policies.newly_asked(policy):
            if use not in uses:
                raise Refused(
                    f"{policy} adds “{use}”, and the notice does not ask for it.",
                    "Add the use: who is not asked for it cannot be moved to the version.",
                )


def _check_marketing(text: NoticeText) -> None:
    """CAN-SPAM, 15 USC 7704(a)(3) and (5): a way to stop it, and a postal address, in each text.

    And nothing of the standard text that was left to be written.
    """
    if left := TO_BE_WRITTEN.search(f"{text.subject}\n{text.email_body}"):
        raise Refused(
            f"{text.get_language_display()}: it still says “{left[0]}”.",
            "Write what belongs there, without the brackets.",
        )
    for name, what in (("unsubscribe_link", "how to stop it"), ("optout_address", "our address")):
        if name not in placeholders_in(text.email_body):
            raise Refused(
                f"{text.get_language_display()}: it does not say {what} (15 USC 7704(a)).",
                f"Write {{{{ {name} }}}} where it is to stand.",
            )


def new_version(notice: Notice, *, by: User, because: str) -> Notice:
    """A draft with the same words as ``notice``, to be changed."""
    require(by, "notices.add_notice")
    with transaction.atomic():
        copy = Notice(
            title=f"{notice.title} (new version)"[:100],
            kind=notice.kind,
            policy_version=notice.policy_version,
            channels=notice.channels,
            waiting_days=notice.waiting_days,
            author=by,
        )
        history.save(copy, by=by, because=because)
        copy.uses.set(notice.uses.all())
        for text in notice.texts.all():
            history.save(
                NoticeText(
                    notice=copy,
                    language=text.language,
                    subject=text.subject,
                    email_body=text.email_body,
                    letter_body=text.letter_body,
                    short_body=text.short_body,
                ),
                by=by,
                because=because,
            )
    return copy
