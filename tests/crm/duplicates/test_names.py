"""Names and marks in the form in which they are compared."""

from __future__ import annotations

import pytest

from crm.duplicates import marks
from crm.duplicates.names import name_core, person_core

FORMS = (
    "Dupont SA",
    "Dupont S.A.",
    "Dupont S. A.",
    "SAS Dupont",
    "Dupont, SASU",
    "DUPONT SARL",
    "E.U.R.L. Dupont",
    "Dupont GmbH",
    "Dupont G.m.b.H.",
    "Dupont AG",
    "Dupont UG (haftungsbeschränkt)",
    "Dupont Ltd.",
    "Dupont Limited",
    "Dupont PLC",
    "Dupont L.L.C.",
    "Dupont, Inc.",
    "Dupont Corp",
    "Dupont B.V.",
    "Dupont SpA",
    "Dupont S.p.A.",
    "Dupont S.r.l.",
    "Dupont S.L.",
    "Dupont Oy",
    "Dupont AB",
    "Dupont ApS",
    "Dupont A/S",
    "Dupont Pty Ltd",
    "Dupont & Cie",
    "Dupont GmbH & Co. KG",
    "Dupont d.o.o.",
    "Dupont s.r.o.",
    "Dupont Sp. z o.o.",
)


@pytest.mark.parametrize("name", FORMS)
def test_a_name_is_the_same_without_its_legal_form(name: str) -> None:
    assert name_core(name) == "dupont"


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("SA", "sa"),
        ("SAS Institute", "institute"),
        ("Co & Co", "co"),
        ("Æther Øl", "aetherol"),
        ("Ernst + Young", "ernst&young"),
        ("Ernst et Young", "ernst&young"),
        ("東京株式会社", "東京株式会社"),
        ("J. B. Hunt", "jbhunt"),
        ("", ""),
        ("...", ""),
    ],
)
def test_what_is_left_of_other_names(name: str, core: str) -> None:
    assert name_core(name) == core


def test_people_are_the_same_whichever_name_comes_first() -> None:
    assert person_core("Zoé Martin") == person_core("MARTIN Zoe")


@pytest.mark.parametrize(
    ("website", "found"),
    [
        ("https://www.dupont.fr/path?x=1", "dupont.fr"),
        ("dupont.fr", "dupont.fr"),
        ("http://shop.dupont.co.uk:8080", "dupont.co.uk"),
        ("user@dupont.fr", "dupont.fr"),
        ("www.gmail.com", ""),
        ("co.uk", ""),
        ("localhost", ""),
        ("", ""),
        ("http://", ""),
    ],
)
def test_domains(website: str, found: str) -> None:
    assert marks.domain(website) == found


@pytest.mark.parametrize(
    ("text", "region", "found"),
    [
        ("+33 4 72 00 00 01", "", "472000001"),
        ("04 72 00 00 01", "FR", "472000001"),
        ("04.72.00.00.01", "", "472000001"),
        ("+33 (0)4 72 00 00 01", "DE", "472000001"),
        ("00 33 4 72 00 00 01", "FR", "472000001"),
        ("(415) 555-2671 ext. 12", "US", "155552671"),
        ("+1 415 555 2671", "", "155552671"),
        ("12345", "FR", ""),
        ("0000000000", "", ""),
        ("on request", "FR", ""),
    ],
)
def test_phones(text: str, region: str, found: str) -> None:
    assert marks.phone(text, region) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("FR 32 123 456 789", "32123456789"),
        ("DE123456789", "123456789"),
        ("n/a", ""),
        ("12345", ""),
        ("ATU12345678", "U12345678"),
    ],
)
def test_tax_numbers(text: str, found: str) -> None:
    assert marks.tax_number(text) == found


def test_countries_as_people_write_them() -> None:
    assert [marks.region_of(name) for name in ("France", "ALLEMAGNE", "Deutschland", "fr", "USA", "Nowhere")] == [
        *("FR", "DE", "DE", "FR", "US", "")
    ]
