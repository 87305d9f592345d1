"""Custom fields in imports: filled, required, unique, and told apart between customers and vendors."""

from __future__ import annotations

import pytest

from finance.imports.headers import map_headers
from finance.models import Customer, CustomField, ImportRow, Organization, Vendor
from finance.selectors.imports import shown
from finance.services import import_undo, imports
from finance.services.import_fields import Table
from finsuite.kernel.actors import Actor
from tests import factories
from tests.finance.imports.bringing import brought, check, reasons, run, upload

pytestmark = pytest.mark.django_db


def test_custom_fields_are_imported_too(actor: Actor, organization: Organization) -> None:
    grade = factories.finance_field(organization, "Grade")
    organization.refresh_from_db()
    job = brought(actor, organization, b"Display Name,CF.Grade,Contact Type\nAcme,A,customer\nBolts,B,vendor\n")
    assert job.results["created"] == 2
    assert Customer.objects.get().custom == {grade.key: "A"}
    again = check(actor, upload(actor, organization, b"Display Name,CF.Grade\nAcme,C\n"))
    assert ImportRow.objects.get(job=again).changes == {grade.name: {"before": "A", "after": "C"}}


def test_a_column_fills_the_field_of_whichever_the_contact_is(actor: Actor, organization: Organization) -> None:
    for module, labels in (("customers", "ABC"), ("vendors", "CBA")):
        choices = [{"label": label} for label in labels]
        factories.finance_field(organization, "Grade", module=module, kind="choice", choices=choices[:2])
    factories.finance_field(organization, "Floors", kind="integer")
    factories.finance_field(organization, "Since", module="vendors", kind="date")
    organization.refresh_from_db()
    file = (
        b"Display Name,Contact Type,CF.Grade,CF.Floors,CF.Since\nAcme,customer,A,7,21/11/2026\n"
        b"Bolt,vendor,C,7,21/11/2026\nCube,customer,C,,\nDust,vendor,A,,\nEdge,customer,B,x,\nFog,vendor,B,,31/31/2026\n"
    )
    told = {
        "2 Acme": ["Since: customers have no such field; it is left out."],
        "3 Bolt": ["Floors: vendors have no such field; it is left out."],
        "4 Cube": ["Grade has no choice “C”."],
        "5 Dust": ["Grade has no choice “A”."],
        "6 Edge": ["Floors: Enter an amount in figures, for example 1234.50."],
        "7 Fog": ["Since: “31/31/2026” is not a date."],
    }
    job = check(actor, upload(actor, organization, file))
    assert reasons(job) == told
    assert job.counts == {"create": 2, "refuse": 4, "rows": 6}
    assert [tuple(row.reasons) for row in shown(job, ImportRow.objects.filter(job=job).order_by("line"))] == [
        tuple(said) for said in told.values()
    ]
    run(actor, job)
    assert Customer.objects.get().custom == {"grade": "a", "floors": 7}
    assert Vendor.objects.get().custom == {"grade": "c", "since": "2026-11-21"}
    changed = brought(actor, organization, b"Display Name,Contact Type,CF.Grade\nBolt,vendor,B\n")
    (row,) = shown(changed, ImportRow.objects.filter(job=changed))
    assert [(one.field, one.before, one.after) for one in row.changes] == [("Grade", "C", "B")]
    import_undo.undo_batch(imports.start_undo(actor=actor, job=changed).pk)
    assert Vendor.objects.get().custom == {"grade": "c", "since": "2026-11-21"}


def test_two_fields_of_one_label_are_told_apart() -> None:
    mine, theirs = (CustomField(key=key, label="Grade", kind="text") for key in ("grade", "grade_2"))
    table = Table("contacts", [mine], [theirs])
    assert [table.label(name) for name in ("cf_grade", "cf_grade_2")] == ["Grade", "Grade (the other kind of contact)"]
    assert map_headers("contacts", ["CF.Grade"], table.labels()) == {0: "cf_grade"}
    assert (table.strays(["cf_grade_2", "cf_grade"]), table.of("vendor").strays(["cf_grade"])) == (
        *(["cf_grade_2"], ["cf_grade"]),
    )


@pytest.mark.parametrize(
    ("module", "file"),
    [
        ("customers", b"Display Name,Notes,CF.Grade\nOld,New note,\nAcme,,A\nBolt,,\n"),
        ("vendors", b"Display Name,Notes,CF.Grade,Contact Type\nOld,New note,,vendor\nAcme,,A,vendor\nBolt,,,vendor\n"),
        ("items", b"Item Name,Rate,SKU,CF.Grade\nOld,9,,\nAcme,1,,A\nBolt,1,,\n"),
    ],
)
def test_what_is_required_is_asked_of_new_records_alone(
    actor: Actor, organization: Organization, module: str, file: bytes
) -> None:
    makers = {"customers": factories.customer, "vendors": factories.finance_vendor, "items": factories.item}
    makers[module](organization, "Old")
    factories.finance_field(organization, module=module, is_required=True)
    organization.refresh_from_db()
    job = check(actor, upload(actor, organization, file))
    assert reasons(job) == {"4 Bolt": ["Grade is required."]}
    assert run(actor, job).results == {"created": 1, "updated": 1, "unchanged": 0, "skipped": 0, "refused": 1}


def test_a_unique_value_that_comes_twice_is_told_of_beforehand(actor: Actor, organization: Organization) -> None:
    for module in ("customers", "vendors"):
        factories.finance_field(organization, module=module, is_unique=True)
        factories.finance_field(organization, "Size", module=module, kind="decimal", is_unique=True)
    factories.customer(organization, "Old", cf_grade="Z")
    organization.refresh_from_db()
    file = (
        "Display Name,Contact Type,CF.Grade,CF.Size\nAcme,customer,Été,1\nBolt,customer,ETE,2\nCube,customer,C,1.0\n"
        "Dust,vendor,été,1\nEdge,customer,z,3\nFog,customer,F,2\nOld,customer,Y,4\nGas,customer,y,4\n"
    ).encode()
    job = check(actor, upload(actor, organization, file))
    twice = "line {} says the same. No two records may hold the same value in this field."
    assert reasons(job) == {
        "3 Bolt": [f"Grade: {twice.format(2)}"],
        "4 Cube": [f"Size: {twice.format(2)}"],
        "6 Edge": ["Grade must be unique, and another record already has this value."],
        "9 Gas": [f"Grade: {twice.format(8)}", f"Size: {twice.format(8)}"],
    }
    assert job.counts == {"create": 3, "update": 1, "refuse": 4, "rows": 8}
    assert run(actor, job).results == {"created": 3, "updated": 1, "unchanged": 0, "skipped": 0, "refused": 4}
