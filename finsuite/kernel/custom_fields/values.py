"""What a custom field may hold: given values cleaned to their one JSON form, each fault a sentence that names it.

Texts as typed, whole numbers as numbers, decimals and amounts as exact text ("12.5"), days as "2026-11-21", moments in
UTC to the second ("2026-11-21T18:30:00Z"), boxes as true, choices by their keys. Empty values are None, and not kept.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from finsuite.kernel.custom_fields.kinds import LONGEST, MOST_CHOICES, FieldDefinition, Kind
from finsuite.kernel.errors import Refused
from finsuite.kernel.money import decimals
from finsuite.kernel.validators import validate_email, validate_website

MOST_DIGITS = 15
_LINE_ENDS = re.compile(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PHONE = re.compile(r"\+?[0-9(][0-9A-Za-z ().,/#*\u00a0;=-]*")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def clean(field: FieldDefinition, given: Any, *, held: Any = None, currency: str = "") -> Any:
    """The given value in its JSON form, or None for an empty one; Refused where it is none.

    `held` is what the record holds already: a retired choice may stay. Amounts are in `currency`.
    """
    if given is None or given == "" or given == []:
        return None
    if field.kind == Kind.MONEY:
        return _decimal(field, given, decimals(currency) if currency else 2)
    if field.kind == Kind.CHOICE:
        return _choice(field, given, held)
    if field.kind == Kind.CHOICES:
        return _choices(field, given, held if isinstance(held, list) else [])
    return _CLEANERS[Kind(field.kind)](field, given)


def python_of(field: FieldDefinition, value: Any) -> Any:
    """A kept value as Python compares and formats it."""
    if value is None:
        return None
    match field.kind:
        case Kind.DECIMAL | Kind.MONEY:
            return Decimal(value)
        case Kind.DATE:
            return dt.date.fromisoformat(value)
        case Kind.MOMENT:
            return dt.datetime.fromisoformat(value)
    return value


def fault(field: FieldDefinition, sentence: str, code: str = "invalid", **more: Any) -> Refused:
    """The refusal of a value; `%(field)s` in the sentence becomes the field's label."""
    said = sentence % {"field": field.label, **more}
    return Refused(said, code=code, fields={field.name: [said]})


def required_fault(field: FieldDefinition) -> Refused:
    """The refusal of a record that leaves this field empty."""
    return fault(field, _("%(field)s is required."), "required")


def _text(field: FieldDefinition, given: Any) -> str | None:
    if not isinstance(given, str):
        raise fault(field, _("%(field)s must be text."))
    text = _one_form(field, given)
    if _UNSTORABLE.search(text):
        raise fault(field, _("%(field)s contains a character that can't be stored."))
    limit = LONGEST[Kind(field.kind)]
    if len(text) > limit:
        raise fault(
            field,
            _("%(field)s can have at most %(limit)d characters; this has %(length)d."),
            "too_long",
            limit=limit,
            length=len(text),
        )
    return text or None


def _one_form(field: FieldDefinition, given: str) -> str:
    """Without white space around it; one line, but for a long text, whose lines end as the database's do."""
    if field.kind == Kind.LONG_TEXT:
        return given.replace("\r\n", "\n").replace("\r", "\n").strip()
    return _LINE_ENDS.sub(" ", given).strip()


def _email(field: FieldDefinition, given: Any) -> str | None:
    text = _text(field, given)
    if text:
        try:
            validate_email(text)
        except ValidationError:
            raise fault(field, _("%(field)s must be an e-mail address, such as anna@example.com.")) from None
    return text


def _phone(field: FieldDefinition, given: Any) -> str | None:
    text = _text(field, given)
    if text and not _PHONE.fullmatch(text):
        raise fault(field, _("%(field)s must be a telephone number, such as +33 1 23 45 67 89."))
    return text


def _url(field: FieldDefinition, given: Any) -> str | None:
    text = _text(field, given)
    if text:
        try:
            validate_website(text)
        except ValidationError:
            raise fault(field, _("%(field)s must be a web address, such as www.example.com.")) from None
    return text


def _integer(field: FieldDefinition, given: Any) -> int | None:
    number = _number(field, given)
    if number is None:
        return None
    if number != number.to_integral_value():
        raise fault(field, _("%(field)s must be a whole number."), "integer")
    return int(number)


def _decimal(field: FieldDefinition, given: Any, places: int) -> str | None:
    number = _number(field, given)
    if number is None:
        return None
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        sentence = ngettext(
            "%(field)s can have at most %(count)d decimal.", "%(field)s can have at most %(count)d decimals.", places
        )
        raise fault(field, sentence, "precision", count=places)
    return plain(number)


def plain(number: Decimal) -> str:
    """A number as text, exact, without exponent and without zeros at its end."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _number(field: FieldDefinition, given: Any) -> Decimal | None:
    if isinstance(given, str) and not given.strip():
        return None
    try:
        if isinstance(given, (bool, float)) or not isinstance(given, (int, str, Decimal)):
            raise ValueError
        number = Decimal(given.strip() if isinstance(given, str) else given)
        if not number.is_finite() or (isinstance(given, str) and not given.isascii()):
            raise ValueError
    except (InvalidOperation, ValueError):
        raise fault(field, _("%(field)s must be a number, such as 1234.50."), "number") from None
    if abs(number) >= Decimal(10) ** MOST_DIGITS:
        raise fault(field, _("%(field)s can have at most %(count)d digits."), "range", count=MOST_DIGITS)
    return number


def _date(field: FieldDefinition, given: Any) -> str | None:
    if isinstance(given, dt.datetime):
        raise fault(field, _("%(field)s must be a day, such as 2026-11-21."), "date")
    if isinstance(given, dt.date):
        return given.isoformat()
    try:
        if isinstance(given, str) and _DAY.fullmatch(given.strip()):
            return dt.date.fromisoformat(given.strip()).isoformat()
    except ValueError:
        pass
    raise fault(field, _("%(field)s must be a day, such as 2026-11-21."), "date")


def _moment(field: FieldDefinition, given: Any) -> str | None:
    try:
        moment = dt.datetime.fromisoformat(given.strip()) if isinstance(given, str) else given
        if not isinstance(moment, dt.datetime) or (isinstance(given, str) and timezone.is_naive(moment)):
            raise ValueError
        if timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
        moment = moment.astimezone(dt.UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise fault(field, _("%(field)s must be a moment, such as 2026-11-21T18:30:00Z."), "time") from None
    return moment.isoformat().replace("+00:00", "Z")


def _yes_no(field: FieldDefinition, given: Any) -> bool | None:
    if not isinstance(given, bool):
        raise fault(field, _("%(field)s must be yes or no."), "boolean")
    return given or None


def _choice(field: FieldDefinition, given: Any, held: Any) -> str:
    option = field.options.get(given) if isinstance(given, str) else None
    if option is None or not (option.is_active or given == held):
        raise fault(field, _("%(field)s must be one of: %(choices)s."), "choice", choices=_offered(field))
    return option.key


def _choices(field: FieldDefinition, given: Any, held: list[Any]) -> list[str] | None:
    if not isinstance(given, (list, tuple)) or len(given) > MOST_CHOICES:
        raise fault(field, _("%(field)s must be a list of these: %(choices)s."), "choice", choices=_offered(field))
    for one in given:
        option = field.options.get(one) if isinstance(one, str) else None
        if option is None or not (option.is_active or one in held):
            raise fault(field, _("%(field)s must be a list of these: %(choices)s."), "choice", choices=_offered(field))
    return [key for key in field.options if key in given]


def _offered(field: FieldDefinition) -> str:
    return ", ".join(f"{choice.key} ({choice.label})" for choice in field.open_options[:20])


_CLEANERS: dict[Kind, Callable[[FieldDefinition, Any], Any]] = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: lambda field, given: _decimal(field, given, field.places),
    Kind.DATE: _date,
    Kind.MOMENT: _moment,
    Kind.YES_NO: _yes_no,
    Kind.EMAIL: _email,
    Kind.PHONE: _phone,
    Kind.URL: _url,
}
