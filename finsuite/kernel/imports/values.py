"""The text of a cell to the value of a field, or the reason why not. Nothing is guessed, nothing is cut short."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from finsuite.kernel.imports.problems import Problem

POINT = "."
COMMA = ","
DAY_FIRST = "dmy"
MONTH_FIRST = "mdy"
AMBIGUOUS = "ambiguous"

_SPACES = re.compile("[\\s\u00a0\u2007\u2009\u202f'’]")
_MONEY_MARKS = re.compile(r"^(?:[A-Z]{3}|[€$£¥])|(?:[A-Z]{3}|[€$£¥])$")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*[.,]?")
_ISO_DATE = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:[T ][\d:.,]+ ?(?:Z|UTC|[+-]\d{2}:?\d{2})?)?")
_DATE = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:[T ][\d:.,]+ ?(?:[AaPp][Mm])?)?")
_YES = frozenset({"1", "yes", "y", "true", "t", "x", "oui", "o", "vrai", "v", "on"})
_NO = frozenset({"0", "no", "n", "false", "f", "non", "faux", "off"})
_TAG_MARKS = re.compile(r"[;,]")


def number_evidence(text: str) -> str | None:
    """Which decimal mark this cell shows: point, comma, ambiguous ("1,234"), or None for no hint at all."""
    core = bare_number(text)
    if not core or not _NUMBER.fullmatch(core):
        return None
    digits = core.lstrip("+-")
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return POINT if digits.rindex(".") > digits.rindex(",") else COMMA
    if not points and not commas:
        return None
    mark, other = (POINT, COMMA) if points else (COMMA, POINT)
    if points + commas > 1:
        return other
    whole, _, fraction = digits.partition(mark)
    if len(fraction) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0"):
        return AMBIGUOUS
    return mark


def bare_number(text: str) -> str:
    """The digits and marks of an amount, without currency and spaces."""
    return _SPACES.sub("", _MONEY_MARKS.sub("", text.strip()).strip())


def parse_decimal(text: str, field: str, mark: str = "", *, digits: int = 16, places: int = 2) -> Decimal | Problem:
    """An amount. `mark` is the column's decimal mark; without one, each cell must speak for itself."""
    core = bare_number(text)
    if not _NUMBER.fullmatch(core):
        return Problem("not_a_number", field, {"value": _shown(text)})
    shown = number_evidence(text)
    if shown == AMBIGUOUS and not mark:
        return Problem("ambiguous_number", field, {"value": _shown(text)})
    if shown in (POINT, COMMA) and mark and shown != mark:
        return Problem("other_decimal_mark", field, {"value": _shown(text)})
    mark = mark or shown or POINT
    group = COMMA if mark == POINT else POINT
    whole, _, fraction = core.partition(mark)
    if group in fraction or mark in fraction or not _well_grouped(whole, group):
        return Problem("not_a_number", field, {"value": _shown(text)})
    whole = whole.replace(group, "")
    if len(whole.lstrip("+-").lstrip("0")) > digits:
        return Problem("number_too_large", field, {"value": _shown(text)})
    if len(fraction.rstrip("0")) > places:
        return Problem("too_many_decimals", field, {"value": _shown(text), "places": places})
    return Decimal(f"{whole}.{fraction or '0'}").quantize(Decimal(1).scaleb(-places))


def _well_grouped(whole: str, group: str) -> bool:
    """Groups after the first have three digits, but for the Indian way of two before the last three."""
    parts = whole.split(group)
    return len(parts) == 1 or (len(parts[-1]) == 3 and all(2 <= len(part) <= 3 for part in parts[1:-1]))


def parse_integer(text: str, field: str, *, digits: int = 9) -> int | Problem:
    """A whole number that is not negative; marks between thousands are fine, decimals are not."""
    core = bare_number(text)
    whole, mark, fraction = core, "", ""
    if number_evidence(text) in (POINT, COMMA):
        mark = number_evidence(text) or ""
        whole, _, fraction = core.partition(mark)
    plain = whole.replace(",", "").replace(".", "")
    if fraction.strip("0") or not plain.removeprefix("+").isdecimal() or not plain.isascii():
        return Problem("not_a_whole_number", field, {"value": _shown(text)})
    if len(plain.lstrip("+0")) > digits:
        return Problem("number_too_large", field, {"value": _shown(text)})
    return int(plain)


def date_evidence(text: str) -> str | None:
    """Which order this cell shows: day first, month first, ambiguous ("03/04/1985"), or None for no hint."""
    found = _DATE.fullmatch(text.strip())
    if not found:
        return None
    first, second = int(found[1]), int(found[3])
    if first > 12 >= second:
        return DAY_FIRST
    if second > 12 >= first:
        return MONTH_FIRST
    return None if first == second else AMBIGUOUS


def parse_date(text: str, field: str, order: str = "") -> dt.date | Problem:
    """A day. `order` is the column's; without one, each cell must speak for itself."""
    text = text.strip()
    found = _ISO_DATE.fullmatch(text)
    if found:
        return _day(text, field, int(found[1]), int(found[2]), int(found[3]))
    found = _DATE.fullmatch(text)
    if not found:
        return Problem("not_a_date", field, {"value": _shown(text)})
    shown = date_evidence(text)
    if shown == AMBIGUOUS and not order:
        return Problem("ambiguous_date", field, {"value": _shown(text)})
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if (order or shown) == MONTH_FIRST:
        first, second = second, first
    return _day(text, field, year, second, first)


def _day(text: str, field: str, year: int, month: int, day: int) -> dt.date | Problem:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return Problem("not_a_date", field, {"value": _shown(text)})


def parse_boolean(text: str, field: str) -> bool | Problem:
    """Yes or no, in the words and marks in use."""
    word = text.strip().casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    return Problem("not_yes_or_no", field, {"value": _shown(text)})


def parse_tags(text: str, field: str, *, most: int = 50) -> list[str] | Problem:
    """Tags between semicolons or commas, each once, in the file's order."""
    tags: dict[str, str] = {}
    for tag in _TAG_MARKS.split(text):
        tag = tag.strip()
        if len(tag) > most:
            return Problem("too_long", field, {"length": len(tag), "most": most})
        if tag:
            tags.setdefault(tag.casefold(), tag)
    return list(tags.values())


def _shown(text: str) -> str:
    """A cell's text, short enough to quote in a sentence."""
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "…"
