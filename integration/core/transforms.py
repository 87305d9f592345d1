"""Named, typed, total ways of carrying a value from one side to the other and back.

Each obeys two laws, tested on every one: carried there, back and there again is the same as carried there once;
and the same from the other end. So a pair that was synced once has nothing left to sync.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from integration.core.records import Value, is_blank

Carry = Callable[[Value], Value]
Options = Mapping[str, Value]


class Unfit(Exception):
    """The value has no counterpart on the other side. Never guessed at, never cut: the record is refused, with why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Transform:
    """`fwd` carries from CRM to finance, `bwd` from finance to CRM."""

    name: str
    fwd: Carry
    bwd: Carry
    options: Options = field(default_factory=dict)


def _as_is(value: Value) -> Value:
    return value


def _text(value: Value) -> Value:
    return "" if value is None else str(value)


def _trimmed(value: Value) -> Value:
    return "" if value is None else str(value).strip()


def _lower(value: Value) -> Value:
    return "" if value is None else str(value).lower()


def _identity(_options: Options) -> Transform:
    return IDENTITY


def _both_ways(name: str, carry: Carry) -> Callable[[Options], Transform]:
    return lambda _options: Transform(name, carry, carry)


def _quantised(options: Options) -> Transform:
    places = options.get("places", 2)
    if not isinstance(places, int) or not 0 <= places <= 15:
        raise ValueError("places must be a whole number from 0 to 15")
    step = Decimal(1).scaleb(-places)

    def carry(value: Value) -> Value:
        if is_blank(value):
            return None
        try:
            number = Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP)
        except InvalidOperation as problem:
            raise Unfit("not_a_number") from problem
        if number.is_nan():
            raise Unfit("not_a_number")
        return number

    return Transform("quantised", carry, carry, options)


def _choice(options: Options) -> Transform:
    """CRM choices to finance choices, one to one: the options are the table."""
    back = {finance: crm for crm, finance in options.items()}
    if len(back) != len(options):
        raise ValueError("two CRM choices would become one finance choice")

    def fwd(value: Value) -> Value:
        if is_blank(value):
            return ""
        if value not in options:
            raise Unfit("unknown_choice")
        return options[value]  # type: ignore[index]

    def bwd(value: Value) -> Value:
        if is_blank(value):
            return ""
        if value not in back:
            raise Unfit("unknown_choice")
        return back[value]

    return Transform("choice", fwd, bwd, options)


def _constant(options: Options) -> Transform:
    """Always the same finance value, whatever the CRM says; nothing comes back (map it to finance only)."""
    fixed = options["value"]
    return Transform("constant", lambda _value: fixed, lambda _value: None, options)


IDENTITY = Transform("identity", _as_is, _as_is)

_MAKERS: Mapping[str, Callable[[Options], Transform]] = {
    "identity": _identity,
    "text": _both_ways("text", _text),
    "trimmed": _both_ways("trimmed", _trimmed),
    "lower": _both_ways("lower", _lower),
    "quantised": _quantised,
    "choice": _choice,
    "constant": _constant,
}

TRANSFORMS = tuple(_MAKERS)
"""The names an administrator can choose from."""


def transform(name: str, options: Options | None = None) -> Transform:
    """The transform of that name. KeyError for an unknown name, ValueError for options that break its laws."""
    return _MAKERS[name](options or {})
