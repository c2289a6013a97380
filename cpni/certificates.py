"""The annual certificate, from the year's figures to the proof that it was filed (64.2009(e)).

An officer signs it, as agent of the carrier and from personal knowledge, and files it in EB Docket
06-36 by 1 March. The only writer of ``AnnualCertificate`` and ``BrokerAction``.
"""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Min

from accounts import history
from accounts.business_days import certificate_due
from accounts.civil import civil_day
from accounts.errors import Refused
from accounts.models import Carrier, User
from accounts.permissions import require
from cpni.certificate_figures import gather
from cpni.certificate_lines import not_followed
from cpni.models import AnnualCertificate, BrokerAction

State = AnnualCertificate.State
ADD, CHANGE = "cpni.add_annualcertificate", "cpni.change_annualcertificate"
FILE, ADD_BROKER = "cpni.file_annualcertificate", "cpni.add_brokeraction"

# What a new certificate offers as its statement; the officer says how it is really done.
PROCEDURES = """\
The company keeps, for each customer, the state of approval to use CPNI with the notice or the \
request that it rests on. Whoever is about to use CPNI asks for it at that moment, and each use is \
recorded with the approval that allowed it.

Customers are given notice of their rights before approval is asked of them, when they begin \
service and every two years. Approval is assumed only when the days to object, counted from the \
mailing date of each customer's own notice, are over. A notice that does not arrive is sent again \
in another form. Customers can object at any time, by telephone, letter, e-mail and on the web; \
the ways to do so are tested, and failures are recorded.

Callers are authenticated before call detail is discussed: by a password, by a call back to the \
telephone number of record, by mail to the address of record, or by photo identification in a \
store. Customers are told at once of a changed password, back-up, online account or address of \
record.

A campaign is approved by someone other than its author before it is sent. Records of campaigns, \
reviews, uses and notices are kept for longer than the rules ask for.

Everyone who can see CPNI, contractors' agents included, is trained when they begin and every \
year, and signs that they were. Misuse is answered by a disciplinary process. Who looked at which \
customer is recorded, and unusual looks are explained to someone else."""


def due(year: int) -> date:
    """By when the certificate of the calendar ``year`` must be filed: 1 March, or the business day

    after it when that is a weekend or a holiday (47 CFR 1.4(j)).
    """
    return certificate_due(year + 1)


def unfiled(today: date) -> list[int]:
    """The calendar years before that of ``today`` whose certificate is not filed, oldest first.

    From the year on in which the desk came, as the carrier's history tells: what was filed on paper
    before is not asked for.
    """
    since = Carrier.history.aggregate(since=Min("history_date"))["since"]
    if since is None:
        return []
    first = civil_day(since, Carrier.zone_or_default()).year
    filed = set(AnnualCertificate.objects.filter(state=State.FILED).values_list("year", flat=True))
    return [year for year in range(first, today.year) if year not in filed]


def begin(certificate: AnnualCertificate, *, today: date, by: User | None, because: str) -> None:
    """Begin to gather for ``certificate.year``, with the carrier's officer and a statement offered.

    Raises Refused for a year that has not begun, and for one that is there already.
    """
    require(by, ADD)
    if certificate.year > today.year:
        raise Refused("That year has not begun.", "Choose an earlier one.")
    if AnnualCertificate.objects.filter(year=certificate.year).exists():
        raise Refused("That year has a certificate.", "Open it in the list.")
    carrier = Carrier.get()
    certificate.state = State.GATHERING
    certificate.procedures = certificate.procedures.strip() or PROCEDURES
    if carrier:
        certificate.signer_name = certificate.signer_name or carrier.officer_name
        certificate.signer_title = certificate.signer_title or carrier.officer_title
    history.save(certificate, by=by, because=because)


def figures_of(certificate: AnnualCertificate, *, today: date, at: datetime) -> dict[str, Any]:
    """The figures: those that were kept when it was drafted, or as the records have them now."""
    if certificate.state != State.GATHERING:
        kept: dict[str, Any] = certificate.figures
        return kept
    return gather(certificate.year, today=today, at=at)


def explain(
    certificate: AnnualCertificate, words: dict[str, str], *, by: User, because: str
) -> int:
    """Keep, by the codes of procedures, why they were not followed; "" takes one back.

    Returns how many were changed. Raises Refused once it is drafted.
    """
    require(by, CHANGE)
    with transaction.atomic():
        certificate = _held(certificate, State.GATHERING)
        before = dict(certificate.explanations)
        after = {k: v.strip() for k, v in {**before, **words}.items() if v.strip()}
        changed = sum(before.get(code) != after.get(code) for code in {*before, *after})
        if changed:
            certificate.explanations = after
            history.save(certificate, by=by, because=because)
    return changed


def lacks(certificate: AnnualCertificate, figures: dict[str, Any], *, today: date) -> list[str]:
    """What must still be done before it can be drafted, in sentences; none when it can."""
    found = []
    if today.year <= certificate.year:
        found.append("The year is not over.")
    if not figures["carrier"]:
        found.append("The carrier’s record is not filled in.")
    elif not (figures["carrier"]["frn"] or figures["carrier"]["filer_id"]):
        found.append("The carrier’s record has neither an FRN nor a Form 499 filer ID.")
    if not (certificate.signer_name and certificate.signer_title):
        found.append("It is not said which officer signs, and with which title.")
    if not certificate.procedures.strip():
        found.append("The statement of procedures is empty.")
    open_lines = [
        line["question"]
        for line in not_followed(figures["lines"])
        if line["code"] not in certificate.explanations
    ]
    found += [f"Not followed, and not explained: {question}." for question in open_lines]
    return found


def draft(
    certificate: AnnualCertificate, *, today: date, at: datetime, by: User, because: str
) -> bool:
    """Fix the figures as the records have them at the instant ``at``, for the officer to sign.

    False when it is drafted already. Raises Refused, with all that is missing, until nothing is.
    """
    require(by, FILE)
    with transaction.atomic():
        certificate = _locked(certificate)
        if certificate.state != State.GATHERING:
            return False
        figures = gather(certificate.year, today=today, at=at)
        if wanting := lacks(certificate, figures, today=today):
            raise Refused(" ".join(wanting), "Complete it first.")
        certificate.state, certificate.figures, certificate.drafted_at = State.DRAFTED, figures, at
        history.save(certificate, by=by, because=because)
    return True


def reopen(certificate: AnnualCertificate, *, by: User, because: str) -> bool:
    """Go back to gathering, before it is filed; a signed paper is not of this one any more.

    False when it is gathering. Raises Refused once it is filed.
    """
    require(by, FILE)
    with transaction.atomic():
        certificate = _locked(certificate)
        if certificate.state == State.GATHERING:
            return False
        if certificate.state == State.FILED:
            raise Refused("It was filed.", "File a correction, and add its proof to your files.")
        certificate.state, certificate.figures = State.GATHERING, {}
        certificate.drafted_at = certificate.signed_on = None
        certificate.signed_paper = ""
        history.save(certificate, by=by, because=because)
    return True


def sign(
    certificate: AnnualCertificate, *, on: date, paper: Any, today: date, by: User, because: str
) -> None:
    """Keep the paper that the officer signed on the civil day ``on``.

    Raises Refused unless it is drafted, and for a day before that or in the future.
    """
    require(by, FILE)
    with transaction.atomic():
        certificate = _held(certificate, State.DRAFTED)
        drafted_at = certificate.drafted_at
        zone = Carrier.zone_or_default()
        if on > today or (drafted_at and on < civil_day(drafted_at, zone)):
            raise Refused("The day lies in the future, or before the draft.", "Correct it.")
        certificate.state, certificate.signed_on = State.SIGNED, on
        certificate.signed_paper = paper
        history.save(certificate, by=by, because=because)


def file(
    certificate: AnnualCertificate,
    *,
    on: date,
    confirmation: str,
    receipt: Any,
    today: date,
    by: User,
    because: str,
) -> None:
    """Keep the proof that it was filed on the civil day ``on``; from then on nothing changes.

    ``receipt`` may be None. Raises Refused unless it is signed, without a confirmation number, and
    for a day before the signature or in the future.
    """
    require(by, FILE)
    if not confirmation.strip():
        raise Refused("There is no confirmation number.", "Enter what the filing system gave you.")
    with transaction.atomic():
        certificate = _held(certificate, State.SIGNED)
        if on > today or (certificate.signed_on and on < certificate.signed_on):
            raise Refused("The day lies in the future, or before the signature.", "Correct it.")
        certificate.state, certificate.filed_on = State.FILED, on
        certificate.confirmation, certificate.receipt = confirmation.strip(), receipt or ""
        history.save(certificate, by=by, because=because)


def record_broker_action(
    action: BrokerAction, *, today: date, at: datetime, by: User
) -> BrokerAction:
    """Write down what was done against a data broker, for the year's certificate.

    Raises Refused for a day in the future, and without proof.
    """
    require(by, ADD_BROKER)
    if action.taken_on > today:
        raise Refused("It cannot have been taken in the future.", "Correct the day.")
    action.by, action.at = by, at
    try:
        action.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages), "Correct the entry.") from error
    action.save()
    return action


def _locked(certificate: AnnualCertificate) -> AnnualCertificate:
    return AnnualCertificate.objects.select_for_update().get(pk=certificate.pk)


def _held(certificate: AnnualCertificate, state: State) -> AnnualCertificate:
    """The certificate as it is now, locked. Raises Refused unless it is in ``state``."""
    found = _locked(certificate)
    if found.state != state:
        raise Refused(
            f"It is {found.get_state_display().lower()}.",
            f"This is done while it is {state.label.lower()}.",
        )
    return found
