"""From a Django form's field to what components/field.html draws."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.safestring import SafeString

_CLASS_BY_WIDGET: list[tuple[type[forms.Widget], str]] = [
    (forms.CheckboxInput, "check"),
    (forms.CheckboxSelectMultiple, "check"),
    (forms.RadioSelect, "check"),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
    (forms.FileInput, "file"),
    (forms.Widget, "input"),
]


def describe(bound: BoundField, kind: str, more: dict[str, Any]) -> dict[str, Any]:
    """The context of components/field.html. What is not known below becomes an attribute of the control."""
    widget = bound.field.widget
    known = {name: more.pop(name, "") for name in ("label", "help", "before", "after", "hide_label", "class_")}
    context = {
        "field": bound,
        "kind": kind or _kind(widget),
        "label": known["label"] or bound.label,
        "help": known["help"] or bound.help_text,
        "errors": bound.errors,
        "optional": _is_marked_optional(bound) and not known["hide_label"],
        "before": known["before"],
        "after": known["after"],
        "hide_label": known["hide_label"],
        "class": known["class_"],
        "help_id": f"{bound.auto_id}_help",
        "error_id": f"{bound.auto_id}_error",
    }
    attrs = _attributes(bound, context, more)
    if context["kind"] in {"radio", "checks", "segmented", "options"}:
        # The group as a whole is described, not each of its buttons.
        context["described"] = attrs.pop("aria-describedby", "")
        attrs.pop("aria-invalid", None)
        context["choices"] = bound.subwidgets
        context["attrs"] = attrs
    else:
        context["control"] = _control(bound, context["kind"], attrs)
    return context


def _is_marked_optional(bound: BoundField) -> bool:
    """Fields that may stay empty say so, but where nearly all may: such a form has `marks_optional = False`."""
    hidden = isinstance(bound.field.widget, forms.HiddenInput)
    return getattr(bound.form, "marks_optional", True) and not bound.field.required and not hidden


def faults(form: Any) -> list[dict[str, Any]]:
    """Each fault of the form, with the control to go to (none for those of the form as a whole)."""
    found = [{"message": message, "target": ""} for message in form.non_field_errors()]
    for bound in form:
        target = bound.id_for_label or bound.auto_id
        label = str(bound.label)
        found += [{"message": message, "target": target, "label": label} for message in bound.errors]
    return found


def _kind(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "checks"
    if isinstance(widget, forms.RadioSelect):
        return "radio"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    return "file" if isinstance(widget, forms.FileInput) else "plain"


def _attributes(bound: BoundField, context: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    described = [context["help_id"]] if context["help"] else []
    described += [context["error_id"]] if bound.errors else []
    attrs: dict[str, Any] = {name.strip("_").replace("_", "-"): value for name, value in more.items()}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return attrs


def _control(bound: BoundField, kind: str, attrs: dict[str, Any]) -> SafeString:
    widget = bound.field.widget
    name = next(found for known, found in _CLASS_BY_WIDGET if isinstance(widget, known))
    extra = " input--num" if kind == "num" else " input--search" if kind == "search" else ""
    attrs["class"] = f"{name}{extra} {widget.attrs.get('class', '')}".strip()
    if kind == "num":
        attrs.setdefault("inputmode", "decimal")
        attrs.setdefault("autocomplete", "off")
    if isinstance(widget, forms.DateInput) and not isinstance(widget, forms.DateTimeInput):
        # The browser's own date field, which speaks ISO whatever the language.
        widget.input_type = "date"
        widget.format = "%Y-%m-%d"
    return bound.as_widget(attrs=attrs)
