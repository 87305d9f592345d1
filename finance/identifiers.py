"""What counts as a SIREN, an IBAN, a BIC. No database, no clock."""

from __future__ import annotations

import re

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
_SIREN = re.compile(r"[0-9]{9}")


def compact(written: str) -> str:
    """The identifier without the spaces, points and dashes that it is written with, in capitals."""
    return re.sub(r"[\s.\-]", "", written).upper()


def is_siren(number: str) -> bool:
    """Nine digits of which the last checks the others (Luhn)."""
    if not _SIREN.fullmatch(number):
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(number)]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0


def is_iban(number: str) -> bool:
    """Country, two check digits, account (ISO 13616)."""
    if not _IBAN.fullmatch(number):
        return False
    turned = number[4:] + number[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def is_bic(code: str) -> bool:
    """Bank, country, place, and perhaps a branch (ISO 9362)."""
    return _BIC.fullmatch(code) is not None
