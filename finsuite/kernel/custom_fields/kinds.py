"""The kinds of custom field, and the abstract table in which an organization's fields are written down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from finsuite.kernel.models import Stamped
from finsuite.kernel.text import fold

PREFIX = "cf_"
MOST_FIELDS = 44
MOST_CHOICES = 200
LONGEST_LABEL = 60
LONGEST_KEY = 50

_NO_KEY = re.compile(r"[^a-z0-9]+")


class Kind(models.TextChoices):
    """What the values of a field are."""

    TEXT = "text", _("Text")
    LONG_TEXT = "long_text", _("Long text")
    INTEGER = "integer", _("Number")
    DECIMAL = "decimal", _("Decimal number")
    MONEY = "money", _("Amount of money")
    DATE = "date", _("Date")
    MOMENT = "moment", _("Date and time")
    YES_NO = "yes_no", _("Yes or no")
    CHOICE = "choice", _("Single choice")
    CHOICES = "choices", _("Multiple choice")
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    URL = "url", _("Web address")


TEXTS = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL})
NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY})
DAYS = frozenset({Kind.DATE, Kind.MOMENT})
CHOOSING = frozenset({Kind.CHOICE, Kind.CHOICES})
SORTABLE = frozenset(Kind) - {Kind.LONG_TEXT, Kind.CHOICES}
NEVER_UNIQUE = frozenset({Kind.LONG_TEXT, Kind.YES_NO, Kind.CHOICE, Kind.CHOICES})
NEVER_REQUIRED = frozenset({Kind.YES_NO})  # a box that is not ticked says no
LONGEST = {Kind.TEXT: 255, Kind.LONG_TEXT: 36_000, Kind.EMAIL: 254, Kind.PHONE: 50, Kind.URL: 500}


@dataclass(frozen=True)
class Choice:
    """One value of a choice field. Records hold the key, so that another label shows on all of them at once."""

    key: str
    label: str
    is_active: bool = True


class FieldDefinition(Stamped):
    """One custom field. Its key is made from its first label and belongs to it for ever, even once it is deleted."""

    key = models.SlugField(_("key"), max_length=LONGEST_KEY, editable=False)
    label = models.CharField(_("label"), max_length=LONGEST_LABEL)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    help_text = models.CharField(_("help text"), max_length=200, blank=True)
    section = models.CharField(_("section"), max_length=60, blank=True)
    is_required = models.BooleanField(_("required"), default=False)
    is_unique = models.BooleanField(_("unique"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)
    default = models.JSONField(_("default"), null=True, blank=True)
    choices = models.JSONField(_("choices"), default=list, blank=True)  # [{"key", "label", "active"}]
    places = models.PositiveSmallIntegerField(_("decimals"), default=2)
    position = models.PositiveIntegerField(_("position"), default=0)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def name(self) -> str:
        """The field's name among a record's own: in services' values, criteria, columns, forms and filters."""
        return f"{PREFIX}{self.key}"

    @cached_property
    def options(self) -> Mapping[str, Choice]:
        """A choice field's choices by key, in their order, retired ones included."""
        return {one["key"]: Choice(one["key"], one["label"], one.get("active", True)) for one in self.choices}

    @property
    def open_options(self) -> list[Choice]:
        """Those that can still be chosen."""
        return [choice for choice in self.options.values() if choice.is_active]

    def option_named(self, text: str) -> Choice | None:
        """The choice with this label, whatever its capitals and accents, or this key."""
        wanted = fold(text)
        named = (choice for choice in self.options.values() if fold(choice.label) == wanted)
        return next(named, None) or self.options.get(text)


def key_of(label: str, taken: Any = ()) -> str:
    """The key that a label makes: `Contract end` is `contract_end`, and `contract_end_2` where that one is taken."""
    stem = _NO_KEY.sub("_", fold(label)).strip("_")[: LONGEST_KEY - 4].rstrip("_") or "field"
    found, number = stem, 1
    while found in taken:
        number += 1
        found = f"{stem}_{number}"
    return found


def value_of(field: FieldDefinition, custom: Mapping[str, Any]) -> Any:
    """What a record's `custom` says in this field: None where it says nothing; a box is then unticked, a list empty."""
    empty: Any = False if field.kind == Kind.YES_NO else [] if field.kind == Kind.CHOICES else None
    return custom.get(field.key, empty)


def named(custom: Mapping[str, Any]) -> dict[str, Any]:
    """A record's custom values, by key, under the names that services and the history know them by."""
    return {f"{PREFIX}{key}": value for key, value in custom.items()}
