"""Customers, contact points, services, staff, the carrier."""

from datetime import UTC, date, datetime

import factory
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission
from django.db import transaction
from factory.django import DjangoModelFactory

from accounts.bulk_rows import next_ids
from accounts.guessable import spoken
from accounts.models import (
    Acknowledgement,
    AuthenticationTry,
    AuthorisedUser,
    BusinessExemption,
    Call,
    Carrier,
    ContactPoint,
    Credential,
    Customer,
    Sanction,
    Service,
    TrainingText,
    User,
)

LONG_AGO = date(2020, 1, 6)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"staff{n}")
    first_name = "Pat"
    last_name = factory.Sequence(lambda n: f"Staff{n}")
    is_staff = True

    @factory.post_generation
    def may(self, create, extracted, **kwargs):
        """Permissions: ``may="notices.approve_notice notices.add_notice"``."""
        for codename in (extracted or "").split():
            app, _, action = codename.partition(".")
            self.user_permissions.add(
                Permission.objects.get(content_type__app_label=app, codename=action)
            )


class CarrierFactory(DjangoModelFactory):
    class Meta:
        model = Carrier
        django_get_or_create = ["id"]

    id = 1
    legal_name = "Wasatch Telephone, Inc."
    optout_line1 = "CPNI Opt-Out"
    optout_line2 = "500 S State Street, Suite 500"
    optout_city = "Midvale"
    optout_state = "UT"
    optout_postcode = "84047"
    optout_email = "cpni@wasatch.example"
    support_number = "+18005550134"
    optout_number = "+18005550177"
    officer_name = "Robin Hale"
    time_zone = "America/Denver"


class CustomerFactory(DjangoModelFactory):
    """An active customer with a local service and a postal address; ``email=True`` adds consent."""

    class Meta:
        model = Customer
        skip_postgeneration_save = True

    account_number = factory.Sequence(lambda n: f"A{n:06}")
    name = factory.Sequence(lambda n: f"Customer {n}")
    active_since = LONG_AGO

    class Params:
        by_email = factory.Trait(email_notices_since=LONG_AGO, email_notices_proof="Order form 17")
        discontinued = factory.Trait(status="discontinued", discontinued_on=date(2026, 11, 2))

    @factory.post_generation
    def email(self, create, extracted, **kwargs):
        """An e-mail address: ``by_email=True`` gives one, ``email="…"`` that one."""
        if extracted or self.email_notices_since:
            value = (
                extracted if isinstance(extracted, str) else f"{self.account_number}@mail.example"
            )
            ContactPoint.objects.create(
                customer=self, kind="email", value=value.lower(), since=LONG_AGO
            )

    @factory.post_generation
    def post(self, create, extracted, **kwargs):
        """A postal address, unless ``post=False``."""
        if extracted is not False:
            ContactPoint.objects.create(
                customer=self,
                kind="post",
                line1=f"{self.pk} Cottonwood Lane",
                city="Midvale",
                state="UT",
                postcode="84047",
                since=LONG_AGO,
            )

    @factory.post_generation
    def service(self, create, extracted, **kwargs):
        """A service, local unless ``service="wireless"`` or another category; none if False."""
        if extracted is not False:
            Service.objects.create(
                customer=self,
                category=extracted or Service.Category.LOCAL,
                telephone_number=f"+1801{5550000 + self.pk % 10000}",
                started_on=LONG_AGO,
            )


def keep_points(points, batch_size=2_000):
    """Write many unsaved contact points at once; a list of them."""
    points = list(points)
    with transaction.atomic():
        for pk, point in zip(next_ids(ContactPoint, len(points)), points, strict=True):
            point.pk, point.index = pk, point.blind_index(point.kind, point.values)
        return ContactPoint.objects.bulk_create(points, batch_size=batch_size)


class AuthorisedUserFactory(DjangoModelFactory):
    """Someone who may ask about an account; ``authority="full"`` or ``"billing"``."""

    class Meta:
        model = AuthorisedUser

    customer = factory.SubFactory(CustomerFactory)
    name = factory.Sequence(lambda n: f"Nell User{n}")
    since = LONG_AGO


class BusinessExemptionFactory(DjangoModelFactory):
    """A contract in force that says how a business is authenticated."""

    class Meta:
        model = BusinessExemption

    customer = factory.SubFactory(CustomerFactory, kind="business")
    account_representative = "Sam Key"
    contract = factory.Sequence(lambda n: f"MSA-{n}, clause 9")
    contract_on = LONG_AGO
    terms = "The caller names the word of the month."


class CredentialFactory(DjangoModelFactory):
    """A password, ``said="blue kite 42"`` unless told; ``kind="backup"`` is a back-up question."""

    class Meta:
        model = Credential

    class Params:
        said = "blue kite 42"

    customer = factory.SubFactory(CustomerFactory)
    kind = "password"
    question = factory.LazyAttribute(
        lambda made: "What was your first pet called?" if made.kind == "backup" else ""
    )
    hash = factory.LazyAttribute(lambda made: make_password(spoken(made.said)))
    since = datetime(2026, 1, 5, 18, tzinfo=UTC)


class CallFactory(DjangoModelFactory):
    """An open call of the account holder to a representative who may take calls."""

    class Meta:
        model = Call

    customer = factory.SubFactory(CustomerFactory)
    by = factory.SubFactory(UserFactory, may="accounts.add_call")
    started_at = datetime(2026, 11, 23, 18, tzinfo=UTC)

    class Params:
        store = factory.Trait(direction="store")
        ended = factory.Trait(ended_at=datetime(2026, 11, 23, 18, 5, tzinfo=UTC), outcome="done")
        authorised = factory.Trait(
            caller="authorised",
            authorised_user=factory.SubFactory(
                AuthorisedUserFactory, customer=factory.SelfAttribute("..customer")
            ),
        )


class AuthenticationTryFactory(DjangoModelFactory):
    """A wrong password on an open call."""

    class Meta:
        model = AuthenticationTry

    call = factory.SubFactory(CallFactory)
    customer = factory.LazyAttribute(lambda attempt: attempt.call.customer)
    by = factory.LazyAttribute(lambda attempt: attempt.call.by)
    at = factory.LazyAttribute(lambda attempt: attempt.call.started_at)
    method = "password"
    result = "failed"


class TrainingTextFactory(DjangoModelFactory):
    """A published text of a course of its own."""

    class Meta:
        model = TrainingText

    course = factory.Sequence(lambda n: f"CPNI for everyone {n}")
    version = 1
    text = "# What you may do\n\nAsk first."
    status = "published"
    published_at = datetime(2026, 1, 5, 18, tzinfo=UTC)


class AcknowledgementFactory(DjangoModelFactory):
    """That somebody signed a text here, with a proof as if elsewhere."""

    class Meta:
        model = Acknowledgement

    person = factory.SubFactory(UserFactory)
    training = factory.SubFactory(TrainingTextFactory)
    digest = factory.LazyAttribute(lambda made: made.training.digest)
    how = "here"
    on = date(2026, 10, 1)
    scan = factory.django.FileField(data=b"%PDF-1.7", filename="proof.pdf")
    at = datetime(2026, 10, 1, 18, tzinfo=UTC)
    by = factory.SelfAttribute("person")


class SanctionFactory(DjangoModelFactory):
    """Somebody looked at a neighbour's calls, and was warned."""

    class Meta:
        model = Sanction

    person = factory.SubFactory(UserFactory)
    happened_on = date(2026, 9, 1)
    happened = "Looked at a neighbor's calls."
    decided_on = date(2026, 9, 8)
    decided = "Warned, and trained again."
    decided_by = "Robin Hale, Compliance Officer"
    at = datetime(2026, 9, 8, 18, tzinfo=UTC)
    by = factory.SubFactory(UserFactory)
