import io
from dataclasses import replace
from decimal import Decimal

import pytest
import segno

from finance.documents.payment_code import grouped, is_iban, payment_code
from finance.documents.sheet import Payment

PAYMENT = Payment(
    name="Dupont Frères SAS",
    iban="FR76 3000 6000 0112 3456 7890 189",
    bic="AGRIFRPPXXX",
    reference="FA-2026-00042",
    amount=Decimal("1234.5"),
)


def drawn(*lines: str) -> bytes:
    """The code with these lines in it."""
    made = io.BytesIO()
    code = segno.make_qr("\n".join(lines), error="m", boost_error=False)
    code.save(made, kind="svg", border=0, xmldecl=False)
    return made.getvalue()


def test_the_code_holds_what_a_transfer_needs() -> None:
    account = ("AGRIFRPPXXX", "Dupont Frères SAS", "FR7630006000011234567890189", "EUR1234.5")
    assert payment_code(PAYMENT, "EUR") == drawn("BCD", "002", "2", "SCT", *account, "", "", "FA-2026-00042")


def test_a_line_break_cannot_put_another_account_into_the_code() -> None:
    broken = replace(PAYMENT, name="Dupont\nDE89370400440532013000", reference="1\n2")
    account = ("AGRIFRPPXXX", "Dupont DE89370400440532013000", "FR7630006000011234567890189", "EUR1234.5")
    assert payment_code(broken, "EUR") == drawn("BCD", "002", "2", "SCT", *account, "", "", "1 2")


@pytest.mark.parametrize(
    ("change", "currency"),
    [
        ({}, "USD"),
        ({"amount": None}, "EUR"),
        ({"amount": Decimal(0)}, "EUR"),
        ({"amount": Decimal(-5)}, "EUR"),
        ({"amount": Decimal("1000000000")}, "EUR"),
        ({"name": " "}, "EUR"),
        ({"reference": ""}, "EUR"),
        ({"iban": ""}, "EUR"),
        ({"iban": "FR76 3000 6000 0112 3456 7890 188"}, "EUR"),
        ({"iban": "not an account at all"}, "EUR"),
        ({"bic": "TOO-LONG-FOR-A-BIC"}, "EUR"),
    ],
)
def test_there_is_no_code_where_a_bank_could_not_use_it(change: dict[str, object], currency: str) -> None:
    assert payment_code(replace(PAYMENT, **change), currency) is None


def test_what_is_too_long_for_a_code_is_cut() -> None:
    assert payment_code(replace(PAYMENT, name="N" * 200, reference="R" * 500), "EUR") is not None


def test_a_name_of_any_script_fits() -> None:
    assert payment_code(replace(PAYMENT, name="شركة النور"), "EUR") is not None


@pytest.mark.parametrize("iban", ["GB82WEST12345698765432", "DE89370400440532013000", "BE68539007547034"])
def test_right_check_digits_make_an_account(iban: str) -> None:
    assert is_iban(iban)
    assert not is_iban(iban[:-1] + str((int(iban[-1]) + 1) % 10))


def test_an_account_is_read_in_groups_of_four() -> None:
    assert grouped("FR7630006000 011234567890189") == "FR76\u00a03000\u00a06000\u00a00112\u00a03456\u00a07890\u00a0189"
