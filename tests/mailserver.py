"""An SMTP server on loopback that keeps what it is given, and misbehaves on demand."""

import asyncio
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Literal, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

Phase = Literal["greeting", "recipient", "data", "quit"]


def smtp_settings(*, port: int, timeout: float = 5) -> dict[str, Any]:
    """Django's settings for sending through a server on loopback. `timeout` is in seconds."""
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
        "EMAIL_USE_TLS": False,
        "EMAIL_USE_SSL": False,
        "EMAIL_TIMEOUT": timeout,
    }


class MailServer:
    """Runs in a thread of its own while the `with` block runs.

    `recipient_reply` and `data_reply` are said in place of "250 OK" ("451 4.3.0 Later", "550 5.1.1 Unknown").
    `hang_at` makes it fall silent for good at that phase; at "data" it has kept the message by then, as a
    server does that is cut off before it can say so. A server that is `refusing` has its port and takes no connection
    until it is told to `accept`.
    """

    def __init__(self, *, port: int = 0, refusing: bool = False) -> None:
        self.port = port
        self._refusing = refusing
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.connections = 0
        self.recipient_reply = ""
        self.data_reply = ""
        self.hang_at: Phase | None = None
        self._transports: list[asyncio.Transport] = []
        self._hanging = threading.Event()
        self._arrived = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail server", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def wait_for(self, count: int, *, timeout: float = 30) -> list[EmailMessage]:
        """The messages, once there are at least `count`. Raises AssertionError after `timeout` seconds."""
        with self._arrived:
            enough = self._arrived.wait_for(lambda: len(self.messages) >= count, timeout)
        assert enough, f"{len(self.messages)} of {count} messages after {timeout} seconds"
        return self.messages

    def wait_until_it_hangs(self, *, timeout: float = 30) -> None:
        """Return once a client waits for an answer that does not come."""
        assert self._hanging.wait(timeout), f"nobody was left hanging within {timeout} seconds"

    def accept(self) -> None:
        """Refuse connections no longer."""
        asyncio.run_coroutine_threadsafe(self._server.start_serving(), self._loop).result(10)

    def hang_up(self) -> None:
        """Cut every connection that waits for an answer."""
        self.hang_at = None
        self._loop.call_soon_threadsafe(self._cut)

    # What aiosmtpd calls.

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self._hang_if_at("recipient")
        if self.recipient_reply:
            return self.recipient_reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data_reply:
            return self.data_reply
        content = envelope.content
        assert isinstance(content, bytes)
        with self._arrived:
            self.messages.append(message_from_bytes(content, policy=policy.default))
            self.recipients.extend(address for address in envelope.rcpt_tos if address)
            self._arrived.notify_all()
        await self._hang_if_at("data")
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await self._hang_if_at("quit")
        return "221 Bye"

    async def _hang_if_at(self, phase: Phase) -> None:
        if self.hang_at == phase:
            self._hanging.set()
            await asyncio.Event().wait()

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(
            self._protocol, "127.0.0.1", self.port, start_serving=not self._refusing
        )

    def _protocol(self) -> asyncio.BaseProtocol:
        self.connections += 1
        if self.hang_at == "greeting":
            self._hanging.set()
            return _Silent(self._transports)
        return SMTP(self, hostname="mail.example.test", loop=self._loop)

    def _cut(self) -> None:
        for transport in self._transports:
            transport.abort()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()

    async def _close(self) -> None:
        self._server.close()
        others = asyncio.all_tasks(self._loop) - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


class _Silent(asyncio.Protocol):
    """Takes a connection and never says a word."""

    def __init__(self, transports: list[asyncio.Transport]) -> None:
        self._transports = transports

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transports.append(transport)
