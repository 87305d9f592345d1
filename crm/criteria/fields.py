"""PURE. The fields that criteria may name: what kind of value they hold, and what it can be compared by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django.db.models import Q


class FieldKind(StrEnum):
    """How a field's values are compared."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    MOMENT = "moment"
    YES_NO = "yes_no"
    CHOICE = "choice"
    RECORD = "record"
    TAGS = "tags"


COMPARATORS: dict[str, Any] = {
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "contains": gettext_lazy("contains"),
    "not_contains": gettext_lazy("does not contain"),
    "starts_with": gettext_lazy("starts with"),
    "ends_with": gettext_lazy("ends with"),
    "in": gettext_lazy("is one of"),
    "not_in": gettext_lazy("is not one of"),
    "gt": gettext_lazy("is more than"),
    "gte": gettext_lazy("is at least"),
    "lt": gettext_lazy("is less than"),
    "lte": gettext_lazy("is at most"),
    "between": gettext_lazy("is between"),
    "empty": gettext_lazy("is empty"),
    "not_empty": gettext_lazy("is not empty"),
}

ON_A_DAY: dict[str, Any] = {
    "is": gettext_lazy("is on"),
    "is_not": gettext_lazy("is not on"),
    "gt": gettext_lazy("is after"),
    "gte": gettext_lazy("is on or after"),
    "lt": gettext_lazy("is before"),
    "lte": gettext_lazy("is on or before"),
}

OF_TAGS: dict[str, Any] = {
    "contains": gettext_lazy("has"),
    "not_contains": gettext_lazy("does not have"),
    "in": gettext_lazy("has one of"),
    "not_in": gettext_lazy("has none of"),
}

VALUELESS = ("empty", "not_empty")
LISTED = ("in", "not_in")
NEGATED = {"is_not": "is", "not_contains": "contains", "not_in": "in", "not_empty": "empty"}

_ORDER = ("gt", "gte", "lt", "lte", "between")
_EQUAL = ("is", "is_not", "in", "not_in")
_DAYS = ("is", "is_not", *_ORDER, *VALUELESS)
_NUMBERS = ("is", "is_not", *_ORDER, *LISTED, *VALUELESS)
BY_KIND: dict[FieldKind, tuple[str, ...]] = {
    FieldKind.TEXT: (
        "contains",
        "not_contains",
        "is",
        "is_not",
        "starts_with",
        "ends_with",
        *LISTED,
        *VALUELESS,
    ),
    FieldKind.NUMBER: _NUMBERS,
    FieldKind.MONEY: _NUMBERS,
    FieldKind.DATE: _DAYS,
    FieldKind.MOMENT: _DAYS,
    FieldKind.YES_NO: ("is",),
    FieldKind.CHOICE: (*_EQUAL, *VALUELESS),
    FieldKind.RECORD: (*_EQUAL, *VALUELESS),
    FieldKind.TAGS: ("contains", "not_contains", *LISTED, *VALUELESS),
}
WORDS: dict[FieldKind, dict[str, Any]] = {
    FieldKind.DATE: ON_A_DAY,
    FieldKind.MOMENT: ON_A_DAY,
    FieldKind.TAGS: OF_TAGS,
}

# (operation, value) → the filter of the records it holds for; never NULL, so that it can be turned round.
# Operations: equal, among, contains, starts_with, ends_with, gt, gte, lt, lte, empty; within, whose value is several of
# gt, gte, lt and lte, each with its value, that hold at once.
Matcher = Callable[[str, Any], "Q"]


@dataclass(frozen=True)
class FilterField:
    """A field that criteria may name."""

    name: str
    label: str
    kind: FieldKind
    can_be_empty: bool
    matches: Matcher
    target: str = ""  # of a reference: the module of the records it points to, "users", or another model's name
    options: tuple[tuple[str, str], ...] = ()  # of a choice: what there is to choose from

    @property
    def comparators(self) -> tuple[str, ...]:
        """What its values can be compared by."""
        known = BY_KIND[self.kind]
        return known if self.can_be_empty else tuple(name for name in known if name not in VALUELESS)

    def told(self, comparator: str) -> str:
        """The comparator in words that fit the field."""
        return str(WORDS.get(self.kind, {}).get(comparator) or COMPARATORS[comparator])
