"""The form of a payment: what was paid, and, document by document, what of it settles what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finance.choices import PaymentMode
from finance.figures import Fault
from finance.services.payment_kinds import Flow
from finance.ui.forms import MOST, AmountField, CustomControls, RateField
from finance.wording import FAULTS
from finsuite.kernel import formats
from finsuite.kernel.errors import DomainError, Refused

NOTHING = Decimal(0)


class DayInput(forms.DateInput):
    """A day, as browsers let it be chosen."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PaymentForm(CustomControls, forms.Form):
    """What was paid, when and how. Whether it may be saved is for the service to say."""

    amount = AmountField(label=gettext_lazy("Amount"))
    date = forms.DateField(
        label=gettext_lazy("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    mode = forms.ChoiceField(label=gettext_lazy("Paid by"), choices=PaymentMode.choices)
    exchange_rate = RateField(label=gettext_lazy("Exchange rate"), required=False)
    reference = forms.CharField(label=gettext_lazy("Reference"), required=False, max_length=100)
    bank_charges = AmountField(label=gettext_lazy("Bank charges"), required=False)
    tax_withheld = AmountField(label=gettext_lazy("Tax withheld"), required=False)
    notes = forms.CharField(
        label=gettext_lazy("Notes"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )
    thank = forms.BooleanField(label=gettext_lazy("Thank the customer: e-mail them the receipt"), required=False)


class RefundForm(forms.Form):
    """What is given back, when and how."""

    amount = AmountField(label=gettext_lazy("Amount"))
    date = forms.DateField(
        label=gettext_lazy("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    mode = forms.ChoiceField(label=gettext_lazy("Paid by"), choices=PaymentMode.choices)
    reference = forms.CharField(label=gettext_lazy("Reference"), required=False, max_length=100)


@dataclass
class Row:
    """A document that may be settled: `open` is what it can take, `typed` what was typed for it."""

    document: Any
    open: Decimal
    typed: str = ""
    fault: str = ""

    @property
    def amount(self) -> Decimal:
        """What was typed; nothing where it can't be read."""
        try:
            amount = formats.parse_amount(self.typed) if self.typed.strip() else NOTHING
        except Refused as refused:
            self.fault = refused.message
            return NOTHING
        if abs(amount) >= MOST:
            self.fault = str(FAULTS[Fault.TOO_BIG])
            return NOTHING
        return amount


def rows_of(documents: Sequence[Any], applied: dict[int, Decimal], data: Any = None, name: str = "pay") -> list[Row]:
    """A row for each document; what is applied already can be applied again."""
    rows = []
    for document in documents:
        now = applied.get(document.pk, NOTHING)
        typed = (
            data.get(f"{name}-{document.pk}", "") if data is not None else (formats.typed(plain(now)) if now else "")
        )
        rows.append(Row(document, document.balance + now, typed))
    return rows


def fill(rows: Sequence[Row], amount: Decimal) -> None:
    """Fill the rows from the first, the longest due, until nothing is left of the amount."""
    left = max(amount, NOTHING)
    for row in rows:
        taken = min(row.open, left)
        row.typed, row.fault = (formats.typed(plain(taken)) if taken else ""), ""
        left -= taken


def given(flow: Flow, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows that something was typed for, as the services take them; Refused where it can't be read."""
    found = [{flow.key: row.document.pk, "amount": row.amount} for row in rows if row.typed.strip()]
    if any(row.fault for row in rows):
        raise Refused(_("Some amounts can't be read."), code="unreadable")
    return [one for one in found if one["amount"] != 0]


def refuse(flow: Flow, form: forms.Form, rows: Sequence[Row], refusal: DomainError) -> None:
    """Put what was refused where it belongs: on a field, on a row, or on top."""
    typed = [row for row in rows if row.typed.strip() and row.amount != 0]
    told = any(row.fault for row in rows)
    for name, said in (refusal.fields if isinstance(refusal, Refused) else {}).items():
        parts = name.split("/")
        if parts[0] == "allocations" and len(parts) > 1 and parts[1].isdigit() and int(parts[1]) < len(typed):
            typed[int(parts[1])].fault, told = said[0], True
        elif name in form.fields:
            form.add_error(name, said[0])
            told = True
    if not told:
        form.add_error(None, refusal.message)
    elif not form.errors:
        form.add_error(None, _("Some amounts can't be saved as they are."))


def plain(amount: Decimal) -> Decimal:
    """With two decimals at least, and no zeros behind the currency's own."""
    text = f"{amount.normalize():f}"
    whole, _point, fraction = text.partition(".")
    return Decimal(f"{whole}.{fraction.ljust(2, '0')}")
