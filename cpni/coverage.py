"""The coverage ledger: every active customer in exactly one box (domain.md 8, 13).

Boxes sum to the number of active customers, so nobody falls between them; each box is a list. The
first that is true of a customer counts, in the order in which they stand here. ``decide`` remains
the authority for one customer and one use; this answers for everybody at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    OuterRef,
    QuerySet,
    Value,
    When,
)

from accounts.civil import add_days
from accounts.counted_words import several
from accounts.models import Customer, ImportBatch
from cpni import gaps, verifying_approvals
from notices import automatic
from notices.models import AutomaticNotice, Delivery


@dataclass(frozen=True)
class Box:
    """One box: its code and words, how urgent it is, and what is done about those in it."""

    code: str
    label: str
    tone: str
    remedy: str
    question: Callable[[date], QuerySet[Customer]] | None = None


def _on_its_way(on: date) -> QuerySet[Customer]:
    pending = Delivery.objects.notices().filter(state__in=Delivery.PENDING)
    return Customer.objects.filter(pk__in=pending.values("customer"))


BOXES = (
    Box("out", "Opted out, of all or some", "good", "", lambda on: gaps.opted_out(on=on)),
    Box(
        "unverified",
        "Assumed approval not verified within the year of their state",
        "gap",
        "Have them verify it (A.A.C. R14-2-2108); until then it does not count.",
        lambda on: verifying_approvals.lapsed(on=on),
    ),
    Box("approved", "Approved, assumed or express", "good", "", lambda on: gaps.approved(on=on)),
    Box("window", "May still object", "good", "Wait.", lambda on: gaps.window_open(on=on)),
    Box(
        "waiting",
        "Noticed; approval held, or not recorded yet",
        "wait",
        "Match open requests and settle incidents; the daily job does the rest.",
        lambda on: gaps.noticed(on=on),
    ),
    Box("on_its_way", "Notice on its way", "wait", "Mail the letters that wait.", _on_its_way),
    Box(
        "undeliverable",
        "Notice did not arrive, and nothing was sent since",
        "gap",
        "Correct the address, and notice again.",
        lambda on: gaps.undeliverable(on=on),
    ),
    Box(
        "overdue",
        "Two-year notice overdue",
        "gap",
        "Send the two-year notice (64.2008(d)(2)).",
        lambda on: gaps.overdue(on=on),
    ),
    Box(
        "no_consent",
        "Notice e-mailed without consent to that, and none that counts",
        "gap",
        "Notice them by post, or record the consent that was given before (64.2008(d)(3)(i)).",
        lambda on: gaps.without_consent(on=on),
    ),
    Box(
        "never_noticed",
        "Never noticed",
        "gap",
        "Send a notice (64.2008(a)(1), (b)).",
        lambda on: gaps.never_noticed(on=on),
    ),
    # Nobody should be here; who is, is shown and not hidden.
    Box("none", "In none of the boxes", "gap", "Open the customer, and see what is missing."),
)


@dataclass(frozen=True)
class Ledger:
    """The boxes with how many are in each; together they are every active customer."""

    counts: tuple[tuple[Box, int], ...]
    active: int

    @property
    def total(self) -> int:
        """The sum of the boxes."""
        return sum(number for _, number in self.counts)

    @property
    def gap(self) -> int:
        """How many are in a box that is a gap."""
        return sum(number for box, number in self.counts if box.tone == "gap")


def boxed(customers: QuerySet[Customer], *, on: date) -> QuerySet[Customer]:
    """Of ``customers`` those who are active on ``on``, each with the code of their ``box``."""
    # Asked of each customer by itself: a list of a million others to be among would be gone through
    # for each of a million.
    whens = [
        When(Exists(box.question(on).order_by().filter(pk=OuterRef("pk"))), then=Value(box.code))
        for box in BOXES
        if box.question
    ]
    return customers.filter(status=Customer.Status.ACTIVE).annotate(
        box=Case(*whens, default=Value("none"), output_field=CharField())
    )


def ledger(*, on: date) -> Ledger:
    """How many active customers are in each box on the civil day ``on``."""
    # An annotation, which the type checker's plugin does not see through the function.
    rows: Any = boxed(Customer.objects.all(), on=on).order_by().values("box")  # type: ignore[misc]
    rows = rows.annotate(n=Count("pk"))
    found = dict(rows.values_list("box", "n"))
    return Ledger(
        tuple((box, found.get(box.code, 0)) for box in BOXES),
        Customer.objects.active().count(),
    )


@dataclass(frozen=True)
class Doubt:
    """Something beside the boxes by which customers may be outside: in words, and where to look."""

    words: str
    list_name: str
    query: str = ""


def doubts(*, on: date) -> list[Doubt]:
    """Why the ledger may not be everybody, or may not stay in order, on the civil day ``on``."""
    found = []
    running = AutomaticNotice.objects.filter(status=AutomaticNotice.Status.APPROVED)
    by_kind = {one.kind: one for one in running}
    proposed = AutomaticNotice.objects.filter(status=AutomaticNotice.Status.PROPOSED)
    for kind in AutomaticNotice.Kind:
        if kind not in by_kind:
            words = f"No automatic notice runs for: {kind.label.lower()}."
            if proposed.filter(kind=kind).exists():
                found.append(
                    Doubt(f"{words} One is proposed: approve it.", "notices_automaticnotice")
                )
            else:
                more = (
                    " One proposes itself once a CPNI notice under the policy in force is approved."
                )
                found.append(Doubt(words + more, "notices_notice"))
    for held, why in automatic.held(on=on).items():
        words = f"The automatic notice for {held.get_kind_display().lower()} is held. {why}"
        found.append(Doubt(words, "notices_automaticnotice"))
    if new := by_kind.get(AutomaticNotice.Kind.NEW):
        since = add_days(on, -new.within_days)
        late = gaps.never_noticed(on=on).filter(active_since__lt=since).count()
        if late:
            found.append(
                Doubt(
                    f"{late} never noticed more than {new.within_days} days after service began.",
                    "accounts_customer",
                    "?cpni=never_noticed",
                )
            )
    last = ImportBatch.objects.filter(finished_at__isnull=False).first()
    if last is None:
        found.append(Doubt("No billing file was ever imported.", "accounts_importbatch"))
    elif last.refused:
        verb = "was" if last.refused == 1 else "were"
        found.append(
            Doubt(
                f"{several(last.refused, 'row')} of the last billing file {verb} refused ({last}):"
                " those customers are not here, or not as they are.",
                "accounts_importbatch",
            )
        )
    return found
