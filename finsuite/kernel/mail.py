"""Handing mail over: to a mail server, or to a folder where there is none yet."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends import smtp
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import sanitize_address

_NO_FILE_NAME = re.compile(r"[^A-Za-z0-9.@-]+")


class NotSetUp(Exception):
    """There is no mail server to hand anything to."""


class UnknownOutcome(Exception):
    """The connection ended after the message had gone, and before the mail server said what became of it."""


class _Careful:
    """Tells a connection that was lost when the whole message had gone from one that was lost before."""

    _has_gone = False

    def send(self, told: Any) -> None:
        super().send(told)  # type: ignore[misc]
        self._has_gone = isinstance(told, bytes) and told.endswith(b"\r\n.\r\n")

    def data(self, message: Any) -> tuple[int, bytes]:
        try:
            return super().data(message)  # type: ignore[misc, no-any-return]
        except (smtplib.SMTPServerDisconnected, OSError) as lost:
            if self._has_gone and not isinstance(lost, smtplib.SMTPResponseException):
                raise UnknownOutcome(str(lost)) from lost
            raise


class _Smtp(_Careful, smtplib.SMTP):
    pass


class _SmtpOverTls(_Careful, smtplib.SMTP_SSL):
    pass


class SmtpBackend(smtp.EmailBackend):
    """Django's, which also says whom the server refused while it took the message for others (`refused_by_server`)."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SmtpOverTls if self.use_ssl else _Smtp

    def _send(self, email_message: EmailMessage) -> bool:
        assert self.connection is not None
        encoding = email_message.encoding or settings.DEFAULT_CHARSET
        sender = sanitize_address(email_message.from_email, encoding)
        recipients = [sanitize_address(address, encoding) for address in email_message.recipients()]
        told = email_message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
        refused = self.connection.sendmail(sender, recipients, told)
        email_message.refused_by_server = refused  # type: ignore[attr-defined]
        return True

    def close(self) -> None:
        """Hang up. A server that has gone by then changes nothing of what it said."""
        try:
            super().close()
        except (smtplib.SMTPException, ssl.SSLError, OSError):
            self.connection = None


class FolderBackend(BaseEmailBackend):
    """Writes each message to a file of its own, which mail programs open. For development."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAIL_FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            told = message.message()
            (folder / file_of(str(told["Message-ID"]), datetime.now(tz=UTC))).write_bytes(told.as_bytes())
        return len(email_messages)


class NoBackend(BaseEmailBackend):
    """Where nobody has said yet which mail server to use."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise NotSetUp


def file_of(message_id: str, moment: datetime) -> str:
    """What a message is called in the folder: when, and which."""
    return f"{moment:%Y%m%d-%H%M%S}-{_NO_FILE_NAME.sub('-', message_id.strip('<>'))[:150]}.eml"


def refused_by_server(message: EmailMessage) -> Mapping[str, tuple[int, bytes]]:
    """The addresses that the server did not take while it took others, with its answers."""
    return getattr(message, "refused_by_server", {})
