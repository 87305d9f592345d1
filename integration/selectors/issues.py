"""What waits for a person: conflicts, records that need a decision, and failures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.models import Account, Contact
from finance.models import ContactPerson, Customer
from finsuite.kernel.errors import NotFound
from integration.choices import ConflictState, IssueState, Kind
from integration.models import Conflict, Connection, SyncIssue, Unmatched
from integration.selectors.connections import UNDECIDED
from integration.selectors.mappings import field_label
from integration.selectors.values import readable

PAGE = 50


@dataclass(frozen=True)
class Candidate:
    """A record that may be the same, with what tells it apart from others of its name."""

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
    crm_side = [Kind.ACCOUNT.value, Kind.CONTACT.value]
    found = list(
        Unmatched.objects.filter(connection=connection, reason__in=UNDECIDED, kind__in=crm_side, pk__gt=after).order_by(
            "pk"
        )[: PAGE + 1]
    )
    wanted: dict[str, set[int]] = {}
    for row in found:
        wanted.setdefault(row.kind, set()).add(row.record_id)
        wanted.setdefault(row.candidate_kind, set()).update(row.candidates)
    known = {(kind, pk): words for kind, ids in wanted.items() for pk, words in _describe(kind, ids).items()}
    return [_undecided(row, known) for row in found]


def undecided_of(connection: Connection, unmatched_id: int) -> Unmatched:
    """One record that waits for a choice, or NotFound."""
    found = Unmatched.objects.filter(connection=connection, pk=unmatched_id, reason__in=UNDECIDED).first()
    if found is None:
        raise NotFound(_("This record no longer waits for a choice."))
    return found


def _undecided(row: Unmatched, known: dict[tuple[str, int], tuple[str, str]]) -> Undecided:
    label, detail = known.get((row.kind, row.record_id), ("", ""))
    candidates = [
        Candidate(pk, *known[row.candidate_kind, pk], menu_id=f"link-{row.pk}-{pk}")
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


def _describe(kind: str, ids: set[int]) -> dict[int, tuple[str, str]]:
    """Name, and what tells apart, by id."""
    if kind == Kind.ACCOUNT:
        rows = Account.objects.filter(pk__in=ids).values_list("pk", "name", "billing_city", "phone")
        return {pk: (name, _joined(city, phone)) for pk, name, city, phone in rows}
    if kind == Kind.CONTACT:
        people = Contact.objects.filter(pk__in=ids).values_list("pk", "first_name", "last_name", "email", "phone")
        return {pk: (f"{first} {last}".strip(), _joined(email, phone)) for pk, first, last, email, phone in people}
    if kind == Kind.CUSTOMER:
        parties = Customer.objects.filter(pk__in=ids).values_list(
            "pk", "display_name", "number", "billing_city", "billing_phone"
        )
        return {pk: (name, _joined(number, city, phone)) for pk, name, number, city, phone in parties}
    persons = ContactPerson.objects.filter(pk__in=ids).values_list("pk", "first_name", "last_name", "email", "phone")
    return {pk: (f"{first} {last}".strip(), _joined(email, phone)) for pk, first, last, email, phone in persons}


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
