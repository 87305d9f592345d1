"""What happened in a finance organization, for those who listen (integration only)."""

from __future__ import annotations

from dataclasses import dataclass

from finsuite.kernel.actors import Actor
from finsuite.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class FinanceEvent(Event):
    """Something happened in this organization, by this actor."""

    organization_id: int
    actor: Actor


@dataclass(frozen=True, kw_only=True)
class OrganizationCreated(FinanceEvent):
    """A new organization, with its owner as its first administrator."""


@dataclass(frozen=True, kw_only=True)
class OrganizationUpdated(FinanceEvent):
    """Some of the organization's own fields changed."""

    fields: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class BaseCurrencyChanged(FinanceEvent):
    """The base currency is another one now, and every rate was restated. A listener that raises prevents it."""

    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class CurrencyAdded(FinanceEvent):
    """The organization works in one more currency."""

    currency_id: int


@dataclass(frozen=True, kw_only=True)
class CurrencyUpdated(FinanceEvent):
    """A rate changed, or a currency was switched on or off."""

    currency_id: int
    fields: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class MemberChanged(FinanceEvent):
    """Somebody joined, changed role or left."""

    user_id: int


@dataclass(frozen=True, kw_only=True)
class RecordEvent(FinanceEvent):
    """One act on records of one kind: one edit, or a whole batch."""

    ids: tuple[int, ...]


class CustomerCreated(RecordEvent):
    """Customers were made."""


@dataclass(frozen=True, kw_only=True)
class CustomerUpdated(RecordEvent):
    """Customers were changed, in these fields (of any of them), their status among them."""

    fields: frozenset[str]


class CustomerDeleted(RecordEvent):
    """Customers without documents were deleted, with their contact persons."""


class ContactPersonCreated(RecordEvent):
    """Contact persons were added to customers."""


@dataclass(frozen=True, kw_only=True)
class ContactPersonUpdated(RecordEvent):
    """Contact persons were changed, in these fields (of any of them), `is_primary` among them."""

    fields: frozenset[str]


class ContactPersonDeleted(RecordEvent):
    """Contact persons were deleted."""


class VendorCreated(RecordEvent):
    """Vendors were made."""


@dataclass(frozen=True, kw_only=True)
class VendorUpdated(RecordEvent):
    """Vendors were changed, in these fields (of any of them), their status among them."""

    fields: frozenset[str]


class VendorDeleted(RecordEvent):
    """Vendors without documents were deleted."""


class ItemCreated(RecordEvent):
    """Items were made."""


@dataclass(frozen=True, kw_only=True)
class ItemUpdated(RecordEvent):
    """Items were changed, in these fields (of any of them), their status among them."""

    fields: frozenset[str]


class ItemDeleted(RecordEvent):
    """Items that no document names were deleted."""


@dataclass(frozen=True, kw_only=True)
class SettingsChanged(FinanceEvent):
    """What documents stand on is different now: `taxes`, `payment_terms`, `series` or `preferences`."""

    subject: str


@dataclass(frozen=True, kw_only=True)
class ZscKeyGenerated(FinanceEvent):
    """A person has a key for an app: their first, or a new secret in place of the old one."""

    key_id: int


@dataclass(frozen=True, kw_only=True)
class ZscKeyRevoked(FinanceEvent):
    """A key is dead for good; connections that were made with it pause."""

    key_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class DocumentEvent(FinanceEvent):
    """Something happened to one document of this kind (`choices.DocumentKind`)."""

    kind: str
    record_id: int
    deal_id: int | None = None
    project_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class DocumentCreated(DocumentEvent):
    """A document was made."""


@dataclass(frozen=True, kw_only=True)
class DocumentUpdated(DocumentEvent):
    """Some of its own fields, or its lines (named `lines`), changed."""

    fields: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class DocumentMoved(DocumentEvent):
    """It went from one state to another by this verb."""

    verb: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class DocumentDeleted(DocumentEvent):
    """It is gone."""
