"""A real mail server on this computer that takes, refuses, dawdles or hangs up, as a test wants it."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class MailBox:
    """What a server does with the next mails, and what it took. `answers` are used up one by one; then it takes all."""

    port: int
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    seen: int = 0
    rcpt: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, to: str, _options: Any) -> str:
        if self.rcpt:
            return self.rcpt.pop(0)
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.seen += 1
        what = self.data.pop(0) if self.data else "250 taken"
        if what == "hang up":
            _cut(server)
            return "451 gone"
        if what == "dawdle":
            await asyncio.sleep(3)
        if what.startswith(("2", "hang up after")):
            self.taken += [(to, self._mail(envelope)) for to in envelope.rcpt_tos]
        if what == "hang up after taking":
            _cut(server)
        return what if what[0].isdigit() else "250 late"

    @staticmethod
    def _mail(envelope: Envelope) -> EmailMessage:
        content = envelope.content or b""
        mail = message_from_bytes(content if isinstance(content, bytes) else content.encode(), policy=default)
        assert isinstance(mail, EmailMessage)
        return mail

    @property
    def texts(self) -> list[str]:
        """Everything of each mail: headers and body."""
        return [mail.as_string() for _, mail in self.taken]

    def link(self, number: int = -1) -> str:
        """The link in one of the mails."""
        words = str(self.taken[number][1].get_content()).split()
        (link,) = [word for word in words if word.startswith("http")]
        return link


def _cut(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


@contextmanager
def serving(box: MailBox, **options: Any) -> Iterator[MailBox]:
    """Serve on the port of the box until the end of the block."""
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **options)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def free_port() -> int:
    """A port at which nobody listens now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
