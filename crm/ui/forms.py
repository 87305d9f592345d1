"""The form of a record, made from its model. It reads what was typed; what is right or wrong, the services say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.db import models
from django.forms import BoundField
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.access import Access, as_id
from crm.models import Record
from crm.models.modules import references, referred
from crm.selectors.organizations import currencies
from crm.selectors.records import named
from crm.ui.addresses import address
from crm.ui.custom_fields import sections as custom_sections
from crm.ui.deal_options import offered
from crm.ui.people import IdField, People, PersonField
from crm.ui.sections import Section
from crm.ui.widgets import tags_input
from finsuite.kernel import formats
from finsuite.kernel.custom_fields.controls import control
from finsuite.kernel.custom_fields.controls import initial as custom_initial
from finsuite.kernel.custom_fields.kinds import Kind
from finsuite.kernel.custom_fields.sets import FieldSet
from finsuite.kernel.custom_fields.texts import typed as typed_custom
from finsuite.kernel.errors import Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.pickers import RecordPicker
from finsuite.kernel.versions import version_of
from users.models import User

_FILLED_IN = frozenset({"currency", "probability"})  # what a new record gets by itself
_AUTOCOMPLETE = "off"  # the browser's own suggestions are about the person who types, not about the account


class NumberField(forms.CharField):
    """A number as the person's language writes it."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return formats.parse_amount(text)
        except Refused as refused:
            raise forms.ValidationError(refused.message) from None


class TagsField(forms.CharField):
    """Words with commas between them."""

    def clean(self, value: Any) -> Any:
        return [tag.strip() for tag in super().clean(value).split(",") if tag.strip()]


@dataclass(frozen=True)
class Clash:
    """A field that the person and somebody else changed to different values."""

    label: str
    theirs: str
    mine: str


class RecordForm(forms.Form):
    """The fields of a record. On a change, only what the person changed is handed to the service."""

    marks_optional = False

    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        access: Access,
        model: type[Record],
        sections: Sequence[Section],
        *,
        record: Any = None,
        initial: Mapping[str, Any] | None = None,
        data: Any = None,
        custom: FieldSet | None = None,
    ) -> None:
        self.custom = FieldSet() if custom is None else custom
        self.record = record
        self.sections = [*sections, *custom_sections(self.custom)]
        known = {name: self._typed(record, name) for name in _names(self.sections)} if record else {}
        super().__init__(
            data, initial={**(known or _defaults(model, sections)), **self._custom_initial(), **(initial or {})}
        )
        self.access = access
        self.model = model
        self._own_sections = sections
        for name in _names(self.sections):
            self.fields[name] = self._field(name)
        if record is not None:
            self.initial["version"] = version_of(record)
        self._name_the_picked()

    def grouped(self) -> Iterator[tuple[Section, list[tuple[BoundField, str]]]]:
        """Each section with its fields, and the class of each."""
        for section in self.sections:
            yield section, [(self[name], _class_of(self.fields[name], name)) for name in section.fields]

    def seen(self) -> SafeString:
        """What the person saw when they opened the form, in hidden fields: it tells what they changed."""
        if self.record is None:
            return SafeString("")
        seen = ((f"seen-{name}", self._seen(name)) for name in _names(self.sections))
        return format_html_join("", '<input type="hidden" name="{}" value="{}">', seen)

    def values(self) -> dict[str, Any]:
        """What is to be saved: everything of a new record, else what the person changed."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        if self.record is None:
            # What a custom field is left without on purpose, its default must not fill in.
            kept = self.custom.by_name
            return {name: value for name, value in given.items() if name in kept or value not in (None, "", [])}
        return {name: value for name, value in given.items() if self._mine(name) != self._seen(name)}

    def refuse(self, refused: Refused) -> None:
        """Put the service's refusal where the person looks: at each field, else above all."""
        placed = {name: said for name, said in refused.fields.items() if name in self.fields}
        for name, said in placed.items():
            self.add_error(name, said)
        if not placed:
            self.add_error(None, refused.message)

    def reopened(self, current: Any) -> tuple[RecordForm, list[Clash]]:
        """This form again, over the record as somebody else has saved it since, and the fields that both changed.

        Where the person changed nothing, it shows what the other one saved; where they did, what they typed.
        """
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data["version"] = version_of(current)
        clashed = []
        for name in _names(self.sections):
            theirs, mine, seen = self._typed(current, name), self._mine(name), self._seen(name)
            if mine == seen:
                data.setlist(name, theirs.split(",") if self._is_list(name) else [theirs])
            elif theirs not in (seen, mine):
                clashed.append((name, theirs, mine))
            data[f"seen-{name}"] = theirs
        form = RecordForm(self.access, self.model, self._own_sections, record=current, data=data, custom=self.custom)
        return form, [
            Clash(str(form.fields[name].label), form.told(name, theirs), form.told(name, mine))
            for name, theirs, mine in clashed
        ]

    def told(self, name: str, text: str) -> str:
        """The words for what a control holds: an option's label, a record's name, or the text itself."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            options: Any = field.choices
            if self._is_list(name):
                return ", ".join(str(label) for value, label in options if value in text.split(","))
            return next((str(label) for value, label in options if str(value) == text), text)
        if isinstance(field, forms.BooleanField):
            return _("Yes") if text else _("No")
        if name in self.custom.by_name:
            return text
        return self._name_of(name, text) if referred(self.model, name) else text

    def _mine(self, name: str) -> str:
        if self._is_list(name):
            given: Any = self.data
            return ",".join(sorted(given.getlist(name)))
        return _one_line_ends(self.data.get(name, ""))

    def _is_list(self, name: str) -> bool:
        field = self.custom.by_name.get(name)
        return field is not None and field.kind == Kind.CHOICES

    def _typed(self, record: Any, name: str) -> str:
        if field := self.custom.by_name.get(name):
            value = record.custom.get(field.key)
            return typed_custom(field, sorted(value) if isinstance(value, list) else value)
        return typed(record, name)

    def _custom_initial(self) -> dict[str, Any]:
        held = self.record.custom if self.record else {field.key: field.default for field in self.custom}
        return {field.name: custom_initial(field, held.get(field.key)) for field in self.custom}

    def _seen(self, name: str) -> str:
        if self.is_bound:
            return _one_line_ends(self.data.get(f"seen-{name}", ""))
        return self._typed(self.record, name)

    def _field(self, name: str) -> forms.Field:
        if field := self.custom.by_name.get(name):
            return control(field, self.record.custom.get(field.key) if self.record else None)
        column: Any = self.model._meta.get_field(name)
        is_required = not column.blank and not column.has_default() and name not in _FILLED_IN
        kwargs: dict[str, Any] = {
            "label": capfirst(str(column.verbose_name)),
            "required": is_required,
            "help_text": _("Required") if is_required else "",
        }
        if module := referred(self.model, name):
            place = address(module, "lookup", self.access.organization.pk)
            return IdField(widget=RecordPicker(place), **kwargs)
        if target := references(self.model).get(name):
            if target is User:
                return self._person(name, kwargs)
            options = offered(self.access, target, self.record)
            return forms.TypedChoiceField(choices=options, coerce=int, empty_value=None, **kwargs)
        match name:
            case "currency":
                return forms.ChoiceField(choices=self._currencies(), **kwargs | {"help_text": _("Fixed once saved")})
            case "tags":
                kwargs["help_text"] = _("Separate them with commas.")
                return TagsField(widget=tags_input(self.access), **kwargs)
            case "probability":
                kwargs["help_text"] = _("In percent; the stage's own, if you leave it empty.")
            case "amount" if getattr(self.record, "has_lines", False):
                text = forms.TextInput(attrs={"readonly": True})
                return NumberField(widget=text, **kwargs | {"help_text": _("The sum of the lines. Change those.")})
        return self._plain(column, kwargs)

    def _plain(self, column: Any, kwargs: dict[str, Any]) -> forms.Field:
        attrs = {"autocomplete": _AUTOCOMPLETE}
        match column:
            case models.BooleanField():
                return forms.BooleanField(**{**kwargs, "required": False})
            case models.DateField():
                return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)
            case models.IntegerField() | models.DecimalField():
                return NumberField(widget=forms.TextInput(attrs={**attrs, "inputmode": "decimal"}), **kwargs)
            case models.TextField():
                rows = 2 if column.max_length else 5
                return forms.CharField(widget=forms.Textarea(attrs={**attrs, "rows": rows}), strip=True, **kwargs)
        kind = {"email": "email", "secondary_email": "email"}.get(column.name, "text")
        kind = "tel" if "phone" in column.name or column.name in ("mobile", "fax") else kind
        return forms.CharField(widget=forms.TextInput(attrs={**attrs, "inputmode": kind}), **kwargs)

    def _person(self, name: str, kwargs: dict[str, Any]) -> forms.Field:
        key = getattr(self.record, name, None)
        held = None if key is None else (key, str(getattr(self.record, name.removesuffix("_id"))))
        return self._people.one(held=held, **kwargs)

    @cached_property
    def _people(self) -> People:
        return People(self.access.organization)

    def _currencies(self) -> list[tuple[str, str]]:
        if self.record is not None:
            return [(self.record.currency, self.record.currency)]
        home = self.access.organization.home_currency
        codes = [currency.code for currency in currencies(self.access.organization) if currency.is_active]
        return [(code, code) for code in sorted(codes, key=lambda code: (code != home, code))]

    def _name_the_picked(self) -> None:
        for name, field in self.fields.items():
            if isinstance(field.widget, RecordPicker) and not isinstance(field, PersonField):
                field.widget.shown = self._name_of(name, self[name].value())

    def _name_of(self, name: str, value: Any) -> str:
        if read_id(str(value or "")) is None:
            return ""
        module, key = referred(self.model, name), as_id(value)
        if module is None:
            return ""
        held = getattr(self.record, name.removesuffix("_id"), None) if self.record else None
        if held is not None and held.pk == key and self.access.sees(module, held.owner_id):
            return str(held)
        return named(self.access, module, {key}).get(key) or _("Not visible to you")


def _defaults(model: type[Record], sections: Sequence[Section]) -> dict[str, Any]:
    """What is ticked from the start: a new product is active."""
    columns = {name: model._meta.get_field(name) for name in _names(sections) if hasattr(model, name)}
    return {name: True for name, column in columns.items() if getattr(column, "default", None) is True}


def typed(record: Any, name: str) -> str:
    """A record's value as its control would send it."""
    value = getattr(record, name)
    match value:
        case None | False:
            return ""
        case True:
            return "on"
        case Decimal():
            return formats.typed(value.normalize())  # without the zeros that only the database needs
        case list():
            return ", ".join(value)
        case date():
            return value.isoformat()
    return _one_line_ends(str(value))


def _one_line_ends(text: str) -> str:
    """Browsers send lines ended by two characters."""
    return text.replace("\r\n", "\n").strip()


def _names(sections: Sequence[Section]) -> Iterator[str]:
    return (name for section in sections for name in section.fields)


def _class_of(field: forms.Field, name: str) -> str:
    wide = isinstance(field.widget, (forms.Textarea, forms.CheckboxSelectMultiple)) or name == "tags"
    return "field--wide" if wide else ""
