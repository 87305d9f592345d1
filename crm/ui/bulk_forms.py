"""What is to be changed in many records: the fields to choose from, and a field's own control."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.access import Access
from crm.choices import Module
from crm.models import RECORDS
from crm.selectors.custom_fields import custom_fields
from crm.services.bulk import ADD, REMOVE
from crm.ui.forms import RecordForm, TagsField
from crm.ui.modules import PAGES
from crm.ui.sections import Section
from crm.ui.widgets import tags_input
from finsuite.kernel.custom_fields.sets import FieldSet

FIXED = frozenset({"currency", "exchange_rate", "pipeline_id"})
TOGETHER = {"stage_id": ("stage_id", "lost_reason_id", "lost_note")}
NOT_EMPTIED = frozenset({"stage_id", "is_active", "probability"})


class TagChoice(forms.Form):
    """Tags that each record is to have beside its own, and those that it is to lose."""

    add_tags = TagsField(label=_("Add"), required=False, help_text=_("Separate them with commas."))
    remove_tags = TagsField(label=_("Remove"), required=False, help_text=_("Separate them with commas."))

    def __init__(self, access: Access, data: Any = None) -> None:
        super().__init__(data)
        for name in (ADD, REMOVE):
            self.fields[name].widget = tags_input(access)

    def clean(self) -> dict[str, Any]:
        """One of the two, at least."""
        given: dict[str, Any] = super().clean() or {}
        if not given.get(ADD) and not given.get(REMOVE):
            raise forms.ValidationError(_("Name a tag to add or to remove."))
        return given

    def values(self) -> dict[str, Any]:
        """As the service takes them."""
        return {name: self.cleaned_data[name] for name in (ADD, REMOVE) if self.cleaned_data[name]}


class FieldChoice:
    """One field, chosen by name, and its control."""

    def __init__(self, access: Access, module: Module, name: str, data: Any = None) -> None:
        self.module = module
        custom = custom_fields(access.organization, module)
        self.groups = _groups(module, custom)
        names = {key for _title, options in self.groups for key, _label in options}
        self.name = name if name in names else ""
        self.is_emptied = bool(data) and bool(data.get("clear"))
        self.form: RecordForm | None = None
        if self.name:
            chosen = custom.by_name.get(self.name)
            own = TOGETHER.get(self.name, (self.name,)) if chosen is None else ()
            self.form = RecordForm(
                access,
                RECORDS[module],
                (Section("", own),) if own else (),
                data=data,
                custom=FieldSet([chosen]) if chosen else FieldSet(),
            )
            for field in self.form.fields.values():
                field.required = False  # what may be empty, the preview tells
                field.widget.is_required = False
                field.help_text = "" if field.help_text == _("Required") else field.help_text

    @property
    def can_be_emptied(self) -> bool:
        """Whether the field can be without a value at all."""
        if not self.name or self.name in NOT_EMPTIED:
            return False
        if self.form is not None and self.name in self.form.custom.by_name:
            return not self.form.custom.by_name[self.name].is_required
        column: Any = RECORDS[self.module]._meta.get_field(self.name)
        return bool(column.blank or column.null)

    def bound(self) -> Iterator[Any]:
        """The controls."""
        if self.form is not None:
            for _section, fields in self.form.grouped():
                yield from (field for field, _class in fields)

    def is_valid(self) -> bool:
        return self.form is not None and (self.is_emptied or self.form.is_valid())

    def values(self) -> dict[str, Any]:
        """As the service takes them."""
        assert self.form is not None
        if self.is_emptied and self.can_be_emptied:
            return {self.name: [] if self.name == "tags" else None}
        given = self.form.cleaned_data
        rest = TOGETHER.get(self.name, ())[1:]
        return {self.name: given[self.name], **{name: given[name] for name in rest if given[name]}}


Group = tuple[Any, list[tuple[str, str]]]


def _groups(module: Module, custom: FieldSet) -> list[Group]:
    """The fields that can be changed, under the headings of the record's form."""
    meta = RECORDS[module]._meta
    groups: list[Group] = [
        (
            section.title,
            [
                (name, str(capfirst(str(getattr(meta.get_field(name), "verbose_name", name)))))
                for name in section.fields
                if name not in FIXED
            ],
        )
        for section in PAGES[module].sections
    ]
    if custom:
        groups.append((_("Custom fields"), [(field.name, field.label) for field in custom]))
    return [group for group in groups if group[1]]
