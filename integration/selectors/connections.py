"""What an administrator sees of a connection at a glance."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from crm.models import Organization
from finsuite.kernel.errors import NotFound
from integration.choices import (
    OPEN_LINK_STATES,
    ConflictState,
    IssueState,
    Kind,
    LinkState,
    Module,
    Pairing,
    UnmatchedReason,
)
from integration.models import Conflict, Connection, Link, Run, SyncIssue, SyncSetting, Unmatched

# Records without a link that a person can do something about.
UNDECIDED = (UnmatchedReason.SKIPPED.value, UnmatchedReason.AMBIGUOUS.value)


@dataclass(frozen=True)
class PairFacts:
    """How the links of one pairing stand."""

    pairing: Pairing
    linked: int
    in_conflict: int
    paused: int


@dataclass(frozen=True)
class Facts:
    """How a connection stands: its links, and what waits for a person."""

    pairs: list[PairFacts]
    conflicts: int
    issues: int
    undecided: int
    last_run: Run | None

    @property
    def linked(self) -> int:
        return sum(pair.linked for pair in self.pairs)

    @property
    def needs_attention(self) -> int:
        """How many things wait for a person."""
        return self.conflicts + self.issues + self.undecided


def connections_of(organization: Organization) -> list[Connection]:
    """The organization's connections, the two-way one first; deleted ones are left out."""
    found = Connection.objects.of(organization).alive().select_related("crm_organization", "finance_organization")
    return list(found.order_by("-is_two_way", "id"))


def connection_of(organization: Organization, connection_id: int) -> Connection:
    """One connection of the organization, or NotFound."""
    found = Connection.objects.of(organization).alive().select_related("crm_organization", "finance_organization")
    try:
        return found.get(pk=connection_id)
    except Connection.DoesNotExist:
        raise NotFound("") from None


def setting_of(connection: Connection) -> SyncSetting:
    """What was chosen for the sync of the connection's contacts."""
    found = SyncSetting.objects.select_related("connection__crm_organization", "connection__finance_organization")
    return found.get(connection=connection, module=Module.CONTACTS)


def undecided_of(connection: Connection) -> QuerySet[Unmatched]:
    """What waits for a decision, told from the CRM's side: the finance records are its candidates."""
    crm_side = (Kind.ACCOUNT.value, Kind.CONTACT.value)
    return Unmatched.objects.filter(connection=connection, reason__in=UNDECIDED, kind__in=crm_side)


def facts_of(connection: Connection) -> Facts:
    """Counts for the monitor, in five queries whatever the size."""
    by_pairing = {
        row["pairing"]: row
        for row in Link.objects.filter(connection=connection, state__in=OPEN_LINK_STATES)
        .values("pairing")
        .annotate(
            linked=Count("id"),
            in_conflict=Count("id", filter=Q(state=LinkState.CONFLICT)),
            paused=Count("id", filter=Q(state=LinkState.PAUSED)),
        )
    }
    empty = {"linked": 0, "in_conflict": 0, "paused": 0}
    pairs = []
    for pairing in Pairing:
        row = by_pairing.get(pairing.value, empty)
        pairs.append(PairFacts(pairing, row["linked"], row["in_conflict"], row["paused"]))
    return Facts(
        pairs=pairs,
        conflicts=Conflict.objects.filter(connection=connection, state=ConflictState.OPEN).count(),
        issues=SyncIssue.objects.filter(connection=connection).exclude(state=IssueState.RESOLVED).count(),
        undecided=undecided_of(connection).count(),
        last_run=Run.objects.filter(connection=connection).order_by("-id").first(),
    )
