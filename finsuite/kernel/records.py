"""Giving a record new values: only those it lets be written, each one checked, and only what differs is a change."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from finsuite.kernel.errors import Refused

_LINE_ENDS = re.compile(r"[\t\r\n\v\f]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Change:
    """The fields that differ, with the values before and after. False when nothing does."""

    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.after)

    def __contains__(self, name: str) -> bool:
        return name in self.after

    def and_(self, other: Change) -> Change:
        """Both changes as one."""
        return Change({**self.before, **other.before}, {**self.after, **other.after}) if other else self

    @property
    def fields(self) -> list[str]:
        """What to name in `save(update_fields=…)`, the version included."""
        columns = ("custom" if name.startswith("cf_") else name for name in self.after)
        return [*dict.fromkeys(columns), "updated_at"]


def refuse_unknown(values: Mapping[str, Any], allowed: Collection[str]) -> None:
    """Refuse, by name, every value that the record doesn't let be written."""
    unknown = sorted(name for name in values if name not in allowed)
    if unknown:
        raise Refused(
            _("These fields can't be written: %(fields)s.") % {"fields": ", ".join(unknown)},
            code="unknown_field",
            fields={name: [_("This field can't be written.")] for name in unknown},
        )


def assign(record: models.Model, values: Mapping[str, Any], *, allowed: Collection[str]) -> Change:
    """Set the values on the record, unsaved, and answer what changed.

    Text is trimmed; every value that differs is checked against its field's own rules, and all faults are told at once.
    A foreign key is written by its id, under its `…_id` name; that the id may be used is for the service to check.
    """
    refuse_unknown(values, allowed)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    faults: dict[str, list[str]] = {}
    for name, given in values.items():
        try:
            value = _clean(record, name, given)
        except ValidationError as error:
            faults[name] = list(error.messages)
            continue
        current = getattr(record, name)
        if value != current:
            before[name], after[name] = current, value
            setattr(record, name, value)
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), fields=faults)
    return Change(before, after)


def require_filled(record: models.Model, names: Collection[str]) -> None:
    """Refuse a new record that lacks one of these texts, naming each."""
    missing = [name for name in names if getattr(record, name) in (None, "")]
    if missing:
        raise Refused(
            _("Some required fields are empty."),
            code="required",
            fields={name: [_("This field is required.")] for name in missing},
        )


def _clean(record: models.Model, name: str, given: Any) -> Any:
    try:
        column = record._meta.get_field(name)
    except FieldDoesNotExist:
        raise TypeError(f"{record._meta.label} has no field {name}; mend the service's list") from None
    if not isinstance(column, models.Field):
        raise TypeError(f"{record._meta.label}.{name} is not a field of its own")
    if isinstance(column, models.ForeignKey):
        return given
    if isinstance(column, (models.CharField, models.TextField)):
        given = "" if given is None and not column.null else given
        if isinstance(given, str):
            given = given.strip()
            if not isinstance(column, models.TextField):
                given = _LINE_ENDS.sub(" ", given)  # a CharField is one line
            _check_text(column, given)
            if _has_no_further_rules(column):
                return given
    elif given == "" and column.null:
        given = None
    return column.clean(given, record)


def _check_text(column: models.Field[Any, Any], given: str) -> None:
    """What the database could not store, told in a sentence that names the field."""
    if "\x00" in given or (not given.isascii() and _SURROGATE.search(given)):
        raise ValidationError(_("%(field)s contains a character that can't be stored.") % {"field": label_of(column)})
    if not given and not column.blank:
        raise ValidationError(_("%(field)s is required.") % {"field": label_of(column)})
    if column.max_length and len(given) > column.max_length:
        raise ValidationError(
            _("%(field)s can have at most %(limit)d characters; this has %(length)d.")
            % {"field": label_of(column), "limit": column.max_length, "length": len(given)}
        )


@cache
def _has_no_further_rules(column: models.Field[Any, Any]) -> bool:
    """Whether length and characters, which `_check_text` has looked at, are all that the field asks of a text."""
    known = (MaxLengthValidator, ProhibitNullCharactersValidator)
    return not column.choices and all(isinstance(validator, known) for validator in column.validators)


def label_of(column: models.Field[Any, Any]) -> str:
    """The field's name as a sentence begins with it."""
    return capfirst(str(column.verbose_name))
