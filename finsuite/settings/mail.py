"""Where mail goes, from one address: `smtp+tls://user:password@mail.example.com:587`."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SCHEMES = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}


@dataclass(frozen=True)
class MailServer:
    """What Django's settings want to know of it."""

    host: str
    port: int
    user: str
    password: str
    use_tls: bool
    use_ssl: bool


def mail_server(url: str) -> MailServer:
    """The server of this address; one that nobody asks for an empty one."""
    parts = urlsplit(url or "smtp://localhost")
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise ImproperlyConfigured(f"EMAIL_URL begins with one of {', '.join(SCHEMES)}, and names a host")
    return MailServer(
        host=parts.hostname,
        port=parts.port or SCHEMES[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_tls=parts.scheme == "smtp+tls",
        use_ssl=parts.scheme == "smtp+ssl",
    )
