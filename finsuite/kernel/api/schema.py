"""The OpenAPI 3.1 document, from what each address declares: an entity's table of fields, or a view's `operations`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from finsuite.kernel.api.fields import BIGGEST_ID, LONGEST_TEXT, Field, Kind, comparators
from finsuite.kernel.api.listing import BIGGEST_PAGE, PAGE

Schema = dict[str, Any]

_KINDS: dict[Kind, Schema] = {
    Kind.ID: {"type": "integer", "minimum": 1, "maximum": BIGGEST_ID},
    Kind.TEXT: {"type": "string"},
    Kind.INTEGER: {"type": "integer"},
    Kind.DECIMAL: {"type": "string", "pattern": r"^-?[0-9]{1,30}(\.[0-9]{1,30})?$"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.TIME: {"type": "string", "format": "date-time"},
    Kind.TEXTS: {"type": "array", "items": {"type": "string"}, "maxItems": 100},
    Kind.IDS: {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": BIGGEST_ID}},
    Kind.JSON: {},
    Kind.CUSTOM: {"type": "object", "additionalProperties": True},
}

PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {name: {"type": "string"} for name in ("pointer", "code", "message")},
            },
        },
    },
}

_REFUSALS = {
    "400": "What was sent has errors; each is named.",
    "401": "Not signed in, or the key is unknown, expired or revoked.",
    "403": "The caller may see this, but may not do that with it.",
    "404": "Absent, or not the caller's to know of.",
    "405": "The address does not know this method.",
    "406": "The answer cannot be given in the format asked for.",
    "409": "It clashes with something else.",
    "412": "The record has changed since the version in If-Match.",
    "413": "The request is too large.",
    "415": "The body is in a format that is not read here.",
    "422": "The Idempotency-Key was used before with another request.",
    "428": "If-Match is missing.",
    "429": "Too many requests.",
    "503": "Busy; try again.",
}
_ALWAYS = ("400", "401", "403", "404", "405", "406", "429")


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What one method of one address does. `answer` and `body` are JSON schemas; `components` are named ones that they
    refer to by `ref(name)`."""

    id: str
    summary: str
    tag: str
    status: int = 200
    answer: Schema | None = None
    body: Schema | None = None
    body_required: bool = True
    media_type: str = "application/json"
    answer_type: str = "application/json"
    parameters: tuple[Schema, ...] = ()
    refusals: tuple[str, ...] = ()
    components: Mapping[str, Schema] = field(default_factory=dict)
    is_public: bool = False


class OperationSchema(AutoSchema):
    """Tells drf-spectacular what the view has declared, in place of guessing."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> Schema | None:
        operation = getattr(self.view, "operations", {}).get(method.lower())
        if operation is None:
            return None
        for name, component in {"Problem": PROBLEM, **operation.components}.items():
            _register(registry, ResolvedComponent.SCHEMA, name, component)
        for code in _REFUSALS:
            _register(registry, ResolvedComponent.RESPONSE, f"Refusal{code}", _refusal(code))
        return _render(operation, path, method)


def ref(name: str) -> Schema:
    """A reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def of_field(known: Field, shape: Callable[[Mapping[str, Field]], Schema]) -> Schema:
    """The schema of one field's value; `shape` makes that of an object with fields of its own."""
    told = dict(known.schema) if known.schema is not None else _of_kind(known, shape)
    if known.kind is Kind.TEXT and known.writable:
        told |= {"maxLength": known.max_length or LONGEST_TEXT, "pattern": "^[^\\u0000]*$"}
        if known.required:
            told["minLength"] = 1
    if known.kind is Kind.INTEGER and known.minimum is not None:
        told |= {"minimum": known.minimum, "maximum": BIGGEST_ID if known.maximum is None else known.maximum}
    if known.kind is Kind.DECIMAL and known.writable:
        whole = known.digits - known.places
        told["pattern"] = rf"^-?[0-9]{{1,{whole}}}(\.[0-9]{{1,{known.places}}})?$"
    if known.nullable:
        told = {"anyOf": [told, {"type": "null"}]}
    if known.help:
        told["description"] = known.help
    if not known.writable:
        told["readOnly"] = True
    return told


def _of_kind(known: Field, shape: Callable[[Mapping[str, Field]], Schema]) -> Schema:
    if known.kind is Kind.CHOICE:
        return _of_choices(known)
    if known.kind is Kind.OBJECT:
        return shape(known.of or {})
    if known.kind is Kind.ROWS:
        return {"type": "array", "items": shape(known.of or {}), "maxItems": known.most}
    if known.kind is Kind.IDS:
        return {**_KINDS[known.kind], "maxItems": known.most}
    return dict(_KINDS[known.kind])


def of_table(table: Mapping[str, Field]) -> Schema:
    """The schema of a record as it is answered. An expanded reference is an object in place of an id."""
    properties = {}
    for name, known in table.items():
        told = of_field(known, of_table)
        if known.expand:
            told = {"anyOf": [told, {"type": "object"}], "description": known.help}
        properties[name] = told
    always = [name for name, known in table.items() if not known.apart]
    return {"type": "object", "required": always, "properties": properties, "additionalProperties": False}


def of_input(table: Mapping[str, Field], *, required: tuple[str, ...] = ()) -> Schema:
    """The schema of a body that writes this table."""
    properties = {name: of_field(known, _of_row) for name, known in table.items() if known.writable}
    told: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**told, "required": list(required)} if required else told


def _of_row(table: Mapping[str, Field]) -> Schema:
    return of_input(table, required=tuple(name for name, known in table.items() if known.required))


def page_of(name: str) -> Schema:
    """The schema of one page of a list."""
    address: Schema = {"anyOf": [{"type": "string", "format": "uri"}, {"type": "null"}]}
    return {
        "type": "object",
        "required": ["results", "next", "previous"],
        "properties": {
            "results": {"type": "array", "items": ref(name)},
            "next": address,
            "previous": address,
            "count": {"type": "integer"},
        },
    }


def parameter(name: str, schema: Schema, description: str = "", *, place: str = "query") -> Schema:
    """One parameter of an operation."""
    told: Schema = {"name": name, "in": place, "schema": schema, "required": place == "path"}
    return {**told, "description": description} if description else told


LIMIT = parameter("limit", {"type": "integer", "minimum": 1, "maximum": BIGGEST_PAGE, "default": PAGE})
CURSOR = parameter("cursor", {"type": "string"}, "From `next` or `previous` of a page; opaque.")
COUNT = parameter("count", {"type": "boolean", "default": False}, "Also count all records that match.")
DRY_RUN = parameter("dry_run", {"type": "boolean", "default": False}, "Answer what would be saved, and save nothing.")
IDEMPOTENCY = parameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "Sent again within 24 hours with the same key, the request has its effect once.",
    place="header",
)
IF_MATCH = parameter(
    "If-Match",
    {"type": "string", "pattern": '^"[!#-~]*"$'},
    "The ETag of the record as you have seen it.",
    place="header",
)


def list_parameters(table: Mapping[str, Field], *, can_search: bool) -> tuple[Schema, ...]:
    """The parameters of a list of records with this table."""
    orderable = [name for name, known in table.items() if known.orderable]
    expandable = [name for name, known in table.items() if known.expand or known.apart]
    told = [LIMIT, CURSOR, COUNT]
    told.append(
        parameter("ordering", {"type": "string"}, "Of: " + ", ".join(orderable) + "; - in front turns it round.")
    )
    told.append(
        parameter("deleted", {"type": "boolean", "default": False}, "The deleted records in place of the live.")
    )
    if can_search:
        told.append(parameter("search", {"type": "string", "maxLength": 200}))
    if expandable:
        told.append(parameter("expand", {"type": "string"}, "Of: " + ", ".join(expandable) + "."))
    told += [
        parameter(f"{name}__{suffix}" if suffix else name, _of_filter(known, suffix))
        for name, known in table.items()
        for suffix in comparators(known)
    ]
    return tuple(told)


def _of_filter(known: Field, suffix: str) -> Schema:
    if suffix == "isnull":
        return {"type": "boolean"}
    if suffix == "in":
        return {"type": "string", "description": "Values with commas between them."}
    return _of_choices(known) if known.kind is Kind.CHOICE else dict(_KINDS[known.kind])


def _of_choices(known: Field) -> Schema:
    kind = "integer" if isinstance(known.choices[0], int) else "string"
    return {"type": kind, "enum": list(known.choices)}


def _render(operation: Operation, path: str, method: str) -> Schema:
    in_path = [
        parameter(
            name, dict(_KINDS[Kind.ID]) if name in _IDS or name.endswith("_id") else {"type": "string"}, place="path"
        )
        for name in re.findall(r"{([^}]+)}", path)
    ]
    headers = (IDEMPOTENCY,) if method == "POST" and not operation.is_public else ()
    success: Schema = {"description": operation.summary}
    if operation.answer is not None:
        success["content"] = {operation.answer_type: {"schema": operation.answer}}
    refusals = {*_ALWAYS, *operation.refusals}
    if operation.body is not None:
        refusals |= {"413", "415"}
    if method == "POST":
        refusals |= {"409", "422"}
    told: Schema = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [*in_path, *headers, *operation.parameters],
        "security": [{}] if operation.is_public else [{"bearer": []}, {"session": []}],
        "responses": {str(operation.status): success, **{code: _refusal_ref(code) for code in sorted(refusals)}},
    }
    if operation.body is not None:
        told["requestBody"] = {
            "required": operation.body_required,
            "content": {operation.media_type: {"schema": operation.body}},
        }
    return told


_IDS = ("id", "organization", "portal", "connection", "run", "record")


def _refusal_ref(code: str) -> Schema:
    return {"$ref": f"#/components/responses/Refusal{code}"}


def _refusal(code: str) -> Schema:
    return {"description": _REFUSALS[code], "content": {"application/problem+json": {"schema": ref("Problem")}}}


def _register(registry: ComponentRegistry, kind: str, name: str, schema: Schema) -> None:
    registry.register_on_missing(
        ResolvedComponent(name=name, type=kind, schema=schema, object=name)  # type: ignore[no-untyped-call]
    )
