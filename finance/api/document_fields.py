"""What the API tells of a document of each kind, and of its lines: one table a kind, drawn from its model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from finance import workflow
from finance.api.base import PERSON
from finance.choices import Derived
from finance.choices import DocumentKind as Kind
from finance.derived import PARTIAL
from finance.selectors.shown import gathered_statuses, shown_statuses
from finance.services.document_checks import ADDRESS
from finance.services.document_kinds import Spec
from finance.services.drafting import MOST_LINES
from finsuite.kernel.api.fields import Field, of_model
from finsuite.kernel.api.fields import Kind as As

FIGURES = ("sub_total", "discount_total", "shipping_charge", "tax_total", "adjustment", "round_off", "total")
SETTLED = {
    "paid": "paid_total",
    "credited": "credited_total",
    "written_off": "written_off_total",
    "used": "used_total",
}
"""What was settled of a document, by the name on the API. In base currency they are told at the document's own rate."""

COLUMNS = {
    **SETTLED,
    "contact_persons": "contact_person_ids",
    "deal": "deal_id",
    "project": "project_id",
}
"""The columns that have another name on the API."""

ORDER = (
    *("id", "number", "date", "expiry_date", "shipment_date", "due_date", "delivery_date"),
    *("customer", "vendor", "contact_persons", "reference", "deal", "project", "salesperson"),
    *("currency", "exchange_rate", "price_precision", "is_tax_inclusive", "discount", "is_discount_before_tax"),
    *("shipping_tax", "adjustment_label", "round_off_step", "is_taxable", "exemption"),
    *(name for figure in FIGURES for name in (figure, f"{figure}_base")),
    *SETTLED,
    *("balance", "balance_base", "invoiced_quantity", "billed_quantity"),
    *("payment_term", "payment_terms_label", "estimate", "invoice"),
    *("billing", "shipping", "deliver_to", "notes", "terms", "language"),
    *("reminders_sent", "last_reminder_at", "is_reminded"),
    *("void_reason", "issued_at", "created_at", "updated_at"),
)
FILTERED = frozenset(
    {
        *("id", "number", "date", "expiry_date", "shipment_date", "due_date", "delivery_date", "customer", "vendor"),
        *("reference", "deal", "project", "salesperson", "currency", "total", "total_base", "balance", "balance_base"),
        *("estimate", "invoice", "issued_at", "created_at", "updated_at"),
    }
)
ORDERED = frozenset(
    {
        *("number", "date", "expiry_date", "shipment_date", "due_date", "delivery_date"),
        *("total", "total_base", "balance", "balance_base"),
    }
)
EXPANDED = {
    "customer": ("id", "number", "display_name"),
    "vendor": ("id", "number", "display_name"),
    "salesperson": PERSON,
    "estimate": ("id", "number"),
    "invoice": ("id", "number"),
}

LINE_ORDER = (
    *("id", "item", "header", "name", "description", "quantity", "unit", "rate", "discount", "taxes"),
    *("is_billable", "customer", "project", "item_total", "taxable", "tax_total", "invoiced_quantity"),
    *("billed_quantity", "sales_order_line", "purchase_order_line", "expense", "bill_line", "is_invoiced"),
    "time_entries",
)
LINE_COLUMNS = {
    "taxes": "tax_ids",
    "project": "project_id",
    "expense": "expense_id",
    "bill_line": "bill_line_id",
    "time_entries": "time_entry_ids",
}
LINKED = frozenset({"time_entries"})  # written by those that bill them, not by programs

_ADDRESS = Field(
    kind=As.OBJECT,
    of={part: Field(kind=As.TEXT, writable=True, max_length=500) for part in ADDRESS},
    schema={
        "type": "object",
        "properties": {part: {"type": "string", "maxLength": 500, "pattern": "^[^\\u0000]*$"} for part in ADDRESS},
        "additionalProperties": False,
    },
)
_EXEMPT = ("name", "category", "code", "reason")
_EXEMPTION = Field(
    kind=As.OBJECT,
    source="exemption",
    of={name: Field(kind=As.TEXT) for name in _EXEMPT},
    schema={
        "type": "object",
        "properties": {name: {"type": "string"} for name in _EXEMPT},
        "additionalProperties": False,
        "readOnly": True,
    },
    help="why the customer pays no tax, as it was when this was written; empty where they pay it, or nobody said why",
)
_AMOUNT = Field(kind=As.DECIMAL, digits=21, places=4)
TAX_ROW = {
    "tax": Field(kind=As.ID, help="its id; of a group, the member's"),
    "name": Field(kind=As.TEXT),
    "rate": Field(kind=As.DECIMAL, help="in percent"),
    "is_compound": Field(kind=As.BOOLEAN, help="levied on the other taxes, too"),
    **dict.fromkeys(("taxable", "amount", "taxable_base", "amount_base"), _AMOUNT),
}


def fields_of(spec: Spec) -> dict[str, Field]:
    """The table of a kind of document."""
    drawn = _drawn(spec.model, ORDER, COLUMNS, spec.writable)
    for name, field in drawn.items():
        drawn[name] = replace(
            field,
            filterable=name in FILTERED,
            orderable=name in ORDERED or field.orderable,
            expand=EXPANDED.get(name, ()),
            required=name == spec.party or (name == "number" and spec.kind is Kind.BILL),
            money="currency" if name in (*FIGURES, *SETTLED, "balance") else "",
        )
    for name in drawn.keys() & {"billing", "shipping", "deliver_to"}:
        drawn[name] = replace(_ADDRESS, source=name, write_as=name, writable=True, help=drawn[name].help)
    if "exemption" in drawn:
        drawn["exemption"] = _EXEMPTION
    based = {
        f"{name}_base": replace(drawn[name], write_as="", money="", help="in base currency")
        for name in SETTLED
        if name in drawn
    }
    return {
        "id": drawn.pop("id"),
        "number": drawn.pop("number"),
        "status": _status(spec),
        **{name: _flag(told) for name, told in flags(spec.kind).items()},
        "date": drawn.pop("date"),
        **drawn,
        **based,
        "taxes": Field(kind=As.ROWS, source="taxes", of=TAX_ROW, help="the tax of each rate, as it was computed"),
        "lines": Field(
            kind=As.ROWS,
            of=lines_of(spec),
            most=MOST_LINES,
            write_as="lines",
            writable=True,
            required=True,
            apart=True,
            help="A row with the `id` of a line changes it, one without is new; lines that no row names go.",
        ),
    }


def lines_of(spec: Spec) -> dict[str, Field]:
    """The table of the lines of such a document."""
    drawn = _drawn(spec.line, LINE_ORDER, LINE_COLUMNS, spec.line_writable)
    for name in drawn.keys() & LINKED:
        drawn[name] = replace(drawn[name], writable=False)
    drawn["id"] = replace(drawn["id"], writable=True, help="of a line that is changed")
    return drawn


def flags(kind: Kind) -> Mapping[str, Derived]:
    """The marks of what follows from the day and from what was done, each with the status that it stands for."""
    found = {}
    if kind is Kind.ESTIMATE:
        found["is_expired"] = Derived.EXPIRED
    if kind in PARTIAL:
        found["is_overdue"] = Derived.OVERDUE
        found[f"is_{PARTIAL[kind].value}"] = PARTIAL[kind]
    return found


def _drawn(model: type, names: Iterable[str], columns: Mapping[str, str], writable: frozenset[str]) -> dict[str, Field]:
    """Those of the names that the model has a column for."""
    known = {field.name: field.attname for field in model._meta.concrete_fields}  # type: ignore[attr-defined]
    own = {name: columns.get(name, name) for name in names}
    own = {name: column for name, column in own.items() if column in known}
    free = [column for column in own.values() if known[column] in writable]
    found = of_model(model, read=[column for column in own.values() if column not in free], write=free)
    told = {name: found[column] for name, column in own.items()}
    identified = {name for name, column in columns.items() if column.endswith("_id")} & told.keys()
    return told | {name: replace(told[name], kind=As.ID) for name in identified}


def _status(spec: Spec) -> Field:
    shown = [value for value, _label in shown_statuses(spec.model)]
    also = [value for value, _label in gathered_statuses(spec.kind)]
    return Field(
        kind=As.CHOICE,
        source="status",
        filterable=True,
        choices=(*shown, *also),
        schema={"type": "string", "enum": shown},
        help="as it is shown today; verbs: " + ", ".join(verbs(spec.kind)),
    )


def _flag(told: Derived) -> Field:
    return Field(kind=As.BOOLEAN, source="status", filterable=True, help=str(told.label))


def verbs(kind: Kind) -> list[str]:
    """What a program may do with such a document besides writing it, as the addresses say it."""
    return [move.verb.replace("_", "-") for move in workflow.TABLES[kind].moves if move.verb not in workflow.BOOKED]
