"""Searching all records at once on the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from crm.access import access
from crm.choices import ActivityKind, Level, Module
from crm.selectors.everywhere import search_everywhere
from finsuite.kernel.api import schema
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.api.views import ApiView

LONGEST, MOST, USUAL = 200, 50, 20
ACTIVITIES = "activities"
SEARCHED = [*Module.values, ACTIVITIES]

_FOUND: schema.Schema = {
    "type": "object",
    "required": ["module", "id", "name", "details"],
    "properties": {
        "module": {"type": "string", "enum": Module.values},
        "id": {"type": "integer", "format": "int64"},
        "name": {"type": "string"},
        "details": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What tells it apart from others of that name.",
        },
    },
}
_NOTED: schema.Schema = {
    "type": "object",
    "required": ["id", "kind", "name", "about"],
    "properties": {
        "id": {"type": "integer", "format": "int64"},
        "kind": {"type": "string", "enum": ActivityKind.values},
        "name": {"type": "string", "description": "Its subject, or the beginning of its text."},
        "about": {"type": "string", "description": "The name of the record that it is about; empty if there is none."},
    },
}
_LIST: schema.Schema = {
    "type": "object",
    "required": ["results", "activities", "more", "meant"],
    "properties": {
        "results": {"type": "array", "items": ref("CrmFound")},
        "activities": {
            "type": "array",
            "items": ref("CrmFoundActivity"),
            "description": "Notes, calls, tasks and meetings.",
        },
        "more": {
            "type": "array",
            "items": {"type": "string", "enum": SEARCHED},
            "description": "Where more matches than is answered; list them with `?search=`.",
        },
        "meant": {
            "type": "string",
            "description": "How a misspelt search was understood, where nothing holds what was typed; else empty.",
        },
    },
}


class SearchView(ApiView):
    """`search?q=`: records of all modules that the caller may see, and what was noted; the best of each first."""

    parameters = ("q", "module", "limit")
    operations = {
        "get": Operation(
            id="Crm_search",
            summary="Search all records and activities",
            tag="CRM",
            answer=ref("CrmFoundList"),
            parameters=(
                schema.parameter("q", {"type": "string", "maxLength": LONGEST}, "Words, in any order."),
                schema.parameter("module", {"type": "string", "enum": SEARCHED}, "Only this module, or activities."),
                schema.parameter(
                    "limit",
                    {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
                    "How many of each module.",
                ),
            ),
            components={"CrmFound": _FOUND, "CrmFoundActivity": _NOTED, "CrmFoundList": _LIST},
        )
    }

    def get(self, request: Request, **kwargs: Any) -> Response:
        entered = access(request.user, self.kwargs["organization"])
        text, names, limit = self._asked(request)
        seen = [module for module in Module if module in names and entered.may(module, Level.VIEW)]
        noted = limit + 1 if ACTIVITIES in names else 0
        findings = search_everywhere(entered, text, modules=seen, limit=limit + 1, activities=noted)
        more = [module.value for module, group in findings.groups.items() if len(group) > limit]
        return Response(
            {
                "results": [
                    {"module": found.module.value, "id": found.id, "name": found.name, "details": found.details}
                    for group in findings.groups.values()
                    for found in group[:limit]
                ],
                "activities": [
                    {"id": found.id, "kind": found.kind.value, "name": found.name, "about": found.about}
                    for found in findings.activities[:limit]
                ],
                "more": [*more, *([ACTIVITIES] if len(findings.activities) > limit else [])],
                "meant": findings.meant,
            }
        )

    def _asked(self, request: Request) -> tuple[str, list[str], int]:
        parameters = request._request.GET
        text, module, limit = parameters.get("q", ""), parameters.get("module"), parameters.get("limit", str(USUAL))
        found = []
        if len(text) > LONGEST:
            found.append(fault("?q", "too_long", _("This is longer than 200 characters.")))
        if module is not None and module not in SEARCHED:
            found.append(fault("?module", "choice", _("There is no such module.")))
        if not (limit.isascii() and limit.isdigit() and len(limit) < 4 and 1 <= int(limit) <= MOST):
            message = _("This must be a whole number from 1 to %(most)d.") % {"most": MOST}
            found.append(fault("?limit", "range", message))
        if found:
            raise invalid(found)
        return text, [module] if module is not None else SEARCHED, int(limit)
