"""Receivables and payables by age: what was owed at the end of a day, by whom, and since when it was due.

What was open on a day is what is open now, plus what has settled it since: payments, credits and write-offs of later
days. So a day of today costs no more than what is open. A settlement that was taken back, and a document that was
voided since, leave no trace in these tables: the figures are as if they had never been, and the notes name the latter.
A part of a payment settles from the latest of three days on: its own, the payment's and the document's, as a statement
has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from finance.ageing import NAMES, due_between
from finance.models import Bill, CreditNote, Invoice
from finance.models.documents import Document
from finance.selectors.reports.asking import UNUSED, Asked
from finance.selectors.reports.shapes import Column, Report, Row, Shape, fetch, summed
from finance.selectors.reports.voided import voided_since
from finsuite.kernel.money import decimals


@dataclass(frozen=True, kw_only=True)
class Side:
    """Whose debts: customers' to us, or ours to vendors."""

    party: str
    party_label: Any
    unused_label: Any
    document: str  # the table
    states: str
    voided: tuple[type[Document], ...]  # what may have been voided since
    settled: tuple[str, ...]  # later settlements of documents: (document_id, amount)
    sources: tuple[str, ...]  # what is unused: (kind, id, number, party_id, date, currency, exchange_rate, open)


_PAID = """SELECT a.{target} AS document_id, a.amount FROM {allocation} a JOIN {source} s ON s.id = a.{source_key}
    WHERE a.organization_id = %(organization)s AND greatest(a.date, s.date) > %(day)s"""
_WRITTEN_OFF = """SELECT w.invoice_id AS document_id, w.amount FROM finance_writeoff w
    WHERE w.organization_id = %(organization)s AND w.date > %(day)s"""

# What was left of a payment or a credit note: what is left, and what was applied or given back since.
_LEFT = """SELECT '{kind}' AS kind, s.id, s.number, s.{party}_id AS party_id, s.date, s.currency, s.exchange_rate,
    s.balance + coalesce(later.amount, 0) AS open
    FROM {source} s LEFT JOIN (
        SELECT source_id, sum(amount) AS amount FROM (
            SELECT a.{source_key} AS source_id, a.amount FROM {allocation} a JOIN {document} d ON d.id = a.{target}
            WHERE a.organization_id = %(organization)s AND greatest(a.date, d.date) > %(day)s
            UNION ALL
            SELECT r.{kind}_id, r.amount FROM finance_refund r
            WHERE r.organization_id = %(organization)s AND r.{kind}_id IS NOT NULL AND r.date > %(day)s
        ) settled GROUP BY source_id
    ) later ON later.source_id = s.id
    WHERE s.organization_id = %(organization)s AND s.date <= %(day)s {states}
    AND (s.balance > 0 OR later.amount > 0)"""

_PAYMENT = {"allocation": "finance_paymentallocation", "source": "finance_payment", "source_key": "payment_id"}
_NOTE = {"allocation": "finance_creditallocation", "source": "finance_creditnote", "source_key": "credit_note_id"}
_VENDOR_PAYMENT = {
    "allocation": "finance_vendorpaymentallocation",
    "source": "finance_vendorpayment",
    "source_key": "payment_id",
}
_INVOICE = {"target": "invoice_id", "document": "finance_invoice", "party": "customer"}
_BILL = {"target": "bill_id", "document": "finance_bill", "party": "vendor"}

RECEIVABLES = Side(
    party="customer",
    party_label=_("Customer"),
    unused_label=_("Unused credits"),
    document="finance_invoice",
    states="'sent', 'paid'",
    voided=(Invoice, CreditNote),
    settled=(_PAID.format(**_PAYMENT, **_INVOICE), _PAID.format(**_NOTE, **_INVOICE), _WRITTEN_OFF),
    sources=(
        _LEFT.format(kind="payment", states="", **_PAYMENT, **_INVOICE),
        _LEFT.format(kind="credit_note", states="AND s.status IN ('open', 'closed')", **_NOTE, **_INVOICE),
    ),
)
PAYABLES = Side(
    party="vendor",
    party_label=_("Vendor"),
    unused_label=_("Advances"),
    document="finance_bill",
    states="'open', 'paid'",
    voided=(Bill,),
    settled=(_PAID.format(**_VENDOR_PAYMENT, **_BILL),),
    sources=(_LEFT.format(kind="vendor_payment", states="", **_VENDOR_PAYMENT, **_BILL),),
)

STEPS: dict[str, Any] = {
    "current": _("Not due yet"),
    "days_1_15": _("1–15 days"),
    "days_16_30": _("16–30 days"),
    "days_31_45": _("31–45 days"),
    "days_over_45": _("Over 45 days"),
}
NOTE = _(
    "What was settled by the end of the day is left out. What was voided or taken back since counts as if it had never "
    "been."
)

_SETTLED = "SELECT document_id, sum(amount) AS amount FROM ({settled}) settled GROUP BY document_id"
_OWED = """SELECT '{kind}' AS kind, d.id, d.number, d.{party}_id AS party_id, d.date, d.due_date, d.currency, d.total,
    d.balance + coalesce(later.amount, 0) AS open,
    round((d.balance + coalesce(later.amount, 0)) * d.exchange_rate, %(places)s) AS open_base
    FROM {document} d LEFT JOIN later ON later.document_id = d.id
    WHERE d.organization_id = %(organization)s AND d.status IN ({states}) AND d.date <= %(day)s
    AND (d.balance > 0 OR later.amount > 0) {kept}"""
_UNUSED = """SELECT s.kind, s.id, s.number, s.party_id, s.date, NULL::date AS due_date, s.currency,
    NULL::numeric AS total, s.open, round(s.open * s.exchange_rate, %(places)s) AS open_base
    FROM ({sources}) s WHERE true {kept}"""

_BY_PARTY = """WITH later AS ({settled}), owed AS ({owed}), unused AS ({unused})
    SELECT found.party_id, party.display_name AS name, {sums}, sum(found.outstanding) AS outstanding,
    sum(found.unused) AS unused, sum(found.outstanding - found.unused) AS net
    FROM (
        SELECT party_id, {steps}, sum(open_base) AS outstanding, 0 AS unused FROM owed GROUP BY party_id
        UNION ALL
        SELECT party_id, {nothing}, 0, sum(open_base) FROM unused GROUP BY party_id
    ) found JOIN {parties} party ON party.id = found.party_id
    GROUP BY found.party_id, party.display_name ORDER BY outstanding DESC, name, found.party_id"""
_BY_DOCUMENT = """WITH later AS ({settled})
    SELECT found.*, party.display_name AS name FROM ({found}) found JOIN {parties} party ON party.id = found.party_id
    ORDER BY coalesce(found.due_date, found.date), found.date, found.id"""


def receivables(asked: Asked) -> Report:
    """What customers owed on the day, by customer; or the documents behind one or a step; one statement, or two."""
    return _ageing(asked, RECEIVABLES)


def payables(asked: Asked) -> Report:
    """What was owed to vendors on the day, by vendor; or the documents behind one, or a step. The same statements."""
    return _ageing(asked, PAYABLES)


def _ageing(asked: Asked, side: Side) -> Report:
    party = getattr(asked, side.party)
    return _by_document(asked, side) if party is not None or asked.step else _by_party(asked, side)


def _by_party(asked: Asked, side: Side) -> Report:
    names = (*NAMES, "outstanding", UNUSED, "net")
    statement = _BY_PARTY.format(
        settled=_settled(side),
        owed=_owed(asked, side),
        unused=_unused(asked, side),
        sums=", ".join(f"sum(found.{name}) AS {name}" for name in NAMES),
        steps=", ".join(f"coalesce(sum(open_base) FILTER (WHERE {_due(name)}), 0) AS {name}" for name in NAMES),
        nothing=", ".join("0" for _name in NAMES),
        parties=f"finance_{side.party}",
    )
    rows = [{**row, f"{side.party}_id": row["party_id"]} for row in fetch(statement, _bound(asked))]
    columns = (
        Column(f"{side.party}_id", side.party_label, Shape.ID),
        Column("name", side.party_label, Shape.TEXT),
        *(Column(name, STEPS[name]) for name in NAMES),
        Column("outstanding", _("Outstanding")),
        Column(UNUSED, side.unused_label),
        Column("net", pgettext_lazy("of what is owed", "Net")),
    )
    total = {"name": _("Total"), **summed(rows, names)}
    return Report(columns=columns, rows=rows, total=total, drawn=NAMES, notes=_notes(asked, side))


def _by_document(asked: Asked, side: Side) -> Report:
    found = _unused(asked, side) if asked.step == UNUSED else _owed(asked, side)
    statement = _BY_DOCUMENT.format(settled=_settled(side), found=found, parties=f"finance_{side.party}")
    rows = [_told(asked, side, row) for row in fetch(statement, _bound(asked))]
    columns = (
        Column("id", _("Document"), Shape.ID),
        Column("number", _("Number"), Shape.TEXT),
        Column(f"{side.party}_id", side.party_label, Shape.ID),
        Column("name", side.party_label, Shape.TEXT),
        Column("date", _("Date"), Shape.DAY),
        Column("due_date", _("Due date"), Shape.DAY),
        Column("days", _("Days overdue"), Shape.COUNT),
        Column("total", _("Total"), Shape.AMOUNT),
        Column("open", pgettext_lazy("amount not settled", "Open"), Shape.AMOUNT),
        Column("open_base", pgettext_lazy("amount not settled", "Open, in base currency")),
    )
    total: Row = {"number": _("Total"), **summed(rows, ("open_base",))}
    return Report(columns=columns, rows=rows, total=total, notes=_notes(asked, side))


def _notes(asked: Asked, side: Side) -> list[Any]:
    return [NOTE, *voided_since(asked, side.party, side.voided)]


def _told(asked: Asked, side: Side, row: dict[str, Any]) -> Row:
    due = row["due_date"]
    late = (asked.as_of - due).days if due else 0
    return {**row, f"{side.party}_id": row["party_id"], "days": late if late > 0 else None}


def _settled(side: Side) -> str:
    return _SETTLED.format(settled=" UNION ALL ".join(side.settled))


def _owed(asked: Asked, side: Side) -> str:
    step = f"AND {_due(asked.step, 'd.')}" if asked.step in NAMES else ""
    kind = side.document.removeprefix("finance_")
    kept = f"{_kept(asked, side, f'd.{side.party}_id', 'd.')} {step}"
    return _OWED.format(kind=kind, party=side.party, document=side.document, states=side.states, kept=kept)


def _unused(asked: Asked, side: Side) -> str:
    return _UNUSED.format(sources=" UNION ALL ".join(side.sources), kept=_kept(asked, side, "s.party_id", "s."))


def _kept(asked: Asked, side: Side, party: str, of: str) -> str:
    kept = f"AND {party} = %(party)s" if getattr(asked, side.party) is not None else ""
    return f"{kept} AND {of}currency = %(currency)s" if asked.currency else kept


def _due(name: str, of: str = "") -> str:
    """Whether a due day lies in the step, as SQL."""
    bounds = [f"{of}due_date >= %(from_{name})s", f"{of}due_date <= %(until_{name})s"]
    shown = [bounds[0]] if name == NAMES[0] else [bounds[1]] if name == NAMES[-1] else bounds
    return " AND ".join(shown)


def _bound(asked: Asked) -> dict[str, Any]:
    party = asked.customer or asked.vendor
    bound = {
        "organization": asked.organization.pk,
        "day": asked.as_of,
        "party": party.pk if party else None,
        "currency": asked.currency,
        "places": decimals(asked.base),
    }
    for name in NAMES:
        bound[f"from_{name}"], bound[f"until_{name}"] = due_between(name, asked.as_of)
    return bound
