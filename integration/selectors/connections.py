"""What an administrator sees of a connection at a glance."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from crm.models import ListView, Organization
from finsuite.kernel.errors import NotFound
from integration.choices import (
    OPEN_LINK_STATES,
    ConflictState,
    ConnectionState,
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


def eligible_views(setting: SyncSetting, module: str, user_id: int | None) -> QuerySet[ListView]:
    """The list views that this person may have synced: everybody's and their own. Not what another keeps private."""
    rows: QuerySet[ListView] = ListView.objects.of(setting.connection.crm_organization_id).filter(module=module)
    return rows.filter(Q(visibility=ListView.Visibility.PUBLIC) | Q(owner_id=user_id, owner__isnull=False))


def connections_of(organization: Organization) -> list[Connection]:
    """The organization's connections, the two-way one first; deleted ones are left out."""
    found = Connection.objects.of(organization).alive().select_related("crm_organization", "finance_organization")
    return list(found.order_by("-is_two_way", "id"))


def connection_of(organization: Organization, connection_id: int) -> Connection:
    """One connection of the organization, or NotFound."""
    found = Connection.objects.of(organization).alive().select_related("crm_organization", "finance_organization")
    connection = found.filter(pk=connection_id).first()
    if connection is None:
        raise NotFound(_("There is no such connection."))
    return connection


def shown_connection_of(organization: Organization, connection_id: int) -> Connection:
    """The same for what shows finance data, which is nowhere in the CRM while the connection is deactivated."""
    connection = connection_of(organization, connection_id)
    if connection.state == ConnectionState.DISABLED:
        raise NotFound(_("There is no such connection."))
    return connection


def undecided_rows(connection: Connection) -> QuerySet[Unmatched]:
    """The CRM records that wait for a person's choice; their candidates in finance wait with them."""
    crm_side = [Kind.ACCOUNT.value, Kind.CONTACT.value]
    return Unmatched.objects.filter(connection=connection, reason__in=UNDECIDED, kind__in=crm_side)


def setting_of(connection: Connection, module: str = Module.CONTACTS) -> SyncSetting:
    """What was chosen for the sync of a connection's module."""
    return settings().get(connection=connection, module=module)


def settings() -> QuerySet[SyncSetting]:
    """The modules of all connections, with all that a sync of them looks at."""
    return SyncSetting.objects.select_related(
        "connection__crm_organization", "connection__finance_organization", "account_view", "contact_view"
    )


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
        undecided=undecided_rows(connection).count(),
        last_run=Run.objects.filter(connection=connection).order_by("-id").first(),
    )
