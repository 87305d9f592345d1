"""The views that serve a Resource."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, ClassVar

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, Kind, api_name, read_body
from finsuite.kernel.api.listing import Query, page_url, read_page, read_query, refuse_unknown, wants_deleted
from finsuite.kernel.api.plugs import history
from finsuite.kernel.api.problems import Problem, fault, invalid, problem_of
from finsuite.kernel.api.resources import Need, Resource, etag
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.api.views import ApiView
from finsuite.kernel.errors import DomainError, Refused

MOST_IN_BULK = 200

TOMBSTONES = {
    "id": Field(kind=Kind.ID, source="record_id", filterable=True),
    "deleted_at": Field(kind=Kind.TIME, source="at", filterable=True),
}
HISTORY = {
    "id": Field(kind=Kind.ID, source="id", orderable=True),
    "verb": Field(kind=Kind.TEXT, source="verb"),
    "at": Field(kind=Kind.TIME, source="at"),
    "who": Field(kind=Kind.TEXT, source="actor_label"),
    "via": Field(kind=Kind.TEXT, source="via"),
    "before": Field(kind=Kind.JSON, source="before"),
    "after": Field(kind=Kind.JSON, source="after"),
}
_TOMBSTONE_PARAMETERS = ("deleted", "limit", "cursor", "count", "updated_at__gte")


class ResourceView(ApiView):
    """A view of one entity."""

    resource_class: ClassVar[type[Resource]]

    @classmethod
    def of(cls, resource: type[Resource]) -> Callable[..., Any]:
        """This view for that entity, with its operations described."""
        operations = cls.describe(resource)
        attributes: dict[str, Any] = {"resource_class": resource, "operations": operations}
        if resource.write_scope != "write":
            attributes["needs"] = dict.fromkeys(("POST", "PATCH", "DELETE"), resource.write_scope)
        if not resource.can_write:
            attributes["http_method_names"] = [*operations, "head"]
        return type(f"{resource.component}{cls.__name__}", (cls,), attributes).as_view()  # type: ignore[attr-defined, no-any-return]

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        """What each method does, for the schema."""
        raise NotImplementedError

    @cached_property
    def resource(self) -> Resource:
        """The entity, for this caller."""
        return self.resource_class(self.request.user, self.actor)

    def enter(self, need: Need) -> None:
        """Let the caller into the tenant that the address names, or raise."""
        self.resource.organization = self.resource.enter(self.kwargs["organization"], need)

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(self.renamed(exc))

    def renamed(self, error: Exception) -> Exception:
        """The error with its fields named as the API names them: `owner`, where the service says `owner_id`."""
        if isinstance(error, Refused) and error.fields:
            fields = self.resource_class.fields
            error.fields = {api_name(fields, name): said for name, said in error.fields.items()}
        return error

    def expanded(self, names: frozenset[str]) -> frozenset[str]:
        """The references to expand; one that the caller may not look behind is unknown to them."""
        hidden = sorted(name for name in names if not self.resource.may_expand(name))
        if hidden:
            message = _("This cannot be expanded: %(names)s.") % {"names": ", ".join(hidden)}
            raise invalid([fault("?expand", "unknown", message)])
        return names


class CollectionView(ResourceView):
    """`accounts`: list and create."""

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        name = resource.component
        components = {name: schema.of_table(resource.fields), f"{name}List": schema.page_of(name)}
        operations = {
            "get": Operation(
                id=f"{name}_list",
                summary=f"List {resource.name}",
                tag=resource.tag,
                answer=ref(f"{name}List"),
                parameters=(
                    *schema.list_parameters(resource.fields, can_search=resource.can_search),
                    *(schema.parameter(name, {"type": "string"}, told) for name, told in resource.narrowed_by.items()),
                ),
                components=components,
            )
        }
        if resource.can_write:
            body = schema.of_input(resource.fields, required=resource.required())
            operations["post"] = Operation(
                id=f"{name}_create",
                summary=f"Create one of the {resource.name}",
                tag=resource.tag,
                status=201,
                answer=ref(name),
                body=ref(f"{name}Input"),
                parameters=(schema.DRY_RUN,),
                components={name: components[name], f"{name}Input": body},
            )
        return operations

    def check_parameters(self, request: Request) -> None:
        if request.method == "POST":
            refuse_unknown(request._request.GET, ("dry_run",))

    def get(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.VIEW)
        parameters = request._request.GET
        if wants_deleted(parameters):
            return Response(self._tombstones(request))
        resource = self.resource
        narrowed, rest = _narrowed(parameters, resource)
        query = read_query(
            rest,
            resource.table,
            ordering=resource.ordering,
            can_search=("search",) if resource.can_search else (),
        )
        self.expanded(query.expand)
        page, total = resource.page(query, narrowed)
        return Response(listed(request, page.rows, page.next, page.previous, total))

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.CREATE)
        values = read_body(self.json(), self.resource.fields, required=self.resource.required())
        if _is_dry_run(request):
            return Response(self._rehearse(values))
        row = self.resource.read_written(self.resource.create(values).pk)
        location = f"{request.path}/{row['id']}"
        return Response(row, status=201, headers={"ETag": etag(row), "Location": location})

    def _rehearse(self, values: dict[str, Any]) -> dict[str, Any]:
        with transaction.atomic():
            row = self.resource.read_written(self.resource.create(values).pk)
            transaction.set_rollback(True)
        return self.resource.unsaved(row)

    def _tombstones(self, request: Request) -> dict[str, Any]:
        parameters = request._request.GET
        refuse_unknown(parameters, _TOMBSTONE_PARAMETERS)
        table = {"updated_at": Field(kind=Kind.TIME, source="at", filterable=True), "id": HISTORY["id"]}
        query = read_query(parameters, table, ordering="-id", can_search=())
        rows = self.resource.tombstones()
        return _history_page(request, rows.filter(query.filters), query, TOMBSTONES, list)


class BulkView(ResourceView):
    """`accounts/bulk`: create and change up to 200 at once, each with its own result."""

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        name = resource.component
        inputs = schema.of_input(resource.fields)["properties"]
        record = {
            "type": "object",
            "properties": {**inputs, "id": {"type": "integer"}, "version": {"type": "string"}},
            "description": "With `id` and `version` (its `updated_at`), changes that record; without, creates one.",
        }
        result = {
            "type": "object",
            "required": ["status"],
            "properties": {"status": {"type": "integer"}, "record": ref(name), "problem": ref("Problem")},
        }
        return {
            "post": Operation(
                id=f"{name}_bulk",
                summary=f"Create or change many {resource.name}",
                tag=resource.tag,
                body={
                    "type": "object",
                    "required": ["records"],
                    "additionalProperties": False,
                    "properties": {
                        "records": {"type": "array", "minItems": 1, "maxItems": MOST_IN_BULK, "items": record}
                    },
                },
                answer={
                    "type": "object",
                    "required": ["results"],
                    "properties": {"results": {"type": "array", "items": result}},
                },
                components={name: schema.of_table(resource.fields)},
            )
        }

    def post(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.VIEW)
        records = _records(self.json())
        results: list[dict[str, Any]] = [{}] * len(records)
        new = [index for index, record in enumerate(records) if not _is_known(record)]
        for index, result in zip(new, self._create([records[index] for index in new]), strict=True):
            results[index] = result
        for index, record in enumerate(records):
            if _is_known(record):
                results[index] = self._change(record)
        written = self.resource.read_many([result["id"] for result in results if "id" in result])
        return Response({"results": [_result(result, written) for result in results]})

    def _create(self, records: list[Any]) -> list[dict[str, Any]]:
        """Create what is acceptable, in one batch where the room has one; in the order of the records."""
        if not records:
            return []
        self.enter(Need.CREATE)
        read = [self._read(record) for record in records]
        made = iter(self.resource.create_many([values for values in read if isinstance(values, dict)]))
        outcomes = [next(made) if isinstance(values, dict) else values for values in read]
        return [
            self._refusal(outcome) if isinstance(outcome, Exception) else {"status": 201, "id": outcome.pk}
            for outcome in outcomes
        ]

    def _read(self, record: Any) -> dict[str, Any] | Problem:
        try:
            return read_body(record, self.resource.fields, required=self.resource.required())
        except Problem as problem:
            return problem

    def _change(self, record: dict[str, Any]) -> dict[str, Any]:
        try:
            with transaction.atomic():
                self.enter(Need.EDIT)
                if "version" not in record:
                    raise Problem(428, "version_required", _("Name the version that you have seen, in `version`."))
                values = read_body(record, {**self.resource.fields, **_KEYS})
                found = self.resource.record(values.pop("id"))
                version = values.pop("version")
                return {"status": 200, "id": self.resource.update(found, values, version).pk}
        except (Problem, DomainError) as error:
            return self._refusal(error)

    def _refusal(self, error: Exception) -> dict[str, Any]:
        problem = problem_of(self.renamed(error))
        assert problem is not None
        return {"status": problem.status, "problem": problem.document()}


_KEYS = {"id": Field(kind=Kind.ID, writable=True), "version": Field(kind=Kind.TEXT, writable=True)}


def _narrowed(parameters: QueryDict, resource: Resource) -> tuple[dict[str, str], QueryDict]:
    """The list's own parameters, and the others. One that is given twice is left among the others, to be refused."""
    own = {name: str(parameters[name]) for name in resource.narrowed_by if len(parameters.getlist(name)) == 1}
    rest = parameters.copy()
    for name in own:
        del rest[name]
    return own, rest


def _delete_options(resource: type[Resource]) -> tuple[schema.Schema, ...]:
    return tuple(schema.parameter(name, {"type": "integer"}, told) for name, told in resource.delete_options.items())


def _ids(parameters: QueryDict, names: Iterable[str]) -> dict[str, int]:
    """Those of the parameters that are given; each is the id of a record."""
    given = {name: str(parameters[name]) for name in names if name in parameters}
    wrong = [name for name, text in given.items() if not (text.isascii() and text.isdigit() and len(text) < 19)]
    if wrong:
        raise invalid([fault(f"?{name}", "invalid", _("This is no id.")) for name in wrong], _("This is no id."))
    return {name: int(text) for name, text in given.items()}


def _is_known(record: Any) -> bool:
    return isinstance(record, dict) and "id" in record


class RecordView(ResourceView):
    """`accounts/7`: read, change, delete."""

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        name = resource.component
        components = {name: schema.of_table(resource.fields)}
        expand = (schema.parameter("expand", {"type": "string"}),) if _expandable(resource) else ()
        operations = {
            "get": Operation(
                id=f"{name}_read",
                summary=f"Read one of the {resource.name}",
                tag=resource.tag,
                answer=ref(name),
                parameters=expand,
                components=components,
            )
        }
        if resource.can_write:
            changed = ("409", "412", "428")
            operations["patch"] = Operation(
                id=f"{name}_change",
                summary=f"Change one of the {resource.name}",
                tag=resource.tag,
                answer=ref(name),
                body=ref(f"{name}Change"),
                parameters=(schema.IF_MATCH,),
                refusals=changed,
                components={**components, f"{name}Change": schema.of_input(resource.fields)},
            )
            operations["delete"] = Operation(
                id=f"{name}_delete",
                summary=f"Delete one of the {resource.name}",
                tag=resource.tag,
                status=204,
                parameters=(schema.IF_MATCH, *_delete_options(resource)),
                refusals=changed,
            )
        return operations

    def check_parameters(self, request: Request) -> None:
        known = {"GET": ["expand"], "HEAD": ["expand"], "DELETE": list(self.resource.delete_options)}
        refuse_unknown(request._request.GET, known.get(str(request.method), []))

    def get(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.VIEW)
        query = read_query(request._request.GET, self.resource.fields, ordering="id", can_search=())
        row = self.resource.read(self.kwargs["record"], self.expanded(query.expand))
        tag = etag(row)
        if request.headers.get("If-None-Match") == tag:
            return Response(status=304, headers={"ETag": tag})
        return Response(row, headers={"ETag": tag})

    def patch(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.EDIT)
        record = self.resource.record(self.kwargs["record"])
        version = self.version()
        values = read_body(self.json(), self.resource.fields)
        row = self.resource.read_written(self.resource.update(record, values, version).pk)
        return Response(row, headers={"ETag": etag(row)})

    def delete(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.DELETE)
        record = self.resource.record(self.kwargs["record"])
        self.resource.delete_with(record, self.version(), _ids(request._request.GET, self.resource.delete_options))
        return Response(status=204)


class HistoryView(ResourceView):
    """`accounts/7/history`: who did what to it, newest first."""

    parameters = ("limit", "cursor", "count")

    @classmethod
    def describe(cls, resource: type[Resource]) -> dict[str, Operation]:
        return {
            "get": Operation(
                id=f"{resource.component}_history",
                summary=f"The history of one of the {resource.name}",
                tag=resource.tag,
                answer=ref("HistoryList"),
                parameters=(schema.LIMIT, schema.CURSOR, schema.COUNT),
                components={
                    "HistoryEntry": schema.of_table(HISTORY),
                    "HistoryList": schema.page_of("HistoryEntry"),
                },
            )
        }

    def get(self, request: Request, **kwargs: Any) -> Response:
        self.enter(Need.VIEW)
        resource = self.resource
        resource.read(self.kwargs["record"])
        query = read_query(request._request.GET, {"id": HISTORY["id"]}, ordering="-id", can_search=())
        rows = history().of_record(
            tenant=resource.organization.tenant, kind=resource.kind, record_id=self.kwargs["record"]
        )
        return Response(_history_page(request, rows, query, HISTORY, resource.told_entries))


Entries = list[dict[str, Any]]


def _history_page(
    request: Request, rows: Any, query: Query, table: dict[str, Field], seen: Callable[[Entries], Entries]
) -> dict[str, Any]:
    page = read_page(rows, query, [field.source for field in table.values()])
    told = [{name: row[field.source] for name, field in table.items()} for row in page.rows]
    return listed(request, seen(told), page.next, page.previous, rows.count() if query.wants_count else None)


def listed(
    request: Request, rows: list[dict[str, Any]], following: str | None, previous: str | None, total: int | None
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "results": rows,
        "next": page_url(request._request, following),
        "previous": page_url(request._request, previous),
    }
    return told if total is None else {**told, "count": total}


def _is_dry_run(request: Request) -> bool:
    told = request._request.GET.get("dry_run", "false")
    if told not in ("true", "false"):
        raise invalid([fault("?dry_run", "boolean", _("This must be true or false."))])
    return told == "true"


def _records(body: Any) -> list[Any]:
    if not isinstance(body, dict) or set(body) != {"records"} or not isinstance(body["records"], list):
        raise invalid([fault("/records", "required", _('The body must be {"records": [...]}.'))])
    records = body["records"]
    if not 1 <= len(records) <= MOST_IN_BULK:
        message = _("There must be 1 to %(most)d records.") % {"most": MOST_IN_BULK}
        raise invalid([fault("/records", "range", message)])
    return records


def _result(result: dict[str, Any], written: dict[int, dict[str, Any]]) -> dict[str, Any]:
    if "problem" in result:
        return result
    return {"status": result["status"], "record": written[result["id"]]}


def _expandable(resource: type[Resource]) -> bool:
    return any(field.expand for field in resource.fields.values())
