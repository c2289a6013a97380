"""A relay for tests, in the test's own process: keeps what it accepts, answers as it is told."""

import asyncio
from collections import Counter
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from tests.running import free_port

DROP = "drop"  # instead of an answer: the connection is cut


class Sink(Controller):
    """``sink.answers["RCPT", "ann@mail.example"] = "550 5.1.1 Unknown"`` and the like.

    Commands are CONNECT, MAIL, RCPT, DATA and DONE (the answer to the whole message). ``"*"``
    stands for every recipient; an answer in a list is given once, and then the next.
    """

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], str | list[str]] = {}
        self.accepted: list[tuple[str, EmailMessage]] = []
        self.senders: list[str] = []  # by the envelope
        self.open: set[Scripted] = set()
        self.connections = 0
        self.most_at_once = 0
        super().__init__(self, hostname="127.0.0.1", port=free_port(), ready_timeout=10)

    @property
    def messages(self) -> list[EmailMessage]:
        """What was accepted, in order."""
        return [message for _, message in self.accepted]

    @property
    def recipients(self) -> Counter[str]:
        """How many messages each recipient was sent, by the envelope."""
        return Counter(recipient for recipient, _ in self.accepted)

    def factory(self) -> SMTP:
        return Scripted(self)

    async def handle_DATA(self, server: "Scripted", session, envelope) -> str:
        """Called by aiosmtpd with a whole message."""
        (recipient,) = envelope.rcpt_tos
        answer = self.told("DONE", recipient)
        if answer == DROP:
            server.transport.abort()
        if answer in (DROP, ""):
            # One that is dropped was taken all the same: that is what is in doubt.
            message = message_from_bytes(envelope.original_content, policy=policy.default)
            self.accepted.append((recipient, message))
            self.senders.append(envelope.mail_from)
            return f"250 2.0.0 Kept as {len(self.accepted)}"
        return answer

    def told(self, command: str, recipient: str = "*") -> str:
        """The answer to give now, or nothing to be friendly."""
        for key in ((command, recipient), (command, "*")):
            answer = self.answers.get(key, "")
            if isinstance(answer, list):
                answer = answer.pop(0) if answer else ""
            if answer:
                return answer
        return ""


class Scripted(SMTP):
    """One connection to the sink."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        super().__init__(sink, hostname="sink.example")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        greeting = self.sink.told("CONNECT")
        if greeting:
            if greeting != DROP:
                transport.write(greeting.encode() + b"\r\n")
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self.sink.open.discard(self)
        super().connection_lost(error)

    async def smtp_EHLO(self, hostname: str) -> None:
        # Counted here: the controller tries by a connection of its own whether the sink is up.
        self.sink.open.add(self)
        self.sink.connections += 1
        self.sink.most_at_once = max(self.sink.most_at_once, len(self.sink.open))
        await super().smtp_EHLO(hostname)

    async def smtp_MAIL(self, arg: str) -> None:
        if not await self.said("MAIL"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str) -> None:
        if not await self.said("RCPT", arg.partition("<")[2].partition(">")[0]):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if not await self.said("DATA", *self.envelope.rcpt_tos):
            await super().smtp_DATA(arg)

    async def said(self, command: str, *recipients: str) -> bool:
        """Give the scripted answer to a command, if there is one."""
        answer = self.sink.told(command, *recipients)
        if answer == DROP:
            self.transport.abort()
        elif answer:
            await self.push(answer)
        return bool(answer)
