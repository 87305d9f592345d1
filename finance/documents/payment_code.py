"""The code beside the bank details that banks' apps read to fill in a transfer (EPC069-12, "GiroCode")."""

from __future__ import annotations

import io
from decimal import Decimal

from segno import helpers

from finance.documents.sheet import Payment

CURRENCY = "EUR"
LEAST, MOST = Decimal("0.01"), Decimal("999999999.99")
NAME_LENGTH, TEXT_LENGTH = 70, 140


def payment_code(payment: Payment, currency: str) -> bytes | None:
    """The code as SVG, or None where there can't be one: not in euros, nothing to pay, no name, no
    reference, no possible account."""
    if currency != CURRENCY or payment.amount is None or not LEAST <= payment.amount <= MOST:
        return None
    # One line each: a line break would push what follows into another field.
    name, reference = " ".join(payment.name.split()), " ".join(payment.reference.split())
    iban = "".join(payment.iban.split()).upper()
    if not name or not reference or not is_iban(iban):
        return None
    try:
        code = helpers.make_epc_qr(
            name[:NAME_LENGTH],
            iban,
            payment.amount,
            text=reference[:TEXT_LENGTH],
            bic="".join(payment.bic.split()).upper() or None,
        )
    except ValueError:  # a BIC of no possible length: the details are printed, the code would mislead
        return None
    drawn = io.BytesIO()
    code.save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue()


def is_iban(text: str) -> bool:
    """Whether this can be the number of an account: its length, its characters and its check digits (ISO 13616)."""
    if not (15 <= len(text) <= 34 and text.isascii() and text.isalnum() and text[:2].isalpha()):
        return False
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1


def grouped(iban: str) -> str:
    """An IBAN as people read it, in groups of four."""
    bare = "".join(iban.split())
    return "\u00a0".join(bare[at : at + 4] for at in range(0, len(bare), 4))
