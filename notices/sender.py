"""One thread of a sending loop, with one connection to the relay. It never touches the database."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from queue import SimpleQueue
from threading import Thread
from time import monotonic

from notices.channels import Transport
from notices.claims import Done, Job
from notices.relay import Answer, Meaning, RelayTrouble
from notices.rendering import Unaddressable

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Report:
    """What a sender tells its loop: a message is done, it is ready for the next, or it is gone."""

    sender: "Sender"
    done: Done | None = None
    ready: bool = False
    gone: RelayTrouble | None = None
    fault: str = ""


class Sender(Thread):
    """Opens a connection, reports ready, sends what it is handed one by one, reports each.

    ``compose`` makes of a job and the time what :meth:`Transport.send` takes: sender, recipient,
    message. It ends when it is dismissed, or when the relay takes nothing from it.
    """

    def __init__(
        self,
        reports: "SimpleQueue[Report]",
        compose: Callable[[Job, datetime], tuple[str, str, bytes]],
        transport: Transport,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(daemon=True)
        self._reports, self._compose, self._clock = reports, compose, clock
        self._orders: SimpleQueue[tuple[Job, float] | None] = SimpleQueue()
        self._relay = transport

    def hand(self, job: Job, *, until: float) -> None:
        """Send this, unless the monotonic clock has passed ``until``, when the lease is over."""
        self._orders.put((job, until))

    def dismiss(self) -> None:
        """Take leave of the relay and end, after what is being sent."""
        self._orders.put(None)

    def run(self) -> None:
        """The thread: see the class."""
        try:
            self._relay.open()
            self._reports.put(Report(self, ready=True))
            while (order := self._orders.get()) is not None:
                self._serve(*order)
        except RelayTrouble as trouble:
            self._reports.put(Report(self, gone=trouble))
        except Exception as error:  # noqa: BLE001 - the loop would wait for this thread
            words = fault(error, "The connection to the relay failed")
            self._reports.put(Report(self, gone=RelayTrouble(words, lasting=True)))
        finally:
            self._relay.close()

    def _serve(self, job: Job, until: float) -> None:
        words = ""
        try:
            answer = self._attempt(job, until)
        except RelayTrouble:
            self._reports.put(Report(self, done=Done(job, None, self._clock())))
            raise
        except Exception as error:  # noqa: BLE001 - this row must not stop the rest
            words = fault(error, f"Delivery {job.delivery_id} could not be sent")
            answer = Answer(Meaning.LATER, words)
            self._relay.close()
        done = Done(job, answer, self._clock())
        if not self._relay.is_open:
            # Told at once: opening another connection may take long.
            self._reports.put(Report(self, done=done, fault=words))
            self._relay.open()
            self._reports.put(Report(self, ready=True))
        else:
            self._reports.put(Report(self, done=done, ready=True, fault=words))

    def _attempt(self, job: Job, until: float) -> Answer | None:
        try:
            sender, address, message = self._compose(job, self._clock())
        except Unaddressable as error:
            return Answer(Meaning.NO_SUCH_ADDRESS, str(error))
        if monotonic() >= until:
            # This process was suspended: another loop may have the campaign by now.
            return None
        return self._relay.send(sender, address, message)


def fault(error: Exception, what: str) -> str:
    """Log an error of ours, and say it in words.

    Its kind and place, but not its text, which may hold a customer's name or address.
    """
    kind = type(error).__name__
    log.error("%s: %s", what, kind, exc_info=error)  # of which config/logs.py keeps the places
    return f"An error in CPNI Desk: {kind}."
