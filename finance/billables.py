"""What can be billed on to a customer: one `Source` a sort of thing. Whoever keeps such things registers theirs.

An invoice's line names what it bills in the source's own column, by its id, or by several where the column is a list.
The source says what that is, holds it while it is booked, and marks it as billed or free again (services/billing.py).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField

from finance.models import Invoice, InvoiceLine, Organization
from finsuite.kernel.actors import Actor
from finsuite.kernel.ids import read_id

Link = tuple[str, int]
"""The key of a source, and the id of one of its things."""


@dataclass(frozen=True, kw_only=True)
class Billable:
    """One thing that a customer can be billed for. `net` and `gross` are of the whole, before the mark-up."""

    id: int
    customer_id: int | None
    day: date
    label: str  # what people call it: "EXP-00012"
    name: str  # of the line that bills it
    description: str = ""
    item_id: int | None = None
    quantity: Decimal = Decimal(1)
    unit: str = ""
    net: Decimal
    gross: Decimal
    currency: str
    exchange_rate: Decimal
    markup: Decimal = Decimal(0)  # in percent
    tax_ids: tuple[int, ...] = ()
    is_billed: bool = False
    refusal: str = ""  # why nobody can be billed for it as it is; "" where somebody can


class Source(ABC):
    """A sort of things that customers are billed for."""

    key: ClassVar[str]
    column: ClassVar[str]  # of the invoice's line that names it
    label: ClassVar[Any]  # "Expense"

    @abstractmethod
    def unbilled(self, actor: Actor, organization: Organization, customer_id: int) -> list[Billable]:
        """What the customer can be billed for now, as far as the actor may see it; the oldest first."""

    @abstractmethod
    def read(self, actor: Actor, organization: Organization, ids: Collection[int]) -> dict[int, Billable]:
        """Those of these that the actor may see, by id."""

    @abstractmethod
    def hold(self, organization: Organization, ids: Collection[int]) -> dict[int, Billable]:
        """These as they are now, held in the order of their keys until this transaction ends; absent ones left out."""

    @abstractmethod
    def book(self, actor: Actor, invoice: Invoice, ids: Collection[int], *, verb: str) -> None:
        """Mark what is held as billed by the invoice ("invoice"), or as free again ("free"), in its history, too."""


SOURCES: dict[str, Source] = {}


def register(source: Source) -> None:
    """Let invoices bill such things."""
    SOURCES[source.key] = source


def links_of(row: Mapping[str, Any]) -> list[Link]:
    """What a row of an invoice's lines bills, by the columns of the sources."""
    found: list[Link] = []
    for source in SOURCES.values():
        value = row.get(source.column)
        ids: Iterable[int] = value if isinstance(value, list) else [value] if value else []
        found += [(source.key, pk) for pk in ids]
    return found


def links_of_line(line: Any) -> list[Link]:
    """The same of a line."""
    return links_of({source.column: getattr(line, source.column, None) for source in SOURCES.values()})


def token_of(links: Iterable[Link]) -> str:
    """What a line bills, as one word for forms and addresses: "expense:7", "time:3,4"."""
    found = list(links)
    return f"{found[0][0]}:{','.join(str(pk) for _key, pk in found)}" if found else ""


def columns_of(token: str) -> dict[str, Any]:
    """The columns of a line that bills what such a word names; empty where it names nothing that is known."""
    key, _colon, told = token.partition(":")
    ids = [found for text in told.split(",") if (found := read_id(text)) is not None]
    source = SOURCES.get(key)
    if source is None or not ids:
        return {}
    is_list = isinstance(InvoiceLine._meta.get_field(source.column), ArrayField)
    return {source.column: ids if is_list else ids[0]}
