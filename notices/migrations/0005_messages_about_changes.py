"""Messages about changes and with codes; standing campaigns.

SQLite cannot rebuild a table that a trigger of another speaks of, and loses its own triggers: those
of 0003 and 0004 are taken off before and put back after.
"""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import notices.placeholders

texts = import_module("notices.migrations.0003_approved_text_is_fixed")
gains = import_module("notices.migrations.0004_approved_notice_gains_nothing")


def unfix(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        gains.unfix(apps, schema_editor)
        texts.unfix(apps, schema_editor)


def fix(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        texts.fix(apps, schema_editor)
        gains.fix(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_change_is_told_in_several_places"),
        ("notices", "0004_approved_notice_gains_nothing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(unfix, fix),
        migrations.RemoveConstraint(
            model_name="delivery",
            name="notices_delivery_once",
        ),
        migrations.RemoveConstraint(
            model_name="delivery",
            name="notices_delivery_clock_iff_sent",
        ),
        migrations.RemoveConstraint(
            model_name="delivery",
            name="notices_delivery_has_address",
        ),
        migrations.AddField(
            model_name="campaign",
            name="channel",
            field=models.CharField(blank=True, default="", editable=False, max_length=5),
        ),
        migrations.AddField(
            model_name="delivery",
            name="change",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="accounts.accountchange",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="code",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.onetimecode",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="service",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.service",
            ),
        ),
        migrations.AddField(
            model_name="historicalcampaign",
            name="channel",
            field=models.CharField(blank=True, default="", editable=False, max_length=5),
        ),
        migrations.AddField(
            model_name="historicaldelivery",
            name="change",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="accounts.accountchange",
            ),
        ),
        migrations.AddField(
            model_name="historicaldelivery",
            name="code",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="accounts.onetimecode",
            ),
        ),
        migrations.AddField(
            model_name="historicaldelivery",
            name="service",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="accounts.service",
            ),
        ),
        migrations.AddField(
            model_name="historicalnoticetext",
            name="short_body",
            field=models.CharField(
                blank=True,
                help_text="For account changes and one-time codes: sent as a text, or read out.",
                max_length=300,
                validators=[notices.placeholders.check_placeholders],
                verbose_name="text message",
            ),
        ),
        migrations.AddField(
            model_name="noticetext",
            name="short_body",
            field=models.CharField(
                blank=True,
                help_text="For account changes and one-time codes: sent as a text, or read out.",
                max_length=300,
                validators=[notices.placeholders.check_placeholders],
                verbose_name="text message",
            ),
        ),
        migrations.AlterField(
            model_name="campaign",
            name="audience",
            field=models.CharField(
                choices=[
                    ("active", "All active customers"),
                    ("never_noticed", "Active customers never noticed"),
                    ("notice_due", "Two-year notice due"),
                    ("saved_list", "A saved list"),
                    ("as_it_happens", "Whom it concerns, as it happens"),
                ],
                default="never_noticed",
                max_length=13,
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="channel",
            field=models.CharField(
                choices=[
                    ("email", "E-mail"),
                    ("post", "Post"),
                    ("text", "Text message"),
                    ("voice", "Voice message"),
                    ("none", "No way to reach them"),
                ],
                max_length=5,
            ),
        ),
        migrations.AlterField(
            model_name="historicalcampaign",
            name="audience",
            field=models.CharField(
                choices=[
                    ("active", "All active customers"),
                    ("never_noticed", "Active customers never noticed"),
                    ("notice_due", "Two-year notice due"),
                    ("saved_list", "A saved list"),
                    ("as_it_happens", "Whom it concerns, as it happens"),
                ],
                default="never_noticed",
                max_length=13,
            ),
        ),
        migrations.AlterField(
            model_name="historicaldelivery",
            name="channel",
            field=models.CharField(
                choices=[
                    ("email", "E-mail"),
                    ("post", "Post"),
                    ("text", "Text message"),
                    ("voice", "Voice message"),
                    ("none", "No way to reach them"),
                ],
                max_length=5,
            ),
        ),
        migrations.AlterField(
            model_name="historicalnotice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("cpni", "CPNI opt-out notice"),
                    ("policy_change", "Change of policy"),
                    ("account_change", "Change of an account"),
                    ("one_time_code", "One-time code"),
                ],
                default="cpni",
                max_length=14,
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("cpni", "CPNI opt-out notice"),
                    ("policy_change", "Change of policy"),
                    ("account_change", "Change of an account"),
                    ("one_time_code", "One-time code"),
                ],
                default="cpni",
                max_length=14,
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="policy_version",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="notices.policyversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("audience", "as_it_happens"), models.Q(("channel", ""), _negated=True)
                    ),
                    models.Q(
                        models.Q(("audience", "as_it_happens"), _negated=True), ("channel", "")
                    ),
                    _connector="OR",
                ),
                name="notices_campaign_stands_by_channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.UniqueConstraint(
                condition=models.Q(("channel", ""), _negated=True),
                fields=("notice", "channel"),
                name="notices_campaign_stands_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("change", None), ("code", None)),
                fields=("campaign", "customer", "round"),
                name="notices_delivery_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("change__isnull", False)),
                fields=("change", "channel"),
                name="notices_delivery_of_change",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("code__isnull", False)),
                fields=("code", "channel"),
                name="notices_delivery_of_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("change", None), ("code", None), _connector="OR"),
                name="notices_delivery_of_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("assume_from__isnull", False),
                        ("change", None),
                        ("code", None),
                        ("last_objection_day__isnull", False),
                        ("mailed_on__isnull", False),
                        ("state", "sent"),
                    ),
                    models.Q(
                        models.Q(
                            ("change__isnull", False), ("code__isnull", False), _connector="OR"
                        ),
                        ("assume_from", None),
                        ("last_objection_day", None),
                        ("mailed_on__isnull", False),
                        ("state", "sent"),
                    ),
                    models.Q(
                        models.Q(("state", "sent"), _negated=True),
                        ("assume_from", None),
                        ("last_objection_day", None),
                        ("mailed_on", None),
                    ),
                    _connector="OR",
                ),
                name="notices_delivery_clock_iff_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("channel", "none"),
                        ("contact_point", None),
                        ("service", None),
                        ("state__in", ("unreachable",)),
                    ),
                    models.Q(
                        ("channel__in", ("email", "post")),
                        ("contact_point__isnull", False),
                        ("service", None),
                        models.Q(("state", "unreachable"), _negated=True),
                    ),
                    models.Q(
                        ("channel__in", ("text", "voice")),
                        ("contact_point", None),
                        ("service__isnull", False),
                        models.Q(("state", "unreachable"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="notices_delivery_has_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("policy_version__isnull", False),
                    ("kind__in", ("account_change", "one_time_code")),
                    _connector="OR",
                ),
                name="notices_notice_under_a_policy",
                violation_error_message="Name the policy version that this notice is under.",
            ),
        ),
        migrations.RunPython(fix, unfix),
    ]
