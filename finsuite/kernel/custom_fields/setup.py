"""Defining custom fields: what a definition may say, and what may still change in it. The apps' services save it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from finsuite.kernel.custom_fields.kinds import (
    CHOOSING,
    LONGEST_LABEL,
    MOST_CHOICES,
    MOST_FIELDS,
    NEVER_REQUIRED,
    NEVER_UNIQUE,
    FieldDefinition,
    Kind,
    key_of,
)
from finsuite.kernel.custom_fields.values import clean
from finsuite.kernel.errors import Refused
from finsuite.kernel.records import Change, assign
from finsuite.kernel.text import fold

WRITABLE = frozenset(
    {
        *("label", "kind", "help_text", "section", "is_required", "is_unique", "is_active"),
        *("default", "choices", "places"),
    }
)
MOST_PLACES = 9


def refuse_too_many(count: int) -> None:
    """Refuse one more field than a kind of record can have."""
    if count >= MOST_FIELDS:
        sentence = _("There can be at most %(limit)d custom fields. Delete one that is not used any more.")
        raise Refused(sentence % {"limit": MOST_FIELDS}, code="too_many")


def define(
    field: FieldDefinition, values: Mapping[str, Any], *, taken: Collection[str], labels: Collection[str]
) -> None:
    """Fill in a new field, unsaved. `taken` are the keys that any field ever had, `labels` those in use."""
    _assigned(field, values)
    field.key = key_of(field.label, taken)
    _check(field, labels)


def redefine(field: FieldDefinition, values: Mapping[str, Any], *, labels: Collection[str], has_values: bool) -> Change:
    """Change a field, unsaved, and answer what changed. Its kind is fixed once a record holds a value."""
    was = field.kind
    change = _assigned(field, values)
    if field.kind != was and has_values:
        raise _fault("kind", _("The kind can't change any more: records hold values of it. Add another field instead."))
    _check(field, labels)
    return change


def described(field: FieldDefinition) -> dict[str, Any]:
    """What a field says about itself, as the history keeps it."""
    values = ((name, getattr(field, name)) for name in sorted(WRITABLE))
    return {name: value for name, value in values if value not in (None, "", [])}


def _assigned(field: FieldDefinition, values: Mapping[str, Any]) -> Change:
    plain = {name: value for name, value in values.items() if name not in ("choices", "default")}
    change = assign(field, plain, allowed=WRITABLE)
    before, after = dict(change.before), dict(change.after)
    if "choices" in values:
        held, field.choices = field.choices, merged(field.choices, values["choices"])
        field.__dict__.pop("options", None)
        if held != field.choices:
            before["choices"], after["choices"] = held, field.choices
    if "default" in values or "kind" in after or "choices" in after:
        held, field.default = field.default, _default(field, values.get("default", field.default))
        if held != field.default:
            before["default"], after["default"] = held, field.default
    return Change(before, after)


def _default(field: FieldDefinition, given: Any) -> Any:
    if field.kind not in Kind.values:
        return None
    try:
        return clean(field, given)
    except Refused as refused:
        raise Refused(refused.message, code=refused.code, fields={"default": [refused.message]}) from refused


def _check(field: FieldDefinition, labels: Collection[str]) -> None:
    faults: dict[str, list[str]] = {}
    if not field.label:
        faults["label"] = [_("The label is required.")]
    elif fold(field.label) in {fold(label) for label in labels}:
        faults["label"] = [_("Another custom field has this label.")]
    if not field.kind:
        faults["kind"] = [_("The kind is required.")]
    if field.is_unique and field.kind in NEVER_UNIQUE:
        faults["is_unique"] = [_("Fields of this kind can't be unique.")]
    if field.is_unique and field.default is not None:
        faults["default"] = [_("A unique field has no default: only one record could have it.")]
    if field.is_required and field.kind in NEVER_REQUIRED:
        faults["is_required"] = [_("A box can always stay unticked, so it can't be required.")]
    if field.places > MOST_PLACES:
        faults["places"] = [_("There can be at most %(limit)d decimals.") % {"limit": MOST_PLACES}]
    if field.kind in CHOOSING and not field.open_options:
        faults["choices"] = [_("A choice field needs at least one choice.")]
    if faults:
        raise Refused(next(iter(faults.values()))[0], fields=faults)
    if field.kind not in CHOOSING:
        field.choices = []


def merged(held: Sequence[Mapping[str, Any]], given: Any) -> list[dict[str, Any]]:
    """The choices as given, in their order. One with a known key is that one, perhaps renamed; one without is new.

    A known choice that is left out is retired, not lost: records may hold it.
    """
    if not isinstance(given, (list, tuple)) or len(given) > MOST_CHOICES:
        raise _fault("choices", _("Choices are a list of at most %(limit)d.") % {"limit": MOST_CHOICES})
    known = {one["key"]: one for one in held}
    found: dict[str, dict[str, Any]] = {}
    told = [_choice_of(one) for one in given]
    reserved = set(known)
    for label, key, active in told:
        if key is not None and key not in known:
            raise _fault("choices", _("There is no choice with the key “%(key)s”.") % {"key": key})
        key = key or key_of(label, reserved | set(found))
        if key in found:
            raise _fault("choices", _("The choice “%(label)s” is there twice.") % {"label": label})
        found[key] = {"key": key, "label": label, "active": active}
    labels = [fold(one["label"]) for one in found.values() if one["active"]]
    if twice := next((one for one in found.values() if labels.count(fold(one["label"])) > 1 and one["active"]), None):
        raise _fault("choices", _("The choice “%(label)s” is there twice.") % {"label": twice["label"]})
    left = ({**one, "active": False} for key, one in known.items() if key not in found)
    return [*found.values(), *left]


def _choice_of(one: Any) -> tuple[str, str | None, bool]:
    if isinstance(one, str):
        one = {"label": one}
    if not isinstance(one, Mapping) or set(one) - {"key", "label", "active"}:
        raise _fault("choices", _("A choice has a label, and may have a key and say whether it is active."))
    label, key, active = one.get("label"), one.get("key"), one.get("active", True)
    if not isinstance(label, str) or not isinstance(active, bool) or not (key is None or isinstance(key, str)):
        raise _fault("choices", _("A choice has a label, and may have a key and say whether it is active."))
    label = " ".join(label.split())
    if not 0 < len(label) <= LONGEST_LABEL or "\x00" in label or ";" in label:
        sentence = _("A choice has a label of 1 to %(limit)d characters, without semicolons.")
        raise _fault("choices", sentence % {"limit": LONGEST_LABEL})
    return label, key, active


def _fault(name: str, sentence: str) -> Refused:
    return Refused(sentence, fields={name: [sentence]})
