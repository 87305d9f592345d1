"""Runs: the preview before the first one, their progress, what each did, and undoing one."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from finsuite.kernel.formats import number
from finsuite.kernel.ids import read_id
from finsuite.kernel.spreadsheets import csv_chunks
from integration.choices import ConnectionState, RunState, RunTrigger
from integration.models import Action, Connection, Run
from integration.record_pages import RecordPages
from integration.selectors import runs as selectors
from integration.selectors.connections import setting_of
from integration.services import runs as services
from integration.services import undo as undo_services
from integration.services.launch import go_live
from integration.ui import export, frame
from integration.ui.frame import actor_of, go, shown_page
from users.models import User

_NOT_UNDOABLE = {RunTrigger.PREVIEW.value, RunTrigger.UNDO.value}
_GROUPS = {
    selectors.FINANCE: gettext_lazy("To finance"),
    selectors.CRM: gettext_lazy("To the CRM"),
    selectors.NOWHERE: gettext_lazy("Nothing is written"),
}
_SORT = ("op", "kind", "reason")  # what the list of actions can be narrowed to
_TABLE = "actions-card"
_GOING_ON = {RunState.QUEUED.value, RunState.RUNNING.value}


@shown_page
@require_GET
def review(request: HttpRequest, connection: Connection) -> HttpResponse:
    """What the first sync would do. A preview is made when there is none yet with the settings as they are now."""
    setting = setting_of(connection)
    previews = selectors.runs_of(connection).filter(trigger=RunTrigger.PREVIEW, generation=setting.generation)
    run = previews.first() or services.preview(actor=actor_of(request), setting=setting)
    context = _context(request, connection, run)
    return _page(request, connection, run, context, "integration/review.html")


@shown_page
@require_POST
def preview(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Look again at what would be done."""
    run = services.preview(actor=actor_of(request), setting=setting_of(connection))
    if connection.state == ConnectionState.CONFIGURED:
        return go("review", connection)
    return go("run", connection, run=run.pk)


@shown_page
@require_POST
def start(request: HttpRequest, connection: Connection, run: int) -> HttpResponse:
    """Do what the preview says. The connection is activated with it, the first time."""
    started = go_live(actor=actor_of(request), previewed=selectors.run_of(connection, run))
    return go("run", connection, run=started.pk)


@shown_page
@require_GET
def runs(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Every run, the newest first."""
    size = int(request.GET["size"]) if request.GET.get("size") in {"20", "50", "100"} else 50
    page = Paginator(selectors.runs_of(connection), size).get_page(request.GET.get("page"))
    return frame.monitor(
        request, connection, "runs", "integration/runs.html", {"runs": selectors.listed(page), "page": page}
    )


@shown_page
@require_GET
def run(request: HttpRequest, connection: Connection, run: int) -> HttpResponse:
    """One run: how far it is, and what it did and why."""
    found = selectors.run_of(connection, run)
    context = _context(request, connection, found)
    return _page(request, connection, found, context, "integration/run.html")


@shown_page
@require_GET
def progress(request: HttpRequest, connection: Connection, run: int) -> HttpResponse:
    """How far it is; when it is over, the whole page once more."""
    found = selectors.run_of(connection, run)
    response = render(request, "integration/_progress.html", _context(request, connection, found))
    if found.state not in _GOING_ON:
        response["HX-Refresh"] = "true"
    return response


@shown_page
@require_POST
def cancel(request: HttpRequest, connection: Connection, run: int) -> HttpResponse:
    """Stop a run. What it did so far stays, and can be undone."""
    cancelled = services.cancel(actor=actor_of(request), run=selectors.run_of(connection, run))
    messages.info(request, _("The run stops. What it did so far stays, and can be undone."))
    return go("run", connection, run=cancelled.pk)


@shown_page
@require_POST
def undo(request: HttpRequest, connection: Connection, run: int) -> HttpResponse:
    """Take back what the run wrote, wherever it still stands."""
    undoing = undo_services.undo(actor=actor_of(request), run=selectors.run_of(connection, run))
    messages.info(request, _("The run is being undone."))
    return go("run", connection, run=undoing.pk)


@shown_page
@require_GET
def actions_csv(request: HttpRequest, connection: Connection, run: int) -> StreamingHttpResponse:
    """Everything that the run decided, as a file."""
    found = selectors.run_of(connection, run)
    lines = csv_chunks(export.action_rows(found))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="finsuite-run-{found.pk}.csv"'
    return response


def _page(
    request: HttpRequest, connection: Connection, run: Run, context: dict[str, Any], template: str
) -> HttpResponse:
    if request.htmx and "after" in request.GET:  # type: ignore[attr-defined]
        return render(request, "integration/_more_actions.html", context)
    if template == "integration/review.html":
        return frame.wizard(request, connection, "review", template, context)
    return frame.monitor(request, connection, "runs", template, context)


def _context(request: HttpRequest, connection: Connection, run: Run) -> dict[str, Any]:
    search = request.GET.get("q", "").strip()[:100]
    only = {name: value[:60] for name in _SORT if (value := request.GET.get(name, ""))}
    after = read_id(request.GET.get("after", "")) or 0
    found = selectors.actions_of(run, **only, search=search, after=after)
    shown, more = found[: selectors.PAGE], len(found) > selectors.PAGE
    return {
        "organization": connection.crm_organization,
        "connection": connection,
        "run": run,
        "running": run.state in _GOING_ON,
        "seconds": _seconds(run),
        "words": _("%(done)s of %(total)s") % {"done": number(run.done), "total": number(run.total)},
        "groups": [_group(request, group) for group in selectors.groups_of(run)],
        "actions": _rows(request, connection, shown),
        "after": after,
        "only": only,
        "search": search,
        "next_url": _next(request, shown[-1].pk) if more else "",
        "may_start": run.state == RunState.PLANNED and connection.state == ConnectionState.CONFIGURED,
        "may_undo": run.trigger not in _NOT_UNDOABLE and run.state in undo_services.UNDOABLE,
    }


def _group(request: HttpRequest, group: selectors.Group) -> dict[str, Any]:
    return {
        "title": _GROUPS[group.name],
        "figure": number(group.count),
        "tallies": [(tally, number(tally.count), _only(request, tally)) for tally in group.tallies],
    }


def _seconds(run: Run) -> str:
    """How long it took. Changes are gathered by the hour they fall in: how long that takes says nothing."""
    if run.started_at is None or run.trigger == RunTrigger.CHANGES:
        return ""
    return number(round(((run.finished_at or timezone.now()) - run.started_at).total_seconds(), 1))


def _only(request: HttpRequest, tally: selectors.Tally) -> str:
    chosen = {name: value for name in _SORT if (value := getattr(tally, name))}
    return f"{_address(request)}?{urlencode(chosen)}#{_TABLE}"


def _rows(request: HttpRequest, connection: Connection, actions: list[Action]) -> list[dict[str, Any]]:
    ends = [selectors.ends_of(action) for action in actions]
    urls = RecordPages(cast("User", request.user), connection).of(end for both in ends for end in both.values())
    return [
        {**selectors.shown(action), **{f"{side}_url": urls.get(end, "") for side, end in both.items()}}
        for action, both in zip(actions, ends, strict=True)
    ]


def _next(request: HttpRequest, after: int) -> str:
    kept = {name: value for name in (*_SORT, "q") if (value := request.GET.get(name))}
    return f"{_address(request)}?{urlencode({**kept, 'after': after})}"


def _address(request: HttpRequest) -> str:
    """The page itself, also from within its progress fragment."""
    match = request.resolver_match
    if match is None or match.url_name != "progress":
        return request.path
    return reverse("integration:run", kwargs=match.kwargs)
