"""The public example invoices of EN 16931 come out to the cent."""

import re
from decimal import Decimal as D
from pathlib import Path

import pytest

from finance.totals import Line, Rules, TaxRate, compute
from tests.finance.en16931.examples import EXAMPLES

DOCUMENT = Path(__file__).parents[3] / "docs" / "totals.md"


def taxed(vat):
    return (TaxRate(vat, vat, D(vat[1:])),) if vat else ()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.files[0])
def test_an_example_invoice_comes_out_to_the_cent(example):
    items = [(*item, "")[:4] for item in example.items]
    charge, charge_vat = example.charge
    rules = Rules(
        example.currency, example.price_precision, shipping_charge=D(charge), shipping_taxes=taxed(charge_vat)
    )
    totals = compute([Line(D(item[0]), D(item[1]), item[3], taxed(item[2])) for item in items], rules)
    assert {row.key: (row.taxable, row.amount) for row in totals.taxes} == {
        vat: (D(taxable), D(amount)) for vat, (taxable, amount) in example.vat.items()
    }
    assert totals.sub_total - D(example.outside) == D(example.line_total)
    assert totals.net == D(example.exclusive)
    assert totals.total == D(example.inclusive)
    assert totals.total - D(example.prepaid) == D(example.payable)


def test_no_example_is_left_out():
    files = [file for example in EXAMPLES for file in example.files]
    assert len(set(files)) == len(files)
    assert [sum(file.startswith(folder) for file in files) for folder in ("ubl/", "cii/")] == [19, 15]


def test_the_documentation_lists_each_example_with_what_is_odd_about_it():
    told = re.findall(r"^\| (`(?:ubl|cii)/.+?) \| (.+?) \| (.*?) \|$", DOCUMENT.read_text(), re.MULTILINE)
    assert [(files, odd) for files, _, odd in told] == [
        (", ".join(f"`{file}`" for file in example.files), example.odd) for example in EXAMPLES
    ]
