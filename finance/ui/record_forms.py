"""The forms of items and vendors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from finance.choices import Extended, ItemKind
from finance.models import Item, Organization, PaymentTerm, Tax, Vendor
from finance.selectors import organizations as selectors
from finance.selectors.custom_fields import custom_fields
from finance.selectors.payment_terms import payment_terms
from finance.selectors.rates import currencies
from finance.selectors.taxes import choosable
from finance.services import items, vendors
from finance.ui.forms import AmountField, RecordForm
from finsuite.kernel.ids import read_id
from finsuite.kernel.pickers import RecordPicker


def chosen_of(label: Any, choices: Iterable[tuple[Any, Any]], empty: Any) -> forms.TypedChoiceField:
    """One record of a few, or none."""
    return forms.TypedChoiceField(
        label=label, choices=[("", empty), *choices], coerce=int, empty_value=None, required=False
    )


def tax_choices(organization: Organization, current: Iterable[Tax | None] = ()) -> list[tuple[int, str]]:
    """The taxes that can be chosen, and those that are."""
    offered = {tax.pk: tax.name for tax in choosable(organization)}
    offered |= {tax.pk: tax.name for tax in current if tax is not None}
    return list(offered.items())


def term_choices(organization: Organization, current: PaymentTerm | None) -> list[tuple[int, str]]:
    """The payment terms that can be chosen, and the one that is."""
    offered = {term.pk: term.name for term in payment_terms(organization) if term.is_active}
    return list((offered | ({current.pk: current.name} if current else {})).items())


class PickedRecord(forms.CharField):
    """A record that a picker chose, by its id."""

    widget: RecordPicker

    def __init__(self, url: str, shown: str, **kwargs: Any) -> None:
        super().__init__(widget=RecordPicker(url), required=False, **kwargs)
        self.widget.shown = shown

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        chosen = read_id(typed)
        if typed and chosen is None:
            raise forms.ValidationError(_("Choose one of those that are suggested."))
        return chosen


class BooksForm(RecordForm):
    """What the forms of items and vendors have in common: references are told to services by their ids."""

    references: tuple[str, ...] = ()

    def values(self) -> dict[str, Any]:
        """What was typed, under the service's names."""
        found = dict(self.cleaned_data)
        for name in self.references:
            found[f"{name}_id"] = found.pop(name)
        return found

    def _finish(self, extended: Extended, organization: Organization) -> None:
        self.add_custom(custom_fields(organization, extended), self.instance)
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")


class ItemForm(BooksForm):
    """An item's fields."""

    references = ("sales_tax", "purchase_tax", "vendor")

    sales_rate = AmountField(label=_("Selling price"), required=False)
    purchase_rate = AmountField(label=_("Cost price"), required=False)
    stock_on_hand = AmountField(label=_("Stock on hand"), required=False)
    reorder_level = AmountField(label=_("Reorder level"), required=False)

    class Meta:
        model = Item
        fields = sorted(name.removesuffix("_id") for name in items.WRITABLE - {"status"})
        widgets = {
            "kind": forms.RadioSelect,
            "sales_description": forms.Textarea(attrs={"rows": 3}),
            "purchase_description": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item: Item = self.instance
        self.fields["kind"].choices = ItemKind.choices  # type: ignore[attr-defined]
        offered = tax_choices(organization, [item.sales_tax, item.purchase_tax])
        for name in ("sales_tax", "purchase_tax"):
            self.fields[name] = chosen_of(self.fields[name].label, offered, pgettext_lazy("tax", "None"))
        url = reverse("finance:vendor_lookup", kwargs={"organization": organization.pk})
        shown = str(item.vendor) if item.vendor else ""
        self.fields["vendor"] = PickedRecord(url, shown, label=_("Preferred vendor"))
        self._finish(Extended.ITEMS, organization)

    def values(self) -> dict[str, Any]:
        """An empty price is none, an empty stock is nothing, and what the form hides of a service is not kept."""
        found = super().values()
        found["track_stock"] = found["track_stock"] and found["kind"] == ItemKind.GOODS
        return found | {name: found[name] or 0 for name in ("sales_rate", "purchase_rate", "stock_on_hand")}


class VendorForm(BooksForm):
    """A vendor's fields."""

    references = ("payment_term", "owner")

    class Meta:
        model = Vendor
        fields = sorted(name.removesuffix("_id") for name in vendors.WRITABLE - {"status"})
        widgets = {
            "notes": forms.Textarea(attrs={"rows": 4}),
            "billing_address": forms.Textarea(attrs={"rows": 2}),
            "shipping_address": forms.Textarea(attrs={"rows": 2}),
            "email": forms.EmailInput,
            "language": forms.Select,
        }

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vendor: Vendor = self.instance
        self.fields["display_name"].required = False  # the service takes the company's or the person's name instead
        active = currencies(organization).filter(is_active=True).values_list("code", flat=True)
        codes = dict.fromkeys([*active, vendor.currency])
        self.fields["currency"] = forms.ChoiceField(
            label=self.fields["currency"].label, choices=[(code, code) for code in codes if code]
        )
        self.fields["language"] = forms.ChoiceField(
            label=_("Language of documents"),
            choices=[("", _("As the organization")), *settings.LANGUAGES],
            required=False,
        )
        terms = term_choices(organization, vendor.payment_term)
        self.fields["payment_term"] = chosen_of(_("Payment term"), terms, _("The organization's default"))
        people = [(member.user.pk, str(member.user)) for member in selectors.members(organization)]
        self.fields["owner"] = chosen_of(_("Owner"), people, _("Nobody"))
        self._finish(Extended.VENDORS, organization)
