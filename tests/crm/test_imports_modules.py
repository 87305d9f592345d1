"""Vendors, products and deals come in by files, too: references by name, stages, custom fields, workbooks."""

from __future__ import annotations

from decimal import Decimal

import pytest

from crm.choices import StageCategory
from crm.models import Account, Deal, DealLine, ImportJob, Product, StageChange, Vendor
from crm.selectors.imports import open_questions, unmapped
from crm.services import exports, imports
from crm.services.accounts import update_account
from crm.services.custom_fields import create_custom_field
from crm.services.import_fields import Table
from crm.services.import_words import row_problem
from crm.services.pipelines import create_pipeline
from crm.services.products import create_products
from crm.services.stages import create_stage
from crm.services.vendors import create_vendor
from finsuite.kernel.custom_fields.kinds import Kind
from finsuite.kernel.errors import Refused
from finsuite.kernel.spreadsheets import xlsx_chunks
from tests import factories
from tests.crm import opportunities as sample
from tests.crm.test_imports import actor, admin, checked, organization, ran, undone, upload  # noqa: F401 – fixtures

pytestmark = pytest.mark.django_db


def reasons(job: ImportJob) -> dict[int, list[str]]:
    rows = job.rows.filter(outcome="refuse").order_by("line")
    return {row.line: [row_problem(Table(row.module), problem) for problem in row.problems] for row in rows}


def test_vendors_are_created_updated_and_left_alone(actor, organization):  # noqa: F811
    create_vendor(actor=actor, organization=organization, values={"name": "Élan", "phone": "1"})
    text = "Vendor Name,Phone,City\nElan,2,Lyon\nÉlan,2,Lyon\nNeuf,3,Paris\n"
    job = ran(actor, checked(actor, upload(actor, organization, text, "vendors")))
    assert job.results == {"created": 2, "updated": 1, "unchanged": 0, "skipped": 0, "refused": 0}
    assert Vendor.objects.get(name="Élan").city == "Lyon"
    again = checked(actor, upload(actor, organization, text, "vendors"))
    assert again.counts == {"rows": 3, "unchanged": 3}


def test_products_name_their_vendor_and_keep_four_decimals_of_a_price(actor, organization):  # noqa: F811
    vendor = create_vendor(actor=actor, organization=organization, values={"name": "Steelworks"})
    text = "Product Name,SKU,Vendor,Unit Price,Active\nBolt,B-1,Steelworks,0.0125,yes\nNut,N-1,Nobody,1.50,no\n"
    job = checked(actor, upload(actor, organization, text, "products"))
    assert reasons(job) == {3: ["Vendor: there is no vendor named “Nobody”."]}
    ran(actor, job)
    bolt = Product.objects.get()
    assert (bolt.vendor_id, bolt.unit_price, bolt.is_active) == (vendor.pk, Decimal("0.0125"), True)


@pytest.fixture
def sales(actor, organization):  # noqa: F811
    """The sample's own pipeline, products and companies."""
    pipeline = create_pipeline(actor=actor, organization=organization, values={"name": "Hardware"})
    for name, probability in (("Prospecting", 10), ("Engaging", 50)):
        create_stage(actor=actor, pipeline=pipeline, values={"name": name, "probability": probability})
    rows = [{"name": name, "unit_price": price} for name, price in sample.PRODUCTS.items()]
    create_products(actor=actor, organization=organization, rows=rows)
    for name in sample.ACCOUNTS:
        factories.account(organization, name)
    return pipeline


CONSTANTS = {"pipeline": "Hardware", "lost_reason": "Price"}


def test_a_date_that_can_be_read_two_ways_is_asked_about_and_never_guessed(actor, organization, sales):  # noqa: F811
    lines = sample.opportunities(sample.day_first).splitlines()
    doubtful = [
        line for line in lines[1:] if line.split(",")[6] and all(int(p) < 13 for p in line.split(",")[6].split("/")[:2])
    ]
    differing = [line for line in doubtful if line.split(",")[6][:2] != line.split(",")[6][3:5]]
    job = upload(actor, organization, "\n".join([lines[0], *differing[:20]]) + "\n", "deals")
    assert [question.field for question in open_questions(job)] == ["closing_date"]
    with pytest.raises(Refused, match="imported like that yet"):
        imports.choose(actor=actor, job=job, values={"constants": CONSTANTS})
    job = imports.choose(actor=actor, job=job, values={"constants": CONSTANTS, "formats": {"closing_date": "dmy"}})
    assert job.formats["closing_date"] == "dmy"


@pytest.mark.parametrize("written", [sample.iso, sample.day_first, sample.month_first], ids=["iso", "dmy", "mdy"])
def test_the_public_sample_comes_in_whatever_the_order_of_its_dates(actor, organization, sales, written):  # noqa: F811
    text = sample.opportunities(written, last=sample.ROWS if written is sample.month_first else 1_200)
    job = upload(actor, organization, text, "deals")
    assert unmapped(job) == ["sales_agent", "engage_date"]
    job = checked(actor, job, constants=CONSTANTS)
    told = reasons(job)
    unknown = text.count(",GTXPro,")
    assert job.counts["refuse"] == unknown == len(told)
    assert set(map(tuple, told.values())) == {("Product: there is no product named “GTXPro”.",)}
    job = ran(actor, job)
    rows = text.count("\n") - 1
    assert job.results["created"] == rows - unknown
    assert (Deal.objects.count(), DealLine.objects.count(), StageChange.objects.count()) == (rows - unknown,) * 3
    if rows == sample.ROWS:
        assert unknown == sample.MISSPELT
    first = text.splitlines()[1 if ",GTXPro," not in text.splitlines()[1] else 2].split(",")
    deal = Deal.objects.select_related("stage", "account").get(name=first[0])
    assert deal.stage.name == {"Won": "Closed won", "Lost": "Closed lost"}.get(first[4], first[4])
    assert (deal.account.name if deal.account else "") == first[3]
    assert DealLine.objects.get(deal=deal).name == first[2]
    again = checked(actor, upload(actor, organization, text, "deals"), constants=CONSTANTS)
    assert again.counts.get("create", 0) == again.counts.get("update", 0) == 0


def test_missing_accounts_are_told_by_row_or_created_on_request(actor, organization):  # noqa: F811
    text = "Deal Name,Account Name,Stage\nOne,Acme,Qualification\nTwo,Nobody SA,Qualification\n"
    factories.account(organization, "Acme")
    job = checked(actor, upload(actor, organization, text, "deals"))
    assert reasons(job) == {3: ["Account: there is no account named “Nobody SA”."]}
    job = ran(actor, checked(actor, job, create_accounts=True))
    assert job.results["accounts"] == 1
    assert Deal.objects.get(name="Two").account == Account.objects.get(name="Nobody SA")
    undone(actor, job)
    assert not Deal.objects.exists()
    assert list(Account.objects.values_list("name", flat=True)) == ["Acme"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A,Nonsense,,", "Stage: the pipeline has no stage named “Nonsense”."),
        ("A,Won,Elsewhere,", "Pipeline: there is no pipeline named “Elsewhere”."),
        ("A,Lost,,Weather", "Lost reason: there is no lost reason named “Weather”."),
        ("A,Lost,,", "Lost reason: Say why the deal is lost."),
    ],
)
def test_what_a_deal_cannot_be_is_told_by_row(actor, organization, row, reason):  # noqa: F811
    text = f"Deal Name,Stage,Pipeline,Lost Reason\n{row}\n"
    assert reasons(checked(actor, upload(actor, organization, text, "deals"))) == {2: [reason]}


def test_a_stage_that_just_says_won_or_lost_is_the_pipelines_own(actor, organization):  # noqa: F811
    text = "Deal Name,Stage,Lost Reason\nA,Won,\nB,Perdu,Price\n"
    ran(actor, checked(actor, upload(actor, organization, text, "deals")))
    stages = dict(Deal.objects.values_list("name", "stage__category"))
    assert stages == {"A": StageCategory.WON, "B": StageCategory.LOST}


def test_a_product_without_a_price_in_the_deals_currency_needs_an_amount(actor, organization):  # noqa: F811
    create_products(actor=actor, organization=organization, rows=[{"name": "Bolt"}, {"name": "Nut", "unit_price": "2"}])
    text = "Deal Name,Product,Amount\nA,Bolt,\nB,Bolt,12.50\nC,Nut,\n"
    job = checked(actor, upload(actor, organization, text, "deals"))
    assert reasons(job) == {2: ["Product: neither the row nor the product says a price in EUR."]}
    ran(actor, job)
    assert dict(Deal.objects.values_list("name", "amount")) == {"B": Decimal("12.5"), "C": Decimal(2)}
    assert list(DealLine.objects.order_by("deal__name").values_list("price", "total")) == [
        (Decimal("12.5"), Decimal("12.5")),
        (Decimal(2), Decimal(2)),
    ]


def test_custom_fields_are_mapped_by_their_label_and_told_in_words(actor, organization):  # noqa: F811
    for label, kind, more in (
        ("Region", "choice", {"choices": [{"label": "Nord"}, {"label": "Sud"}]}),
        ("Contract end", "date", {}),
        ("Score", "decimal", {}),
    ):
        values = {"module": "accounts", "label": label, "kind": kind, **more}
        create_custom_field(actor=actor, organization=organization, values=values)
    organization.refresh_from_db()
    text = "Account Name,Region,Contract end,Score\nAcme,nord,31/12/2026,12.5\nBeta,West,2026-01-01,1\n"
    job = checked(actor, upload(actor, organization, text))
    assert list(reasons(job)) == [3]
    ran(actor, job)
    assert Account.objects.get().custom == {"region": "nord", "contract_end": "2026-12-31", "score": "12.5"}
    again = upload(actor, organization, "Account Name,Region\nAcme,Sud\n")
    job = ran(actor, checked(actor, again))
    assert Account.objects.get().custom["region"] == "sud"
    undone(actor, job)
    assert Account.objects.get().custom["region"] == "nord"


def test_a_workbook_is_imported_like_a_csv_file(actor, organization):  # noqa: F811
    rows = [["Account Name", "Employees", "Annual Revenue"], ["Acme", 12, Decimal("1234.5")]]
    job = upload(actor, organization, b"".join(xlsx_chunks(rows, "Accounts")))
    assert job.encoding == "xlsx"
    ran(actor, checked(actor, job))
    acme = Account.objects.get()
    assert (acme.employees, acme.annual_revenue) == (12, Decimal("1234.5"))
    with pytest.raises(Refused, match="workbook"):
        imports.change_reading(
            actor=actor,
            job=upload(actor, organization, b"".join(xlsx_chunks(rows, "A"))),
            encoding="utf-8",
            delimiter=",",
        )


def _of_every_kind(organization) -> dict[str, object]:  # noqa: F811
    """A custom field of each kind for accounts, and a value for it."""
    choices = {"choices": [{"label": "North, East"}, {"label": "South"}]}
    values: dict[str, tuple[object, dict[str, object]]] = {
        "text": ("=1+1", {}),
        "long_text": ("one\ntwo", {}),
        "integer": (-12, {}),
        "decimal": ("0.12", {}),
        "money": ("1234.50", {}),
        "date": ("2026-02-03", {}),
        "moment": ("2026-02-03T04:05:00Z", {}),
        "yes_no": (True, {}),
        "choice": ("North, East", choices),
        "choices": (["North, East", "South"], choices),
        "email": ("z@example.com", {}),
        "phone": ("+33 1 02 03 04 05", {}),
        "url": ("https://example.com/a", {}),
    }
    found = {}
    for kind in Kind:
        value, more = values[kind.value]
        field = factories.crm_field(organization, f"Of {kind.value}", kind=kind.value, **more)
        keys = {choice["label"]: choice["key"] for choice in field.choices or []}
        told = [keys[label] for label in value] if isinstance(value, list) else keys.get(str(value), value)
        found[field.name] = told
    return found


@pytest.mark.parametrize("written_as", ["csv", "xlsx"])
@pytest.mark.parametrize("module", ["accounts", "contacts", "deals", "products", "vendors"])
def test_what_is_exported_comes_back_unchanged(actor, organization, module, written_as, sales):  # noqa: F811
    parent = factories.account(organization, "Groupe Élan")
    account = factories.account(
        organization, "=Acme", parent_id=parent.pk, annual_revenue="1234.5", employees=3, tags=["a", "b"]
    )
    update_account(actor=actor, account=account, values=_of_every_kind(organization))
    organization.refresh_from_db()
    factories.contact(organization, "Martin", first_name="Zoé", account_id=account.pk, email="z@example.com")
    vendor = create_vendor(actor=actor, organization=organization, values={"name": "Steelworks", "street": "1\n2"})
    product = {"name": "Bolt", "unit_price": "0.0125", "vendor_id": vendor.pk, "sales_start_date": "2026-01-02"}
    create_products(actor=actor, organization=organization, rows=[product])
    text = "Deal Name,Account,Product,Amount,Closing Date,Stage\nBig,=Acme,Bolt,12.50,2026-02-03,Won\n"
    ran(actor, checked(actor, upload(actor, organization, text, "deals")))
    out = exports.create_export(actor=actor, organization=organization, module=module, values={"format": written_as})
    job = upload(actor, organization, b"".join(exports.file_parts(out)), module)
    job = checked(actor, job)
    assert reasons(job) == {}
    assert job.counts == {"rows": out.rows, "unchanged": out.rows}
