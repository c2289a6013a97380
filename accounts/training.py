"""Training of staff: texts are published, and each person acknowledges them yearly and at hire.

64.2009(b) asks that staff be trained as to when they may use CPNI, and for an express disciplinary
process. The only writer of ``TrainingText``, ``Acknowledgement`` and ``Sanction``.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet

from accounts import history
from accounts.civil import add_days, add_months, civil_day
from accounts.errors import Changed, Refused
from accounts.models import Acknowledgement, Carrier, Sanction, TrainingText, User
from accounts.permissions import require

Status = TrainingText.Status
ADD, PUBLISH = "accounts.add_trainingtext", "accounts.publish_trainingtext"
RECORD, SANCTION = "accounts.add_acknowledgement", "accounts.add_sanction"

LASTS = 12  # months
WARNED = 30  # days before it is due
GRACE = 14  # days for the first one, before the carrier's record is filled in


@dataclass(frozen=True)
class Due:
    """When one person must have acknowledged one course again, and what they acknowledged last."""

    training: TrainingText  # the version that is published now
    due_on: date
    last: Acknowledgement | None = None

    def overdue(self, on: date) -> bool:
        """Whether its day has passed on the civil day ``on``."""
        return self.due_on < on

    def warned(self, on: date) -> bool:
        """Whether it falls due soon, or has."""
        return self.due_on <= add_days(on, WARNED)


@dataclass(frozen=True)
class Duty:
    """One course that one person must acknowledge: by when first, and all that they did, by day."""

    training: TrainingText  # the version that is published now
    first_due_on: date
    signed: tuple[Acknowledgement, ...]

    def on(self, day: date | None = None) -> Due:
        """When it was due as things stood on the civil day ``day``; without one, as they stand."""
        known = [one for one in self.signed if day is None or one.on <= day]
        if not known:
            return Due(self.training, self.first_due_on)
        return Due(self.training, add_months(known[-1].on, LASTS), known[-1])


def draft(text: TrainingText, *, by: User | None, because: str) -> TrainingText:
    """Save ``text``, which is new, as the next version of its course. Raises Refused if empty."""
    require(by, ADD)
    text.course, text.status = text.course.strip(), Status.DRAFT
    if not (text.course and text.text.strip()):
        raise Refused("The course or its text is empty.", "Write both.")
    with transaction.atomic():
        of_course = TrainingText.objects.select_for_update().filter(course=text.course)
        list(of_course.values_list("pk", flat=True))
        text.version = (of_course.aggregate(last=Max("version"))["last"] or 0) + 1
        history.save(text, by=by, because=because)
    return text


def new_version(text: TrainingText, *, by: User | None, because: str) -> TrainingText:
    """A draft with the same words as ``text``, to be changed."""
    return draft(TrainingText(course=text.course, text=text.text), by=by, because=because)


def publish(text: TrainingText, *, by: User | None, because: str, at: datetime) -> bool:
    """Let ``text`` be what staff read and sign from the aware instant ``at`` on.

    The version before is withdrawn; who signed that one signs this one when their year is over.
    False when it is published already. Raises Refused for one that was withdrawn, and for one
    older than the version that is published now.
    """
    require(by, PUBLISH)
    with transaction.atomic():
        text = TrainingText.objects.select_for_update().get(pk=text.pk)
        if text.status == Status.PUBLISHED:
            return False
        if text.status == Status.WITHDRAWN:
            raise Refused("This version was withdrawn.", "Make a new version of it.")
        now = TrainingText.objects.filter(course=text.course, status=Status.PUBLISHED).first()
        if now and now.version > text.version:
            raise Refused(f"“{now}” is newer.", "Make a new version of that one.")
        if now:
            now.status = Status.WITHDRAWN
            history.save(now, by=by, because=f"“{text}” takes its place")
        text.status, text.published_at, text.published_by = Status.PUBLISHED, at, by
        history.save(text, by=by, because=because)
    return True


def withdraw(text: TrainingText, *, by: User | None, because: str) -> bool:
    """End a course: nobody has to acknowledge it any more. False when it is not published."""
    require(by, PUBLISH)
    with transaction.atomic():
        text = TrainingText.objects.select_for_update().get(pk=text.pk)
        if text.status != Status.PUBLISHED:
            return False
        text.status = Status.WITHDRAWN
        history.save(text, by=by, because=because)
    return True


def sign(text: TrainingText, *, by: User, seen: str, on: date, at: datetime) -> Acknowledgement:
    """``by`` acknowledges that they read ``text``, on the civil day ``on`` at the instant ``at``.

    ``seen`` is the digest of what their page showed. Signed twice on one day, it is one. Raises
    Changed when they read something else, and Refused for a text that is not published.
    """
    if text.status != Status.PUBLISHED:
        raise Refused("This text is not published.", "Read the one that is.")
    if seen != text.digest:
        raise Changed()
    made, _ = Acknowledgement.objects.get_or_create(
        person=by,
        training=text,
        on=on,
        defaults={"digest": text.digest, "how": Acknowledgement.How.HERE, "at": at, "by": by},
    )
    return made


def record_elsewhere(
    person: User,
    text: TrainingText,
    *,
    on: date,
    proof: str,
    today: date,
    at: datetime,
    by: User,
    scan: Any = None,
) -> Acknowledgement:
    """Record that ``person`` was trained elsewhere on the civil day ``on``, with the proof of it.

    Raises Refused for oneself, for a day in the future, without proof, for a draft, and when that
    day is recorded already.
    """
    require(by, RECORD)
    if person.pk == by.pk:
        raise Refused("This is about you.", "Sign it under “My training”, or ask someone else.")
    if on > today:
        raise Refused("It cannot have been held in the future.", "Correct the day.")
    if not proof.strip():
        raise Refused("There is no proof.", "Say what proves it, such as the list of attendants.")
    if text.status == Status.DRAFT:
        raise Refused("This text is a draft.", "Publish it first.")
    if Acknowledgement.objects.filter(person=person, training=text, on=on).exists():
        raise Refused("This is recorded already.", "Look at the list.")
    made = Acknowledgement(
        person=person,
        training=text,
        digest=text.digest,
        how=Acknowledgement.How.ELSEWHERE,
        on=on,
        proof=proof.strip(),
        scan=scan or "",
        at=at,
        by=by,
    )
    made.save()
    return made


def record_sanction(sanction: Sanction, *, today: date, at: datetime, by: User) -> Sanction:
    """Write down what ``sanction.person`` did and what was decided, at the aware instant ``at``.

    Raises Refused for oneself, for days in the future or in the wrong order, and without words.
    """
    require(by, SANCTION)
    if sanction.person_id == by.pk:
        raise Refused("This is about you.", "Someone else must record it.")
    sanction.by, sanction.at = by, at
    sanction.happened, sanction.decided = sanction.happened.strip(), sanction.decided.strip()
    if max(sanction.happened_on, sanction.decided_on) > today:
        raise Refused("A day lies in the future.", "Correct it.")
    try:
        sanction.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages), "Correct the entry.") from error
    sanction.save()
    return sanction


# --- Who must ------------------------------------------------------------------------------------


def people() -> QuerySet[User]:
    """Who must be trained: everyone who may sign in, contractors' agents included."""
    return User.objects.filter(is_active=True, is_staff=True)


def never_stopped(person: User) -> bool:
    """Whether ``person`` works on when overdue: or nobody could record what would let them in."""
    return person.is_superuser or person.has_perm(RECORD)


def duties(persons: Iterable[User]) -> dict[int, list[Duty]]:
    """What each of ``persons`` must acknowledge, by their ids; nothing without courses.

    Three queries at most.
    """
    persons = list(persons)
    texts = TrainingText.objects.exclude(status=Status.DRAFT).defer("text")
    known = list(texts.order_by("version"))
    current = [text for text in known if text.status == Status.PUBLISHED]
    if not current:
        return {person.pk: [] for person in persons}
    carrier = Carrier.get()
    zone = carrier.zone if carrier else Carrier.zone_or_default()
    grace = carrier.training_grace_days if carrier else GRACE
    # The course's first version: a newer one gives nobody more time.
    began = {text.course: text.published_at for text in reversed(known)}
    found = Acknowledgement.objects.filter(person__in=persons).select_related("training")
    signed: dict[tuple[int, str], list[Acknowledgement]] = defaultdict(list)
    for one in found.defer("training__text").order_by("on", "pk"):
        signed[one.person_id, one.training.course].append(one)
    return {
        person.pk: [
            Duty(
                text,
                add_days(_since(person, began[text.course], zone), grace),
                tuple(signed[person.pk, text.course]),
            )
            for text in current
        ]
        for person in persons
    }


def _since(person: User, began: datetime | None, zone: ZoneInfo) -> date:
    """From which day on there was both the person and the course."""
    return max(civil_day(person.date_joined, zone), civil_day(began or person.date_joined, zone))


def dues(persons: Iterable[User]) -> dict[int, list[Due]]:
    """When each of ``persons`` must acknowledge what as things stand, by their ids."""
    return {pk: [duty.on() for duty in mine] for pk, mine in duties(persons).items()}


def dues_of(person: User) -> list[Due]:
    """What ``person`` must acknowledge, what is due first at the top."""
    return sorted(dues([person])[person.pk], key=lambda due: due.due_on)
