"""Which column fills which field, in the layouts that other CRMs export."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm.imports.fields import ACCOUNTS, CONTACTS, FIELDS, MODULES
from crm.imports.headers import map_headers
from finsuite.kernel.imports.encodings import Detector
from finsuite.kernel.imports.headers import LINE, REASON, carried, normal, signature
from finsuite.kernel.imports.reader import Reading, decoded_sample, detect_delimiter, rows

SAMPLES = Path(__file__).parent / "samples"


def read(name: str) -> tuple[Reading, list[list[str]]]:
    data = (SAMPLES / name).read_bytes()
    detector = Detector()
    detector.feed(data)
    encoding = detector.result().encoding
    reading = Reading(encoding, detect_delimiter(decoded_sample(data, encoding), complete=True))
    return reading, [row.cells for row in rows([data], reading)]


@pytest.mark.parametrize(
    ("name", "module", "reading", "left_out"),
    [
        (
            "zoho_accounts.csv",
            ACCOUNTS,
            Reading("utf-8", ","),
            {"Record Id", "Account Owner.id", "Created By", "Modified By", "Created Time", "Modified Time",
             "Last Activity Time", "Exchange Rate"},
        ),
        (
            "zoho_contacts.csv",
            CONTACTS,
            Reading("utf-8", ","),
            {"Record Id", "Contact Owner.id", "Account Name.id", "Assistant", "Asst Phone", "Reporting To",
             "Created Time", "Modified Time"},
        ),
        (
            "salesforce_accounts.csv",
            ACCOUNTS,
            Reading("iso-8859-15", ","),
            {"Account ID", "Last Activity", "Last Modified Date"},
        ),
        (
            "salesforce_contacts.csv",
            CONTACTS,
            Reading("cp1252", ","),
            {"Contact ID", "Reports To"},
        ),
        (
            "hubspot_companies.csv",
            ACCOUNTS,
            Reading("utf-8", ","),
            {"Record ID", "Company Domain Name", "Create Date", "Lifecycle Stage"},
        ),
        (
            "hubspot_contacts.csv",
            CONTACTS,
            Reading("utf-8", ","),
            {"Record ID", "Lead Status", "Create Date", "Lifecycle Stage"},
        ),
        ("accounts_french.csv", ACCOUNTS, Reading("utf-16-le", "\t"), {"Fantaisie"}),
        ("contacts_windows_fr.csv", CONTACTS, Reading("cp1252", ";"), {"Signe astrologique"}),
    ],
)  # fmt: skip
def test_every_known_column_of_an_export_is_recognised(
    name: str, module: str, reading: Reading, left_out: set[str]
) -> None:
    found, cells = read(name)
    header = cells[0]
    mapping = map_headers(module, header)
    assert found == reading
    assert {column for number, column in enumerate(header) if number not in mapping} == left_out
    assert len(set(mapping.values())) == len(mapping)


def test_an_export_reads_as_it_was_meant() -> None:
    _reading, cells = read("salesforce_contacts.csv")
    mapping = map_headers(CONTACTS, cells[0])
    assert {field: cells[1][column] for column, field in mapping.items() if cells[1][column]} == {
        "salutation": "Mme",
        "first_name": "Hélène",
        "last_name": "D’Aubigné",
        "title": "Directrice financière",
        "account": "Châtelet & Fils",
        "mailing_street": "8, rue de l’Œuvre\nBâtiment C",
        "mailing_city": "Nîmes",
        "mailing_zip": "30000",
        "mailing_country": "France",
        "phone": "+33 4 66 00 00 08",
        "mobile": "06 00 00 00 08",
        "email": "helene@chatelet.example",
        "owner": "Claire Vasseur",
        "date_of_birth": "23/09/1974",
        "lead_source": "Salon",
        "email_opt_out": "1",
        "department": "Finance",
    }


@pytest.mark.parametrize("module", MODULES)
def test_our_own_names_are_known(module: str) -> None:
    names = list(FIELDS[module])
    assert map_headers(module, names) == dict(enumerate(names))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Numéro de téléphone", "NUMERO DE TELEPHONE"),
        ("FirstName", "First Name"),
        ("E-mail", "e mail"),
        ("Billing Zip/Postal Code", "billing zip postal code"),
        ("N° TVA", "n tva"),
    ],
)
def test_headers_are_compared_without_accents_case_and_marks(one: str, other: str) -> None:
    assert normal(one) == normal(other) or normal(one).replace("no ", "n ") == normal(other)


def test_of_two_columns_for_one_field_the_better_one_fills_it() -> None:
    assert map_headers(ACCOUNTS, ["Name", "Company Domain Name", "Website URL"]) == {0: "name", 2: "website"}


def test_labels_in_the_readers_language_are_known() -> None:
    assert map_headers(ACCOUNTS, ["Kontoname"], {"name": "Kontoname"}) == {0: "name"}


def test_a_mapping_moves_with_its_columns() -> None:
    old, new = ["Name", "Odd"], [LINE, REASON, "name", "ODD"]
    assert signature(old) == signature(new)
    assert carried(old, {"0": "name", "1": "industry"}, new) == {"2": "name", "3": "industry"}
