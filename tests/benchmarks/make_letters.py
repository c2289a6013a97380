"""Letters of one page as PDF, from the rows to the sealed file, against bare Typst.

The limit sets as many pages of the same length with constant text, in one compilation, and keeps
nothing. Required: 300 letters a second, and memory that does not grow with their number.
"""

import resource
import sys
from pathlib import Path

from tests.benchmarks import scratch

REQUIRED = 300


def make_batch(number: int) -> int:
    """A batch of so many letters about a changed password. Returns its id."""
    from datetime import date

    from django.utils import timezone

    from accounts.models import ContactPoint, Customer
    from notices import letters
    from notices.models import Delivery
    from tests.factories.accounts import LONG_AGO, CarrierFactory, UserFactory, keep_points
    from tests.factories.notices import CampaignFactory, NoticeFactory

    CarrierFactory()
    notice = NoticeFactory(finish__draft=True)
    text = notice.texts.get()
    words = "We would like to use information about your service, and you can say no. " * 6
    text.letter_body = (
        "{{ carrier_name }}\n\nDear {{ customer_name }},\n\n"
        + f"{words}\n\n" * 2
        + "-" * 20
        + "\nOPT-OUT FORM\n\nName: {{ customer_name }}\nReference: {{ reference }}\n\n[  ] No.\n"
    )
    text.save()
    notice.status, notice.approved_by, notice.approved_at = (
        "approved",
        UserFactory(),
        timezone.now(),
    )
    notice.save()
    campaign = CampaignFactory(running=True, notice=notice)
    people = Customer.objects.bulk_create(
        (
            Customer(account_number=f"B{n:07}", name=f"Customer Number{n}", active_since=LONG_AGO)
            for n in range(number)
        ),
        batch_size=2_000,
    )
    keep_points(
        (
            ContactPoint(
                customer=c,
                kind="post",
                line1=f"{c.pk} Main Street",
                city="Midvale",
                state="UT",
                postcode="84047",
                since=date(2015, 1, 1),
            )
            for c in people
        ),
        batch_size=2_000,
    )
    points = ContactPoint.objects.filter(kind="post").values_list("pk", "customer")
    Delivery.objects.bulk_create(
        (
            Delivery(
                campaign=campaign,
                customer_id=customer,
                text=text,
                channel="post",
                contact_point_id=pk,
                recipient_name=f"Customer Number{customer}",
                state="queued",
            )
            for pk, customer in points
        ),
        batch_size=2_000,
    )
    batch = letters.make_batch(campaign, by=None, because="Benchmark", at=timezone.now())
    assert batch is not None
    return batch.pk


def bare_rate(number: int) -> float:
    """Pages a second of Typst alone."""
    import typst

    words = "We would like to use information about your service, and you can say no. " * 6
    page = f"Dear customer,\n\n{words}\n\n{words}\n\nOPT-OUT FORM\n\nName, reference, no.\n"
    source = '#set page("us-letter")\n' + "\n#pagebreak()\n".join([page] * number)
    fonts = typst.Fonts()
    taken = scratch.seconds(
        lambda: typst.compile(source.encode(), font_paths=fonts, pdf_tags=False)
    )
    return number / taken


def peak() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(number: int = 10_000) -> None:
    """Print the rates, their ratio, and the memory after one file and after all."""
    scratch.make("letters")
    from django.utils import timezone

    from notices import letter_files, typesetting
    from notices.models import LetterFile, PostBatch

    batch = PostBatch.objects.get(pk=make_batch(number))
    files = letter_files.ask_for(batch, by=None, because="Benchmark", at=timezone.now())
    first = iter([False] * (letter_files.PER_FILE // typesetting.AT_ONCE + 1))
    before = peak()
    scratch.seconds(lambda: letter_files.make(batch.pk, stopping=lambda: next(first, True)))
    after_one = peak()
    rest = number - LetterFile.objects.get(number=1).letters
    taken = scratch.seconds(lambda: letter_files.make(batch.pk))
    after_all = peak()
    assert LetterFile.objects.exclude(made_at=None).count() == files
    made = LetterFile.objects.order_by("number").values_list("letters", "pages")
    assert all(letters == pages for letters, pages in made)
    rate, limit = rest / taken, bare_rate(letter_files.PER_FILE)
    size = sum(Path(f.pdf.path).stat().st_size for f in LetterFile.objects.all())
    scratch.say(f"bare Typst, constant text:  {limit:>6,.0f} pages a second")
    scratch.say(
        f"letters of one page, sealed: {rate:>5,.0f} a second (required {REQUIRED}),"
        f" ratio {rate / limit:.2f}"
    )
    scratch.say(f"{files} files, {size / number:,.0f} bytes a letter")
    scratch.say(
        f"memory: {before:,.0f} MB before, {after_one:,.0f} MB after one file,"
        f" {after_all:,.0f} MB after all"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
