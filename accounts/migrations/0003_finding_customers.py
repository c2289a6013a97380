"""What customers are found by: words of names, account numbers in plain form, ZIP codes."""

from django.db import migrations, models
from django.db.models.functions import Lower, Replace

from accounts.encrypted_fields import BlindIndexField
from accounts.models.name_words import PlainCharField


def account_key():
    key = Lower("account_number")
    for separator in "-/. _#":
        key = Replace(key, models.Value(separator), models.Value(""))
    return key


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_cache_table")]
    operations = [
        migrations.AddField(
            "contactpoint",
            "postcode_index",
            BlindIndexField(help_text="What a postal address's ZIP code is searched by."),
        ),
        migrations.AddIndex(
            "contactpoint",
            models.Index(
                fields=["postcode_index", "customer"],
                condition=models.Q(kind="post"),
                name="accounts_contact_postcode",
            ),
        ),
        migrations.AddField(
            "customer",
            "account_key",
            models.GeneratedField(
                expression=account_key(),
                output_field=PlainCharField(max_length=40),
                db_persist=True,
            ),
        ),
        migrations.AddIndex(
            "customer",
            models.Index(fields=["account_key"], name="accounts_customer_account_key"),
        ),
        migrations.CreateModel(
            name="NameWord",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "customer_id",
                        "word",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        "accounts.customer",
                        models.CASCADE,
                        related_name="name_words",
                        db_index=False,
                    ),
                ),
                ("word", PlainCharField(max_length=40)),
                (
                    "sound",
                    PlainCharField(max_length=16, help_text="What the word sounds like."),
                ),
                (
                    "names",
                    PlainCharField(
                        max_length=1312,
                        help_text=(
                            "All words of the name, so that the others are looked at without a"
                            " join."
                        ),
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["word", "names", "customer"], name="accounts_nameword_search"
                    ),
                    models.Index(
                        fields=["sound", "word"],
                        condition=models.Q(("sound", ""), _negated=True),
                        name="accounts_nameword_sound",
                    ),
                ],
            },
        ),
    ]
