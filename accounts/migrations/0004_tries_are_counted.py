"""Tries to authenticate a caller: sent twice is one; a lock may be released; hashes are sealed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import accounts.encrypted_fields


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_change_is_told_in_several_places"),
    ]

    operations = [
        migrations.AddField(
            model_name="authenticationtry",
            name="token",
            field=models.UUIDField(editable=False, null=True, unique=True),
        ),
        # Text becomes bytes, which no statement can turn: there are none yet.
        migrations.RemoveField(model_name="credential", name="hash"),
        migrations.AddField(
            model_name="credential",
            name="hash",
            field=accounts.encrypted_fields.EncryptedTextField(
                default="", editable=False, max_length=255
            ),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="LockRelease",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("because", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.customer",
                    ),
                ),
                (
                    "representative",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "release of a lock",
                "verbose_name_plural": "releases of locks",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(customer__isnull=False, representative=None)
                        | Q(customer=None, representative__isnull=False),
                        name="accounts_release_of_one_lock",
                    )
                ],
            },
        ),
    ]
