"""What encryption costs for each field, and for each thing that is searched for.

The limit is the library's AES-256-GCM on the same bytes with the same random nonces.
"""

import os

from tests.benchmarks import scratch

FIELDS = 100_000
MOST = 15  # microseconds a field


def main() -> None:
    scratch.make("encrypt")
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from accounts.encryption import blind_index, seal, unseal
    from accounts.models import ContactPoint, Customer

    texts = [f"{n} Cottonwood Lane, Apartment {n % 40}" for n in range(FIELDS)]
    places = [f"accounts.contactpoint.line1 {n}" for n in range(FIELDS)]
    cipher = AESGCM(os.urandom(32))

    def bare() -> None:
        for text, place in zip(texts, places, strict=True):
            cipher.encrypt(os.urandom(12), text.encode(), place.encode())

    limit = scratch.seconds(bare)
    sealed: list[bytes] = []
    taken = scratch.seconds(lambda: sealed.extend(map(seal, texts, places)))
    each("seal", taken, limit)
    each("open", scratch.seconds(lambda: list(map(unseal, sealed, places))), limit)
    each("blind index", scratch.seconds(lambda: [blind_index("post", t) for t in texts]), limit)

    customer = Customer.objects.create(account_number="A1", name="Ann", active_since="2020-01-06")
    ContactPoint.objects.create(
        customer=customer, kind="email", value="ann@mail.example", since="2020-01-06"
    )
    row = ContactPoint.objects.get()
    names = [f.attname for f in ContactPoint._meta.concrete_fields]
    stored = [row.__dict__[name] for name in names]
    rows = [ContactPoint.from_db("default", names, stored) for _ in range(FIELDS)]
    plain = scratch.seconds(lambda: [row.city for row in rows])
    encrypted = scratch.seconds(lambda: [row.value for row in rows])
    each("read as an attribute", encrypted - plain, limit)


def each(what: str, taken: float, limit: float) -> None:
    """One line of figures."""
    micro = taken / FIELDS * 1e6
    verdict = "within" if micro <= MOST else "ABOVE"
    scratch.say(
        f"{what:<22} {micro:5.2f} µs a field, {verdict} {MOST}; the bare cipher"
        f" {limit / FIELDS * 1e6:.2f} µs (ratio {limit / taken:.2f})"
    )


if __name__ == "__main__":
    main()
