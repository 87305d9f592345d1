"""What waits for a person: conflicts, records that need a decision, and failures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from finsuite.kernel.errors import NotFound
from integration.choices import ConflictState, IssueState, Kind
from integration.models import Conflict, Connection, SyncIssue, Unmatched
from integration.selectors.connections import undecided_rows
from integration.selectors.mappings import field_label
from integration.selectors.record_names import Names, names_of
from integration.selectors.values import readable

PAGE = 50


@dataclass(frozen=True)
class Candidate:
    """A record that may be the same, with what tells it apart from others of its name."""

    kind: str
    id: int
    label: str
    detail: str
    menu_id: str


@dataclass(frozen=True)
class Undecided:
    """A record without a link, the records that it could be linked to, and why that was not done by itself."""

    id: int
    kind: str
    kind_label: str
    record_id: int
    label: str
    detail: str
    reason: str
    candidates: list[Candidate]


def open_conflicts(connection: Connection) -> QuerySet[Conflict]:
    """The conflicts that wait, the newest first."""
    found = Conflict.objects.filter(connection=connection, state=ConflictState.OPEN).select_related("link")
    return found.order_by("-id")


def conflict_of(connection: Connection, conflict_id: int) -> Conflict:
    """One conflict of the connection, or NotFound."""
    found = Conflict.objects.filter(connection=connection, pk=conflict_id).select_related("link").first()
    if found is None:
        raise NotFound(_("There is no such conflict."))
    return found


def rows_of(conflict: Conflict) -> list[dict[str, Any]]:
    """The conflict's fields with both values, by the names that people know them by."""
    return [
        {
            "name": field["name"],
            "label": field_label(conflict.link.pairing, field["name"]),
            "crm": readable(field.get("crm")),
            "finance": readable(field.get("finance")),
            "agreed": readable(field.get("base_crm")),
        }
        for field in conflict.fields
    ]


def open_issues(connection: Connection) -> QuerySet[SyncIssue]:
    """What failed and is not mended, the newest first."""
    return SyncIssue.objects.filter(connection=connection).exclude(state=IssueState.RESOLVED).order_by("code", "-id")


def issue_of(connection: Connection, issue_id: int) -> SyncIssue:
    """One issue of the connection, or NotFound."""
    found = SyncIssue.objects.filter(connection=connection, pk=issue_id).first()
    if found is None:
        raise NotFound(_("There is no such issue."))
    return found


def undecided(connection: Connection, *, after: int = 0) -> list[Undecided]:
    """A page of records that wait for a person's choice, each with its candidates. Six queries whatever the page."""
    found = list(undecided_rows(connection).filter(pk__gt=after).order_by("pk")[: PAGE + 1])
    own = [(row.kind, row.record_id) for row in found]
    candidates = [(row.candidate_kind, pk) for row in found for pk in row.candidates]
    known = names_of([*own, *candidates])
    return [_undecided(row, known) for row in found]


def undecided_of(connection: Connection, unmatched_id: int) -> Unmatched:
    """One record that waits for a choice, or NotFound."""
    found = undecided_rows(connection).filter(pk=unmatched_id).first()
    if found is None:
        raise NotFound(_("This record no longer waits for a choice."))
    return found


def _undecided(row: Unmatched, known: Names) -> Undecided:
    label, detail = known.get((row.kind, row.record_id), ("", ""))
    candidates = [
        Candidate(row.candidate_kind, pk, *known[row.candidate_kind, pk], menu_id=f"link-{row.pk}-{pk}")
        for pk in row.candidates
        if (row.candidate_kind, pk) in known
    ]
    return Undecided(
        id=row.pk,
        kind=row.kind,
        kind_label=str(Kind(row.kind).label),
        record_id=row.record_id,
        label=label,
        detail=detail,
        reason=str(row.get_reason_display()),
        candidates=candidates,
    )
