import pytest

from finance.identifiers import compact, is_bic, is_iban, is_siren


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (is_siren, "732829320", "732829321"),
        (is_siren, "356000000", "35600000"),
        (is_siren, "552100554", "55210055A"),
        (is_iban, "FR1420041010050500013M02606", "FR1420041010050500013M02607"),
        (is_iban, "DE89370400440532013000", "DE88370400440532013000"),
        (is_iban, "BE68539007547034", "BE6853900754703"),
        (is_bic, "BNPAFRPP", "BNPAFRP"),
        (is_bic, "BNPAFRPPXXX", "BNPAFRPPXX"),
    ],
)
def test_identifiers_are_checked_by_their_own_rules(check, good, bad):
    assert check(good)
    assert not check(bad)


def test_an_identifier_is_read_however_it_is_spaced():
    assert compact(" fr14 2004-1010.0505\u00a00001 3M02 606 ") == "FR1420041010050500013M02606"
