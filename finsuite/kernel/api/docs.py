"""The OpenAPI document and the pages that show it, all from this server."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views import View
from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request
from rest_framework.response import Response

from finsuite.kernel.api.schema import Operation
from finsuite.kernel.api.views import ApiView

TAG = "The API itself"
# Swagger UI styles its elements one by one; everything else comes from this server alone.
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)


@cache
def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of all addresses."""
    with translation.override("en"):
        return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call, no-any-return]


class SchemaView(ApiView):
    """`schema`: the OpenAPI document."""

    is_public = True
    operations = {
        "get": Operation(id="schema", summary="This document", tag=TAG, answer={"type": "object"}, is_public=True)
    }

    def get(self, request: Request) -> Response:
        return Response(document())


class DocsView(View):
    """`docs`: the document, to read and to try."""

    def get(self, request: HttpRequest) -> HttpResponse:
        response = render(request, "api/docs.html")
        response.headers["Content-Security-Policy"] = POLICY
        return response
