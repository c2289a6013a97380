"""Columns whose content is sealed (see ``accounts.encryption``): the field, and rows that have it.

A row opens a value when it is asked for, and not when the row is read; lists that do not show it
pay nothing. A sealed value is bound to model, column and primary key, so the key must be known
before the row is written: that is what :class:`SealedRow` does.

An encrypted column cannot be compared or sorted in SQL; it is found by a blind index beside it.
Its value never changes in place: what is known of a customer ends and something else begins. So
history need not repeat it, and leaves it out.
"""

from typing import Any

from django import forms
from django.core.exceptions import FieldError
from django.core.validators import MaxLengthValidator
from django.db import connections, models, router, transaction
from django.db.models.lookups import Exact, IsNull
from django.db.models.query_utils import DeferredAttribute

from accounts.bulk_rows import next_ids
from accounts.encryption import INDEX_LENGTH, seal, unseal


class Sealed(bytes):
    """A value as it is stored, not opened yet."""


class _OpensOnUse(DeferredAttribute):
    """The attribute of an encrypted field: opens the stored value when it is first asked for."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = self.field.open(value, instance.id)  # type: ignore[attr-defined]
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class _OnlyEmpty(Exact):
    """Whether there is a value at all: the only question that SQL can answer."""

    def get_prep_lookup(self) -> Any:
        if self.rhs not in ("", None) and not hasattr(self.rhs, "resolve_expression"):
            raise FieldError("An encrypted column is not compared; search its blind index.")
        return super().get_prep_lookup()


class EncryptedTextField(models.Field):
    """Text that is sealed at rest. ``max_length`` counts characters of the text."""

    descriptor_class = _OpensOnUse
    empty_strings_allowed = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def get_internal_type(self) -> str:
        return "BinaryField"

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        if not hasattr(self, "place"):
            # A copy of the field, in a history table, keeps the place of the record itself.
            self.place = f"{cls._meta.label_lower}.{name}"

    def get_lookup(self, lookup_name: str) -> Any:
        """Only whether there is a value."""
        return {"exact": _OnlyEmpty, "isnull": IsNull}.get(lookup_name)

    def open(self, sealed: bytes, pk: Any) -> str:
        """The text of ``sealed`` as it stands in the row with this primary key.

        For values that a query returned without their row. Raises ``encryption.Unreadable``.
        """
        return unseal(sealed, f"{self.place} {pk}")

    def close(self, text: str, pk: Any) -> bytes:
        """``text`` sealed for the row with this primary key."""
        return seal(text, f"{self.place} {pk}")

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        # Not "pk": in a history table that is another number, and "id" the record's own.
        if value and model_instance.id is None:
            raise TypeError(f"{self.place}: give the row its primary key before sealing a value")
        return Sealed(self.close(value, model_instance.id))

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, str) and value:
            raise TypeError(f"{self.place}: only saving a row seals its value")
        return super().get_db_prep_save(value, connection)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str):
            # Reached when a constraint asks whether there is a value: any will do.
            value = b"\0" if value else b""
        return None if value is None else connection.Database.Binary(value)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(
            **{"form_class": forms.CharField, "max_length": self.max_length, **kwargs}
        )


class BlindIndexField(models.BinaryField):
    """A keyed digest by which an encrypted value is found: ``encryption.blind_index``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{"max_length": INDEX_LENGTH, "default": b"", "editable": False, **kwargs}
        )


class SealedRow(models.Model):
    """A model with encrypted columns: gets its primary key before it is written."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None or not self._state.adding:
            super().save(*args, **kwargs)
            return
        using = kwargs.get("using") or router.db_for_write(type(self), instance=self)
        assert connections[using].alias == "default"  # noqa: S101  (the desk has one database)
        with transaction.atomic(using=using):
            (self.pk,) = next_ids(type(self), 1)
            super().save(*args, **{**kwargs, "force_insert": True})
