"""The forms of the settings that documents stand on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from finance.choices import (
    CreditLimitRule,
    DiscountMode,
    DocumentKind,
    ExemptionCategory,
    ReminderRecipient,
    RoundOff,
    TaxMode,
    TermKind,
)
from finance.models import CurrencyRate, PaymentTerm, Preferences, ReminderRule, Series, Tax, TaxExemption
from finance.models.preferences import TEXTS
from finance.models.reminders import LATEST
from finance.services.numbering import PRESETS
from finance.ui.forms import RateField, RecordForm
from finsuite.kernel.formats import exact


class OneOfMany(RecordForm):
    """A form of which a page draws several: each has ids of its own."""

    def __init__(self, data: Any = None, *, instance: Any, **kwargs: Any) -> None:
        name = f"{type(self).__name__.lower()}_{instance.pk or 'new'}"
        super().__init__(data, instance=instance, auto_id=f"id_{name}_%s", **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")


class TaxForm(OneOfMany):
    """One tax."""

    rate = RateField(label=_("Rate (%)"), max_digits=9, decimal_places=6)

    class Meta:
        model = Tax
        fields = ["name", "rate", "is_compound", "exemption", "is_active"]

    def __init__(self, data: Any = None, *, exemptions: Sequence[TaxExemption], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        chosen = self.instance.exemption_id
        offered = [(one.pk, one.name) for one in exemptions if one.is_active or one.pk == chosen]
        self.fields["exemption"] = forms.TypedChoiceField(
            label=_("Reason for exemption"),
            choices=[("", pgettext_lazy("reason for exemption", "None")), *offered],
            coerce=int,
            empty_value=None,
            required=False,
        )

    def values(self) -> dict[str, Any]:
        """What was typed, under the service's names."""
        found = dict(self.cleaned_data)
        found["exemption_id"] = found.pop("exemption")
        return found


class TaxGroupForm(OneOfMany):
    """A group of taxes."""

    member_ids = forms.TypedMultipleChoiceField(
        label=_("Taxes of the group"), coerce=int, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Tax
        fields = ["name", "is_active"]

    def __init__(self, data: Any = None, *, taxes: Sequence[Tax], members: Sequence[int] = (), **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        offered = [tax for tax in taxes if not tax.is_group and (tax.is_active or tax.pk in members)]
        self.fields["member_ids"].choices = [  # type: ignore[attr-defined]
            (tax.pk, f"{tax.name} ({exact(tax.rate)} %)") for tax in offered
        ]
        self.initial["member_ids"] = list(members)


class ExemptionForm(OneOfMany):
    """One reason for exemption."""

    category = forms.ChoiceField(label=_("Category"), choices=ExemptionCategory.choices)

    class Meta:
        model = TaxExemption
        fields = ["name", "reason", "category", "code", "is_active"]


class TermForm(OneOfMany):
    """One payment term."""

    kind = forms.ChoiceField(label=_("Due"), choices=TermKind.choices)
    days = forms.IntegerField(label=_("Days"), required=False, min_value=0)

    class Meta:
        model = PaymentTerm
        fields = ["name", "kind", "days", "is_default", "is_active"]

    def values(self) -> dict[str, Any]:
        """What was typed; no number of days is none."""
        return {**self.cleaned_data, "days": self.cleaned_data["days"] or 0}


class ReminderRuleForm(OneOfMany):
    """When customers are reminded, and who of them is."""

    days = forms.IntegerField(label=_("Days"), min_value=0, max_value=LATEST)
    side = forms.ChoiceField(
        label=_("When"),
        choices=[("before", _("before the due day")), ("after", _("after the due day"))],
    )

    class Meta:
        model = ReminderRule
        fields = ["recipient", "template", "is_active"]

    field_order = ("days", "side", "recipient", "template", "is_active")

    def __init__(self, data: Any = None, *, templates: Sequence[str], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        held = self.instance.days
        self.initial["days"] = None if held is None else abs(held)
        self.initial["side"] = "before" if held is not None and held < 0 else "after"
        named = dict.fromkeys([*templates, *filter(None, [self.instance.template])])
        self.fields["template"] = forms.ChoiceField(
            label=_("Template"),
            choices=[("", _("The default one")), *((name, name) for name in named)],
            required=False,
        )
        self.fields["recipient"].choices = ReminderRecipient.choices  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What was typed, under the service's names."""
        found = dict(self.cleaned_data)
        sign = -1 if found.pop("side") == "before" else 1
        return {**found, "days": sign * found["days"]}


class SeriesForm(OneOfMany):
    """How one kind of record is numbered."""

    next_number = forms.IntegerField(label=_("Next number"), min_value=1)

    class Meta:
        model = Series
        fields = ["prefix", "digits", "is_auto"]

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.initial["next_number"] = self.instance.next_number


SERIES = {"customer": _("Customers"), "vendor": _("Vendors"), **{kind.value: kind.label for kind in DocumentKind}}


def series_label(series: Series) -> str:
    """What a series numbers."""
    return str(SERIES.get(series.series, series.series))


def in_order(series: Series) -> int:
    """Where a series stands on its page."""
    return list(PRESETS).index(series.series) if series.series in PRESETS else len(PRESETS)


class PreferencesForm(RecordForm):
    """What new documents begin with."""

    discount_mode = forms.ChoiceField(label=_("Discounts"), choices=DiscountMode.choices, widget=forms.RadioSelect)
    tax_mode = forms.ChoiceField(label=_("Prices"), choices=TaxMode.choices, widget=forms.RadioSelect)
    round_off = forms.ChoiceField(label=_("Totals"), choices=RoundOff.choices, widget=forms.RadioSelect)
    round_off_step = RateField(label=_("Step"), max_digits=9, decimal_places=4, required=False)
    expense_markup = RateField(label=_("Mark-up (%)"), max_digits=7, decimal_places=2, required=False)
    credit_limit_rule = forms.ChoiceField(
        label=_("When a customer would owe more than their credit limit"), choices=CreditLimitRule.choices
    )

    class Meta:
        model = Preferences
        fields = [
            *("discount_mode", "is_discount_before_tax", "tax_mode", "round_off", "round_off_step"),
            *("has_shipping", "has_adjustment", "is_sent_editable", "credit_limit_rule", "estimate_days"),
            "expense_markup",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, names in TEXTS.items():
            for name in names:
                label = _("Notes") if name == "notes" else _("Terms and conditions")
                self.fields[f"text_{kind}_{name}"] = forms.CharField(
                    label=label,
                    required=False,
                    initial=self.instance.text(kind, name),
                    widget=forms.Textarea(attrs={"rows": 3}),
                )

    def texts(self) -> list[tuple[str, list[Any]]]:
        """The controls of the texts, by kind of document."""
        return [
            (str(DocumentKind(kind).label), [self[f"text_{kind}_{name}"] for name in names])
            for kind, names in TEXTS.items()
        ]

    def values(self) -> dict[str, Any]:
        """What was typed, under the service's names."""
        found = {name: self.cleaned_data[name] for name in self.Meta.fields}
        found["expense_markup"] = found["expense_markup"] or 0
        texts = {
            kind: {name: self.cleaned_data[f"text_{kind}_{name}"] for name in names} for kind, names in TEXTS.items()
        }
        return {**found, "texts": texts}


class DatedRateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A rate from a day on."""

    rate = RateField(label=_("Rate"), max_digits=24, decimal_places=15)

    class Meta:
        model = CurrencyRate
        fields = ["day", "rate"]
        widgets = {"day": forms.DateInput(attrs={"type": "date"})}

    def _post_clean(self) -> None:
        """Nothing: the service checks it."""


class LogoForm(forms.Form):
    """A picture for documents."""

    logo = forms.FileField(label=_("Logo"), widget=forms.FileInput(attrs={"accept": ".png,.jpg,.jpeg,.svg"}))
