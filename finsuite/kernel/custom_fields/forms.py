"""The form that defines a custom field, with its choices and a preview of its control."""

from __future__ import annotations

from copy import copy
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from finsuite.kernel import formats
from finsuite.kernel.custom_fields.controls import control, initial
from finsuite.kernel.custom_fields.kinds import (
    CHOOSING,
    LONGEST_LABEL,
    MOST_CHOICES,
    NUMBERS,
    FieldDefinition,
    Kind,
)
from finsuite.kernel.custom_fields.setup import merged
from finsuite.kernel.custom_fields.texts import read_text, told_plainly
from finsuite.kernel.custom_fields.values import python_of
from finsuite.kernel.errors import Refused
from finsuite.kernel.versions import version_of

_PLAIN = ("label", "kind", "help_text", "section", "is_required", "is_unique", "is_active", "places")
BLANK_CHOICES = 3


class ChoiceRow(forms.Form):
    """One choice: its key, once it has one, its label, and whether it can be chosen."""

    key = forms.CharField(widget=forms.HiddenInput, required=False)
    label = forms.CharField(label=_("Label"), max_length=LONGEST_LABEL, required=False)
    active = forms.BooleanField(label=_("Can be chosen"), required=False)

    def as_given(self) -> dict[str, Any] | None:
        """The choice as the service takes it; None for a row that nobody has typed into."""
        found = self.cleaned_data
        if not found["label"]:
            return None
        return {"label": found["label"], "active": found["active"], **({"key": found["key"]} if found["key"] else {})}


class DefinitionForm(forms.Form):
    """What a custom field says about itself."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    label = forms.CharField(label=_("Label"), max_length=LONGEST_LABEL)
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    help_text = forms.CharField(
        label=_("Help text"), max_length=200, required=False, help_text=_("Shown below the field in forms.")
    )
    section = forms.CharField(
        label=_("Section"),
        max_length=60,
        required=False,
        help_text=_("The heading it stands under; “More fields” if empty."),
    )
    places = forms.IntegerField(label=_("Decimals"), min_value=0, max_value=9, required=False, initial=2)
    default = forms.CharField(
        label=_("Default"),
        required=False,
        help_text=_("What a new record gets. Of choices, the label; between several, semicolons."),
    )
    is_required = forms.BooleanField(label=_("Required"), required=False)
    is_unique = forms.BooleanField(
        label=_("Unique"), required=False, help_text=_("No two records may hold the same value.")
    )
    is_active = forms.BooleanField(
        label=_("In use"), required=False, help_text=_("Out of use, it keeps its values, and nobody sees or writes it.")
    )

    def __init__(self, field: FieldDefinition, data: Any = None) -> None:
        self.field = field
        is_new = field.pk is None
        known = {name: getattr(field, name) for name in _PLAIN}
        version = "" if is_new else version_of(field)
        super().__init__(data, initial={**known, "default": _told(field), "version": version})
        for name in self.fields:
            self.fields[name].widget.attrs.setdefault("autocomplete", "off")

    @property
    def rows(self) -> list[ChoiceRow]:
        """The choices there are, and a few empty rows for more."""
        held = [{"key": one["key"], "label": one["label"], "active": one["active"]} for one in self.field.choices]
        held += [{"key": "", "label": "", "active": True}] * BLANK_CHOICES
        count = len(held)
        if self.is_bound:
            sent = sum(name.startswith("choice-") and name.endswith("-label") for name in self.data)
            count = min(max(count, sent), MOST_CHOICES)
        rows = [
            ChoiceRow(
                self.data if self.is_bound else None,
                prefix=f"choice-{at}",
                initial=held[at] if at < len(held) else None,
            )
            for at in range(count)
        ]
        for row in rows:
            for name in row.fields:
                row.fields[name].widget.attrs.setdefault("autocomplete", "off")
        return rows

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        draft = self._draft(found)
        self.preview = draft
        if draft.kind in CHOOSING:
            try:
                found["choices"] = self._choices()
                draft.choices = merged(self.field.choices, found["choices"])
            except Refused as refused:
                self.add_error(None, refused.message)
        try:
            found["default"] = read_text(draft, found.get("default", "")) if draft.kind else None
        except Refused as refused:
            self.add_error("default", refused.message)
        found["places"] = found.get("places") if found.get("places") is not None else self.field.places
        return found

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def shown(self) -> forms.Form:
        """A form with the field's control alone, as others will see it."""
        field = self.preview if self.is_bound and hasattr(self, "preview") else self.field
        example = forms.Form(initial={"example": initial(field, field.default)}, prefix="preview")
        example.fields["example"] = control(field)
        example.fields["example"].label = field.label or _("Label")
        return example

    def refuse(self, refused: Refused) -> None:
        """Put the service's refusal at the fields that it names, else above all."""
        placed = {name: said for name, said in refused.fields.items() if name in self.fields}
        for name, said in placed.items():
            self.add_error(name, said)
        if not placed:
            self.add_error(None, refused.message)

    def _draft(self, found: dict[str, Any]) -> FieldDefinition:
        draft = copy(self.field)
        draft.__dict__.pop("options", None)
        for name in ("label", "kind", "help_text", "is_required"):
            setattr(draft, name, found.get(name, getattr(draft, name)))
        if draft.kind != self.field.kind:
            draft.default = None
        return draft

    def _choices(self) -> list[dict[str, Any]]:
        rows = self.rows
        for row in rows:
            if not row.is_valid():
                raise Refused(str(next(iter(row.errors.values()))[0]))
        return [one for row in rows if (one := row.as_given()) is not None]


def _told(field: FieldDefinition) -> str:
    """The default as the form's text; numbers as the person's language writes them."""
    if field.default is None:
        return ""
    if field.kind in NUMBERS:
        found = python_of(field, field.default)
        return str(found) if isinstance(found, int) else formats.typed(found)
    return told_plainly(field, field.default)
