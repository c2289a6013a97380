"""What a question is, and the ways to its answer: a list filtered, a page, one of one customer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from accounts.models import Carrier
from accounts.within_call import TAKE_CALLS
from cpni.models import AnnualCertificate, Breach
from notices.models import Campaign, Notice, PolicyVersion
from notices.policies import in_force

CUSTOMER = "accounts.view_customer"


@dataclass(frozen=True)
class Way:
    """One way to an answer: the words of its link, the name of its page, who may open it.

    ``about_customer`` says that an account number is asked for first; the page is then of that
    customer, or a list whose ``query`` has the customer's id for ``{customer}``. ``{today}`` and
    ``{month}`` in it become the carrier's day and the first of its month. ``record`` finds the
    record that the page is of; None when there is none yet.
    """

    words: str
    page: str
    needs: tuple[str, ...]
    query: str = ""
    about_customer: bool = False
    record: Callable[[], int | None] | None = None

    def open_to(self, user: Any) -> bool:
        """Whether ``user`` may open it."""
        return bool(user.has_perms(self.needs))

    def address(self, customer: int | None = None) -> str | None:
        """Where it is; None when the record that it is of does not exist yet."""
        arguments: list[int | None] = []
        if self.record is not None:
            if (found := self.record()) is None:
                return None
            arguments = [found]
        elif self.about_customer and "{customer}" not in self.query:
            arguments = [customer]
        today = Carrier.today()
        query = self.query.format(customer=customer, today=today, month=today.replace(day=1))
        return reverse(self.page, args=arguments) + query


@dataclass(frozen=True)
class Question:
    """One question: its number, its words, the rule's section, the ways to its answer.

    ``command`` is what whoever runs the server types for it; ``note`` says what a link cannot.
    """

    number: int
    asks: str
    section: str
    ways: tuple[Way, ...]
    command: str = ""
    note: str = ""


@dataclass(frozen=True)
class Group:
    """Who asks, and what."""

    title: str
    questions: tuple[Question, ...]


def ask(
    number: int, asks: str, section: str, *ways: Way, command: str = "", note: str = ""
) -> Question:
    """A question with its ways, one after another."""
    return Question(number, asks, section, ways, command, note)


# --- Kinds of ways -------------------------------------------------------------------------------


def listed(words: str, name: str, query: str = "", *, about_customer: bool = False) -> Way:
    """A list of the admin, such as ``accounts_customer``, filtered by ``query``."""
    app, _, model = name.partition("_")
    needs = (f"{app}.view_{model}",)
    return Way(words, f"admin:{name}_changelist", needs, query, about_customer)


def page(words: str, name: str, *needs: str, record: Callable[[], int | None] | None = None) -> Way:
    """A page of the admin, of no record or of the one that ``record`` finds."""
    return Way(words, name, needs, record=record)


def of_customer(words: str, page: str = "admin:accounts_customer_change", *needs: str) -> Way:
    """A page of one customer."""
    return Way(words, page, needs or (CUSTOMER,), about_customer=True)


def timeline(words: str, query: str = "") -> Way:
    """What happened with one customer."""
    page = "admin:accounts_customer_timeline"
    return Way(words, page, (CUSTOMER,), query, about_customer=True)


CALL = of_customer("Start a call", "desk:start", TAKE_CALLS)
PAGE = of_customer("Customer’s page")


# --- The records that some pages are of ----------------------------------------------------------


def _newest(records: Any) -> int | None:
    found: int | None = records.order_by("-pk").values_list("pk", flat=True).first()
    return found


def latest_notice() -> int | None:
    """The CPNI notice that was approved last."""
    approved = Notice.objects.filter(kind=Notice.Kind.CPNI, status=Notice.Status.APPROVED)
    return _newest(approved)


def latest_campaign() -> int | None:
    """The campaign of notices to an audience that began last."""
    return _newest(Campaign.objects.filter(started_at__isnull=False, notice__uses__isnull=False))


def policy_now() -> int | None:
    """The policy in force."""
    found: PolicyVersion | None = in_force(Carrier.today())
    return found.pk if found else None


def open_breach() -> int | None:
    """The breach that was discovered last, of those that are open."""
    return _newest(Breach.objects.filter(closed_on=None))


def last_certificate() -> int | None:
    """The certificate of the latest year that was begun."""
    years = AnnualCertificate.objects.order_by("-year")
    return years.values_list("pk", flat=True).first()
