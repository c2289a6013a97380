"""The secrets behind the links that notices carry."""

from django.db import models

from accounts.encrypted_fields import EncryptedTextField, SealedRow


class LinkKey(SealedRow):
    """A secret of which the links in notices are made (``notices.links``).

    Of its own and not one of ``FIELD_KEYS``: those are changed and then thrown away, and a link on
    paper is followed years later. It is sealed by them as any value is, so a change of keys seals
    it anew. The newest makes links, all of them open.
    """

    secret = EncryptedTextField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Key {self.pk} of the links in notices"
