"""What of a day's looks should be explained: many records, namesakes, out of hours, without a call.

The daily report of section 9.3's “review reps' access”. A rule that fires is one row for a person
and a day, and asks for an explanation from someone else; it accuses nobody.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from statistics import mean

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import TruncDate

from accounts import history, runs
from accounts.civil import add_days
from accounts.counted_words import several
from accounts.errors import Refused
from accounts.models import Carrier, Customer, Look, LookShown, Run, UnusualLook, User
from accounts.permissions import require
from accounts.surnames import surnames

JOB = "report unusual looks"
Rule, What = UnusualLook.Rule, Look.What

# A day above these asks for an explanation. A representative who takes a call every five minutes
# opens about a hundred customers in eight hours.
MANY = 150  # different customers opened
LISTED = 1_000  # different customers seen in lists: twenty full pages
MORE_FROM, MORE_TIMES = 20, 3  # at least so many opened, and so many times the usual
REFUSED = 5  # refusals, and numbers that no record has
USUAL_DAYS = 28  # days before, from which the usual is taken
OWN_DAYS = 5  # of them worked by oneself; with fewer, the others' usual counts
CATCH_UP = 31  # days, when the job has not run

CALLS_EXPECTED_FROM = "cpni.add_optoutrequest"  # who talks with customers


@dataclass(frozen=True)
class Finding:
    """That a rule fired: how often, what it allows, and what was seen in words, without names."""

    person: int
    rule: UnusualLook.Rule
    count: int
    limit: int
    says: str


def report_due(*, today: date, by: User | None = None) -> int:
    """Report each day before ``today`` that has not been, oldest first; returns the new findings.

    ``today`` is the carrier's civil day: a day is reported when it is over. After an outage up to
    ``CATCH_UP`` days are made up for.
    """
    done = Run.objects.filter(name=JOB, error="", finished_at__isnull=False, for_day__isnull=False)
    last = done.order_by("-for_day").values_list("for_day", flat=True).first()
    first = max(add_days(last, 1), add_days(today, -CATCH_UP)) if last else add_days(today, -1)
    return sum(
        report(on=add_days(first, n), by=by) for n in range((today - first).days) if first < today
    )


def report(*, on: date, by: User | None = None) -> int:
    """Look through the civil day ``on`` and write what was unusual; returns how many rows are new.

    1. Many: more than ``MANY`` different customers opened.
    2. More than usual: at least ``MORE_FROM``, and more than ``MORE_TIMES`` the person's own usual
       (that of the others, for who is new).
    3. Went through lists: more than ``LISTED`` different customers seen in lists and searches.
    4. Namesakes: a customer with the surname of the member of staff was opened.
    5. Out of hours: anything seen outside DESK_HOURS, in the carrier's time zone.
    6. Without a call: a customer opened outside a call by someone who takes calls. Only where calls
       are recorded (the setting CALLS_RECORDED).
    7. Refused: ``REFUSED`` refusals or numbers that no record has, or more.

    Running it again for a day adds what is missing and changes nothing.
    """
    with runs.run(JOB, for_day=on, by=by) as run:
        day = Day(on)
        counts: Counter[str] = Counter()
        for finding in day.findings():
            row = UnusualLook(
                person_id=finding.person,
                day=on,
                rule=finding.rule,
                count=finding.count,
                limit=finding.limit,
                says=finding.says,
            )
            if UnusualLook.objects.filter(person=row.person_id, day=on, rule=row.rule).exists():
                continue
            history.save(row, by=by, because=f"Report of {on}")
            counts[finding.rule.value] += 1
        run.counts = {"looks": day.looks().count(), "unusual": counts.total(), **counts}
    return counts.total()


def review(finding: UnusualLook, *, by: User, because: str, at: datetime) -> bool:
    """Note the explanation ``because`` of ``finding``, at the aware instant ``at``.

    False when it was reviewed already. Raises Refused for the person concerned, for whoever may not
    review, and without an explanation.
    """
    require(by, "accounts.review_unusuallook")
    if finding.person_id == by.pk:
        raise Refused("This is about you.", "Someone else must review it.")
    if not because.strip():
        raise Refused("A review needs its explanation.", "Say what you found out.")
    if finding.reviewed_at is not None:
        return False
    finding.reviewed_at, finding.reviewed_by, finding.explanation = at, by, because.strip()[:200]
    history.save(finding, by=by, because=because)
    return True


def unreviewed(viewer: User) -> QuerySet[UnusualLook]:
    """What waits to be explained, of what ``viewer`` may see and may review."""
    waiting = UnusualLook.objects.filter(reviewed_at=None)
    return of_people_whom(viewer, waiting, "person").exclude(person=viewer.pk)


def of_people_whom(viewer: User, rows: QuerySet, column: str) -> QuerySet:
    """Of ``rows`` those about people whose looks ``viewer`` may review.

    Without the permission for all looks these are the people who may not look at looks themselves:
    a supervisor reviews representatives, not the compliance officer, an auditor, or supervisors.
    """
    if viewer.has_perm("accounts.view_all_looks"):
        return rows
    viewing = Permission.objects.filter(
        content_type__app_label="accounts", codename="view_look"
    ).values("pk")
    equals = User.objects.filter(
        Q(is_superuser=True) | Q(groups__permissions__in=viewing) | Q(user_permissions__in=viewing)
    )
    return rows.exclude(**{f"{column}__in": equals.values("pk")})


class Day:
    """One civil day of looks, read in a fixed number of queries whatever was seen."""

    def __init__(self, on: date) -> None:
        self.on = on
        self.zone = Carrier.zone_or_default()
        self.begins, self.ends = self._instant(on), self._instant(add_days(on, 1))

    def _instant(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self.zone)

    def looks(self) -> QuerySet[Look]:
        """All of the day that people had: programs read at night, and by the million."""
        found = Look.objects.filter(at__gte=self.begins, at__lt=self.ends).order_by()
        return found.exclude(by_id__in=self._programs())

    def _programs(self) -> QuerySet[User, int]:
        return User.objects.filter(is_program=True).values_list("pk", flat=True)

    def findings(self) -> Iterator[Finding]:
        """What fired, person by person."""
        opened = self._opened()
        people = {
            user.pk: user
            for user in User.objects.filter(pk__in=self.looks().values("by_id").distinct())
        }
        per_person = {pk: len(customers) for pk, customers in opened.items()}
        yield from self._many(per_person)
        yield from self._more_than_usual(per_person)
        yield from self._listed()
        yield from self._namesakes(opened, people)
        yield from self._hours()
        yield from self._without_call(people)
        yield from self._refused()

    def _opened(self) -> dict[int, set[int]]:
        """By person, whose pages they opened, or found as the one result of a search."""
        found: dict[int, set[int]] = defaultdict(set)
        rows = self.looks().filter(what__in=(What.OPENED, What.SEARCHED), customer_id__isnull=False)
        for person, customer in rows.values_list("by_id", "customer_id").distinct():
            if customer is not None:
                found[person].add(customer)
        return found

    def _many(self, opened: dict[int, int]) -> Iterator[Finding]:
        for person, number in opened.items():
            if number > MANY:
                says = f"Opened {number} different customers."
                yield Finding(person, Rule.MANY, number, MANY, says)

    def _more_than_usual(self, opened: dict[int, int]) -> Iterator[Finding]:
        before = self._days_before()
        for person, number in opened.items():
            own = before.get(person, [])
            others = [n for other, days in before.items() if other != person for n in days]
            days, whose = (own, "their") if len(own) >= OWN_DAYS else (others, "the others'")
            if number < MORE_FROM or not days:
                continue
            usual = mean(days)
            if number > MORE_TIMES * usual:
                says = f"Opened {number} different customers; {whose} usual day has {usual:.0f}."
                yield Finding(person, Rule.MORE, number, round(MORE_TIMES * usual), says)

    def _days_before(self) -> dict[int, list[int]]:
        """By person, how many different customers on each day of the weeks before that had any."""
        rows = (
            Look.objects.filter(
                at__gte=self._instant(add_days(self.on, -USUAL_DAYS)),
                at__lt=self.begins,
                what__in=(What.OPENED, What.SEARCHED),
                customer_id__isnull=False,
            )
            .exclude(by_id__in=self._programs())
            .order_by()
            .values("by_id", day=TruncDate("at", tzinfo=self.zone))
            .annotate(number=Count("customer_id", distinct=True))
        )
        found: dict[int, list[int]] = defaultdict(list)
        for row in rows:
            found[row["by_id"]].append(row["number"])
        return found

    def _listed(self) -> Iterator[Finding]:
        lists = self.looks().filter(what__in=(What.LISTED, What.SEARCHED), rows__gt=1)
        people = dict(lists.values_list("pk", "by_id"))
        if not people:
            return
        seen: dict[int, set[int]] = defaultdict(set)
        rows = LookShown.objects.filter(look_id__in=lists.values("pk"))
        for look, customer in rows.values_list("look_id", "customer_id").iterator():
            seen[people[look]].add(customer)
        for person, customers in seen.items():
            if (number := len(customers)) > LISTED:
                says = f"Saw {number:,} different customers in lists."
                yield Finding(person, Rule.LISTED, number, LISTED, says)

    def _namesakes(self, opened: dict[int, set[int]], people: dict[int, User]) -> Iterator[Finding]:
        own = {pk: surnames(user.last_name) for pk, user in people.items()}
        matched: Counter[int] = Counter()
        wanted = sorted({pk for person in opened for pk in opened[person] if own.get(person)})
        for some in _chunks(wanted):
            rows = Customer.objects.filter(pk__in=some, kind=Customer.Kind.RESIDENTIAL)
            names = {pk: surnames(name, whole=True) for pk, name in rows.values_list("pk", "name")}
            for person, customers in opened.items():
                matched[person] += sum(
                    1 for pk in customers if own.get(person, set()) & names.get(pk, set())
                )
        for person, number in matched.items():
            if number:
                says = (
                    f"Opened {several(number, 'customer')} with their own surname: perhaps"
                    " themselves or family."
                )
                yield Finding(person, Rule.NAMESAKE, number, 0, says)

    def _hours(self) -> Iterator[Finding]:
        opens, closes = settings.DESK_HOURS
        outside = Q(at__lt=datetime.combine(self.on, opens, self.zone)) | Q(
            at__gt=datetime.combine(self.on, closes, self.zone)
        )
        rows = self.looks().filter(outside).exclude(what__in=(What.REFUSED, What.MISSING))
        found = rows.values("by_id").annotate(n=Count("pk"), first=Min("at"), last=Max("at"))
        for row in found:
            first, last = (row[which].astimezone(self.zone) for which in ("first", "last"))
            looks = several(row["n"], "look")
            says = (
                f"{looks} between {first:%H:%M} and {last:%H:%M}; the desk’s hours are"
                f" {opens:%H:%M} to {closes:%H:%M}."
            )
            yield Finding(row["by_id"], Rule.HOURS, row["n"], 0, says)

    def _without_call(self, people: dict[int, User]) -> Iterator[Finding]:
        if not settings.CALLS_RECORDED:
            return
        rows = self.looks().filter(what=What.OPENED, call="", customer_id__isnull=False)
        numbers = rows.values("by_id").annotate(number=Count("customer_id", distinct=True))
        for person, number in numbers.values_list("by_id", "number"):
            user = people.get(person)
            takes_calls = user is not None and not user.has_perm("accounts.view_look")
            if user and takes_calls and user.has_perm(CALLS_EXPECTED_FROM):
                says = f"Opened {several(number, 'customer')} outside a call."
                yield Finding(person, Rule.NO_CALL, number, 0, says)

    def _refused(self) -> Iterator[Finding]:
        rows = self.looks().filter(what__in=(What.REFUSED, What.MISSING))
        numbers = rows.values("by_id").annotate(
            refused=Count("pk", filter=Q(what=What.REFUSED)),
            missing=Count("pk", filter=Q(what=What.MISSING)),
        )
        for row in numbers:
            if (number := row["refused"] + row["missing"]) >= REFUSED:
                says = (
                    f"Refused {row['refused']} times; asked {row['missing']} times for what is not"
                    " there."
                )
                yield Finding(row["by_id"], Rule.REFUSED, number, REFUSED, says)


def _chunks(ids: list[int], size: int = 5_000) -> Iterable[list[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
