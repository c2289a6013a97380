"""A term in business days, day by day, as a table."""

from django.template.loader import render_to_string

from accounts.business_days import Term


def days_counted(term: Term) -> str:
    """Each day from the event to the last, and whether it counts and why not."""
    why = dict(term.skipped)
    number = {day: place for place, day in enumerate(term.counted, start=1)}
    days = [(day, why.get(day, ""), number.get(day)) for day in sorted({*why, *number})]
    return render_to_string("cpni/admin/term.html", {"term": term, "days": days})
