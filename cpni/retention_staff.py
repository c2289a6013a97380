"""Which records of staff and of actions against brokers may be purged (``retention_records``)."""

from accounts.models import Acknowledgement, Sanction
from cpni import retention_kinds as kinds
from cpni.models import BrokerAction
from cpni.retention import Records

STAFF: tuple[Records, ...] = (
    Records(
        kinds.TRAINING,
        "Training that was signed",
        Acknowledgement,
        "on",
        due=lambda cut: Acknowledgement.objects.filter(on__lt=cut.on),
        file="scan",
    ),
    Records(
        kinds.TRAINING,
        "Sanctions",
        Sanction,
        "decided_on",
        due=lambda cut: Sanction.objects.filter(decided_on__lt=cut.on),
    ),
    Records(
        kinds.BROKERS,
        "Actions against data brokers",
        BrokerAction,
        "taken_on",
        due=lambda cut: BrokerAction.objects.filter(taken_on__lt=cut.on),
        file="scan",
    ),
)
