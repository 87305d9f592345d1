"""Logging: one line per event with its context, and no secret in any of them."""

import logging.config
import re
import uuid
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

HIDDEN = "[hidden]"
SECRET_NAME = re.compile(
    r"passw|secret|token|authori[sz]ation|cookie|csrf|credential|api_?key|zsc_?key|dsn", re.IGNORECASE
)
# user:password@ in an address, and the tokens of an Authorization header, wherever they stand in a text.
SECRET_IN_TEXT = (
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@/]+@", re.IGNORECASE), r"\1" + HIDDEN + "@"),
    (re.compile(r"\b(Bearer|Token|Basic)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE), r"\1 " + HIDDEN),
)


def hide(value: Any, name: str = "") -> Any:
    """The same value without what a log must not hold."""
    if name and SECRET_NAME.search(name):
        return HIDDEN
    if isinstance(value, str):
        for pattern, replacement in SECRET_IN_TEXT:
            value = pattern.sub(replacement, value)
        return value
    if isinstance(value, Mapping):
        return {key: hide(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(hide(item) for item in value)
    return value


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last processor but one: whatever was logged, by us or by a library, passes here."""
    for name in list(event):
        if not name.startswith("_"):  # structlog's own bookkeeping
            event[name] = hide(event[name], name)
    return event


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def logging_settings(*, level: str, renderer: str) -> dict[str, Any]:
    """Django's LOGGING: everything to standard error, as text for people or as JSON for machines."""
    last = {
        "console": [structlog.processors.format_exc_info, hide_secrets, structlog.dev.ConsoleRenderer(colors=False)],
        "json": [structlog.processors.format_exc_info, hide_secrets, structlog.processors.JSONRenderer()],
    }[renderer]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            }
        },
        "handlers": {"standard_error": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["standard_error"], "level": level},
        "loggers": {"django.server": {"handlers": ["standard_error"], "propagate": False}},
    }


def configure(settings: dict[str, Any]) -> None:
    """What Django calls with LOGGING: the standard library's logging and structlog end in the same lines."""
    logging.config.dictConfig(settings)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class RequestLogMiddleware:
    """Give each request an id that stands in every line logged for it, and in its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        with structlog.contextvars.bound_contextvars(request_id=request_id, method=request.method, path=request.path):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response
