import pytest

from tests.finance.documents.sheets import bare, invoice, statement


@pytest.mark.parametrize("wrong", [{"template": "../secret"}, {"accent": "red"}, {"accent": "#12345"}, {"paper": "a0"}])
def test_a_sheet_takes_only_templates_colours_and_papers_that_exist(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"no (template|colour|paper)"):
        bare(**wrong)


def test_a_sheet_has_lines_or_a_listing() -> None:
    with pytest.raises(ValueError, match="lines or a listing"):
        statement(lines=invoice().lines)


def test_a_sheet_is_called_by_its_title_and_number() -> None:
    assert invoice().name == "Facture FA-2026-00042"
    assert statement().name == "Statement of account"
