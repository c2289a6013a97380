"""Uses of information: the catalogue that policies, notices and decisions speak of."""

from django.db import models
from django.db.models import Q

from accounts.history import History

# Marketing that needs no approval, but only to someone who has the service it belongs to.
WITHIN_SERVICES = ("same-category", "adjunct-services", "equipment")


class Use(models.Model):
    """One use of CPNI: a purpose, who receives it, and the approval that the rules ask for."""

    class Mechanism(models.TextChoices):
        NONE = "none", "No approval needed"
        OPT_OUT = "opt_out", "Opt-out"
        OPT_IN = "opt_in", "Opt-in"
        PROHIBITED = "prohibited", "Prohibited"

    class Recipient(models.TextChoices):
        OWN = "own", "The carrier itself"
        AGENT = "agent", "Agents"
        AFFILIATE = "affiliate", "Affiliates that provide communications-related services"
        CONTRACTOR = "contractor", "Independent contractors"
        JOINT_VENTURE = "joint_venture", "Joint-venture partners"
        THIRD_PARTY = "third_party", "Unrelated third parties"
        AUTHORITY = "authority", "Public authorities and emergency services"
        DESIGNEE = "designee", "Whomever the customer designates in writing"

    # Mechanisms under which a customer's approval decides.
    NEED_APPROVAL = (Mechanism.OPT_OUT, Mechanism.OPT_IN)
    # Uses that are marketing.
    MARKETING = Q(mechanism__in=NEED_APPROVAL) | Q(code__in=WITHIN_SERVICES)

    code = models.SlugField(max_length=60, unique=True)
    purpose = models.CharField(max_length=200)
    recipient = models.CharField(max_length=14, choices=Recipient)
    mechanism = models.CharField(max_length=10, choices=Mechanism)
    section = models.CharField("rule", max_length=60, help_text="Where the rules say so.")

    history = History()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.purpose

    @property
    def needs_approval(self) -> bool:
        """Whether a customer's approval decides about this use."""
        return self.mechanism in self.NEED_APPROVAL
