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


class AccountCreated(RecordEvent):
    """Accounts were made."""


@dataclass(frozen=True, kw_only=True)
class AccountUpdated(RecordEvent):
    """Accounts were changed, in these fields (of any of them)."""

    fields: frozenset[str]


class AccountDeleted(RecordEvent):
    """Accounts were deleted."""


class ContactCreated(RecordEvent):
    """Contacts were made."""


@dataclass(frozen=True, kw_only=True)
class ContactUpdated(RecordEvent):
    """Contacts were changed, in these fields (of any of them)."""

    fields: frozenset[str]


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
