import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation
from python_calamine import CalamineWorkbook

from audit.models import Entry
from crm.choices import Level, Module
from crm.models import ExportJob, ExportPart, ExportState, ListView, Membership, ModuleRight
from crm.services import exports as services
from crm.services.exports import clear_exports, create_export, file_parts, resume_exports, work_on_export
from crm.services.list_views import create_list_view
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, Refused
from tests import factories


def table(job: ExportJob) -> list[dict[str, str]]:
    text = b"".join(file_parts(job)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def sheet(job: ExportJob) -> list[list]:
    return CalamineWorkbook.from_filelike(io.BytesIO(b"".join(file_parts(job)))).get_sheet_by_index(0).to_python()


def test_an_export_holds_what_each_record_says(organization, actor, admin):
    parent = factories.account(organization, "Groupe Élan")
    factories.account(
        organization,
        'Acme, "fils"',
        parent_id=parent.pk,
        annual_revenue="1234567.50",
        employees=12,
        tags=["vip", "nord"],
        description="deux\nlignes",
    )
    job = create_export(actor=actor, organization=organization, module="accounts", values={})
    assert (job.state, job.rows) == (ExportState.READY, 2)
    made, group = table(job)
    assert (made["Account name"], made["Parent account"], made["Tags"]) == ('Acme, "fils"', "Groupe Élan", "vip, nord")
    assert (made["Annual revenue"], made["Employees"]) == ("1234567.50", "12")
    assert made["Description"] == "deux\nlignes"
    assert (group["Account name"], group["Parent account"]) == ("Groupe Élan", "")


def test_the_columns_are_those_asked_for_in_that_order(organization, actor):
    factories.contact(organization, "Martin", email="m@example.com")
    values = {"columns": ["email", "last_name"]}
    job = create_export(actor=actor, organization=organization, module="contacts", values=values)
    assert b"".join(file_parts(job)).decode("utf-8-sig") == "E-mail,Last name\r\nm@example.com,Martin\r\n"


def test_headers_are_in_the_language_of_whoever_asked(organization, actor):
    factories.account(organization)
    with translation.override("fr"):
        job = create_export(actor=actor, organization=organization, module="accounts", values={"columns": ["phone"]})
    assert list(table(job)[0]) == ["Téléphone"]


@pytest.mark.parametrize("text", ["=1+1", "+33 1", "-x", "@SUM(A1)", "\uff1d1+1", "|calc", "%x"])
@pytest.mark.parametrize("written_as", ["csv", "xlsx"])
def test_no_cell_is_a_formula(organization, actor, text, written_as):
    factories.account(organization, "Acme", site=text)
    values = {"columns": ["site"], "format": written_as}
    job = create_export(actor=actor, organization=organization, module="accounts", values=values)
    if written_as == "xlsx":
        assert sheet(job)[1] == [text]
        assert b"<f>" not in b"".join(file_parts(job))
    else:
        assert table(job)[0]["Site"] in (text, f"'{text}")
        assert not table(job)[0]["Site"].startswith(("=", "@", "|", "\uff1d"))


def test_a_workbook_has_numbers_and_days_for_numbers_and_days(organization, actor):
    factories.account(organization, "Acme", annual_revenue="1234.50", employees=3)
    values = {"columns": ["name", "annual_revenue", "employees", "created_at"], "format": "xlsx"}
    job = create_export(actor=actor, organization=organization, module="accounts", values=values)
    header, row = sheet(job)
    assert header == ["Account name", "Annual revenue", "Employees", "Created"] or header[:3] == [
        "Account name",
        "Annual revenue",
        "Employees",
    ]
    assert row[:3] == ["Acme", 1234.5, 3]
    assert row[3].date() == timezone.localdate()


def test_a_number_longer_than_a_sheets_own_stays_exact(organization, actor):
    factories.account(organization, "Acme", annual_revenue="1234567890123456.78")
    values = {"columns": ["annual_revenue"], "format": "xlsx"}
    job = create_export(actor=actor, organization=organization, module="accounts", values=values)
    assert Decimal(sheet(job)[1][0]) == Decimal("1234567890123456.78")


def test_a_list_view_a_search_and_criteria_narrow_the_records_down(organization, actor):
    for name, industry in (("Acme Steel", "Steel"), ("Beta Steel", "Steel"), ("Acme Wood", "Wood")):
        factories.account(organization, name, industry=industry)
    criteria = [{"field": "industry", "comparator": "is", "value": "Steel"}]
    view = create_list_view(
        actor=actor,
        organization=organization,
        values={"module": "accounts", "name": "Steel", "scope": "criteria", "criteria": criteria},
    )

    def names(**values) -> list[str]:
        job = create_export(actor=actor, organization=organization, module="accounts", values=values)
        return [row["Account name"] for row in table(job)]

    assert names(view=view.pk) == ["Acme Steel", "Beta Steel"]
    assert names(search="acme") == ["Acme Steel", "Acme Wood"]
    assert names(criteria=criteria, search="beta") == ["Beta Steel"]
    assert names(view=view.pk, search="wood") == []


@pytest.mark.parametrize(
    "values",
    [
        {"columns": ["nonsense"]},
        {"columns": "name"},
        {"format": "pdf"},
        {"view": "x"},
        {"criteria": [{"field": "x", "comparator": "is", "value": "y"}]},
        {"columns": ["search_text"]},
        {"owner": 1},
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(organization, actor, values):
    with pytest.raises(Refused):
        create_export(actor=actor, organization=organization, module="accounts", values=values)
    assert not ExportJob.objects.exists()


def test_whoever_may_not_look_exports_nothing(organization, standard):
    ModuleRight.objects.filter(profile__memberships__user=standard, module=Module.ACCOUNTS).update(level=Level.NONE)
    with pytest.raises(NotFound):
        create_export(actor=Actor.person(standard), organization=organization, module="accounts", values={})
    assert not ExportJob.objects.exists()


def test_what_a_reference_points_to_is_left_out_where_its_module_is_closed(organization, standard):
    account = factories.account(organization, "Secret SA")
    factories.contact(organization, "Martin", account_id=account.pk)
    ModuleRight.objects.filter(profile__memberships__user=standard, module=Module.ACCOUNTS).update(level=Level.NONE)
    job = create_export(actor=Actor.person(standard), organization=organization, module="contacts", values={})
    assert b"Secret" not in b"".join(file_parts(job))


def test_somebody_elses_view_is_not_there(organization, actor, standard):
    own = ListView.objects.create(organization=organization, module="accounts", name="Own", owner=standard)
    with pytest.raises(NotFound):
        create_export(actor=actor, organization=organization, module="accounts", values={"view": own.pk})


def test_the_history_tells_who_took_what_out(organization, actor):
    factories.account(organization)
    create_export(actor=actor, organization=organization, module="accounts", values={"columns": ["name"]})
    entry = Entry.objects.latest("pk")
    assert (entry.verb, entry.user_id, entry.after["rows"]) == ("exported", actor.user_id, 1)


@pytest.fixture
def many(monkeypatch) -> list[int]:
    """Two records are many; what is sent to the workers is held back."""
    sent: list[int] = []
    monkeypatch.setattr(services, "AT_ONCE", 1)
    monkeypatch.setattr(services, "_send", sent.append)
    return sent


def ask(organization, person, capture) -> ExportJob:
    with capture(execute=True):
        return create_export(actor=Actor.person(person), organization=organization, module="accounts", values={})


def test_many_records_are_written_by_a_worker_once(organization, admin, many, django_capture_on_commit_callbacks):
    for name in ("A", "B", "C"):
        factories.account(organization, name)
    job = ask(organization, admin, django_capture_on_commit_callbacks)
    assert (many, job.state) == ([job.pk], ExportState.WRITING)
    work_on_export(job.pk)
    work_on_export(job.pk)
    job.refresh_from_db()
    assert (job.state, len(table(job))) == (ExportState.READY, 3)
    assert sum(len(part.data) for part in ExportPart.objects.all()) == job.size


def test_a_right_that_was_taken_meanwhile_stops_the_worker(
    organization, standard, many, django_capture_on_commit_callbacks
):
    for name in ("A", "B"):
        factories.account(organization, name)
    job = ask(organization, standard, django_capture_on_commit_callbacks)
    Membership.objects.filter(user=standard).delete()
    work_on_export(job.pk)
    job.refresh_from_db()
    assert (job.state, job.parts.count()) == (ExportState.FAILED, 0)
    assert job.fault


def test_an_export_that_was_lost_is_sent_again_and_given_up_after_three_times(
    organization, admin, many, django_capture_on_commit_callbacks
):
    for name in ("A", "B"):
        factories.account(organization, name)
    job = ask(organization, admin, django_capture_on_commit_callbacks)
    assert resume_exports() == 0
    long_ago = timezone.now() - timedelta(hours=1)
    ExportJob.objects.update(updated_at=long_ago, attempts=2)
    assert (resume_exports(), many) == (1, [job.pk, job.pk])
    ExportJob.objects.update(updated_at=long_ago, attempts=3)
    resume_exports()
    job.refresh_from_db()
    assert (job.state, len(many)) == (ExportState.FAILED, 2)


def test_a_file_is_cleared_away_after_a_week_and_remembered(organization, actor):
    job = create_export(actor=actor, organization=organization, module="accounts", values={})
    assert clear_exports() == 0
    ExportJob.objects.update(updated_at=timezone.now() - timedelta(days=8))
    assert clear_exports() == 1
    job.refresh_from_db()
    assert (job.state, ExportPart.objects.count()) == (ExportState.CLEARED, 0)
