"""Reads the worked tables of docs/totals.md: a heading, a line that begins "Document:", and tables of figures.

A table is known by its first column: lines (`quantity`), tax rows (`tax`), what bears the same taxes (`same taxes`),
or totals. The columns in INPUTS and VARIED are what the computation is told; all others are what it answers.
"""

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal as D
from pathlib import Path

from finance.totals import BaseTotals, Line, Rules, TaxRate, Totals, compute, to_base
from finsuite.kernel.money import decimals

DOCUMENT = Path(__file__).parents[2] / "docs" / "totals.md"

INPUTS = ("quantity", "rate", "discount", "taxes")
LINE = {
    "rounded rate": "rate",
    "off the line": "discount",
    "item total": "item_total",
    "off for the document": "document_discount",
    "taxable": "taxable",
    "tax": "tax",
}
TOTALS = {
    "sub-total": "sub_total",
    "discount": "discount_total",
    "shipping": "shipping_charge",
    "tax": "tax_total",
    "net": "net",
    "adjustment": "adjustment",
    "round-off": "round_off",
    "total": "total",
}
VARIED = ("currency", "price precision", "discount before tax", "round off to", "in")


@dataclass
class Table:
    header: list[str]
    rows: list[list[str]]

    def columns(self, row: list[str]) -> dict[str, str]:
        return dict(zip(self.header, row, strict=True))


@dataclass
class Example:
    title: str
    document: str
    tables: list[Table] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        [table] = [table for table in self.tables if table.header[0] == "quantity"]
        told = [table.columns(row) for row in table.rows]
        return [
            Line(D(line["quantity"]), D(line["rate"]), line.get("discount", ""), taxes(line.get("taxes", "")))
            for line in told
        ]

    @property
    def rules(self) -> Rules:
        [currency, *options] = self.document.split(", ")
        rules = Rules(currency, decimals(currency))
        for option in options:
            rules = told(rules, option)
        return rules

    def answers(self) -> list[list[list[str]]]:
        """The cells of all tables as the computation fills them."""
        return [
            [self.answer(table, table.columns(row), place) for place, row in enumerate(table.rows)]
            for table in self.tables
        ]

    def answer(self, table: Table, row: dict[str, str], place: int) -> list[str]:
        totals = compute(self.lines, self.rules)
        if table.header[0] == "quantity":
            line = totals.lines[place]
            return [row[name] if name in INPUTS else str(getattr(line, LINE[name])) for name in table.header]
        if table.header[0] == "tax":
            return self.tax_row(table, totals, place)
        if table.header[0] == "same taxes":
            group = totals.combinations[place]
            names = " + ".join(f"{tax.name} {tax.rate} %" for tax in group.taxes)
            each = " + ".join(map(str, group.amounts))
            return [names, str(group.taxable + sum(group.amounts)), str(group.taxable), each]
        figures = self.varied(row)
        return [row[name] if name in VARIED else str(getattr(figures, TOTALS[name])) for name in table.header]

    def tax_row(self, table: Table, totals: Totals, place: int) -> list[str]:
        tax = totals.taxes[place]
        cells = {"tax": f"{tax.name} {tax.rate} %{' compound' if tax.is_compound else ''}"}
        cells |= {"taxable": str(tax.taxable), "amount": str(tax.amount)}
        if "amount in base" in table.header:
            base = self.base(totals).taxes[place]
            cells |= {"taxable in base": str(base.taxable), "amount in base": str(base.amount)}
        return [cells[name] for name in table.header]

    def varied(self, row: dict[str, str]) -> Totals | BaseTotals:
        rules = self.rules
        if "currency" in row:
            rules = replace(rules, currency=row["currency"], price_precision=decimals(row["currency"]))
        if "price precision" in row:
            rules = replace(rules, price_precision=int(row["price precision"]))
        if "round off to" in row:
            rules = replace(rules, round_off=None if row["round off to"] == "no" else D(row["round off to"]))
        totals = compute(self.lines, rules)
        return self.base(totals) if row.get("in", rules.currency) != rules.currency else totals

    def base(self, totals: Totals) -> BaseTotals:
        [(rate, currency)] = re.findall(r"1 [A-Z]{3} = (\S+) ([A-Z]{3})", self.document)
        return to_base(totals, D(rate), currency)


def told(rules: Rules, option: str) -> Rules:
    """The rules, with one thing more that the document says."""
    word, *rest = option.split(" with ")
    name, _, value = word.rpartition(" ")
    match name:
        case "price precision":
            return replace(rules, price_precision=int(value))
        case "discount":
            return replace(rules, discount=value)
        case "adjustment":
            return replace(rules, adjustment=D(value))
        case "round off to":
            return replace(rules, round_off=D(value))
        case "shipping":
            return replace(rules, shipping_charge=D(value), shipping_taxes=taxes(rest[0] if rest else ""))
    if option == "taken off after tax":
        return replace(rules, is_discount_before_tax=False)
    if option == "tax inclusive":
        return replace(rules, is_tax_inclusive=True)
    assert re.fullmatch(r"1 [A-Z]{3} = \S+ [A-Z]{3}", option), f"the documentation says {option!r}"
    return rules


def taxes(text: str) -> tuple[TaxRate, ...]:
    """ "GST 5 % + Levy 10 % compound" as taxes."""
    found = re.findall(r"(\w+) ([0-9.]+) %( compound)?", text)
    return tuple(TaxRate(f"{name} {rate}", name, D(rate), bool(compound)) for name, rate, compound in found)


def examples() -> list[Example]:
    """All worked examples, in order."""
    found: list[Example] = []
    title, in_table = "", False
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            title = line.strip("# ")
        elif line.startswith("Document: "):
            found.append(Example(title, line.removeprefix("Document: ").rstrip(".")))
        elif line.startswith("|") and found and found[-1].title == title:
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not in_table:
                found[-1].tables.append(Table(cells, []))
            elif set(cells[0]) != {"-"}:
                found[-1].tables[-1].rows.append(cells)
        in_table = line.startswith("|")
    return found
