"""What the administrator chose, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from integration.core.mapping import ModuleMapping
from integration.core.pairings import Mode, Pairing
from integration.core.records import Side


class Extent(StrEnum):
    """How far the sync goes: from the leading side only, or both ways."""

    ONE_WAY = "from_crm"
    BOTH = "both"


class Policy(StrEnum):
    """What happens to a duplicate at first sight, and to a field that both sides changed."""

    CLONE = "clone"
    OVERWRITE = "overwrite"
    SKIP = "skip"


class Granularity(StrEnum):
    """What Skip holds back on a conflict: the fields in conflict, or the whole record."""

    FIELD = "field"
    RECORD = "record"


class OnDelete(StrEnum):
    """What becomes of the counterpart of a deleted record. Unlinking keeps it as it is, and marks it as an orphan."""

    UNLINK = "unlink"
    DEACTIVATE = "deactivate"
    DELETE = "delete"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncSettings:
    """One connection's choices. `name_key` is how the installation compares names (the core does not decide that)."""

    mappings: Mapping[Pairing, ModuleMapping]
    name_key: Callable[[str], str] = str.casefold
    mode: Mode = Mode.ACCOUNTS_AND_CONTACTS
    include_unattached: bool = False
    extent: Extent = Extent.BOTH
    first_contact: Policy = Policy.SKIP
    both_changed: Policy = Policy.SKIP
    granularity: Granularity = Granularity.FIELD
    on_crm_deleted: OnDelete = OnDelete.UNLINK
    on_finance_deleted: OnDelete = OnDelete.UNLINK
    unique_names: bool = True
    guard_floor: int = 10
    guard_percent: int = 5
    confirmed: frozenset[Pairing] = field(default_factory=frozenset)

    def may_write(self, side: Side, leading: Side) -> bool:
        """One way, only the side that follows is ever written."""
        return self.extent is Extent.BOTH or side is not leading

    def on_deleted(self, side: Side) -> OnDelete:
        """What a deletion on that side does to the other one."""
        return self.on_crm_deleted if side is Side.CRM else self.on_finance_deleted
