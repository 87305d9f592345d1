"""The forms of Setup."""

from __future__ import annotations

from typing import Any

from babel.numbers import get_currency_name
from django import forms
from django.conf import settings
from django.utils.dates import MONTHS
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.access import Access
from crm.choices import Edition, Level, Module
from crm.models import Profile
from crm.selectors.organizations import currencies, profiles
from crm.ui.forms import NumberField
from users.ui.settings import time_zones

# Those that most companies work in; finsuite knows every ISO 4217 code by the API.
COMMON = (
    *("EUR", "USD", "GBP", "CHF", "CAD", "AUD", "NZD", "JPY", "CNY", "HKD", "SGD", "INR", "AED", "SAR", "ILS", "TRY"),
    *("SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF", "RON", "BGN", "UAH", "MAD", "TND", "DZD", "XOF", "XAF", "XPF"),
    *("MUR", "ZAR", "EGP", "NGN", "KES", "BRL", "MXN", "ARS", "CLP", "COP", "PEN", "KRW", "THB", "VND", "IDR", "MYR"),
    *("PHP", "TWD", "KWD", "BHD", "QAR", "JOD"),
)


def currency_choices() -> list[tuple[str, str]]:
    """Codes with their names in the reader's language, by code."""
    return [(code, f"{code} – {get_currency_name(code, locale=get_language() or 'en')}") for code in sorted(COMMON)]


class NewOrganizationForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    home_currency = forms.ChoiceField(
        label=_("Home currency"),
        choices=currency_choices,
        help_text=_("The currency of your own books. It can't be changed later."),
    )
    country = forms.CharField(label=_("Country"), max_length=100, required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)


class CompanyForm(forms.Form):
    version = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=100)
    street = forms.CharField(
        label=_("Street"), max_length=250, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    zip_code = forms.CharField(label=_("Postal code"), max_length=30, required=False)
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    state = forms.CharField(label=_("State"), max_length=100, required=False)
    country = forms.CharField(label=_("Country"), max_length=100, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    website = forms.CharField(label=_("Website"), max_length=255, required=False)
    edition = forms.ChoiceField(
        label=_("Edition"),
        choices=Edition.choices,
        help_text=_(
            "Enterprise works in several currencies. Professional does while a finance organization is linked."
        ),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    fiscal_year_start_month = forms.TypedChoiceField(
        label=_("Fiscal year starts in"),
        coerce=int,
        choices=list(MONTHS.items()),
    )


class MemberForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    profile_id = forms.TypedChoiceField(label=_("Profile"), coerce=int)

    def __init__(self, access: Access, data: Any = None) -> None:
        super().__init__(data)
        self._profiles: dict[int, Profile] = {profile.pk: profile for profile in profiles(access.organization)}
        field: Any = self.fields["profile_id"]
        field.choices = [(key, profile.title) for key, profile in self._profiles.items()]

    def profile(self) -> Profile:
        return self._profiles[self.cleaned_data["profile_id"]]


class ProfileForm(forms.Form):
    version = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=100)
    description = forms.CharField(label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    can_setup = forms.BooleanField(
        label=_("May change the setup"),
        required=False,
        help_text=_("Company details, members, profiles, currencies and the integration."),
    )
    sees_all = forms.BooleanField(
        label=_("Sees all records"),
        required=False,
        help_text=_("Whatever is chosen under Sharing, in the modules that this profile opens."),
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for module in Module:
            self.fields[f"level_{module}"] = forms.TypedChoiceField(
                label=module.label, coerce=int, choices=Level.choices, widget=forms.RadioSelect, initial=Level.VIEW
            )

    def level_fields(self) -> list[Any]:
        return [self[f"level_{module}"] for module in Module]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "description", "can_setup", "sees_all")}

    def levels(self) -> dict[str, int]:
        return {str(module): self.cleaned_data[f"level_{module}"] for module in Module}


class RateField(NumberField):
    """A rate as the person's language writes it. It has no thousands: one mark in it is the decimal mark."""

    def clean(self, value: Any) -> Any:
        text = str(value or "").strip()
        return super().clean(f"{text}0" if text.count(",") + text.count(".") == 1 else text)


class RateForm(forms.Form):
    version = forms.CharField(required=False)
    rate = RateField()
    is_active = forms.BooleanField(required=False)


class DatedRateForm(forms.Form):
    day = forms.DateField(
        label=_("From"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), localize=False
    )
    rate = RateField(label=_("Rate"), widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))


class CurrencyForm(forms.Form):
    code = forms.ChoiceField(label=_("Currency"))
    rate = RateField(label=_("Rate"), widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))

    def __init__(self, access: Access, data: Any = None) -> None:
        super().__init__(data)
        held = set(currencies(access.organization).values_list("code", flat=True))
        field: Any = self.fields["code"]
        field.choices = [(code, name) for code, name in currency_choices() if code not in held]
        self.fields["rate"].help_text = _("How much of it 1 %(home)s buys.") % {
            "home": access.organization.home_currency
        }
