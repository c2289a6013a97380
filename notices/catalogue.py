"""The standard catalogue of uses of CPNI (domain.md sections 2, 3 and 14.1). Data only.

``install`` is called by migration 0002 and is safe to call again: it adds what is missing and
changes nothing that is there.
"""

from typing import Any, NamedTuple


class StandardUse(NamedTuple):
    """One row of the catalogue."""

    code: str
    purpose: str
    recipient: str
    mechanism: str
    section: str


STANDARD_USES = (
    StandardUse(
        "service",
        "Start, provide, bill and collect for the customer's services",
        "own",
        "none",
        "47 USC 222(d)(1)",
    ),
    StandardUse(
        "fraud",
        "Protect the carrier, customers and other carriers from fraud and abuse",
        "own",
        "none",
        "47 USC 222(d)(2); 64.2005(d)",
    ),
    StandardUse(
        "inside-wiring",
        "Install, maintain and repair inside wiring",
        "own",
        "none",
        "64.2005(c)(1)",
    ),
    StandardUse(
        "adjunct-services",
        "Market call waiting, caller ID and other adjunct-to-basic features",
        "own",
        "none",
        "64.2005(c)(3)",
    ),
    StandardUse(
        "equipment",
        "Market equipment and voicemail with a service that the customer has",
        "own",
        "none",
        "64.2005(b)(1)",
    ),
    StandardUse(
        "same-category",
        "Market offerings within a category of service that the customer has",
        "own",
        "none",
        "64.2005(a)",
    ),
    StandardUse(
        "emergency",
        "Tell emergency services where a caller is",
        "authority",
        "none",
        "47 USC 222(d)(4)",
    ),
    StandardUse("legal", "Disclose what the law compels", "authority", "none", "47 USC 222(c)(1)"),
    StandardUse(
        "customer-request",
        "Disclose to whomever the customer designates in writing",
        "designee",
        "none",
        "47 USC 222(c)(2)",
    ),
    StandardUse(
        "other-services",
        "Market communications-related services outside the customer's categories",
        "own",
        "opt_out",
        "64.2005(b); 64.2007(b)",
    ),
    StandardUse(
        "agents",
        "Share with agents to market communications-related services",
        "agent",
        "opt_out",
        "64.2007(b)",
    ),
    StandardUse(
        "affiliates",
        "Share with communications affiliates to market communications-related services",
        "affiliate",
        "opt_out",
        "64.2007(b)",
    ),
    StandardUse(
        "contractors",
        "Share with independent contractors for marketing",
        "contractor",
        "opt_in",
        "64.2007(b)",
    ),
    StandardUse(
        "joint-ventures",
        "Share with joint-venture partners for marketing",
        "joint_venture",
        "opt_in",
        "64.2007(b)",
    ),
    StandardUse(
        "third-parties",
        "Share with unrelated companies, or to market other products",
        "third_party",
        "opt_in",
        "64.2007(b)",
    ),
    StandardUse(
        "track-competitors",
        "Identify or track customers who call competitors",
        "own",
        "prohibited",
        "64.2005(b)(2)",
    ),
)


def install(use_model: Any) -> None:
    """Add to ``use_model`` (the Use model, or a migration's) the standard uses that it lacks."""
    for use in STANDARD_USES:
        use_model.objects.get_or_create(code=use.code, defaults=use._asdict())
