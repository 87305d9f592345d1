"""The forms of expenses and of their reports."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from finance.choices import DistanceUnit, Extended, PaidThrough
from finance.models import Customer, Expense, ExpenseCategory, ExpenseReport, Membership, Organization, Vendor
from finance.rights import Right, allows
from finance.selectors import expenses as selectors
from finance.selectors import organizations
from finance.selectors.custom_fields import custom_fields
from finance.selectors.rates import currencies
from finance.selectors.taxes import choosable
from finance.ui.forms import AmountField, RateField, RecordForm
from finsuite.kernel.ids import read_id
from finsuite.kernel.money import trimmed
from finsuite.kernel.pickers import RecordPicker


class PartyField(forms.CharField):
    """A customer or vendor that was chosen, by their id."""

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        chosen = read_id(typed)
        if typed and chosen is None:
            raise forms.ValidationError(_("Choose one of those that are suggested."))
        return chosen


class CategorySelect(forms.Select):
    """Categories, of which those of mileage are marked, so that the form shows what belongs to them."""

    mileage: frozenset[int] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in {str(pk) for pk in self.mileage}:
            option["attrs"]["data-mileage"] = True
        return option


def _one_of(label: Any, choices: Iterable[tuple[Any, Any]], empty: Any, **more: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=[("", empty), *choices], coerce=int, empty_value=None, **more)


class ExpenseForm(RecordForm):
    """An expense. Of a mileage the amount is computed from the distance; of everything else it is typed."""

    amount = AmountField(label=_("Amount"), required=False)
    exchange_rate = RateField(label=_("Exchange rate"), max_digits=24, decimal_places=15, required=False)
    distance = AmountField(label=_("Distance"), required=False)
    distance_rate = AmountField(label=_("Rate per unit"), required=False)
    markup = RateField(label=_("Mark-up (%)"), max_digits=7, decimal_places=2, required=False)
    distance_unit = forms.ChoiceField(label=_("Unit"), choices=DistanceUnit.choices, required=False)
    is_tax_inclusive = forms.TypedChoiceField(
        label=_("The tax is"),
        choices=[("1", _("In the amount")), ("0", _("On top"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        initial="1",
    )
    paid_through = forms.ChoiceField(label=_("Paid through"), choices=PaidThrough.choices, widget=forms.RadioSelect)

    class Meta:
        model = Expense
        fields = ["date", "reference", "description", "is_billable", "markup"]
        widgets = {"date": forms.DateInput}

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        self._offer_categories()
        self._offer_figures()
        self._offer_parties()
        self.add_custom(custom_fields(member.organization, Extended.EXPENSES), self.instance)
        self.fields["date"].required = True
        amount = self.instance.amount
        self.initial["amount"] = trimmed(amount, self.instance.currency) if amount else None
        self.initial["is_tax_inclusive"] = "1" if self.instance.is_tax_inclusive else "0"
        for name in ("paid_through", "distance_unit"):
            self.initial[name] = getattr(self.instance, name)
        for name in ("distance", "distance_rate"):
            held = getattr(self.instance, name)
            self.initial[name] = held if held is None else Decimal(f"{held.normalize():f}")
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def _offer_categories(self) -> None:
        held = self.instance.category_id
        rows = [row for row in selectors.categories(self.member.organization) if row.is_active or row.pk == held]
        offered = [(row.pk, row.name) for row in rows]
        self.fields["category"] = _one_of(
            _("Category"), offered, pgettext_lazy("expense category", "Choose…"), widget=CategorySelect
        )
        self.mileage = frozenset(row.pk for row in rows if row.is_mileage)
        self.fields["category"].widget.mileage = self.mileage
        self.initial["category"] = held

    def _offer_figures(self) -> None:
        organization, expense = self.member.organization, self.instance
        codes = [row.code for row in currencies(organization) if row.is_active]
        known = dict.fromkeys([organization.base_currency, *codes, expense.currency])
        self.fields["currency"] = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in known])
        self.initial["currency"] = expense.currency
        is_foreign = expense.pk is not None and expense.currency != organization.base_currency
        self.initial["exchange_rate"] = expense.exchange_rate if is_foreign else None
        taxes = [(row.pk, row.name) for row in choosable(organization)]
        if expense.tax is not None and expense.tax_id not in dict(taxes):
            taxes.append((expense.tax.pk, expense.tax.name))
        self.fields["tax"] = _one_of(_("Tax"), taxes, pgettext_lazy("tax", "None"), required=False)
        self.initial["tax"] = expense.tax_id
        if allows(self.member.role, Right.EXPENSES_APPROVE):
            people = [(row.user.pk, str(row.user)) for row in organizations.members(organization)]
            self.fields["spender"] = forms.TypedChoiceField(
                label=_("Spent by"), choices=people, coerce=int, empty_value=None, required=False
            )
            self.initial["spender"] = expense.spender_id or self.member.user_id

    def _offer_parties(self) -> None:
        organization = self.member.organization
        for name, label, model in (("vendor", _("Vendor"), Vendor), ("customer", _("Customer"), Customer)):
            url = reverse(f"finance:{name}_lookup", kwargs={"organization": organization.pk})
            held = getattr(self.instance, name)
            if self.is_bound:
                typed = read_id(self.data.get(name, ""))
                held = model.objects.of(organization).filter(pk__in=[] if typed is None else [typed]).first()
            picker = RecordPicker(url)
            picker.shown = str(held or "")
            self.fields[name] = PartyField(label=label, required=False, widget=picker)
            self.initial[name] = held.pk if held else None

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        way = ("distance", "distance_rate")
        if found.get("currency") == self.member.organization.base_currency:
            found["exchange_rate"] = None  # the form does not show it then
        if found.get("category") in self.mileage:
            for name in way:
                if name not in self.errors and found.get(name) is None:
                    self.add_error(name, _("This is needed: the amount is the distance times the rate."))
        else:
            found |= {"distance": None, "distance_rate": None, "distance_unit": ""}
            if "amount" not in self.errors and found.get("amount") is None and found.get("category"):
                self.add_error("amount", _("Say how much it was."))
        return found

    def values(self) -> dict[str, Any]:
        """What was typed, under the service's names. A rate that is left out is the day's."""
        names = ("category", "vendor", "customer", "tax", "spender")
        found = {f"{name}_id" if name in names else name: value for name, value in self.cleaned_data.items()}
        left_out = ("amount", "exchange_rate", "spender_id")
        return {name: value for name, value in found.items() if name not in left_out or value is not None}

    @cached_property
    def typed_figures(self) -> dict[str, Any]:
        """What of the figures can be read already, for the running total."""
        _ = self.errors  # has it read, once
        names = {"tax": "tax_id"}
        known = ("date", "currency", "exchange_rate", "amount", "tax", "is_tax_inclusive")
        way = ("distance", "distance_unit", "distance_rate")
        return {names.get(name, name): self.cleaned_data.get(name) for name in (*known, *way)}


class ReportForm(RecordForm):
    """What a report is called, and in a new one, what is in it."""

    class Meta:
        model = ExpenseReport
        fields = ["name", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_custom(custom_fields(organization, Extended.EXPENSE_REPORTS), self.instance)

    def values(self) -> dict[str, Any]:
        """What was typed."""
        return dict(self.cleaned_data)


class RejectForm(forms.Form):
    """Why a report is rejected."""

    reason = forms.CharField(
        label=_("Why?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3, "autofocus": True})
    )


class ReimburseForm(forms.Form):
    """How a report was paid back."""

    paid_on = forms.DateField(label=_("Paid on"), widget=forms.DateInput)
    through = forms.ChoiceField(
        label=_("Paid through"),
        choices=[(value, label) for value, label in PaidThrough.choices if value != PaidThrough.EMPLOYEE],
        initial=PaidThrough.BANK,
    )
    reference = forms.CharField(label=_("Reference"), max_length=100, required=False)


class CategoryForm(RecordForm):
    """A category of expenses."""

    class Meta:
        model = ExpenseCategory
        fields = ["name", "is_mileage", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["is_active"]
        else:
            self.auto_id = f"id_%s_{self.instance.pk}"
