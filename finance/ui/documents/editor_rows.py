"""The lines of the editor: read as they were typed, written as the services take them, with their faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from finance.billables import SOURCES, columns_of, links_of_line, token_of
from finance.models.documents import Document, DocumentLine
from finance.totals import section_totals
from finsuite.kernel import formats
from finsuite.kernel.errors import Refused
from finsuite.kernel.ids import read_id

FIELDS = (
    *("id", "item_id", "name", "description", "quantity", "unit", "rate", "discount", "tax_ids"),
    *("bills", "is_billable", "customer_id"),
)
NOT_TOLD = ("tax_ids", "is_billable", "customer_id")  # of a row in which nothing else is said
MOST_ROWS = 1001  # one more than a document has, so that the service says so


@dataclass
class LineRow:
    """One line as it stands in the form, or a heading over those below it; everything is text."""

    index: int
    is_heading: bool = False
    heading: str = ""
    id: str = ""
    item_id: str = ""
    name: str = ""
    description: str = ""
    quantity: str = ""
    unit: str = ""
    rate: str = ""
    discount: str = ""
    tax_ids: str = ""  # ids, parted by commas: a line may bear several
    bills: str = ""  # what it bills on: "expense:7"
    is_billable: str = ""  # of a bill's line: whether it is billed on, and to whom
    customer_id: str = ""
    customer_name: str = ""
    amount: str = ""
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        """Whether nobody has typed anything: such a row is no line, and no heading."""
        return not self.heading and not any(getattr(self, name) for name in FIELDS if name not in NOT_TOLD)

    @property
    def bills_label(self) -> str:
        """What sort of thing it bills on."""
        source = SOURCES.get(self.bills.partition(":")[0])
        return str(source.label) if source else ""

    @property
    def fault(self) -> str:
        """What is wrong, in one line."""
        return " ".join(dict.fromkeys(self.faults.values()))


def typed_rows(data: QueryDict) -> list[LineRow]:
    """The rows of the form, in their order."""
    indexes = [found for text in data.getlist("line")[:MOST_ROWS] if (found := read_id(text)) is not None]
    return [typed_row(data, index) for index in dict.fromkeys(indexes)]


def typed_row(data: QueryDict, index: int) -> LineRow:
    """One row of the form."""
    heading = data.get(f"heading-{index}")
    if heading is not None:
        return LineRow(index, is_heading=True, heading=heading.strip())
    row = LineRow(index)
    for name in FIELDS:
        setattr(row, name, data.get(f"{name}-{index}", "").strip())
    return row


def rows_of(lines: Sequence[DocumentLine], document: Document) -> list[LineRow]:
    """A document's lines as they are kept, and its headings, each in a row of its own."""
    rows: list[LineRow] = []
    sums = section_totals([(line.header, line.item_total) for line in lines])
    for place, line in enumerate(lines):
        if line.header:
            amount = formats.amount(sums[place], document.currency)
            rows.append(LineRow(len(rows), is_heading=True, heading=line.header, amount=amount))
        rows.append(row_of(len(rows), line, document))
    return rows


def row_of(index: int, line: DocumentLine, document: Document) -> LineRow:
    """A line as it is kept, or as it was drawn."""
    return LineRow(
        index,
        id=str(line.pk or ""),
        item_id=str(line.item_id or ""),
        name=line.name,
        description=line.description,
        quantity=formats.typed(_bare(line.quantity)),
        unit=line.unit,
        rate=formats.typed(_price(line.rate, document)),
        discount=typed_discount(line.discount),
        tax_ids=",".join(str(pk) for pk in line.tax_ids),
        bills=token_of(links_of_line(line)),
        is_billable="1" if getattr(line, "is_billable", False) else "",
        customer_id=str(getattr(line, "customer_id", None) or ""),
        amount=formats.amount(line.item_total, document.currency),
    )


def filled(rows: Sequence[LineRow]) -> list[tuple[LineRow, LineRow | None]]:
    """The rows that are lines, each with the heading that stands directly above it. Blank rows are none."""
    found: list[tuple[LineRow, LineRow | None]] = []
    heading = None
    for row in rows:
        if row.is_blank:
            continue
        if row.is_heading:
            heading = row
        else:
            found.append((row, heading))
            heading = None
    return found


def lines_from(rows: Sequence[LineRow], writable: frozenset[str]) -> list[dict[str, Any]]:
    """What the rows say, as the services take it; Refused that names what can't be read."""
    faults: dict[str, list[str]] = {}
    lines = []
    for place, (row, heading) in enumerate(filled(rows)):
        line, wrong = _line(row, writable)
        line["header"] = heading.heading if heading else ""
        lines.append(line)
        faults |= {f"lines/{place}/{name}": [said] for name, said in wrong.items()}
    if faults:
        raise Refused(_("Some lines can't be read."), fields=faults)
    return lines


def refuse_bare_headings(rows: Sequence[LineRow]) -> None:
    """A heading without a line below it can't be kept: it is said so, rather than lost."""
    used = {heading.index for _row, heading in filled(rows) if heading}
    bare = [row for row in rows if row.is_heading and row.heading and row.index not in used]
    sentence = _("There is no line below this heading. Add one, or remove the heading.")
    for row in bare:
        row.faults["heading"] = sentence
    if bare:
        raise Refused(sentence, code="bare_heading")


def note_amounts(rows: Sequence[LineRow], lines: Sequence[DocumentLine], document: Document) -> None:
    """Write what each line comes to on its row, and what each section comes to beside its heading."""
    sums = section_totals([(line.header, line.item_total) for line in lines])
    for place, ((row, heading), line) in enumerate(zip(filled(rows), lines, strict=False)):
        row.amount = formats.amount(line.item_total, document.currency)
        if heading is not None and place in sums:
            heading.amount = formats.amount(sums[place], document.currency)


def place_faults(rows: Sequence[LineRow], refused: Refused) -> dict[str, list[str]]:
    """Put what was refused on its rows; answer the rest."""
    lines = filled(rows)
    rest: dict[str, list[str]] = {}
    for name, said in refused.fields.items():
        _lines, _slash, tail = name.partition("/")
        place, _slash, column = tail.partition("/")
        if place.isdigit() and int(place) < len(lines):
            row, heading = lines[int(place)]
            at_fault = heading if heading is not None and column == "header" else row
            at_fault.faults[column] = said[0]
        else:
            rest[name] = said
    return rest


def read_discount(text: str) -> str:
    """A discount as it is kept, `10%` or `12.50`, from what people of any language type."""
    bare = text.strip()
    if not bare:
        return ""
    is_percent = bare.endswith("%")
    amount = formats.parse_amount(bare.removesuffix("%").strip())
    return f"{_bare(amount)}%" if is_percent else f"{amount:f}"


def typed_discount(kept: str) -> str:
    """The same the other way round."""
    if kept.endswith("%"):
        return f"{formats.typed(_bare(Decimal(kept.removesuffix('%').strip())))}\u00a0%"
    return formats.typed(_bare(Decimal(kept))) if kept else ""


def _line(row: LineRow, writable: frozenset[str]) -> tuple[dict[str, Any], dict[str, str]]:
    line: dict[str, Any] = {name: getattr(row, name) for name in ("name", "description", "unit")}
    faults: dict[str, str] = {}
    line["item_id"] = read_id(row.item_id)
    line |= columns_of(row.bills)
    if "is_billable" in writable:
        line |= {"is_billable": bool(row.is_billable), "customer_id": read_id(row.customer_id)}
    if (pk := read_id(row.id)) is not None:
        line["id"] = pk
    line["tax_ids"] = [found for text in row.tax_ids.split(",") if (found := read_id(text)) is not None]
    for name, text in (("quantity", row.quantity or "1"), ("rate", row.rate or "0")):
        try:
            line[name] = formats.parse_amount(text)
        except Refused as refused:
            faults[name] = refused.message
    try:
        line["discount"] = read_discount(row.discount)
    except Refused as refused:
        faults["discount"] = refused.message
    return line, faults


def _price(rate: Decimal, document: Document) -> Decimal:
    """With as many decimals as prices have in the document, or more where it has more."""
    bare = _bare(rate)
    least = Decimal(1).scaleb(-document.price_precision)
    return bare.quantize(least) if bare == bare.quantize(least) else bare


def _bare(value: Decimal) -> Decimal:
    """Without zeros at its end, and without an exponent."""
    return Decimal(f"{value.normalize():f}")
