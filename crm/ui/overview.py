"""A record's page, below its name: what each field says, by section, and which ones are empty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.access import Access
from crm.choices import Module
from crm.models import Record
from crm.models.modules import module_of, references, referred
from crm.ui.addresses import address
from crm.ui.cells import tagged, website_link
from crm.ui.custom_fields import sections as custom_sections
from crm.ui.sections import Section
from finsuite.kernel import formats
from finsuite.kernel.custom_fields.drawing import drawn
from finsuite.kernel.custom_fields.kinds import Kind
from finsuite.kernel.custom_fields.sets import FieldSet

_MAILED = frozenset({"email", "secondary_email"})
_CALLED = frozenset({"phone", "mobile", "home_phone", "other_phone"})


def overview(access: Access, record: Record, sections: Sequence[Section], custom: FieldSet) -> dict[str, Any]:
    """The record's filled fields by section, and the names of the empty ones."""
    labels = {column.attname: capfirst(str(column.verbose_name)) for column in type(record)._meta.concrete_fields}
    filled, empty = [], []
    for section in sections:
        shown = [(name, labels[name], told(access, record, name)) for name in section.fields]
        if facts := [(label, value) for _name, label, value in shown if value != ""]:
            filled.append((section.title, facts))
        empty += [label for name, label, value in shown if value == "" and not isinstance(getattr(record, name), bool)]
    for section in custom_sections(custom):
        fields = [custom.by_name[name] for name in section.fields]
        told_by = [(field, drawn(field, record.custom.get(field.key), record.currency)) for field in fields]
        if facts := [(field.label, value) for field, value in told_by if value != ""]:
            filled.append((section.title, facts))
        empty += [field.label for field, value in told_by if value == "" and field.kind != Kind.YES_NO]
    return {"sections": filled, "empty": ", ".join(empty)}


def told(access: Access, record: Record, name: str) -> Any:
    """A field's value as the page shows it; empty text where there is none, or none to be seen."""
    value = getattr(record, name)
    if value is False:  # worth telling where one would expect the opposite
        return _("No") if type(record)._meta.get_field(name).get_default() else ""  # type: ignore[union-attr]
    if value in (None, "", []):
        return ""
    if name in references(type(record)):
        return record_link(access, referred(type(record), name), getattr(record, name.removesuffix("_id")))
    if name in record.money:
        return formats.price(value, record.currency)
    if name in _MAILED:
        return format_html('<a href="mailto:{}">{}</a>', value, value)
    if name in _CALLED:
        return format_html('<a href="tel:{}">{}</a>', value, value)
    match name:
        case "website":
            return website_link(value)
        case "tags":
            place = address(module_of(type(record)), "list", access.organization.pk)
            tags = ((place, tagged(tag), tag) for tag in value)
            return format_html_join(" ", '<a class="badge" href="{}?{}">{}</a>', tags)
        case "commission_rate" | "probability":
            return formats.percent(Decimal(value) / 100)
    return _plain(value)


def record_link(access: Access, module: Module | None, target: Any) -> str | SafeString:
    """What a record refers to, linked where it has a page; nothing where the person may not see it."""
    if target is None or (module and not access.sees(module, target.owner_id)):
        return ""
    if module is None:
        return str(target)
    return format_html('<a href="{}">{}</a>', address(module, "detail", access.organization.pk, target.pk), target)


def _plain(value: Any) -> str:
    match value:
        case True:
            return _("Yes")
        case int():
            return formats.number(value)
        case Decimal():
            return formats.exact(value)
        case date():
            return formats.day(value)
    return str(value)
