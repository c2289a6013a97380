"""What may be shown of a contact before the caller has proved who they are. Pure.

Enough for a representative to tell two apart and for nobody to reach the customer by it.
"""

SHOWN = 4  # last digits of a telephone number


def telephone(number: str) -> str:
    """``+18015556177`` as “…6177”."""
    return f"…{number[-SHOWN:]}" if len(number) > 2 * SHOWN else "…"


def email(address: str) -> str:
    """``anne@mail.example`` as “a…@m…”."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain[:1]}…" if at else "…"


def post(line1: str, city: str, state: str) -> str:
    """``7730 S Union Park Ave``, Midvale, UT as “77… S…, Midvale, UT”.

    A number or a word that is as short as its beginning is left out.
    """
    first, _, rest = line1.partition(" ")
    number = f"{first[:2]}…" if len(first) > 2 else "…"
    street = f" {rest.strip()[:1]}…" if len(rest.strip()) > 1 else ""
    return ", ".join(part for part in (number + street, city, state) if part)
