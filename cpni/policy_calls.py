"""What a customer answers when they are told of a changed policy on a call.

A yes moves them to the new version, with the call, the script and the recording as its evidence. A
no, and wanting to think about it, leave them under the version that they are under: the policy
promises that information stays under the version it was collected under until they choose.

They may change their mind on any later call, as the script says. A no after a yes moves them back
from that day on, as a choice of its own with its call; what was done under the yes before stays
lawful. An opt-out is another thing: it denies uses under whichever version, and moves nobody.
"""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.errors import Refused
from accounts.models import Call, User
from accounts.permissions import require
from cpni.models import Script, ScriptReading
from cpni.on_call import READ, reading_of, require_may_change, require_open, require_readable
from notices import policies, telephone_tasks
from notices.models import TelephoneTask
from notices.telephone_tasks import Place

Answer = TelephoneTask.Answer
SAID = {
    Answer.ACCEPTED: ScriptReading.Answer.YES,
    Answer.REFUSED: ScriptReading.Answer.NO,
    Answer.UNDECIDED: ScriptReading.Answer.UNCLEAR,
}


def record(
    call: Call,
    task: TelephoneTask,
    *,
    script: Script,
    language: str,
    answer: str,
    recording: str = "",
    place: Place | None = None,
    token: UUID,
    today: date,
    at: datetime,
    by: User,
) -> ScriptReading:
    """Record what the customer answered on ``call`` to ``script``, read in ``language``.

    ``answer`` is of ``TelephoneTask.Answer``, ``place`` the number that was called, ``today`` the
    carrier's civil day. A yes needs somebody who may change the account, and the recording's
    reference: the carrier must be able to prove it. A no needs neither, as it only restricts us,
    and takes back a yes that was given before.
    The same ``token`` again returns the same reading. Raises Refused, and records nothing, when
    something of it is missing.
    """
    require(by, READ)
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).select_related("customer").get(
            pk=call.pk
        )  # fmt: skip
        if there := reading_of(call, token):
            return there
        require_open(call, by)
        require_readable(script, (Script.Kind.POLICY_CHANGE,), call)
        if task.customer_id != call.customer_id:
            raise Refused("The call is about another account.", "Open the call again.")
        if answer not in SAID:
            raise Refused("The answer is not one of those there are.", "Choose one.")
        if answer == Answer.ACCEPTED:
            require_may_change(call, at=at, on=today)
            if not recording.strip():
                raise Refused("The recording is not named.", "Give its reference: it proves it.")
        telephone_tasks.told(task, call=call, answer=answer, place=place, at=at, on=today, by=by)
        reading = ScriptReading(
            call=call,
            customer=call.customer,
            kind=script.kind,
            script=script,
            language=language,
            answer=SAID[Answer(answer)],
            recording=recording.strip()[:100],
            read_on=today,
            at=at,
            by=by,
            token=token,
        )
        reading.save()
        if answer == Answer.ACCEPTED:
            policies.bind(
                call.customer,
                task.policy_version,
                since=max(today, task.policy_version.effective_on),
                delivery=task.delivery,
                call=call,
                by=by,
                because=f"Accepted on call {call.pk}: {script}, recording {recording.strip()}",
            )
        elif answer == Answer.REFUSED:
            policies.take_back(
                call.customer,
                task.policy_version,
                on=today,
                call=call,
                by=by,
                because=f"Taken back on call {call.pk}: {script}",
            )
    return reading
