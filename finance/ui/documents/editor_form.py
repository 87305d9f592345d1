"""The head of the editor: what is said of a document besides its lines."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from finance.choices import DiscountMode, TaxMode
from finance.choices import DocumentKind as Kind
from finance.models import Organization
from finance.selectors import organizations
from finance.selectors.custom_fields import custom_fields
from finance.selectors.payment_terms import payment_terms
from finance.selectors.preferences import preferences
from finance.selectors.rates import currencies
from finance.selectors.taxes import choosable
from finance.ui.documents.editor_rows import read_discount, typed_discount
from finance.ui.documents.pages import DocumentPages
from finance.ui.forms import AmountField, CustomControls, RateField
from finsuite.kernel import formats
from finsuite.kernel.errors import Refused
from finsuite.kernel.money import decimals

WHEN_GIVEN = ("number", "currency", "exchange_rate", "language", "payment_term_id", "date")
"""What a document finds out by itself where nothing is typed."""


class DiscountField(forms.CharField):
    """A percentage, or an amount."""

    def to_python(self, value: Any) -> Any:
        try:
            return read_discount(super().to_python(value) or "")
        except Refused as refused:
            raise forms.ValidationError(refused.message, code=refused.code) from refused


class DayField(forms.DateField):
    """A day, by the browser's own control."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DocumentForm(CustomControls, forms.Form):
    """The fields of one kind of document. Which there are follows from the kind and the preferences."""

    marks_optional = False  # nearly everything is

    def __init__(
        self,
        data: Any = None,
        *,
        pages: DocumentPages,
        organization: Organization,
        document: Any,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial={**initial_of(pages, document), **(initial or {})})
        self.pages, self.document = pages, document
        self.asked = preferences(organization)
        self._add_identity(organization)
        self._add_figures(organization)
        self._add_words(organization)
        self.add_custom(custom_fields(organization, pages.spec.extended), document)
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def _add_identity(self, organization: Organization) -> None:
        party = self.pages.model._meta.get_field(self.pages.spec.party).verbose_name  # type: ignore[union-attr]
        self.fields[f"{self.pages.spec.party}_id"] = forms.IntegerField(
            label=capfirst(str(party)), widget=forms.HiddenInput, required=False, min_value=1
        )
        number = _("Number on the bill") if self.pages.kind is Kind.BILL else _("Number")
        self.fields["number"] = forms.CharField(label=number, required=False, max_length=100)
        if self.pages.kind is not Kind.BILL:
            self.fields["number"].help_text = _("Left empty, it is the next one.")
        self.fields["date"] = DayField(label=_("Date"), required=False)
        if self.pages.has_until:
            self.fields[self.pages.model.until_field] = DayField(label=self.pages.until_label, required=False)
        if "payment_term_id" in self.pages.spec.writable:
            terms = payment_terms(organization).filter(is_active=True)
            none = pgettext_lazy("payment terms", "As agreed with them")
            self.fields["payment_term_id"] = _choice(_("Payment terms"), [(t.pk, t.name) for t in terms], none)
        self.fields["reference"] = forms.CharField(label=_("Reference"), required=False, max_length=100)

    def _add_figures(self, organization: Organization) -> None:
        if self.document.pk is None:
            codes = currencies(organization).filter(is_active=True).values_list("code", flat=True)
            offered = [(code, code) for code in dict.fromkeys([organization.base_currency, *codes])]
            label = pgettext_lazy("currency", "Theirs")
            self.fields["currency"] = forms.ChoiceField(
                label=_("Currency"), choices=[("", label), *offered], required=False
            )
        self.fields["exchange_rate"] = RateField(
            label=_("Exchange rate"), required=False, max_digits=24, decimal_places=15
        )
        if self.asked.tax_mode == TaxMode.BOTH or self.document.pk:
            self.fields["is_tax_inclusive"] = forms.TypedChoiceField(
                label=_("Prices"),
                choices=[("", _("Without tax")), ("1", _("With tax"))],
                coerce=bool,
                empty_value="",
                required=False,
            )
        if self.asked.discount_mode == DiscountMode.DOCUMENT or self.document.discount:
            self.fields["discount"] = DiscountField(label=_("Discount"), required=False, max_length=25)
        if self.asked.has_shipping or self.document.shipping_charge:
            self.fields["shipping_charge"] = AmountField(label=_("Shipping"), required=False)
            taxes = [(tax.pk, tax.name) for tax in choosable(organization)]
            self.fields["shipping_tax_id"] = _choice(_("Tax on shipping"), taxes, _("No tax"))
        if self.asked.has_adjustment or self.document.adjustment:
            self.fields["adjustment"] = AmountField(label=_("Adjustment"), required=False)
            self.fields["adjustment_label"] = forms.CharField(
                label=_("What the adjustment is for"), required=False, max_length=100
            )

    def _add_words(self, organization: Organization) -> None:
        self.fields["notes"] = _text(_("Notes to them"), 5000)
        self.fields["terms"] = _text(_("Terms and conditions"), 10000)
        languages = [("", _("As theirs")), *settings.LANGUAGES]
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=languages, required=False)
        people = [(one.user_id, str(one.user)) for one in organizations.members(organization)]
        self.fields["salesperson_id"] = _choice(_("Salesperson"), people, _("Nobody"))

    @property
    def line_discounts(self) -> bool:
        """Whether lines take discounts."""
        return self.asked.discount_mode == DiscountMode.ITEM

    def values(self) -> dict[str, Any]:
        """What was typed, under the service's names. What is empty is found out by the document."""
        until = self.pages.model.until_field
        found = {name: value for name, value in self.cleaned_data.items() if name not in self.errors}
        for name in (*WHEN_GIVEN, until):
            if name in found and not found[name] and (name in WHEN_GIVEN or self._needs(name)):
                del found[name]
        if "is_tax_inclusive" in found:
            found["is_tax_inclusive"] = bool(found["is_tax_inclusive"])
        for name in ("shipping_charge", "adjustment"):
            if name in found and found[name] is None:
                found[name] = 0
        return found

    def _needs(self, name: str) -> bool:
        """Whether the column can't be empty, or the document is new and finds it out."""
        return self.document.pk is None or not self.pages.model._meta.get_field(name).null


def initial_of(pages: DocumentPages, document: Any) -> dict[str, Any]:
    """What the form begins with."""
    names = sorted(pages.spec.writable - {"billing", "shipping", "deliver_to", "contact_person_ids"})
    found = {name: getattr(document, name) for name in names}
    found["discount"] = typed_discount(document.discount)
    found["is_tax_inclusive"] = "1" if document.is_tax_inclusive else ""
    for name in ("shipping_charge", "adjustment"):
        value = found[name]
        found[name] = formats.typed(value.quantize(_places(document))) if value else ""
    if document.pk is None:
        found |= {"currency": "", "exchange_rate": None, "language": "", "payment_term_id": None, "number": ""}
        found[pages.model.until_field] = None if pages.has_until else found["date"]
    return found


def _places(document: Any) -> Decimal:

    return Decimal(1).scaleb(-decimals(document.currency))


def _choice(label: Any, offered: list[tuple[int, str]], nobody: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=[("", nobody), *offered], coerce=int, empty_value=None, required=False
    )


def _text(label: Any, most: int) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, required=False, max_length=most, widget=widget)
