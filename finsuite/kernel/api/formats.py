"""JSON in and out, by orjson: strict when reading (no NaN, no broken UTF-8, no lone surrogates), exact when writing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAcceptable, ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

MAX_DEPTH = 20


def dumps(data: Any) -> bytes:
    """The data as JSON. Decimals are strings without an exponent; times are RFC 3339 in UTC."""
    return orjson.dumps(data, default=_other, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


def loads(raw: bytes) -> Any:
    """Read JSON, or raise ParseError with the line and column at fault."""
    try:
        data = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise ParseError(_("The body is not valid JSON: %(reason)s") % {"reason": str(error)}) from error
    if _is_deeper(data, MAX_DEPTH):
        raise ParseError(_("The body is nested more than %(depth)d levels deep.") % {"depth": MAX_DEPTH})
    return data


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return b"" if data is None else dumps(data)


class JSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        # `.body` enforces DATA_UPLOAD_MAX_MEMORY_SIZE, which reading the stream would not.
        request = (parser_context or {})["request"]
        return loads(request._request.body)


class Negotiation(BaseContentNegotiation):
    """JSON for whoever accepts it; no `?format=`, no suffixes."""

    def select_parser(self, request: Any, parsers: Iterable[BaseParser]) -> BaseParser | None:
        wanted = request.content_type.split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == wanted), None)

    def select_renderer(
        self, request: Any, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str] | None:
        offered = next(iter(renderers))
        kind = offered.media_type.split("/", maxsplit=1)[0]
        accepted = {part.split(";")[0].strip().lower() for part in request.META.get("HTTP_ACCEPT", "*/*").split(",")}
        if accepted & {"*/*", f"{kind}/*", offered.media_type, "application/problem+json", ""}:
            return offered, offered.media_type
        raise NotAcceptable


def _other(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Promise):
        return str(value)
    raise TypeError


def _is_deeper(data: Any, depth: int) -> bool:
    level = [data]
    for _step in range(depth):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True
