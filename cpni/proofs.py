"""Records that prove a decision, and what each of them says."""

from dataclasses import dataclass

from accounts.models import Service
from cpni.models import OptOutRequest
from notices.models import Delivery


@dataclass(frozen=True)
class Evidence:
    """A record that proves a decision: what kind it is, its id, and what it says."""

    kind: str
    id: int
    says: str


def said(request: OptOutRequest) -> Evidence:
    """A request as evidence."""
    proof_text = f"; proof: {request.proof}" if request.proof else ""
    return Evidence("opt-out request", request.pk, f"{request}{proof_text}")


def served(service: Service) -> Evidence:
    """A service that the customer has, as evidence."""
    words = f"{service.get_category_display()}, since {service.started_on}"
    return Evidence("service", service.pk, words)


def text_of(delivery: Delivery) -> Evidence:
    """What the notice said, as evidence."""
    return Evidence("notice text", delivery.text_id, f"SHA-256 {delivery.text.digest}")


def proof(delivery: Delivery) -> Evidence:
    """A delivery as evidence: which notice, which way, when, and what shows that it left."""
    way = delivery.get_channel_display()
    if delivery.outcome:
        fate = f"{delivery.get_outcome_display()}, learnt {delivery.outcome_on}"
    elif delivery.mailed_on:
        fate = f"mailed {delivery.mailed_on} ({delivery.mailing_proof or delivery.server_answer})"
    else:
        fate = delivery.get_state_display().lower()
    return Evidence("delivery", delivery.pk, f"{delivery.campaign.notice}, {way}, {fate}")
