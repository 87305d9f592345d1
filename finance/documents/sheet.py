"""What a drawn document says: everything on it, and nothing about where it came from.

PURE: plain values, no query, no clock, no translation. Whoever has a record makes a `Sheet` of it (one builder a kind
of document); `finance.documents.pdf` draws it. Amounts and dates come as they are and are written by the drawing, in
the sheet's language; labels come as words of that language.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

TEMPLATES = ("classic", "modern")
PAPERS = ("a4", "us-letter")
ACCENT = "#1f4f7a"

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class Weight(StrEnum):
    """How much a row of the totals stands out."""

    PLAIN = "plain"
    TOTAL = "total"
    DUE = "due"


class Align(StrEnum):
    """Where the cells of a listing's column stand."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who sends the document, or for a purchase order, who buys. `address` is lines as they are written."""

    name: str
    legal_name: str = ""
    address: tuple[str, ...] = ()
    tax_number: str = ""
    registration: str = ""  # SIREN, or what the country has in its place
    email: str = ""
    phone: str = ""
    website: str = ""
    logo: bytes = b""  # PNG, JPEG, GIF, WebP or SVG


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Whom it goes to."""

    name: str
    address: tuple[str, ...] = ()
    tax_number: str = ""
    registration: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing beside the title: `Due date`, and when that is."""

    label: str
    value: dt.date | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line. `header` stands above it, over all columns, with what its section comes to (`section_total`).

    What is None or empty is left out.
    """

    name: str
    description: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    rate: Decimal | None = None
    discount: str = ""
    taxes: tuple[str, ...] = ()
    amount: Decimal | None = None
    header: str = ""
    section_total: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a listing."""

    label: str
    align: Align = Align.START


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """In place of lines, where a document lists other documents: a receipt, a statement. Decimals are amounts."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Decimal | dt.date | str | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Total:
    """One row of the totals: `Subtotal`, and how much."""

    label: str
    amount: Decimal
    weight: Weight = Weight.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """What one tax comes to. `rate` is percent."""

    name: str
    rate: Decimal
    taxable: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Where to pay. With an IBAN and an amount in euros, a code is drawn that banks' apps read."""

    name: str = ""
    iban: str = ""
    bic: str = ""
    bank: str = ""
    reference: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A document as it is drawn.

    `kind` is a DocumentKind's value or "statement"; `title` what the document calls itself ("Facture d'acompte").
    `stamp` is a word across the page ("Draft", "Void"). `party_label` replaces "Bill to".
    """

    kind: str
    title: str
    number: str
    language: str
    currency: str
    issuer: Issuer
    party: Party
    party_label: str = ""
    ship_to: Party | None = None
    subject: str = ""
    stamp: str = ""
    facts: tuple[Fact, ...] = ()
    lines: tuple[Line, ...] = ()
    listing: Listing | None = None
    totals: tuple[Total, ...] = ()
    taxes: tuple[Tax, ...] = ()
    base_note: str = ""
    notes: str = ""
    terms: str = ""
    payment: Payment | None = None
    mentions: tuple[str, ...] = field(default=())  # what the law wants said, in small print
    template: str = TEMPLATES[0]
    accent: str = ACCENT
    paper: str = PAPERS[0]
    date_pattern: str = ""  # of Unicode, such as dd.MM.yyyy; "" is the language's own habit

    def __post_init__(self) -> None:
        if self.template not in TEMPLATES:
            raise ValueError(f"no template {self.template!r}")
        if self.paper not in PAPERS:
            raise ValueError(f"no paper {self.paper!r}")
        if not _COLOUR.fullmatch(self.accent):
            raise ValueError(f"no colour {self.accent!r}")
        if self.lines and self.listing is not None:
            raise ValueError("a sheet has lines or a listing")

    @property
    def name(self) -> str:
        """What it is called in a list of bookmarks: `Invoice INV-00012`."""
        return f"{self.title} {self.number}".strip()
