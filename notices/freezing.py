"""Freezing a campaign's recipients: one delivery for each customer of the audience, set by set."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Case, CharField, F, Max, Min, Q, Value, When
from django.utils import timezone

from accounts import history
from accounts.models import Customer, User
from notices import audience
from notices.insert_select import insert_from
from notices.models import Campaign, Delivery, Notice, NoticeText

CHUNK = 5_000  # active customers whose deliveries are frozen in one transaction


def ranges() -> Iterator[tuple[int, int]]:
    """Ranges of customer ids, first and last, that together hold every active customer.

    By id and not by audience: asking anew for the audience's next part would go through
    everything before it each time.
    """
    low = 0
    while True:
        part = Customer.objects.active().filter(pk__gt=low).order_by("pk")[:CHUNK]
        ends = part.aggregate(first=Min("pk"), last=Max("pk"))
        if ends["first"] is None:
            return
        yield ends["first"], ends["last"]
        low = ends["last"]


def freeze(
    campaign: Campaign, between: tuple[int, int], *, on: date, by: User | None, because: str
) -> int:
    """Give each customer of the audience with an id in ``between`` their delivery, with history.

    ``on`` is the civil day for which audience and ways are asked. Whoever has a delivery already
    keeps that one. Call it in a transaction that holds the campaign. Returns how many were added.
    """
    rows = audience.customers(campaign, on=on).filter(pk__range=between)
    frozen = insert_from(
        Delivery,
        audience.with_ways(rows, campaign.notice, on=on),
        {
            "campaign": Value(campaign.pk),
            "customer": F("pk"),
            "round": Value(1),
            "text": text_for_language(campaign.notice),
            "marketing": Value(campaign.notice.is_marketing),
            "channel": F("way"),
            "contact_point": F("way_point"),
            "recipient_name": F("name"),
            "state": Case(
                When(way=Delivery.Channel.NONE, then=Value(Delivery.State.UNREACHABLE)),
                default=Value(Delivery.State.QUEUED),
                output_field=CharField(),
            ),
            "reason": F("way_reason"),
            "attempts": Value(0),
            "in_doubt": Value(0),
            "server_answer": Value(""),
            "mailing_proof": Value(""),
            "outcome": Value(Delivery.Outcome.NONE.value),
        },
    )
    if frozen:
        history.record_rows(
            Delivery,
            "t.campaign_id = %s AND t.customer_id BETWEEN %s AND %s AND NOT EXISTS"
            " (SELECT 1 FROM notices_historicaldelivery h WHERE h.id = t.id)",
            [campaign.pk, *between],
            kind="+",
            by=by,
            because=because,
            at=timezone.now(),
        )
    return frozen


def text_for_language(notice: Notice, language: str = "language") -> Case:
    """SQL over customers: the id of ``notice``'s text in the customer's language, else English.

    ``language`` is the path to it, where the rows are something else of a customer.
    """
    texts = dict(NoticeText.objects.filter(notice=notice).values_list("language", "pk"))
    english = texts.pop("en")
    return Case(
        *(When(Q(**{language: code}), then=Value(pk)) for code, pk in texts.items()),
        default=Value(english),
    )
