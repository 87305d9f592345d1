"""What waits for a person: conflicts, records that need a decision, and failures."""

from __future__ import annotations

from itertools import groupby
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from finsuite.kernel.errors import Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.versions import version_of
from integration.choices import IssueState, Kind
from integration.models import Conflict, Connection, Link, SyncIssue, Unmatched
from integration.record_pages import Record, RecordPages
from integration.selectors import issues as selectors
from integration.selectors.links import counterparts_of
from integration.services import conflicts as conflict_services
from integration.services import issues as issue_services
from integration.services import links as link_services
from integration.ui import frame
from integration.ui.frame import actor_of, go, shown_page
from users.models import User

_SIDES = {"crm", "finance"}

# What a person may ask for when linking two records: whose values win where both have one.
_KEEP = {"link": None, "link_crm": "crm", "link_finance": "finance"}


@shown_page
@require_GET
def conflicts(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The conflict inbox: each with both values, field by field."""
    page = Paginator(selectors.open_conflicts(connection), 20).get_page(request.GET.get("page"))
    ends = {conflict.pk: _ends(conflict.link) for conflict in page}
    urls = RecordPages(cast("User", request.user), connection).of(end for both in ends.values() for end in both)
    shown = [
        {
            "conflict": conflict,
            "rows": _choices(conflict),
            "version": version_of(conflict),
            "crm_url": urls.get(ends[conflict.pk][0], ""),
            "finance_url": urls.get(ends[conflict.pk][1], ""),
        }
        for conflict in page
    ]
    context = {"conflicts": shown, "page": page}
    return frame.monitor(request, connection, "conflicts", "integration/conflicts.html", context)


@shown_page
@require_POST
def resolve(request: HttpRequest, connection: Connection, conflict: int) -> HttpResponse:
    """Keep the CRM's values, finance's, or what was ticked for each field."""
    found = selectors.conflict_of(connection, conflict)
    seen = request.POST.get("version") or None
    conflict_services.resolve(actor=actor_of(request), conflict=found, choices=_chosen(request, found), version=seen)
    messages.success(request, _("Settled. Both sides now say the same."))
    return go("conflicts", connection)


@shown_page
@require_GET
def decisions(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Records that look like one on the other side, with what tells them apart."""
    found = selectors.undecided(connection, after=read_id(request.GET.get("after", "")) or 0)
    shown, more = found[: selectors.PAGE], len(found) > selectors.PAGE
    records = [(row.kind, row.record_id) for row in shown]
    records += [(candidate.kind, candidate.id) for row in shown for candidate in row.candidates]
    urls = RecordPages(cast("User", request.user), connection).of(records)
    context = {
        "rows": [
            (
                row,
                [(candidate, urls.get((candidate.kind, candidate.id), "")) for candidate in row.candidates],
                urls.get((row.kind, row.record_id), ""),
            )
            for row in shown
        ],
        "next_url": f"{request.path}?after={shown[-1].id}" if more else "",
    }
    return frame.monitor(request, connection, "decisions", "integration/decisions.html", context)


@shown_page
@require_POST
def decide(request: HttpRequest, connection: Connection, unmatched: int) -> HttpResponse:
    """Link the record with the one that was chosen, or keep it apart from all of them."""
    waiting = selectors.undecided_of(connection, unmatched)
    about: dict[str, Any] = {
        "actor": actor_of(request),
        "connection": connection,
        "kind": waiting.kind,
        "record_id": waiting.record_id,
    }
    choice = request.POST.get("choice", "")
    if choice == "create":
        link_services.create_counterpart(**about)
        messages.success(request, _("They are not the same: a new record was made on the other side."))
    elif choice == "leave":
        link_services.leave_alone(**about)
        messages.success(request, _("The record stays on its own until you decide otherwise."))
    elif choice in _KEEP:
        link_services.link_records(**about, other_id=_candidate(request, waiting), keep=_KEEP[choice])
        messages.success(request, _("The two are linked."))
    else:
        raise Refused(_("Choose what to do with this record."))
    return go("decisions", connection)


@shown_page
@require_GET
def issues(request: HttpRequest, connection: Connection) -> HttpResponse:
    """What failed, by cause, with what to do about it."""
    listed = list(selectors.open_issues(connection)[: 10 * selectors.PAGE])
    records = [(issue.kind, issue.record_id) for issue in listed if issue.record_id is not None]
    others = counterparts_of(connection, records)
    urls = RecordPages(cast("User", request.user), connection).of([*records, *others.values()])
    found = [(issue_services.words(issue), issue) for issue in listed]
    found.sort(key=lambda pair: pair[0].cause)
    groups = [
        {"words": words, "issues": [_issue(issue, others, urls) for _words, issue in alike]}
        for words, alike in groupby(found, key=lambda pair: pair[0])
    ]
    return frame.monitor(request, connection, "issues", "integration/issues.html", {"groups": groups})


@shown_page
@require_POST
def retry(request: HttpRequest, connection: Connection, issue: int) -> HttpResponse:
    """Try one record again now."""
    issue_services.retry(actor=actor_of(request), issue=selectors.issue_of(connection, issue))
    messages.info(request, _("It is being tried again."))
    return go("issues", connection)


@shown_page
@require_POST
def retry_all(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Try everything that failed again now."""
    count = issue_services.retry_all(actor=actor_of(request), connection=connection)
    sentence = ngettext("%(n)d record is being tried again.", "%(n)d records are being tried again.", count)
    messages.info(request, sentence % {"n": count})
    return go("issues", connection)


def _candidate(request: HttpRequest, waiting: Unmatched) -> int:
    candidate = read_id(request.POST.get("candidate", ""))
    if candidate is None or candidate not in waiting.candidates:
        raise Refused(_("Choose one of the records that are listed."))
    return candidate


def _choices(conflict: Conflict) -> list[dict[str, Any]]:
    rows = selectors.rows_of(conflict)
    return [{**row, "input": f"field-{row['name']}", "chosen": "crm"} for row in rows]


def _ends(link: Link) -> tuple[Record, Record]:
    return (link.crm_kind, link.crm_id), (link.finance_kind, link.finance_id)


def _chosen(request: HttpRequest, conflict: Conflict) -> dict[str, str]:
    keep = request.POST.get("keep", "")
    names = [field["name"] for field in conflict.fields]
    if keep in _SIDES:
        return dict.fromkeys(names, keep)
    choices = {name: request.POST.get(f"field-{name}", "") for name in names}
    if not _SIDES.issuperset(choices.values()):
        raise Refused(_("Choose for each field whether the CRM’s or finance’s value is kept."))
    return choices


def _issue(issue: SyncIssue, others: dict[Record, Record], urls: dict[Record, str]) -> dict[str, Any]:
    record = (issue.kind, issue.record_id or 0)
    side = "crm" if issue.kind in (Kind.ACCOUNT, Kind.CONTACT) else "finance"
    ends = {side: record, "finance" if side == "crm" else "crm": others.get(record, ("", 0))}
    return {
        "id": issue.pk,
        "label": issue.label,
        "attempts": issue.attempts,
        "state": issue.get_state_display(),
        "waits": issue.state == IssueState.WAITING,
        "next_at": issue.next_at,
        "may_retry": issue.record_id is not None,
        "crm_url": urls.get(ends["crm"], ""),
        "finance_url": urls.get(ends["finance"], ""),
    }
