"""May we *contact* the customer? The second of the three switches, beside and never in ``decide``.

A yes here allows no use of CPNI, and a yes of ``decide`` allows no e-mail, text, call or letter.
"""

from dataclasses import dataclass
from datetime import date

from accounts.civil import in_words
from accounts.models import ContactOptOut, Customer

SECTIONS = {
    ContactOptOut.Channel.EMAIL: "15 USC 7704(a)",
    ContactOptOut.Channel.TEXT: "64.1200(a)(10)",
    ContactOptOut.Channel.CALL: "64.1200(d)",
    ContactOptOut.Channel.POST: "The customer's wish",
}


@dataclass(frozen=True)
class MayContact:
    """Whether marketing may reach the customer by ``channel``, and why not."""

    channel: str
    allowed: bool
    sentence: str
    section: str

    @property
    def label(self) -> str:
        """The channel in words."""
        return ContactOptOut.Channel(self.channel).label


def may_contact(customer: Customer, *, on: date) -> list[MayContact]:
    """For each channel whether marketing may go to ``customer`` by it on the civil day ``on``.

    An account that was merged is asked about as the one that remains.
    """
    stopped = {
        row.channel: row
        for row in ContactOptOut.objects.filter(customer=customer.remaining, since__lte=on)
        if row.until is None or on < row.until
    }
    answers = []
    for channel in ContactOptOut.Channel:
        row = stopped.get(channel)
        sentence = (
            f"No marketing by this channel since {in_words(row.since)}."
            if row
            else "Marketing by this channel has not been stopped."
        )
        answers.append(MayContact(channel.value, row is None, sentence, SECTIONS[channel]))
    return answers
