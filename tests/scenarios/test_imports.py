"""A spreadsheet from another office becomes accounts and contacts, and is taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from crm.models import Account, Contact, ImportJob
from crm.services import import_check, import_run, import_undo
from tests import factories
from tests.scenarios.accessibility import faults_of

SAMPLES = Path(__file__).parents[1] / "crm" / "imports" / "samples"


def work() -> ImportJob:
    """What a worker does."""
    job = ImportJob.objects.latest("id")
    if job.state == "checking":
        import_check.check(job.pk)
    while import_run.run_batch(job.pk) or import_undo.undo_batch(job.pk):
        pass
    job.refresh_from_db()
    return job


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_windows_file_with_french_headers_becomes_contacts_and_is_taken_back(page: Page, sign_in: Any) -> None:
    person = factories.user("claire@example.com", first_name="Claire", last_name="Vasseur")
    organization = factories.crm_organization(person)
    factories.account(organization, "Verrerie du Rhône", phone="04 78 00 00 01")
    there = factories.contact(
        organization, "Nguyên", first_name="Léa", email="lea.nguyen@verrerie.example", title="Stagiaire"
    )
    sign_in(person)

    page.goto(f"/crm/{organization.pk}/imports/")
    page.get_by_role("link", name="Import a file").first.click()
    page.get_by_text("Contacts", exact=True).last.click()
    page.get_by_label("CSV file").set_input_files(SAMPLES / "contacts_windows_fr.csv")
    assert faults_of(page) == []
    page.get_by_role("button", name="Upload").click()

    expect(page.get_by_role("heading", name="What the columns mean")).to_be_visible()
    assert faults_of(page) == []
    expect(page.get_by_label("Encoding")).to_have_value("cp1252")
    expect(page.get_by_label("Between cells")).to_have_value(";")
    expect(page.get_by_text("Léa").first).to_be_visible()
    expect(page.get_by_text("Signe astrologique.")).to_be_visible()
    expect(page.get_by_label("Field for the column “Prénom”")).to_have_value("first_name")
    page.get_by_label("“Date of birth” is written with").select_option("dmy")
    page.get_by_label("Create accounts that don't exist yet").check()
    page.get_by_role("button", name="Check the file").press("Enter")

    expect(page.get_by_text("Checking every row")).to_be_visible()
    assert faults_of(page) == []
    assert work().counts == {"rows": 9, "create": 4, "update": 1, "refuse": 4, "accounts": 2}
    expect(page.get_by_role("button", name="Start the import")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("link", name="Refused").last.click()
    expect(page.get_by_text("The same record is already on line 3.")).to_be_visible()
    expect(page.get_by_text("E-mail: “pas-une-adresse” is not an e-mail address.")).to_be_visible()
    assert Contact.objects.count() == 1

    page.get_by_role("button", name="Start the import").press("Enter")
    expect(page.get_by_text("You can leave this page")).to_be_visible()
    job = work()
    assert job.results == {"created": 4, "updated": 1, "accounts": 2, "unchanged": 0, "skipped": 0, "refused": 4}
    expect(page.get_by_role("button", name="Undo the import").first).to_be_visible()
    assert faults_of(page) == []
    there.refresh_from_db()
    assert (there.title, there.account) == ("Directrice", Account.objects.get(name="Verrerie du Rhône"))
    assert Contact.objects.get(last_name="Lefèvre").description == "Préfère être appelée\naprès 17 h"

    page.get_by_role("button", name="Undo the import").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Undo the import").click()
    expect(page.get_by_text("Taking the import back")).to_be_visible()
    assert work().undo_counts == {"reversed": 7}
    expect(page.get_by_role("link", name="Reversed 7").first).to_be_visible()
    there.refresh_from_db()
    assert (there.title, there.account) == ("Stagiaire", None)
    assert [Contact.objects.count(), Account.objects.count()] == [1, 1]
