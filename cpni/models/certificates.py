"""The annual certificate: what it says, the figures that it rests on, what was signed and filed."""

from uuid import uuid4

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts import upload_checks
from accounts.history import History


def paper_name(certificate: "AnnualCertificate", name: str) -> str:
    """The name of a paper in the private store: the sender's own may lie."""
    return f"certificates/{certificate.year}/{uuid4().hex}"


class AnnualCertificate(models.Model):
    """The certificate of one calendar year (64.2009(e)).

    gathering -> drafted (the figures are fixed) -> signed -> filed; drafted or signed -> gathering.
    ``cpni.certificates`` is the only writer. The database refuses to change one that was filed, and
    it is kept for ever: there is one a year, and proof of filing is what was asked for years later.
    """

    class State(models.TextChoices):
        GATHERING = "gathering", "Gathering"
        DRAFTED = "drafted", "Drafted"
        SIGNED = "signed", "Signed"
        FILED = "filed", "Filed"

    year = models.PositiveSmallIntegerField(
        "calendar year", unique=True, validators=[MinValueValidator(2007), MaxValueValidator(2199)]
    )
    state = models.CharField(max_length=9, choices=State, default=State.GATHERING, editable=False)
    signer_name = models.CharField(
        "officer who signs",
        max_length=100,
        blank=True,
        help_text="Of the company, with personal knowledge of its procedures.",
    )
    signer_title = models.CharField("officer’s title", max_length=100, blank=True)
    procedures = models.TextField(
        "how the procedures ensure compliance",
        max_length=20_000,
        blank=True,
        help_text="Say how it is done. An empty line begins a new paragraph.",
    )
    pretexters = models.TextField(
        "what is known of pretexters",
        max_length=5_000,
        blank=True,
        help_text="Attempts and methods seen, and what is done against them.",
    )
    # By the code of a procedure: why it was not followed, in the officer's words.
    explanations = models.JSONField(default=dict, editable=False)
    # What the records said when it was drafted (cpni.certificate_figures); they go on.
    figures = models.JSONField(default=dict, editable=False)
    drafted_at = models.DateTimeField(null=True, editable=False)
    signed_on = models.DateField(null=True, editable=False)
    signed_paper = models.FileField(
        upload_to=paper_name,
        blank=True,
        editable=False,
        max_length=200,
        validators=[upload_checks.validate_scan],
    )
    filed_on = models.DateField(null=True, editable=False)
    confirmation = models.CharField(
        "confirmation number", max_length=100, blank=True, editable=False
    )
    receipt = models.FileField(
        upload_to=paper_name,
        blank=True,
        editable=False,
        max_length=200,
        validators=[upload_checks.validate_scan],
    )

    history = History()

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="gathering") | Q(drafted_at__isnull=False),
                name="cpni_certificate_drafted_has_figures",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("gathering", "drafted"))
                | (Q(signed_on__isnull=False) & ~Q(signed_paper="")),
                name="cpni_certificate_signed_has_paper",
            ),
            models.CheckConstraint(
                condition=~Q(state="filed") | (Q(filed_on__isnull=False) & ~Q(confirmation="")),
                name="cpni_certificate_filed_has_proof",
            ),
        ]
        permissions = [("file_annualcertificate", "Can draft, sign and file a certificate")]

    def __str__(self) -> str:
        return f"Certificate for {self.year}"
