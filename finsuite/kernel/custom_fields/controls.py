"""The form control of each kind of custom field. What was typed is read; whether it may be, the services say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from finsuite.kernel import formats
from finsuite.kernel.custom_fields.kinds import Choice, FieldDefinition, Kind
from finsuite.kernel.custom_fields.texts import typed
from finsuite.kernel.errors import Refused

_INPUT_MODES = {Kind.EMAIL: "email", Kind.PHONE: "tel", Kind.URL: "url"}


class NumberControl(forms.CharField):
    """A number as the person's language writes it."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return formats.parse_amount(text)
        except Refused as refused:
            raise forms.ValidationError(refused.message) from None


class MomentControl(forms.DateTimeField):
    """A day with its time, in the person's time zone."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M:%S")

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return found and (found if timezone.is_aware(found) else timezone.make_aware(found))


def control(field: FieldDefinition, held: Any = None) -> forms.Field:
    """The field's control. A retired choice is offered to whoever `held` it already."""
    told = " ".join(part for part in (_("Required") if field.is_required else "", field.help_text) if part)
    kwargs: dict[str, Any] = {"label": field.label, "help_text": told, "required": False}
    found = _control(field, held, kwargs)
    found.widget.attrs.setdefault("autocomplete", "off")
    return found


def initial(field: FieldDefinition, value: Any) -> Any:
    """What the control shows for a value."""
    return list(value or []) if field.kind == Kind.CHOICES else typed(field, value)


def _control(field: FieldDefinition, held: Any, kwargs: dict[str, Any]) -> forms.Field:
    match field.kind:
        case Kind.LONG_TEXT:
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **kwargs)
        case Kind.INTEGER | Kind.DECIMAL | Kind.MONEY:
            return NumberControl(**kwargs)
        case Kind.DATE:
            return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)
        case Kind.MOMENT:
            return MomentControl(**kwargs)
        case Kind.YES_NO:
            return forms.BooleanField(**kwargs)
        case Kind.CHOICE:
            offered = [(choice.key, choice.label) for choice in _offered(field, [held])]
            return forms.ChoiceField(choices=[("", _("None")), *offered], **kwargs)
        case Kind.CHOICES:
            offered = [(choice.key, choice.label) for choice in _offered(field, held or [])]
            return forms.MultipleChoiceField(choices=offered, widget=forms.CheckboxSelectMultiple, **kwargs)
    mode = next((mode for kind, mode in _INPUT_MODES.items() if kind == field.kind), "text")
    return forms.CharField(widget=forms.TextInput(attrs={"inputmode": mode}), **kwargs)


def _offered(field: FieldDefinition, held: list[Any]) -> list[Choice]:
    return [choice for choice in field.options.values() if choice.is_active or choice.key in held]
