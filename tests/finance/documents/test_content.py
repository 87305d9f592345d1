from dataclasses import replace
from decimal import Decimal

from finance.documents.content import content
from finance.documents.sheet import Line, Total
from tests.finance.documents.sheets import bare, invoice, statement


def test_french_amounts_and_dates_are_those_of_the_pages() -> None:
    drawn = content(invoice(totals=(Total("Total", Decimal("1234567.5")),)))
    assert drawn["totals"] == [["Total", "1\u202f234\u202f567,50\u00a0€", "plain"]]
    assert drawn["facts"][1] == ["Échéance", "22/12/2026"]
    assert drawn["taxes"][0] == ["TVA", "20\u00a0%", "761,00\u00a0€", "152,20\u00a0€"]


def test_english_amounts_and_dates_are_those_of_the_pages() -> None:
    drawn = content(statement())
    assert drawn["table"]["rows"][1]["name"] == "Invoice INV-00042"
    assert drawn["table"]["rows"][1]["cells"] == ["1 Nov 2026", "$1,250.50", "$1,350.50"]


def test_an_organization_may_write_its_days_in_a_way_of_its_own() -> None:
    assert content(invoice(date_pattern="yyyy-MM-dd"))["facts"][1] == ["Échéance", "2026-12-22"]


def test_a_currency_without_decimals_has_none() -> None:
    drawn = content(bare(currency="JPY", lines=(Line(name="紙", rate=Decimal(120), amount=Decimal(1200)),)))
    assert drawn["table"]["rows"][0]["cells"] == ["¥120", "¥1,200"]


def test_a_unit_price_keeps_the_decimals_that_it_has() -> None:
    drawn = content(bare(lines=(Line(name="Screw", quantity=Decimal("1000.500"), rate=Decimal("0.012500")),)))
    assert drawn["table"]["rows"][0]["cells"] == ["1,000.5", "€0.0125"]


def test_a_column_that_no_line_needs_is_not_there() -> None:
    lines = tuple(replace(line, discount="", taxes=(), quantity=None) for line in invoice().lines)
    columns = [label for label, _side, _wide in content(invoice(lines=lines))["table"]["columns"]]
    assert len(columns) == 3


def test_what_is_missing_is_not_drawn() -> None:
    drawn = content(bare())
    assert drawn["issuer"]["numbers"] == drawn["issuer"]["legal"] == drawn["facts"] == []
    assert (drawn["payment"], drawn["ship_to"], drawn["stamp"]) == (None, None, "")
