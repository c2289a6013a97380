"""Policies, notices, campaigns, deliveries."""

from datetime import UTC, date, datetime

import factory
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from factory.django import DjangoModelFactory

from notices import signing_off
from notices.clock import window
from notices.models import (
    Campaign,
    ContentSignOff,
    Delivery,
    MailingStatement,
    Notice,
    NoticeText,
    PolicyVersion,
    PostBatch,
    TelephoneTask,
    Use,
)
from tests.factories.accounts import CustomerFactory, UserFactory

OPT_OUT_USES = ("other-services", "agents", "affiliates")


class PolicyFactory(DjangoModelFactory):
    """A published policy version that declares every use that is not prohibited."""

    class Meta:
        model = PolicyVersion
        skip_postgeneration_save = True

    number = factory.Sequence(lambda n: f"{n + 1}.0")
    title = "Privacy policy"
    text = "How we treat your information."
    effective_on = factory.Sequence(lambda n: date(2015, 1, 1 + n % 28))
    status = PolicyVersion.Status.PUBLISHED

    @classmethod
    def _create(cls, model_class, *args, status, **kwargs):
        # A draft until it has its uses: the database lets a published one gain nothing.
        version = super()._create(model_class, *args, **kwargs)
        version.becomes = status
        return version

    @factory.post_generation
    def uses(self, create, extracted, **kwargs):
        wanted = Use.objects.exclude(mechanism="prohibited")
        self.uses.set(wanted if extracted is None else wanted.filter(code__in=extracted))
        if self.becomes == PolicyVersion.Status.PUBLISHED:
            self.declared.update(
                mechanism=Subquery(Use.objects.filter(pk=OuterRef("use")).values("mechanism"))
            )
            self.status = self.becomes
            self.save()


class NoticeFactory(DjangoModelFactory):
    """An approved CPNI notice with an English text that asks for every opt-out use."""

    class Meta:
        model = Notice
        skip_postgeneration_save = True

    title = factory.Sequence(lambda n: f"CPNI notice {n}")
    policy_version = factory.SubFactory(PolicyFactory)
    author = factory.SubFactory(UserFactory)

    @factory.post_generation
    def finish(
        self, create, extracted, uses=OPT_OUT_USES, languages=("en",), draft=False, **kwargs
    ):
        self.uses.set(Use.objects.filter(code__in=uses))
        for language in languages:
            NoticeText.objects.create(
                notice=self,
                language=language,
                subject="Your rights about your telephone information",
                email_body="Dear {{ customer_name }},\n\nreply to opt out. {{ reference }}\n",
                letter_body="Dear {{ customer_name }},\n\nwrite to opt out. {{ reference }}\n",
            )
        if not draft:
            self.approved_by = UserFactory()
            answer_for(self, by=self.approved_by)
            self.status = Notice.Status.APPROVED
            self.approved_at = timezone.now()
            self.save()


def answer_for(notice, *, by):
    """Have each open line of the content check overridden or found good, in one statement."""
    ContentSignOff.objects.bulk_create(
        ContentSignOff(
            notice=notice,
            line=line.result.line.code,
            fingerprint=notice.fingerprint,
            verdict="overridden" if line.result.fails else "good",
            remark="A short text for a test" if line.result.fails else "",
            by=by,
            at=timezone.now(),
        )
        for line in signing_off.checked(notice)
        if line.is_open
    )


def cleared(notice, *, by=None, at=datetime(2026, 11, 23, 16, tzinfo=UTC)):
    """The notice with each line of its content check overridden or signed off by ``by``."""
    by = by or UserFactory(may="notices.sign_off_notice notices.override_notice")
    for line in signing_off.checked(notice):
        code = line.result.line.code
        if line.result.fails:
            signing_off.override(notice, code, by=by, because="A short text for a test", at=at)
        elif line.is_open:
            signing_off.sign_off(notice, code, verdict="good", by=by, at=at)
    return notice


class CampaignFactory(DjangoModelFactory):
    class Meta:
        model = Campaign

    name = factory.Sequence(lambda n: f"Campaign {n}")
    notice = factory.SubFactory(NoticeFactory)
    audience = Campaign.Audience.ACTIVE
    author = factory.SubFactory(UserFactory)
    message_domain = "wasatch.example"

    class Params:
        running = factory.Trait(
            status=Campaign.Status.RUNNING, approved_by=factory.SubFactory(UserFactory)
        )


class DeliveryFactory(DjangoModelFactory):
    """A delivery that left by post on ``mailed_on`` (by e-mail when ``channel="email"``)."""

    class Meta:
        model = Delivery

    campaign = factory.SubFactory(CampaignFactory, running=True)
    customer = factory.SubFactory(CustomerFactory)
    channel = Delivery.Channel.POST
    state = Delivery.State.SENT
    mailed_on = date(2026, 10, 1)
    text = factory.LazyAttribute(lambda d: d.campaign.notice.texts.first())
    recipient_name = factory.LazyAttribute(lambda d: d.customer.name)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        if kwargs["channel"] != "none":
            kwargs.setdefault(
                "contact_point",
                kwargs["customer"].contact_points.current().filter(kind=kwargs["channel"]).get(),
            )
        if kwargs["state"] == Delivery.State.SENT:
            clock = window(
                kwargs["mailed_on"],
                kwargs["campaign"].notice.waiting_days,
                by_post=kwargs["channel"] == "post",
            )
            kwargs["last_objection_day"] = clock.last_objection_day
            kwargs["assume_from"] = clock.assume_from
        else:
            if kwargs["state"] == Delivery.State.FAILED:
                kwargs.setdefault("failed_on", kwargs["mailed_on"])
            kwargs["mailed_on"] = None
        return super()._create(model_class, *args, **kwargs)


class PostBatchFactory(DjangoModelFactory):
    """A batch of a running campaign, without letters."""

    class Meta:
        model = PostBatch

    campaign = factory.SubFactory(CampaignFactory, running=True)
    created_at = datetime(2026, 11, 20, tzinfo=UTC)


class MailingStatementFactory(DjangoModelFactory):
    """The post's statement about a batch, without its scan."""

    class Meta:
        model = MailingStatement

    batch = factory.SubFactory(PostBatchFactory)
    mailed_on = date(2026, 11, 23)
    proof = "PS Form 3600-FCM"
    entered_at = datetime(2026, 11, 24, tzinfo=UTC)


class TelephoneTaskFactory(DjangoModelFactory):
    """A customer in Utah whom a policy-change notice did not reach: to be called now."""

    class Meta:
        model = TelephoneTask

    customer = factory.SubFactory(CustomerFactory)
    policy_version = factory.LazyAttribute(lambda t: t.delivery.campaign.notice.policy_version)
    delivery = factory.LazyAttribute(lambda t: undelivered(t.customer))
    opened_at = next_try_at = datetime(2026, 11, 20, 18, tzinfo=UTC)
    zones = "America/Denver"

    class Params:
        given_up = factory.Trait(
            state="given_up", closed_at=datetime(2026, 11, 20, 18, tzinfo=UTC), attempts=6
        )


def undelivered(customer, **kwargs):
    """A notice of a changed policy that came back and has no substitute."""
    kwargs.setdefault(
        "campaign",
        CampaignFactory(
            running=True,
            notice__kind="policy_change",
            notice__policy_version__effective_on=date(2026, 11, 1 + PolicyVersion.objects.count()),
        ),
    )
    defaults = {"outcome": "returned", "outcome_on": date(2026, 10, 20)}
    return DeliveryFactory(customer=customer, **{**defaults, **kwargs})
