"""What happened in the CRM. Each event tells of one act, on one record or on many (an import)."""

from __future__ import annotations

from dataclasses import dataclass

from finsuite.kernel.actors import Actor
from finsuite.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class RecordEvent(Event):
    """Who did it, in which organization, to which records."""

    actor: Actor
    organization_id: int
    ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class RecordUpdated(RecordEvent):
    """Records were changed, in these fields (of any of them)."""

    fields: frozenset[str]


class AccountCreated(RecordEvent):
    """Accounts were made."""


class AccountUpdated(RecordUpdated):
    """Accounts were changed."""


class AccountDeleted(RecordEvent):
    """Accounts were deleted."""


class ContactCreated(RecordEvent):
    """Contacts were made."""


class ContactUpdated(RecordUpdated):
    """Contacts were changed."""


class ContactDeleted(RecordEvent):
    """Contacts were deleted."""


@dataclass(frozen=True, kw_only=True)
class OrganizationCreated(Event):
    """A CRM organization was made."""

    actor: Actor
    organization_id: int


@dataclass(frozen=True, kw_only=True)
class ListViewChanged(Event):
    """A list view now selects other records, or is gone."""

    actor: Actor
    organization_id: int
    list_view_id: int


class VendorCreated(RecordEvent):
    """Vendors were made."""


class VendorUpdated(RecordUpdated):
    """Vendors were changed."""


class VendorDeleted(RecordEvent):
    """Vendors were deleted."""


class ProductCreated(RecordEvent):
    """Products were made."""


class ProductUpdated(RecordUpdated):
    """Products were changed."""


class ProductDeleted(RecordEvent):
    """Products were deleted."""


@dataclass(frozen=True, kw_only=True)
class RecordsMerged(Event):
    """Records of a module became one: the losers are gone, and what hung on them hangs on the survivor."""

    actor: Actor
    organization_id: int
    module: str
    survivor_id: int
    loser_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class MergeUndone(Event):
    """A merge was taken back: the losers are there again, under their old ids."""

    actor: Actor
    organization_id: int
    module: str
    survivor_id: int
    loser_ids: tuple[int, ...]


class DealCreated(RecordEvent):
    """Deals were made. Their lines, if they were given any, follow in the same transaction."""


class DealUpdated(RecordUpdated):
    """Deals were changed; "lines" and "contact_roles" are among the names of fields."""


class DealDeleted(RecordEvent):
    """Deals were deleted."""


@dataclass(frozen=True)
class StageMove:
    """One deal entered a stage. A new deal comes from nowhere: no stage, and an empty category."""

    deal_id: int
    from_stage_id: int | None
    from_category: str
    to_stage_id: int
    to_category: str


@dataclass(frozen=True, kw_only=True)
class DealStageChanged(RecordEvent):
    """Deals entered other stages, or their first ones."""

    moves: tuple[StageMove, ...]


class ActivityCreated(RecordEvent):
    """Notes, calls, tasks or meetings were made."""


class ActivityUpdated(RecordEvent):
    """Activities were changed."""


class ActivityCompleted(RecordEvent):
    """Activities were done."""


class ActivityReopened(RecordEvent):
    """Activities that were done are to be done again."""


class ActivityDeleted(RecordEvent):
    """Activities were deleted."""


class ActivityRestored(RecordEvent):
    """Deleted activities were taken back."""


class AttachmentAdded(RecordEvent):
    """Files were hung on records."""


class AttachmentDeleted(RecordEvent):
    """Files were taken from records."""


class AttachmentRestored(RecordEvent):
    """Deleted files were taken back."""


@dataclass(frozen=True, kw_only=True)
class RecordsRestored(Event):
    """Deleted records of a module are there again, under their old ids."""

    actor: Actor
    organization_id: int
    module: str
    ids: tuple[int, ...]
