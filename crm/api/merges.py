"""Duplicates and merges on the API: what looks like a record, merging two or three, and taking a merge back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from crm.access import Access, access
from crm.choices import Level, Module
from crm.models import DuplicateSuggestion, Merge
from crm.selectors.duplicates import duplicates_of, suggestions
from crm.selectors.merges import get_merge, merges
from crm.selectors.records import get_record
from crm.services import duplicates as services
from crm.services.kinds import KINDS
from crm.services.merging import MOST, MergePlan, merge_records, plan_merge
from crm.services.unmerging import undo_merge
from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, Kind, of_model
from finsuite.kernel.api.listing import read_page, read_query
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.api.resource_views import listed
from finsuite.kernel.api.schema import Operation, ref
from finsuite.kernel.api.views import ApiView

TAG = "CRM"

DUPLICATE = {
    "id": Field(kind=Kind.ID),
    "name": Field(kind=Kind.TEXT),
    "score": Field(kind=Kind.INTEGER, help="0 to 100"),
    "likeness": Field(kind=Kind.CHOICE, choices=("likely", "possible")),
    "reasons": Field(kind=Kind.TEXTS, help="why the two may be the same, in words"),
}
SUGGESTION = of_model(DuplicateSuggestion, read=("id", "low_id", "high_id", "score", "found_at"), orderable=("score",))
MERGE = of_model(
    Merge,
    read=(
        *("id", "module", "survivor_id", "survivor_label", "choices", "before", "after", "moved"),
        *("actor_name", "at", "undone_at", "undone_by_name"),
    ),
    unfiltered=("choices", "before", "after", "moved"),
)
MERGE_INPUT = {
    "survivor": Field(kind=Kind.ID, writable=True, required=True, help="the record that stays"),
    "losers": Field(kind=Kind.JSON, writable=True, required=True, help="the ids of one or two others"),
    "choices": Field(
        kind=Kind.JSON,
        writable=True,
        help='whose value a field takes: {"phone": 7}; what is left out takes the survivor\'s value, or where that is '
        "blank the first that is not",
    ),
    "versions": Field(kind=Kind.JSON, writable=True, help='the versions seen, by id: {"7": "2026-11-21T…Z"}'),
}
PAIR_INPUT = {"ids": Field(kind=Kind.JSON, writable=True, required=True, help="the ids of the records")}
_COMPONENTS = {
    "CrmDuplicate": schema.of_table(DUPLICATE),
    "CrmSuggestion": schema.of_table(SUGGESTION),
    "CrmSuggestionList": schema.page_of("CrmSuggestion"),
    "CrmMerge": schema.of_table(MERGE),
    "CrmMergeList": schema.page_of("CrmMerge"),
}


class ModuleView(ApiView):
    """An address below a module's."""

    module: ClassVar[Module]

    @classmethod
    def of(cls, module: Module) -> Callable[..., Any]:
        """The view for one module."""
        name = f"{module.value.title()}{cls.__name__}"
        return type(name, (cls,), {"module": module, "operations": cls.describe(module)}).as_view()  # type: ignore[attr-defined, no-any-return]

    @classmethod
    def describe(cls, module: Module) -> dict[str, Operation]:
        """What its methods do."""
        raise NotImplementedError

    def entered(self, level: Level) -> Access:
        """The caller's access, for those who reach the level in the module."""
        found = access(self.request.user, self.kwargs["organization"])
        found.require(self.module, level)
        return found


class RecordDuplicatesView(ModuleView):
    """`accounts/7/duplicates`."""

    @classmethod
    def describe(cls, module: Module) -> dict[str, Operation]:
        answer = {
            "type": "object",
            "required": ["results"],
            "properties": {"results": {"type": "array", "items": ref("CrmDuplicate")}},
        }
        return {"get": _operation(module, "duplicates", "What looks like this record, and why", answer, "CrmDuplicate")}

    def get(self, request: Request, **kwargs: Any) -> Response:
        entered = self.entered(Level.VIEW)
        record = get_record(entered, self.module, self.kwargs["record"])
        services.catch_up(entered.organization, self.module)
        told = [
            {
                "id": found.record.pk,
                "name": str(found.record),
                "score": found.score,
                "likeness": found.likeness.value,
                "reasons": found.reasons,
            }
            for found in duplicates_of(entered, self.module, record)
        ]
        return Response({"results": told})


class SuggestionsView(ModuleView):
    """`accounts/duplicates`: the pairs that the last search found."""

    @classmethod
    def describe(cls, module: Module) -> dict[str, Operation]:
        summary = "The pairs of records that may be one, as the last search found them"
        parameters = schema.list_parameters(SUGGESTION, can_search=False)
        found = _operation(module, "suggestions", summary, ref("CrmSuggestionList"), parameters=parameters)
        return {"get": found}

    def check_parameters(self, request: Request) -> None:
        """The table of fields does."""

    def get(self, request: Request, **kwargs: Any) -> Response:
        return _listed(request, suggestions(self.entered(Level.VIEW), self.module), SUGGESTION, "-score,id")


class SearchView(ModuleView):
    """`accounts/duplicates/search`: have the module searched again."""

    @classmethod
    def describe(cls, module: Module) -> dict[str, Operation]:
        return {"post": _operation(module, "search_duplicates", "Search the module for duplicates", None, status=202)}

    def post(self, request: Request, **kwargs: Any) -> Response:
        entered = self.entered(Level.VIEW)
        services.ask_for_duplicates(actor=self.actor, organization=entered.organization, module=self.module)
        return Response(None, status=202)


class DismissView(ModuleView):
    """`accounts/duplicates/dismiss`: these are not the same."""

    @classmethod
    def describe(cls, module: Module) -> dict[str, Operation]:
        body = schema.of_input(PAIR_INPUT, required=("ids",))
        summary = "Say of records that they are not the same: they are not suggested any more"
        return {"post": _operation(module, "dismiss_duplicates", summary, None, status=204, body=body)}

    def post(self, request: Request, **kwargs: Any) -> Response:
        entered = self.entered(Level.EDIT)
        ids = _ids(self.body(PAIR_INPUT, required=("ids",))["ids"], "/ids", at_least=2)
        services.dismiss(actor=self.actor, organization=entered.organization, module=self.module, ids=ids)
        return Response(None, status=204)


class RecallView(ModuleView):
    """`accounts/duplicates/recall`: they may be the same after all."""

    @classmethod
    def describe(cls, module: Module) -> dict[str, Operation]:
        body = schema.of_input(PAIR_INPUT, required=("ids",))
        summary = "Take back that records are not the same"
        return {"post": _operation(module, "recall_duplicates", summary, None, status=204, body=body)}

    def post(self, request: Request, **kwargs: Any) -> Response:
        entered = self.entered(Level.EDIT)
        ids = _ids(self.body(PAIR_INPUT, required=("ids",))["ids"], "/ids", at_least=2)
        services.recall(actor=self.actor, organization=entered.organization, module=self.module, ids=ids)
        return Response(None, status=204)


class MergeView(ModuleView):
    """`accounts/merge`: make one record of two or three; with `dry_run=true`, say what that would do."""

    parameters = ("dry_run",)

    @classmethod
    def describe(cls, module: Module) -> dict[str, Operation]:
        return {
            "post": _operation(
                module,
                "merge",
                "Make one record of two or three; with dry_run=true, say what that would do, and do nothing",
                ref("CrmMerge"),
                "CrmMerge",
                status=201,
                body=schema.of_input(MERGE_INPUT, required=("survivor", "losers")),
                parameters=(schema.parameter("dry_run", {"type": "boolean"}, "Rehearse, and save nothing."),),
                refusals=("409",),
            )
        }

    def post(self, request: Request, **kwargs: Any) -> Response:
        entered = self.entered(Level.DELETE)
        values = self.body(MERGE_INPUT, required=("survivor", "losers"))
        losers = _ids(values["losers"], "/losers", at_most=MOST - 1)
        choices = _choices(values.get("choices") or {})
        if _is_dry_run(request):
            plan = plan_merge(entered, self.module, survivor_id=values["survivor"], loser_ids=losers, choices=choices)
            return Response(_planned(entered, plan))
        merge = merge_records(
            actor=self.actor,
            organization=entered.organization,
            module=self.module,
            survivor_id=values["survivor"],
            loser_ids=losers,
            choices=choices,
            versions=_versions(values.get("versions") or {}),
        )
        return Response(_told(merge), status=201)


class MergesView(ApiView):
    """`merges`: what was merged, the newest first."""

    operations: ClassVar[dict[str, Operation]] = {
        "get": Operation(
            id="CrmMerge_list",
            summary="The merges, the newest first",
            tag=TAG,
            answer=ref("CrmMergeList"),
            parameters=schema.list_parameters(MERGE, can_search=False),
            components={name: _COMPONENTS[name] for name in ("CrmMerge", "CrmMergeList")},
        )
    }

    def check_parameters(self, request: Request) -> None:
        """The table of fields does."""

    def get(self, request: Request, **kwargs: Any) -> Response:
        found = access(self.request.user, self.kwargs["organization"])
        if not any(found.may(module, Level.VIEW) for module in Module):
            found.require(Module.ACCOUNTS, Level.VIEW)
        return _listed(request, merges(found), MERGE, "-id")


class UndoView(ApiView):
    """`merges/7/undo`."""

    operations: ClassVar[dict[str, Operation]] = {
        "post": Operation(
            id="CrmMerge_undo",
            summary="Take a merge apart again, as long as what it changed is as it left it",
            tag=TAG,
            answer=ref("CrmMerge"),
            components={"CrmMerge": _COMPONENTS["CrmMerge"]},
        )
    }

    def post(self, request: Request, **kwargs: Any) -> Response:
        merge = get_merge(access(self.request.user, self.kwargs["organization"]), self.kwargs["merge"])
        return Response(_told(undo_merge(actor=self.actor, merge=merge)))


def merge_urls() -> list[URLPattern]:
    """The addresses of duplicates and merges, below an organization's."""
    found = [
        path("merges", MergesView.as_view(), name="merges"),
        path("merges/<id:merge>/undo", UndoView.as_view(), name="merge-undo"),
    ]
    for module in KINDS:
        found += [
            path(
                f"{module}/<id:record>/duplicates", RecordDuplicatesView.of(module), name=f"{module}-record-duplicates"
            ),
            path(f"{module}/duplicates", SuggestionsView.of(module), name=f"{module}-duplicates"),
            path(f"{module}/duplicates/search", SearchView.of(module), name=f"{module}-duplicates-search"),
            path(f"{module}/duplicates/dismiss", DismissView.of(module), name=f"{module}-duplicates-dismiss"),
            path(f"{module}/duplicates/recall", RecallView.of(module), name=f"{module}-duplicates-recall"),
            path(f"{module}/merge", MergeView.of(module), name=f"{module}-merge"),
        ]
    return found


def _operation(
    module: Module, verb: str, summary: str, answer: schema.Schema | None, component: str = "", **more: Any
) -> Operation:
    name = module.value.title()
    listed_too = {"CrmSuggestion": _COMPONENTS["CrmSuggestion"], "CrmSuggestionList": _COMPONENTS["CrmSuggestionList"]}
    components = {component: _COMPONENTS[component]} if component else listed_too if verb == "suggestions" else {}
    return Operation(id=f"Crm{name}_{verb}", summary=summary, tag=TAG, answer=answer, components=components, **more)


def _listed(request: Request, rows: QuerySet[Any], table: dict[str, Field], ordering: str) -> Response:
    query = read_query(request._request.GET, table, ordering=ordering, can_search=())
    found = rows.filter(query.filters)
    page = read_page(found, query, [field.source for field in table.values()])
    told = [{name: row[field.source] for name, field in table.items()} for row in page.rows]
    total = found.count() if query.wants_count else None
    return Response(listed(request, told, page.next, page.previous, total))


def _told(merge: Merge) -> dict[str, Any]:
    return {name: getattr(merge, field.source) for name, field in MERGE.items()}


def _planned(entered: Access, plan: MergePlan) -> dict[str, Any]:
    """What a merge would do: in the shape of a merge, without an id, with `moves` in numbers."""
    before = {name: getattr(plan.survivor, name, None) for name in plan.values}
    return {
        **dict.fromkeys(MERGE),
        "module": plan.module.value,
        "survivor_id": plan.survivor.pk,
        "survivor_label": str(plan.survivor),
        "choices": {field.name: field.taken for field in plan.fields if field.differs},
        "before": before,
        "after": dict(plan.values),
        "moved": {
            move.hanging.name: {str(pk): count for pk, count in move.counts.items()}
            for move in plan.moves
            if move.hanging.module is None or entered.may(move.hanging.module, Level.VIEW)
        },
        "notes": plan.lines.notes,
        "actor_name": "",
        "undone_by_name": "",
    }


def _is_dry_run(request: Request) -> bool:
    told = request._request.GET.get("dry_run", "false")
    if told not in ("true", "false"):
        raise invalid([fault("?dry_run", "boolean", _("This must be true or false."))])
    return told == "true"


def _ids(given: Any, pointer: str, *, at_least: int = 1, at_most: int = 10) -> list[int]:
    is_list = isinstance(given, list) and all(type(pk) is int and 0 < pk < 2**63 for pk in given)
    if not is_list or not at_least <= len(given) <= at_most:
        said = _("This must be a list of %(least)d to %(most)d ids.") % {"least": at_least, "most": at_most}
        raise invalid([fault(pointer, "ids", said)])
    return list(given)


def _choices(given: Any) -> dict[str, int]:
    if not isinstance(given, dict) or not all(type(pk) is int for pk in given.values()):
        raise invalid([fault("/choices", "ids", _("This must be an object of field names and ids."))])
    return dict(given)


def _versions(given: Any) -> dict[int, str]:
    if not isinstance(given, dict) or not all(pk.isdigit() and isinstance(v, str) for pk, v in given.items()):
        raise invalid([fault("/versions", "versions", _("This must be an object of ids and versions."))])
    return {int(pk): version for pk, version in given.items()}
