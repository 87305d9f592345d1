"""The forms of the finance pages: they read what was typed; whether it may be saved is for the services to say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from babel.core import get_global
from babel.numbers import get_currency_name
from django import forms
from django.conf import settings
from django.forms import BoundField
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from finance.choices import App, CustomerKind, Extended, Role
from finance.figures import AMOUNT, Fault
from finance.models import ContactPerson, Currency, Customer, Membership, Organization
from finance.selectors import organizations as selectors
from finance.selectors.custom_fields import custom_fields
from finance.selectors.payment_terms import payment_terms
from finance.selectors.rates import currencies
from finance.selectors.taxes import exemptions
from finance.services.contact_persons import PersonRow
from finance.services.customers import WRITABLE
from finance.wording import FAULTS
from finsuite.kernel import formats
from finsuite.kernel.custom_fields.carrying import carried
from finsuite.kernel.custom_fields.controls import control, initial
from finsuite.kernel.custom_fields.kinds import FieldDefinition
from finsuite.kernel.custom_fields.sets import FieldSet
from finsuite.kernel.errors import Refused
from users.ui.settings import time_zones

MOST = Decimal(10) ** AMOUNT[0]  # more than any column of amounts holds


class AmountField(forms.CharField):
    """An amount as people of any language type it."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            amount = formats.parse_amount(text)
        except Refused as refusal:
            raise forms.ValidationError(refusal.message, code=refusal.code) from refusal
        if abs(amount) >= MOST:
            raise forms.ValidationError(str(FAULTS[Fault.TOO_BIG]), code=Fault.TOO_BIG)
        return amount

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else formats.typed(Decimal(value))


class RateField(forms.DecimalField):
    """A rate: many decimals, after a point or a comma, and no grouping."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.strip().replace(",", ".") if isinstance(value, str) else value)

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else formats.typed(Decimal(value).normalize())


class CustomControls(forms.BaseForm):
    """The custom fields of a record in its form."""

    custom: Sequence[FieldDefinition] = ()

    def add_custom(self, fields: FieldSet, record: Any) -> None:
        """A control for each custom field of such records."""
        self.custom = fields.active
        for field in fields:
            held = field.default if record.pk is None else record.custom.get(field.key)
            self.fields[field.name] = control(field, held)
            self.initial.setdefault(field.name, initial(field, held))

    def show_typed(self, data: Any) -> None:
        """Begin with what was typed into the custom fields earlier, unjudged."""
        for field in self.custom:
            self.initial[field.name] = self.fields[field.name].widget.value_from_datadict(data, {}, field.name)

    def show_copied(self, source: Any) -> None:
        """Begin with what a new record takes over from another of its kind."""
        currency = source.currency
        taken = carried(self.custom, self.custom, [source.custom], currency=currency, theirs=currency)
        for field in self.custom:
            if field.name in taken:
                self.initial[field.name] = initial(field, taken[field.name])

    def custom_grouped(self) -> list[tuple[str, list[BoundField]]]:
        """The controls of the custom fields, by the heading that they name; "" is none."""
        titles: dict[str, list[BoundField]] = {}
        for field in self.custom:
            titles.setdefault(field.section, []).append(self[field.name])
        return sorted(titles.items(), key=lambda one: one[0] != "")


class RecordForm(CustomControls, forms.ModelForm):  # type: ignore[type-arg]
    """A model's fields, without the model's own checks: the services make them, with their own sentences."""

    marks_optional = False

    def _post_clean(self) -> None:
        """Nothing: the record is left alone."""


class CustomerForm(RecordForm):
    """A customer's own fields."""

    credit_limit = AmountField(label=_("Credit limit"), required=False)

    class Meta:
        model = Customer
        fields = sorted(name.removesuffix("_id") for name in WRITABLE - {"status"})
        widgets = {
            "kind": forms.RadioSelect,
            "notes": forms.Textarea(attrs={"rows": 4}),
            "billing_address": forms.Textarea(attrs={"rows": 2}),
            "shipping_address": forms.Textarea(attrs={"rows": 2}),
            "email": forms.EmailInput,
            "language": forms.Select,
        }

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_custom(custom_fields(organization, Extended.CUSTOMERS), self.instance)
        self.fields["display_name"].required = False  # the service takes the company's or the person's name instead
        self.fields["kind"].choices = CustomerKind.choices  # type: ignore[attr-defined]
        codes = list(currencies(organization).filter(is_active=True).values_list("code", flat=True))
        current = self.instance.currency
        self.fields["currency"] = forms.ChoiceField(
            label=_("Currency"),
            choices=[(code, code) for code in dict.fromkeys([*codes, *([current] if current else [])])],
            initial=organization.base_currency,
        )
        self.fields["language"] = forms.ChoiceField(
            label=_("Language of documents"),
            choices=[("", _("As the organization")), *settings.LANGUAGES],
            required=False,
        )
        self._offer_records(organization)
        for name in self.fields:
            self.fields[name].widget.attrs.setdefault("autocomplete", "off")

    def _offer_records(self, organization: Organization) -> None:
        """The payment terms, reasons for exemption and people to choose from, with those that are chosen."""
        known = self.instance
        people = [(member.user.pk, str(member.user)) for member in selectors.members(organization)]
        terms = _with_chosen(payment_terms(organization).filter(is_active=True), known.payment_term)
        reasons = _with_chosen(exemptions(organization).filter(is_active=True), known.exemption)
        for name, label, nothing, offered in (
            ("payment_term", _("Payment term"), _("The organization's default"), terms),
            ("exemption", _("Why they pay no tax"), pgettext_lazy("reason", "None given"), reasons),
            ("owner", _("Owner"), _("Nobody"), people),
        ):
            self.fields[name] = forms.TypedChoiceField(
                label=label, choices=[("", nothing), *offered], coerce=int, empty_value=None, required=False
            )

    def values(self) -> dict[str, Any]:
        """What was typed, under the service's names. Who pays taxes needs no reason for paying none."""
        found = dict(self.cleaned_data)
        for name in ("owner", "payment_term", "exemption"):
            found[f"{name}_id"] = found.pop(name)
        if found["is_taxable"]:
            found["exemption_id"] = None
        return found


def _with_chosen(offered: Iterable[Any], chosen: Any) -> list[tuple[int, str]]:
    """The records that can be chosen, and the one that is."""
    return list({record.pk: str(record) for record in [*offered, *filter(None, [chosen])]}.items())


class PersonForm(RecordForm):
    """One row of a customer's contact persons. Which row is the primary one is chosen once for all of them."""

    id = forms.IntegerField(widget=forms.HiddenInput, required=False)
    delete = forms.BooleanField(label=_("Delete when saving"), required=False)

    class Meta:
        model = ContactPerson
        fields = ["salutation", "first_name", "last_name", "email", "phone", "mobile", "designation", "department"]
        widgets = {"email": forms.EmailInput}

    def __init__(
        self, data: Any = None, *, index: int, custom: FieldSet, is_primary: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.add_custom(custom, self.instance)
        self.prefix = f"persons-{index}"
        self.index = index
        self.is_primary = is_primary
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    @property
    def is_blank(self) -> bool:
        """Whether this is a new row that nobody has typed into."""
        return not self.cleaned_data.get("id") and not any(self.cleaned_data.get(name) for name in self.Meta.fields)

    def row(self) -> PersonRow:
        """The row as the service takes it."""
        names = (*self.Meta.fields, *(field.name for field in self.custom))
        values = {name: self.cleaned_data[name] for name in names}
        return PersonRow(id=self.cleaned_data["id"], values={**values, "is_primary": self.is_primary})


class OrganizationForm(RecordForm):
    """The organization's own fields."""

    apps = forms.MultipleChoiceField(label=_("Finance apps"), choices=App.choices, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Organization
        fields = [
            *("name", "country", "language", "time_zone", "fiscal_year_start_month"),
            *("base_currency", "apps", "allows_duplicate_names", "date_format"),
            *("legal_name", "street", "street2", "city", "state", "zip_code", "phone", "email", "website"),
            *("tax_number", "siren", "legal_notice", "bank_name", "iban", "bic"),
        ]
        widgets = {
            "street": forms.Textarea(attrs={"rows": 2}),
            "legal_notice": forms.Textarea(attrs={"rows": 3}),
            "email": forms.EmailInput,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months = formats.locale_of(get_language()).months["stand-alone"]["wide"]
        codes = currencies(self.instance).values_list("code", flat=True)
        for name in ("siren", "iban", "bic"):  # people type them with spaces, which the service takes away
            self.fields[name] = forms.CharField(label=self.fields[name].label, max_length=60, required=False)
        choices: dict[str, list[tuple[Any, Any]]] = {
            "language": list(settings.LANGUAGES),
            "time_zone": time_zones(),
            "fiscal_year_start_month": [(number, name.capitalize()) for number, name in months.items()],
            "base_currency": [(code, code) for code in codes],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            self.fields[name] = forms.TypedChoiceField(
                label=field.label,
                choices=offered,
                coerce=int if name == "fiscal_year_start_month" else str,
                help_text=field.help_text,
            )


class MemberForm(forms.Form):
    """Somebody to let into the organization."""

    email = forms.EmailField(label=_("E-mail"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.STAFF)


class RoleForm(forms.Form):
    """A member's role."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)

    def __init__(self, membership: Membership) -> None:
        super().__init__(initial={"role": membership.role}, auto_id=f"id_%s_{membership.pk}")


@cache
def codes_in_use() -> list[str]:
    """The currencies that some country pays with today."""
    by_country = get_global("territory_currencies").values()
    return sorted({code for periods in by_country for code, _since, until, tender in periods if tender and not until})


def currency_choices() -> list[tuple[str, str]]:
    """Every currency in use, by code, with its name in the reader's language."""
    locale = formats.locale_of(get_language())
    return [(code, f"{code} – {get_currency_name(code, locale=locale)}") for code in codes_in_use()]


class NewCurrencyForm(forms.Form):
    """One more currency to work in."""

    code = forms.ChoiceField(label=_("Currency"), choices=currency_choices)
    rate = RateField(label=_("Rate"), max_digits=24, decimal_places=15)


class CurrencyForm(forms.Form):
    """A currency's rate, and whether the organization works in it."""

    rate = RateField(label=_("Rate"), max_digits=24, decimal_places=15)
    is_active = forms.BooleanField(label=pgettext_lazy("currency", "Active"), required=False)

    price_precision = forms.IntegerField(label=_("Decimals of prices"), required=False)

    def __init__(self, data: Any = None, *, currency: Currency, base: str, rate: Decimal | None = None) -> None:
        known = {name: getattr(currency, name) for name in ("is_active", "price_precision")}
        super().__init__(data, initial={"rate": rate, **known}, auto_id=f"id_%s_{currency.pk}")
        if currency.code == base:  # it is always in use, at one
            del self.fields["rate"], self.fields["is_active"]
