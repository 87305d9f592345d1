"""Custom values as pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from finsuite.kernel.custom_fields.kinds import FieldDefinition, Kind
from finsuite.kernel.custom_fields.sets import FieldSet
from finsuite.kernel.custom_fields.texts import shown


def drawn(field: FieldDefinition, value: Any, currency: str) -> str | SafeString:
    """A value as a page shows it: addresses as links, choices as badges; empty text where there is none."""
    if value is None or value is False or value in ("", []):  # zero is a number
        return ""
    match field.kind:
        case Kind.EMAIL:
            return format_html('<a href="mailto:{}">{}</a>', value, value)
        case Kind.PHONE:
            return format_html('<a href="tel:{}">{}</a>', value, value)
        case Kind.URL:
            place = value if value.lower().startswith(("http://", "https://")) else f"https://{value}"
            text = value.split("://")[-1].rstrip("/")
            return format_html('<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>', place, text)
        case Kind.CHOICES:
            labels = (field.options[key].label if key in field.options else key for key in value)
            return format_html_join(" ", '<span class="badge">{}</span>', ((label,) for label in labels))
    return shown(field, value, currency=currency)


def grouped(fields: FieldSet) -> dict[str, list[FieldDefinition]]:
    """The fields by the heading that they name, else under "More fields"."""
    titles: dict[str, list[FieldDefinition]] = {}
    for field in fields:
        titles.setdefault(field.section or _("More fields"), []).append(field)
    return titles


def facts(fields: FieldSet, custom: Mapping[str, Any], currency: str) -> list[tuple[str, list[tuple[str, Any]]]]:
    """What a record says in its custom fields, by heading."""
    return [
        (title, [(field.label, drawn(field, custom.get(field.key), currency)) for field in held])
        for title, held in grouped(fields).items()
    ]
