"""The forms of plans and subscriptions: they read what was typed; the services say whether it may be saved."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from finance.choices import Extended
from finance.models import Organization, Plan, Subscription
from finance.selectors import subscriptions as selectors
from finance.selectors.custom_fields import custom_fields
from finance.selectors.rates import currencies
from finance.selectors.taxes import taxes
from finance.services import plans as plan_services
from finance.services import subscriptions as services
from finance.ui.forms import AmountField, RecordForm
from finsuite.kernel.money import trimmed

NO_TAX = 0  # where no choice means the plan's tax


def tax_field(organization: Organization, current: int | None = None) -> forms.TypedChoiceField:
    """A tax of the organization, or none; one that isn't active any more only where it is chosen already."""
    offered = [(tax.pk, tax.name) for tax in taxes(organization) if tax.is_active or tax.pk == current]
    return forms.TypedChoiceField(
        label=_("Tax"), choices=[("", _("No tax")), *offered], coerce=int, empty_value=None, required=False
    )


def as_typed(record: Plan | Subscription, currency: str) -> dict[str, Decimal]:
    """Prices with the decimals that they need, and the quantity without needless zeros, as the form begins."""
    found = {name: getattr(record, name) for name in ("price", "setup_fee")}
    told = {name: trimmed(Decimal(value), currency) for name, value in found.items() if value is not None}
    return {**told, "quantity": record.quantity.normalize()} if isinstance(record, Subscription) else told


class PlanForm(RecordForm):
    """A plan's own fields."""

    price = AmountField(label=_("Price of a term"))
    setup_fee = AmountField(label=_("Set-up fee"), required=False)

    class Meta:
        model = Plan
        fields = [
            *("code", "name", "description", "price", "setup_fee", "unit", "interval", "terms"),
            *("trial_days", "tax", "status"),
        ]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update(as_typed(self.instance, organization.base_currency))
        self.fields["tax"] = tax_field(organization, self.instance.tax_id)
        self.fields["trial_days"].required = False
        self.add_custom(custom_fields(organization, Extended.PLANS), self.instance)

    def values(self) -> dict[str, Any]:
        """What was typed, under the service's names."""
        found = dict(self.cleaned_data)
        found["tax_id"] = found.pop("tax")
        for name, standing in (("setup_fee", 0), ("trial_days", 0)):
            found[name] = standing if found[name] is None else found[name]
        assert {*found} <= plan_services.WRITABLE | {field.name for field in self.custom}
        return found


class SubscriptionForm(RecordForm):
    """What is agreed. Who subscribes, to what and from when is asked only where it is made."""

    price = AmountField(label=_("Price of a term"), required=False)
    setup_fee = AmountField(label=_("Set-up fee"), required=False)
    quantity = AmountField(label=_("Quantity"))

    class Meta:
        model = Subscription
        fields = ["quantity", "price", "setup_fee", "tax", "terms", "action", "reference", "notes"]
        widgets = {"notes": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_new = self.instance.pk is None
        self.add_custom(custom_fields(organization, Extended.SUBSCRIPTIONS), self.instance)
        self.fields["tax"] = tax_field(organization, self.instance.tax_id)
        if not self.is_new:
            self.initial.update(as_typed(self.instance, self.instance.currency))
            self.fields["price"].required = True
            return
        self.initial["setup_fee"] = None  # as the plan says
        taxes = list(self.fields["tax"].choices)[1:]  # type: ignore[attr-defined]
        self.fields["tax"].choices = [("", _("As the plan says")), (NO_TAX, _("No tax")), *taxes]  # type: ignore[attr-defined]
        offered = [(plan.pk, str(plan)) for plan in selectors.plans(organization, status="active")]
        self.fields["customer"] = forms.IntegerField(label=_("Customer"), widget=forms.HiddenInput)
        self.fields["plan"] = forms.TypedChoiceField(
            label=_("Plan"), choices=[("", _("Choose a plan")), *offered], coerce=int
        )
        codes = [(one.code, one.code) for one in currencies(organization).filter(is_active=True)]
        self.fields["currency"] = forms.ChoiceField(
            label=_("Currency"), choices=[("", _("The customer's")), *codes], required=False
        )
        self.fields["starts_on"] = forms.DateField(label=_("Starts on"), widget=forms.DateInput, required=False)
        self.fields["trial_days"] = forms.IntegerField(
            label=_("Days of trial"), min_value=0, max_value=3650, required=False, widget=forms.TextInput
        )

    def values(self) -> dict[str, Any]:
        """What was typed, under the service's names. Of a new one, what is left empty is as its plan says."""
        renamed = {"tax": "tax_id", "customer": "customer_id", "plan": "plan_id"}
        found = {renamed.get(name, name): value for name, value in self.cleaned_data.items()}
        if self.is_new:
            extended = {field.name: found.pop(field.name) for field in self.custom}
            given = {name: value for name, value in found.items() if value not in (None, "")} | extended
            return {**given, "tax_id": None} if given.get("tax_id") == NO_TAX else given
        found["setup_fee"] = found["setup_fee"] or 0
        assert {*found} <= services.AGREED | {field.name for field in self.custom}
        return found
