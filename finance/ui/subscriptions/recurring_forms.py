"""A recurring invoice's form: its calendar, whom it is for, and a row for each line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from finance.choices import Extended
from finance.models import Membership, Organization, RecurringInvoice
from finance.selectors.custom_fields import custom_fields
from finance.selectors.days import today
from finance.selectors.items import items
from finance.selectors.rates import currencies
from finance.selectors.taxes import taxes
from finance.services.rehearsing import rehearse_invoice
from finance.ui.forms import AmountField, RecordForm
from finance.ui.pages import add_refusal
from finsuite.kernel.errors import DomainError, Refused
from finsuite.kernel.versions import version_of

MOST_ROWS = 100
AS_ITEM, NONE, SEVERAL = "", "none", "several"
_CALENDAR = ("name", "unit", "interval", "starts_on", "ends_on", "times", "action")
_FAULT = re.compile(r"lines/(\d+)/(\w+)")
_NAMES = {"item_id": "name", "tax_ids": "tax"}


class RecurringForm(RecordForm):
    """The calendar, and what all its invoices say."""

    customer = forms.IntegerField(label=gettext_lazy("Customer"), widget=forms.HiddenInput)
    reference = forms.CharField(label=gettext_lazy("Reference"), max_length=100, required=False)
    notes = forms.CharField(
        label=gettext_lazy("Notes"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    class Meta:
        model = RecurringInvoice
        fields = list(_CALENDAR)
        widgets = dict.fromkeys(("starts_on", "ends_on"), forms.DateInput)

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [(one.code, one.code) for one in currencies(organization).filter(is_active=True)]
        self.fields["currency"] = forms.ChoiceField(
            label=_("Currency"), choices=[("", _("The customer's")), *codes], required=False
        )
        self.add_custom(custom_fields(organization, Extended.RECURRING_INVOICES), self.instance)

    def calendar(self) -> dict[str, Any]:
        """What was typed of the calendar, and of the custom fields."""
        return {name: self.cleaned_data[name] for name in (*_CALENDAR, *(field.name for field in self.custom))}

    def invoice(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """What every invoice says: what was typed, and of what the form doesn't ask what was there."""
        told = {**kept, "customer_id": self.cleaned_data["customer"]}
        for name in ("reference", "notes", "currency"):
            told.pop(name, None)
            if self.cleaned_data[name]:
                told[name] = self.cleaned_data[name]
        return told


class LineForm(forms.Form):
    """One line. What is left empty comes from its item."""

    kept = forms.IntegerField(widget=forms.HiddenInput, required=False)  # the place of the line that it was
    item = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=gettext_lazy("Item or name"), max_length=100, required=False)
    description = forms.CharField(label=gettext_lazy("Description"), max_length=2000, required=False)
    quantity = AmountField(label=gettext_lazy("Quantity"), required=False)
    rate = AmountField(label=pgettext_lazy("price of one unit", "Rate"), required=False)
    remove = forms.BooleanField(label=gettext_lazy("Remove"), required=False)

    def __init__(self, data: Any = None, *, index: int, offered: Sequence[tuple[Any, Any]], **kwargs: Any) -> None:
        super().__init__(data, prefix=f"lines-{index}", **kwargs)
        self.index = index
        self.fields["tax"] = forms.ChoiceField(label=_("Tax"), choices=offered, required=False)

    @property
    def is_blank(self) -> bool:
        """Whether nothing is in it that an invoice could be made of."""
        given = self.cleaned_data
        return given.get("remove", False) or not any(given.get(name) for name in ("item", "name", "description"))

    def row(self, known: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The line as the services take it; what the form doesn't ask of a known line stays."""
        given, place = self.cleaned_data, self.cleaned_data["kept"]
        row = dict(known[place]) if place is not None and 0 <= place < len(known) else {}
        tax = given["tax"]
        if tax != SEVERAL:
            row.pop("tax_ids", None)
        if tax == NONE:
            row["tax_ids"] = []
        elif tax not in (AS_ITEM, SEVERAL):
            row["tax_ids"] = [int(tax)]
        told = {"item_id": given["item"], **{name: given[name] for name in ("name", "description", "quantity", "rate")}}
        for name, value in told.items():
            row.pop(name, None)
            if value not in (None, ""):
                row[name] = value
        return row


class RecurringEditor:
    """The form of one recurring invoice, new (None) or known, during one request."""

    def __init__(self, request: HttpRequest, member: Membership, recurring: RecurringInvoice | None) -> None:
        self.organization = member.organization
        self.recurring = recurring
        self.data = request.POST if request.method == "POST" else None
        self.wants_line = self.data is not None and "add_line" in self.data
        self.status = 200
        self.content: dict[str, Any] = recurring.content if recurring else {"values": {}, "lines": []}
        values = self.content["values"]
        first: dict[str, Any] = {name: values.get(name, "") for name in ("reference", "notes", "currency")}
        first["customer"] = values.get("customer_id") or request.GET.get("customer")
        if recurring is None:
            first["starts_on"] = today(self.organization)
        self.form = RecurringForm(
            self.data, instance=recurring or RecurringInvoice(), initial=first, organization=self.organization
        )

    @property
    def version(self) -> str:
        """The version that the form was opened with."""
        if self.data is not None:
            return self.data.get("version", "")
        return version_of(self.recurring) if self.recurring else ""

    @cached_property
    def lines(self) -> list[LineForm]:
        """The lines as typed, else as they are; with one more where that is asked for."""
        if self.data is None:
            return self._known_lines() or [self._line(0)]
        found = [int(match[1]) for name in self.data if (match := re.fullmatch(r"lines-(\d{1,3})-name", name))]
        count = min(max(found, default=0) + 1, MOST_ROWS)
        if not self.wants_line:
            return [self._line(index, self.data) for index in range(count)]
        typed = [self._line(index, self.data) for index in range(count)]
        again = [self._line(line.index, initial={name: line[name].value() for name in line.fields}) for line in typed]
        return [*again, self._line(count)] if count < MOST_ROWS else again

    @property
    def faulty_lines(self) -> list[LineForm]:
        """The lines with something wrong in them."""
        return [line for line in self.lines if line.is_bound and line.errors]

    def is_valid(self) -> bool:
        """Whether what was typed can be read; if not, the page answers 422."""
        valid = all([self.form.is_valid(), *(line.is_valid() for line in self.lines)])
        self.status = 200 if valid else 422
        return valid

    def invoice(self) -> dict[str, Any]:
        """What every invoice says."""
        return self.form.invoice(self.content["values"])

    def rows(self) -> list[dict[str, Any]]:
        """The lines as the services take them."""
        self._told = [line for line in self.lines if not line.is_blank]
        return [line.row(self.content["lines"]) for line in self._told]

    def total(self) -> tuple[Any, str]:
        """The invoice as it would be now, or why it can't be one."""
        if not self.form["customer"].value() or not self.is_valid():
            return None, ""
        rows = self.rows()
        if not rows:
            return None, ""
        try:
            invoice, _lines = rehearse_invoice(organization=self.organization, values=self.invoice(), lines=rows)
        except Refused as refused:
            return None, next(iter(refused.fields.values()), [refused.message])[0]
        return invoice, ""

    def refuse(self, refusal: DomainError) -> None:
        """Show a service's refusal at the fields that it names, those of the lines included."""
        fields = refusal.fields if isinstance(refusal, Refused) else {}
        for name, said in list(fields.items()):
            fault = _FAULT.fullmatch(name)
            if fault and int(fault[1]) < len(self._told):
                line = self._told[int(fault[1])]
                shown = _NAMES.get(fault[2], fault[2])
                line.add_error(shown if shown in line.fields else None, said)
                del fields[name]
        self.status = 422 if self.faulty_lines and not fields else add_refusal(self.form, refusal)

    @cached_property
    def _offered(self) -> list[tuple[Any, Any]]:
        found = [(str(tax.pk), tax.name) for tax in taxes(self.organization) if tax.is_active]
        has_several = any(len(row.get("tax_ids") or ()) > 1 for row in self.content["lines"])
        several = [(SEVERAL, _("Several taxes"))] if has_several else []
        return [(AS_ITEM, _("As its item")), (NONE, _("No tax")), *found, *several]

    def _line(self, index: int, data: Any = None, initial: Mapping[str, Any] | None = None) -> LineForm:
        return LineForm(data, index=index, offered=self._offered, initial=dict(initial or {}))

    def _known_lines(self) -> list[LineForm]:
        rows = self.content["lines"]
        named = items(self.organization).in_bulk([row["item_id"] for row in rows if row.get("item_id")])
        return [self._line(place, initial=_initial(place, row, named)) for place, row in enumerate(rows)]


def _initial(place: int, row: Mapping[str, Any], named: Mapping[int, Any]) -> dict[str, Any]:
    chosen = row.get("tax_ids")
    tax = AS_ITEM if chosen is None else NONE if not chosen else str(chosen[0]) if len(chosen) == 1 else SEVERAL
    item = named.get(row.get("item_id") or 0)
    told: dict[str, Any] = {name: row.get(name, "") for name in ("name", "description")}
    told |= {name: Decimal(str(row[name])).normalize() for name in ("quantity", "rate") if row.get(name) is not None}
    told["name"] = told["name"] or (item.name if item else "")
    return {**told, "kept": place, "item": item.pk if item else None, "tax": tax}
