"""A mail server of the tests' own: a real one, on a port of this machine, that can be told to be difficult."""

from __future__ import annotations

import email
import email.policy
import socket
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

USER, PASSWORD = "finsuite", "let me send"


@dataclass
class Handler:
    """Takes mail, unless told otherwise: `answers` is what it says to a recipient, `to_data` to the message."""

    answers: dict[str, str] = field(default_factory=dict)
    to_data: str = "250 OK"
    to_sender: str = "250 OK"
    taken: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    hangs_up: bool = False

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.to_sender.startswith("250"):
            envelope.mail_from = address
        return self.to_sender

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.to_data.startswith("250"):
            message = email.message_from_bytes(envelope.content, policy=email.policy.default)
            self.taken.append((list(envelope.rcpt_tos), message))  # type: ignore[arg-type]
        if self.hangs_up:
            server.transport.abort()
        return self.to_data


class MailServer:
    """One that can be stopped and started again at the same address."""

    def __init__(self, *, most_bytes: int = 1_000_000) -> None:
        self.handler = Handler()
        self.most_bytes = most_bytes
        self.port = free_port()
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(
            self.handler,
            hostname="127.0.0.1",
            port=self.port,
            authenticator=self._authenticate,
            auth_required=True,
            auth_require_tls=False,
            data_size_limit=self.most_bytes,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that passwords go unencrypted: within this machine
            self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None
            time.sleep(0.05)

    @staticmethod
    def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=data == right, handled=False)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mail_server(settings: Any, **how: Any) -> Iterator[MailServer]:
    """The server at work, and finsuite set up to use it."""
    server = MailServer(**how)
    server.start()
    settings.EMAIL_BACKEND = "finsuite.kernel.mail.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER, PASSWORD
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 3
    settings.DEFAULT_FROM_EMAIL = "finsuite <mail@finsuite.example>"
    try:
        yield server
    finally:
        server.stop()
