"""Runs, what each decided, links, conflicts and issues."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from finsuite.kernel.api import schema
from finsuite.kernel.api.fields import Field, Kind, of_model
from finsuite.kernel.api.problems import fault, invalid
from finsuite.kernel.api.resources import etag
from finsuite.kernel.api.schema import Operation, ref
from integration import wording
from integration.api.base import RUN, TAG, ListView, SetupView, listing, operation, told
from integration.models import Action, Conflict, Link, Run, SyncIssue
from integration.selectors.issues import conflict_of, issue_of
from integration.selectors.runs import runs_of
from integration.services import conflicts as conflict_services
from integration.services import issues as issue_services
from integration.services import undo as undo_services

ACTION = of_model(
    Action,
    read=("id", "pairing", "op", "kind", "crm_id", "finance_id", "label", "reason", "before", "after", "state"),
)
LINK = of_model(
    Link,
    read=(
        *("id", "created_at", "updated_at", "pairing", "crm_kind", "crm_id", "finance_kind", "finance_id"),
        *("state", "reason", "synced_at"),
    ),
)
CONFLICT = of_model(
    Conflict,
    read=("id", "created_at", "updated_at", "link", "label", "fields", "state", "resolved_by", "resolved_at"),
)
ISSUE = of_model(
    SyncIssue,
    read=(
        *("id", "created_at", "updated_at", "run", "kind", "record_id", "label", "field", "code", "params"),
        *("attempts", "next_at", "state", "resolved_at"),
    ),
)
_KEEP = {
    "keep": Field(kind=Kind.CHOICE, choices=("crm", "finance"), writable=True, help="Keep this side for every field."),
    "fields": Field(kind=Kind.JSON, writable=True, help='Or field by field: {"billing_phone": "crm"}.'),
}


class RunsView(ListView):
    """`runs`."""

    table = RUN
    operations: ClassVar[dict[str, Operation]] = listing("SyncRun_list", "List the runs", "SyncRun", RUN)

    def rows(self) -> QuerySet[Run]:
        return runs_of(self.shown_connection())


class RunView(SetupView):
    """`runs/7`: how far it is."""

    operations: ClassVar[dict[str, Operation]] = {
        "get": operation("SyncRun_read", "Read one run, while it goes on or later", "SyncRun")
    }

    def get(self, request: Request, **kwargs: Any) -> Response:
        row = told(self.run(), RUN)
        return Response(row, headers={"ETag": etag(row)})


class ActionsView(ListView):
    """`runs/7/actions`: what it decided, and why, in words."""

    table = ACTION
    ordering = "id"
    operations: ClassVar[dict[str, Operation]] = listing(
        "SyncRun_actions", "What a run decided, step by step", "SyncAction", {**ACTION}
    )

    def rows(self) -> QuerySet[Action]:
        return Action.objects.filter(run=self.run())

    def shape(self, row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "reason": str(wording.reason(row["reason"]))}


class UndoView(SetupView):
    """`runs/7/undo`."""

    operations: ClassVar[dict[str, Operation]] = {
        "post": operation(
            "SyncRun_undo",
            "Take a run back, wherever nobody has changed what it did",
            "SyncRun",
            status=202,
            refusals=("409",),
        )
    }

    def post(self, request: Request, **kwargs: Any) -> Response:
        return Response(told(undo_services.undo(actor=self.actor, run=self.run()), RUN), status=202)


class LinksView(ListView):
    """`links`."""

    table = LINK
    operations: ClassVar[dict[str, Operation]] = listing("SyncLink_list", "List the linked pairs", "SyncLink", LINK)

    def rows(self) -> QuerySet[Link]:
        return Link.objects.filter(connection=self.shown_connection())


class ConflictsView(ListView):
    """`conflicts`."""

    table = CONFLICT
    operations: ClassVar[dict[str, Operation]] = listing(
        "SyncConflict_list", "List the conflicts", "SyncConflict", CONFLICT
    )

    def rows(self) -> QuerySet[Conflict]:
        return Conflict.objects.filter(connection=self.shown_connection())


class ResolveView(SetupView):
    """`conflicts/7/resolve`."""

    operations: ClassVar[dict[str, Operation]] = {
        "post": Operation(
            id="SyncConflict_resolve",
            summary="Settle a conflict: keep one side, or choose field by field",
            tag=TAG,
            body=schema.of_input(_KEEP),
            answer=ref("SyncConflict"),
            refusals=("409",),
            components={"SyncConflict": schema.of_table(CONFLICT)},
        )
    }

    def post(self, request: Request, **kwargs: Any) -> Response:
        conflict = conflict_of(self.shown_connection(), self.kwargs["conflict"])
        values = self.body(_KEEP)
        names = [field["name"] for field in conflict.fields]
        choices = dict.fromkeys(names, values["keep"]) if "keep" in values else values.get("fields")
        if not isinstance(choices, dict) or not {"crm", "finance"}.issuperset(map(str, choices.values())):
            message = _("Say for each field in conflict whether the value of “crm” or of “finance” is kept.")
            raise invalid([fault("/fields", "invalid", message)])
        if set(choices) != set(names):
            message = _("Decide exactly these fields: %(names)s.") % {"names": ", ".join(names)}
            raise invalid([fault("/fields", "invalid", message)])
        settled = conflict_services.resolve(actor=self.actor, conflict=conflict, choices=choices)
        return Response(told(settled, CONFLICT))


class IssuesView(ListView):
    """`issues`, each with its cause and its remedy."""

    table = ISSUE
    operations: ClassVar[dict[str, Operation]] = listing("SyncIssue_list", "List what failed", "SyncIssue", ISSUE)

    def rows(self) -> QuerySet[SyncIssue]:
        return SyncIssue.objects.filter(connection=self.shown_connection())

    def shape(self, row: dict[str, Any]) -> dict[str, Any]:
        words = issue_services.words(SyncIssue(**{name: row[name] for name in ("kind", "code", "field", "params")}))
        return {**row, "cause": words.cause, "remedy": words.remedy}


class RetryView(SetupView):
    """`issues/7/retry`."""

    operations: ClassVar[dict[str, Operation]] = {
        "post": Operation(
            id="SyncIssue_retry",
            summary="Try a record again now",
            tag=TAG,
            answer=ref("SyncIssue"),
            refusals=("409",),
            components={"SyncIssue": schema.of_table(ISSUE)},
        )
    }

    def post(self, request: Request, **kwargs: Any) -> Response:
        issue = issue_of(self.shown_connection(), self.kwargs["issue"])
        return Response(told(issue_services.retry(actor=self.actor, issue=issue), ISSUE))
