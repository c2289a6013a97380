"""Forms of the call desk that were taken, so that none is taken twice."""

from django.db import models

from accounts.models import Call


class TakenForm(models.Model):
    """That a form was taken in a call: its number, which a second click or a retry sends again.

    Written in the transaction of what the form did, and gone when the call has ended: then nothing
    is taken any more.
    """

    token = models.UUIDField(primary_key=True)
    call = models.ForeignKey(Call, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.token)
