"""Which records of incidents and breaches may be purged (``retention_records``)."""

from django.db.models import OuterRef, Q

from cpni import retention_kinds as kinds
from cpni.holds import Held
from cpni.models import Breach, BreachCustomer, Incident, IncidentLetter, StepTaken
from cpni.retention import Records
from cpni.retention_reliance import exists


def whatever_is_held(held: Held) -> Q:
    """For what may matter to any dispute: everything as long as there is any hold."""
    return Q(pk__isnull=False) if held.anything else Q(pk__in=[])


INCIDENTS: tuple[Records, ...] = (
    Records(
        kinds.INCIDENTS,
        "Incidents",
        Incident,
        "released_on",
        due=lambda cut: Incident.objects.filter(released_on__lt=cut.on, ended_on__lt=cut.on),
        relied_on=lambda cut: {
            "A letter to the FCC about it is kept": exists(
                IncidentLetter.objects.filter(incident=OuterRef("pk"))
            ),
            "A step of it is kept": exists(StepTaken.objects.filter(incident=OuterRef("pk"))),
        },
        # It explains why approvals were late, whoever asks.
        under=whatever_is_held,
    ),
    Records(
        kinds.INCIDENTS,
        "Letters to the FCC",
        IncidentLetter,
        "filed_on",
        due=lambda cut: IncidentLetter.objects.filter(
            incident__released_on__lt=cut.on, incident__ended_on__lt=cut.on
        ).filter(Q(filed_on=None) | Q(filed_on__lt=cut.on)),
        under=whatever_is_held,
        file="scan",
    ),
    Records(
        kinds.INCIDENTS,
        "Steps taken in incidents",
        StepTaken,
        "done_on",
        due=lambda cut: StepTaken.objects.filter(
            incident__released_on__lt=cut.on, incident__ended_on__lt=cut.on, done_on__lt=cut.on
        ),
        under=whatever_is_held,
        file="scan",
        among=Q(incident__isnull=False),
    ),
    Records(
        kinds.BREACHES,
        "Breaches",
        Breach,
        "closed_on",
        due=lambda cut: Breach.objects.filter(closed_on__lt=cut.on),
        relied_on=lambda cut: {
            "A step of it is kept": exists(StepTaken.objects.filter(breach=OuterRef("pk")))
        },
        under=whatever_is_held,
        below=((BreachCustomer, "breach"),),
    ),
    Records(
        kinds.BREACHES,
        "Steps taken in breaches",
        StepTaken,
        "done_on",
        due=lambda cut: StepTaken.objects.filter(breach__closed_on__lt=cut.on, done_on__lt=cut.on),
        under=whatever_is_held,
        file="scan",
        among=Q(breach__isnull=False),
    ),
)
