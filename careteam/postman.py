"""Hands mails to a mail server (SMTP, RFC 5321). Knows nothing of whom they are to and why.

The server's certificate is verified wherever TLS is used; nothing is sent if it is not valid.
"""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from types import TracebackType

PORTS = {"starttls": 587, "tls": 465, "off": 25}


class Undelivered(Exception):
    """The mail was not taken. Its words name no address: what a server says may repeat one."""


class Refused(Undelivered):
    """The server refuses this mail for good; trying again is of no use."""


class Unreachable(Undelivered):
    """The server cannot be used now: it is down, slow, cuts the connection, or does not let us in."""


class NotNow(Undelivered):
    """The server does not take this mail now and may do so later."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed in. `tls` is `starttls`, `tls` or `off`; port 0 is the usual one; timeout in seconds."""

    host: str
    sender: str
    port: int = 0
    tls: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: int = 30


class Postman:
    """One connection for several mails, opened with the first one; after a failure the next one opens another.

    A step that the server does not answer within the timeout fails.
    """

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> "Postman":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave(politely=True)

    def deliver(self, mail: EmailMessage, address: str) -> None:
        """Return once the server has taken the mail for this one address. Raises Undelivered.

        A connection that is cut after the mail was sent, and before the server said so, counts as not taken: the mail
        is sent again, under the same Message-ID (RFC 5321, 6.1: twice is better than never).
        """
        try:
            connection = self._connection or self._connect()
            connection.send_message(mail, self._server.sender, [address])
        except smtplib.SMTPRecipientsRefused as error:
            self._leave()
            raise _answered(error.recipients[address][0]) from None
        except smtplib.SMTPDataError as error:
            self._leave()
            raise _answered(error.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            self._leave()
            raise Refused("the server does not take such an address") from None
        except (smtplib.SMTPException, OSError) as error:
            self._leave()
            raise Unreachable(_why(error)) from None
        except ValueError:
            self._leave()
            raise Refused("this cannot be sent as a mail") from None

    def _connect(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        place = (server.host, server.port or PORTS[server.tls])
        try:
            if server.tls == "tls":
                self._connection = smtplib.SMTP_SSL(*place, timeout=server.timeout, context=context)
            else:
                self._connection = smtplib.SMTP(*place, timeout=server.timeout)
            if server.tls == "starttls":
                self._connection.starttls(context=context)
            if server.user:
                self._connection.login(server.user, server.password)
        except smtplib.SMTPNotSupportedError:
            self._leave()
            raise Unreachable("the server offers no STARTTLS, or no way to sign in") from None
        return self._connection

    def _leave(self, *, politely: bool = False) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if politely:
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
        connection.close()


def _answered(code: int) -> Undelivered:
    return Refused(f"refused for good ({code})") if code >= 500 else NotNow(f"not taken now ({code})")


def _why(error: Exception) -> str:
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__}{f' ({code})' if code else ''}"
