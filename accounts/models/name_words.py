"""The words of customers' names, by which they are found (``accounts.finding_names``)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from accounts.name_words import SOUND_LENGTH, WORD_LENGTH, WORDS, kept

if TYPE_CHECKING:
    from accounts.models.customers import Customer


class PlainCharField(models.CharField):
    """Text in the order of its bytes, so that what begins alike stands together in an index.

    SQLite orders so by itself; PostgreSQL would order by its locale.
    """

    def db_parameters(self, connection: Any) -> Any:
        """The column's type, with the collation."""
        collation = "C" if connection.vendor == "postgresql" else None
        return {**super().db_parameters(connection), "collation": collation}


class NameWordQuerySet(models.QuerySet["NameWord"]):
    """Keeping the words of names."""

    def follow(self, customer: "Customer", *, new: bool = False) -> None:
        """Keep the words of the customer's present name. Call it in the saving's transaction."""
        meant = set(kept(customer.name))
        mine = self.filter(customer_id=customer.pk)
        if not new:
            if set(mine.values_list("word", "sound", "names")) == meant:
                return
            mine.delete()
        NameWord.objects.bulk_create(
            NameWord(customer_id=customer.pk, word=word, sound=sound, names=names)
            for word, sound, names in sorted(meant)
        )


class NameWord(models.Model):
    """One word of a customer's name, in the form in which names are searched.

    Derived from ``Customer.name`` and nothing else: it has no history, and whoever writes names in
    sets writes these rows in the same transaction.
    """

    FIELDS = ("customer", "word", "sound", "names")

    pk = models.CompositePrimaryKey("customer_id", "word")
    customer = models.ForeignKey(
        "accounts.Customer", models.CASCADE, related_name="name_words", db_index=False
    )
    word = PlainCharField(max_length=WORD_LENGTH)
    sound = PlainCharField(max_length=SOUND_LENGTH, help_text="What the word sounds like.")
    names = PlainCharField(
        max_length=2 * WORDS * (WORD_LENGTH + 1),
        help_text="All words of the name, so that the others are looked at without a join.",
    )

    objects = NameWordQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["word", "names", "customer"], name="accounts_nameword_search"),
            models.Index(
                fields=["sound", "word"], condition=~Q(sound=""), name="accounts_nameword_sound"
            ),
        ]

    def __str__(self) -> str:
        return self.word


def word_rows(named: Iterable[tuple[int, str]]) -> Iterable[tuple[int, str, str, str]]:
    """The rows, in the order of ``NameWord.FIELDS``, of (customer's id, name) pairs."""
    return ((pk, *row) for pk, name in named for row in kept(name))
