"""How amounts, numbers and dates are written and read, in pages, PDF files, mails and exports alike."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import (
    format_compact_currency,
    format_currency,
    format_decimal,
    format_percent,
    get_decimal_symbol,
)
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from finsuite.kernel.errors import Refused
from finsuite.kernel.money import trimmed

# Where a language's own habit is ambiguous between countries, finsuite writes the month as a word.
_DAY_PATTERNS = {"fr": "dd/MM/y"}
_DAY_PATTERN = "d MMM y"

_CLOSE = dt.timedelta(days=7)

# A currency written in letters stands apart from the figures: `CHF 12.00`, not `CHF12.00`.
_LETTER_BY_FIGURE = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")


@lru_cache(maxsize=32)
def locale_of(language: str | None) -> Locale:
    """Babel's locale for one of Django's language codes; English where Babel knows no better."""
    try:
        return Locale.parse((language or "en").replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def _locale(language: str | None) -> Locale:
    return locale_of(language or get_language())


def amount(value: Decimal | int, currency: str, *, language: str | None = None) -> str:
    """Money as people read it: `1 234,50 €` in French, `€1,234.50` in English; in the currency's own precision."""
    return _LETTER_BY_FIGURE.sub("\u00a0", format_currency(value, currency, locale=_locale(language)))


def compact(value: float, currency: str, *, language: str | None = None) -> str:
    """Money where there is little room and its size is enough: `€1.3M`."""
    return format_compact_currency(value, currency, locale=_locale(language), fraction_digits=1)


def price(value: Decimal, currency: str, *, language: str | None = None) -> str:
    """Money of which a unit may cost less than the smallest coin: `€0.0125`; at least the currency's own precision."""
    shown = format_currency(trimmed(value, currency), currency, locale=_locale(language), decimal_quantization=False)
    return _LETTER_BY_FIGURE.sub("\u00a0", shown)


def plain_amount(value: Decimal) -> str:
    """Money as programs read it, in CSV files and criteria: `-1234.50`, without grouping or exponent."""
    return f"{value:f}"


def typed(value: Decimal, *, language: str | None = None) -> str:
    """A number as its reader would type it: `1234,50` in French. `parse_amount` reads it as the same number."""
    text = plain_amount(value)
    clear = f"{text}0" if value.as_tuple().exponent == -3 else text  # three decimals could be thousands
    return clear.replace(".", get_decimal_symbol(_locale(language)))


def number(value: Decimal | int | float, *, language: str | None = None) -> str:
    """A number with the language's grouping: `1 234 567,5` in French."""
    return format_decimal(value, locale=_locale(language))


def exact(value: Decimal, *, language: str | None = None) -> str:
    """A number with every decimal that it has, and no zeros at its end: an exchange rate, `0,8567` in French."""
    return format_decimal(value.normalize(), locale=_locale(language), decimal_quantization=False)


def rate(value: Decimal, *, language: str | None = None) -> str:
    """A rate in percent, with every decimal that it has: 8.25 → `8,25 %` in French, `8.25%` in English."""
    gap = "" if "0%" in _locale(language).percent_formats[None].pattern else "\u00a0"
    return f"{exact(value, language=language)}{gap}%"


def percent(value: Decimal | float, *, language: str | None = None) -> str:
    """A share of one as a percentage: 0.196 → `19,6 %` in French, at most one decimal."""
    locale = _locale(language)
    pattern = locale.percent_formats[None].pattern.replace("0%", "0.#%").replace("0\xa0%", "0.#\xa0%")
    return format_percent(value, format=pattern.replace("0\u202f%", "0.#\u202f%"), locale=locale)


def day(value: dt.date | dt.datetime, *, language: str | None = None) -> str:
    """A date: `21/11/2026` in French, `21 Nov 2026` in English. A moment is taken in the reader's time zone."""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return _day(value, _locale(language))


@lru_cache(maxsize=2048)
def _day(value: dt.date, locale: Locale) -> str:
    return format_date(value, format=_DAY_PATTERNS.get(locale.language, _DAY_PATTERN), locale=locale)


def month(value: dt.date, *, language: str | None = None) -> str:
    """A month of a year: `nov. 2026` in French, `Nov 2026` in English."""
    return format_skeleton("yMMM", value, locale=_locale(language))


def month_name(value: dt.date, *, language: str | None = None) -> str:
    """A month where its year is clear: `nov.` in French, `Nov` in English."""
    return format_skeleton("MMM", value, locale=_locale(language))


def short_month(value: dt.date, *, language: str | None = None) -> str:
    """A month of a year where there is little room: `nov. 26` in French, `Nov 26` in English."""
    return format_date(value, format="MMM yy", locale=_locale(language))


def moment(value: dt.datetime, *, language: str | None = None) -> str:
    """A date with its time of day, in the reader's time zone: `21/11/2026 14:05`."""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{day(local.date(), language=language)} {local:%H:%M}"


def clock(value: dt.datetime, *, language: str | None = None) -> str:
    """The time of day, to the second, in the reader's time zone: `14:05:09`."""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return format_time(local.time(), format="HH:mm:ss", locale=_locale(language))


def ago(value: dt.datetime, *, now: dt.datetime | None = None, language: str | None = None) -> str:
    """How long ago, or how far ahead: `3 hours ago`; the plain date once it is more than a week away."""
    distance = value - (now or timezone.now())
    if abs(distance) >= _CLOSE:
        return day(value, language=language)
    if abs(distance) < dt.timedelta(minutes=1):
        return _("just now")
    return format_timedelta(distance, threshold=1, add_direction=True, locale=_locale(language))


def duration(value: dt.timedelta, *, language: str | None = None) -> str:
    """How long something took, by its largest unit: `3 weeks`, `40 seconds`."""
    return format_timedelta(value, threshold=1, granularity="second", locale=_locale(language))


# Reading amounts -------------------------------------------------------------------------------------------------

_GROUPERS = " \u00a0\u202f\u2019'"
_SHAPE = re.compile(r"[0-9][0-9 \u00a0\u202f\u2019'.,]*|[.,][0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:G[0-9]{3})+")


def parse_amount(text: str) -> Decimal:
    """Read an amount as typed: `1 234,50`, `1,234.50`, `1’234.50`, `-12`. Raises Refused rather than guess.

    Spaces (plain, no-break, narrow) and apostrophes group; so does the mark that is not the last one.
    One mark before exactly three digits says two things at once (`1,234`) and is refused.
    """
    typed = text.strip()
    sign, digits = (-1, typed[1:].lstrip()) if typed[:1] in {"-", "−"} else (1, typed.removeprefix("+"))
    if not _SHAPE.fullmatch(digits):
        raise Refused(_("Enter an amount in figures, for example 1234.50."), code="amount_unreadable")
    whole, decimals = _split(digits)
    return sign * Decimal(f"{whole or '0'}.{decimals}" if decimals else whole)


def _split(digits: str) -> tuple[str, str]:
    """The whole part without grouping, and the decimals."""
    groups_by_space = any(mark in digits for mark in _GROUPERS)
    commas, points = digits.count(","), digits.count(".")
    if commas and points:
        mark = max(",.", key=digits.rfind)
        if digits.count(mark) > 1 or groups_by_space:
            raise _unreadable()
        whole, decimals = digits.split(mark)
        return _ungrouped(whole, ".,"[mark == "."]), _only_digits(decimals)
    mark = "," if commas else "."
    if commas + points > 1:
        if groups_by_space:
            raise _unreadable()
        return _ungrouped(digits, mark), ""
    if not commas + points:
        return _ungrouped_by_space(digits), ""
    whole, decimals = digits.split(mark)
    if len(decimals) == 3 and not groups_by_space and _could_be_group(whole):
        raise Refused(
            _("“%(typed)s” can be read as %(grouped)s or as %(decimal)s. Write one or the other.")
            % {"typed": digits, "grouped": whole + decimals, "decimal": f"{whole}{mark}{decimals}0"},
            code="amount_ambiguous",
        )
    return _ungrouped_by_space(whole), _only_digits(decimals)


def _could_be_group(whole: str) -> bool:
    return 1 <= len(whole) <= 3 and not whole.startswith("0")


def _only_digits(decimals: str) -> str:
    if decimals and not decimals.isdecimal():
        raise _unreadable()
    return decimals


def _ungrouped_by_space(whole: str) -> str:
    marks = {mark for mark in whole if mark in _GROUPERS}
    if not marks:
        return _only_digits(whole)
    if len(marks) > 1:
        raise _unreadable()
    return _ungrouped(whole, marks.pop())


def _ungrouped(whole: str, mark: str) -> str:
    if mark not in whole:
        return _only_digits(whole)
    if not _GROUPED.fullmatch(whole.replace(mark, "G")):
        raise _unreadable()
    return whole.replace(mark, "")


def _unreadable() -> Refused:
    return Refused(_("Enter an amount in figures, for example 1234.50."), code="amount_unreadable")
