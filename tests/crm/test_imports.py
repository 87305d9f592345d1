"""From file to undo, without a page: what an import does to the records, and what it never does."""

from __future__ import annotations

import pytest

from audit.models import Entry
from crm.models import Account, Contact, ImportJob, ImportPart, ImportRow, Organization
from crm.services import accounts, contacts, import_check, import_run, import_undo, imports
from crm.services.import_fields import Table
from crm.services.import_words import row_problem
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, NotPermitted, Refused
from finsuite.kernel.imports.words import file_fault
from tests import factories
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return factories.user("admin@example.com", first_name="Anne", last_name="Aubert")


@pytest.fixture
def organization(admin: User) -> Organization:
    return factories.crm_organization(admin)


@pytest.fixture
def actor(admin: User) -> Actor:
    return Actor.person(admin)


def upload(actor: Actor, organization: Organization, text: str | bytes, module: str = "accounts") -> ImportJob:
    data = text.encode() if isinstance(text, str) else text
    return imports.create_import(
        actor=actor, organization=organization, module=module, file_name="file.csv", chunks=[data]
    )


def checked(actor: Actor, job: ImportJob, **choices: object) -> ImportJob:
    if choices:
        job = imports.choose(actor=actor, job=job, values=choices)
    imports.start_check(actor=actor, job=job)
    import_check.check(job.pk)
    job.refresh_from_db()
    return job


def ran(actor: Actor, job: ImportJob) -> ImportJob:
    imports.start_run(actor=actor, job=job)
    while import_run.run_batch(job.pk):
        pass
    job.refresh_from_db()
    return job


def undone(actor: Actor, job: ImportJob) -> ImportJob:
    imports.start_undo(actor=actor, job=job)
    while import_undo.undo_batch(job.pk):
        pass
    job.refresh_from_db()
    return job


def outcomes(job: ImportJob) -> list[tuple[int, str]]:
    return list(job.rows.order_by("line", "module").values_list("line", "outcome"))


def problems(job: ImportJob) -> dict[int, list[str]]:
    return {
        row.line: [row_problem(Table(row.module), problem) for problem in row.problems]
        for row in job.rows.order_by("line")
        if row.problems
    }


def test_a_file_is_read_mapped_and_proposed(actor: Actor, organization: Organization) -> None:
    text = "Nom du compte;Ville de facturation;Téléphone;Effectif;Fantaisie\r\nÉlan;Besançon;04;12;x\r\n"
    job = upload(actor, organization, text.encode("cp1252"))
    assert (job.state, job.encoding, job.delimiter, job.match_by) == ("draft", "cp1252", ";", "name")
    assert job.mapping == {"0": "name", "1": "billing_city", "2": "phone", "3": "employees"}


def test_the_dry_run_tells_every_row_and_writes_nothing(actor: Actor, organization: Organization) -> None:
    factories.account(organization, "Acme", phone="01", industry="Steel")
    factories.account(organization, "Same", phone="02")
    before = Entry.objects.count()
    job = checked(
        actor,
        upload(
            actor, organization, "Account Name,Phone,Employees\nACME ,99,\nNew,1,5\nSame,02,\nBad,3,many\nnew,4,\nx,y\n"
        ),
    )
    assert outcomes(job) == [
        (2, "update"),
        (3, "create"),
        (4, "unchanged"),
        (5, "refuse"),
        (6, "refuse"),
        (7, "refuse"),
    ]
    assert job.counts == {"rows": 6, "update": 1, "create": 1, "unchanged": 1, "refuse": 3}
    assert problems(job) == {
        5: ["Employees: “many” is not a whole number."],
        6: ["The same record is already on line 3."],
        7: ["The row has 2 cells, the header has 3."],
    }
    changes = job.rows.get(line=2).changes
    assert changes == {"name": {"before": "Acme", "after": "ACME"}, "phone": {"before": "01", "after": "99"}}
    assert Account.objects.count() == 2
    assert Entry.objects.count() == before + 1  # the upload


def test_the_run_does_what_was_shown_and_importing_again_writes_nothing(
    actor: Actor, organization: Organization
) -> None:
    acme = factories.account(organization, "Acme", phone="01", industry="Steel")
    text = "Account Name,Phone,Tags\nAcme,99,\nNew,1,b;a\n"
    job = ran(actor, checked(actor, upload(actor, organization, text)))
    assert job.state == "done"
    assert job.results == {"created": 1, "updated": 1, "unchanged": 0, "skipped": 0, "refused": 0}
    acme.refresh_from_db()
    assert (acme.phone, acme.industry) == ("99", "Steel")
    assert Account.objects.get(name="New").tags == ["b", "a"]
    entry = Entry.objects.get(verb="updated", kind="crm.account")
    assert (entry.via, entry.actor_label, entry.before, entry.after) == (
        "import",
        "Anne Aubert",
        {"phone": "01"},
        {"phone": "99"},
    )

    version = Account.objects.order_by("pk").values_list("updated_at", flat=True)
    before, entries = list(version), Entry.objects.filter(kind="crm.account").count()
    again = checked(actor, upload(actor, organization, text))
    assert again.counts == {"rows": 2, "unchanged": 2}
    with pytest.raises(Refused):
        imports.start_run(actor=actor, job=again)
    assert list(version) == before
    assert Entry.objects.filter(kind="crm.account").count() == entries


def test_contacts_find_their_account_or_have_it_created(actor: Actor, organization: Organization) -> None:
    acme = factories.account(organization, "Acme")
    factories.account(organization, "Twin")
    factories.account(organization, "twin ")
    text = (
        "First Name,Last Name,Email,Account Name\n"
        "Ada,Lovelace,ada@x.fr,ACME\nBob,B,bob@x.fr,Novum\nCy,C,cy@x.fr,novum\nDi,D,di@x.fr,Twin\nEd,E,ed@x.fr,\n"
    )
    job = checked(actor, upload(actor, organization, text, "contacts"))
    assert problems(job) == {
        3: ["Account: there is no account named “Novum”."],
        4: ["Account: there is no account named “novum”."],
        5: ["Account: 2 accounts are named “Twin”. Merge or rename them first."],
    }
    job = checked(actor, job, create_accounts=True)
    assert job.counts == {"rows": 5, "create": 4, "refuse": 1, "accounts": 1}
    job = ran(actor, job)
    assert job.results == {"created": 4, "accounts": 1, "unchanged": 0, "skipped": 0, "refused": 1}
    assert dict(Contact.objects.values_list("last_name", "account__name")) == {
        "Lovelace": "Acme",
        "B": "Novum",
        "C": "Novum",
        "E": None,
    }
    assert Contact.objects.get(last_name="Lovelace").account == acme

    job = undone(actor, job)
    assert job.undo_counts == {"reversed": 5}
    assert Contact.objects.count() == 0
    assert sorted(Account.objects.values_list("name", flat=True)) == ["Acme", "Twin", "twin"]


def test_rows_without_the_key_are_recognised_by_name(actor: Actor, organization: Organization) -> None:
    text = "First Name,Last Name,Email,Phone\nJean,Petit,,1\nJean,Petit,jean@x.fr,2\n"
    job = ran(actor, checked(actor, upload(actor, organization, text, "contacts")))
    assert job.results["created"] == 2
    again = checked(actor, upload(actor, organization, text, "contacts"))
    assert again.counts == {"rows": 2, "unchanged": 2}


def test_what_changed_since_the_dry_run_is_refused_not_done_unseen(actor: Actor, organization: Organization) -> None:
    one = factories.account(organization, "One", phone="1")
    two = factories.account(organization, "Two", phone="2")
    three = factories.account(organization, "Three", phone="3")
    text = "Name,Phone\nOne,10\nTwo,20\nThree,30\nFour,40\nFive,50\nSix,60\n"
    job = checked(actor, upload(actor, organization, text))
    accounts.update_account(actor=actor, account=one, values={"phone": "changed"})
    accounts.update_account(actor=actor, account=two, values={"phone": "20"})
    accounts.delete_account(actor=actor, account=three)
    factories.account(organization, "Four", phone="other")
    factories.account(organization, "Five", phone="50")
    job = ran(actor, job)
    assert {row.line: row.result for row in job.rows.all()} == {
        2: "refused",
        3: "unchanged",
        4: "refused",
        5: "refused",
        6: "unchanged",
        7: "created",
    }
    assert problems(job) == {
        2: ["Since the dry run this record has changed. Check the file again."],
        4: ["Since the dry run this record has disappeared. Check the file again."],
        5: ["Since the dry run this record has appeared. Check the file again."],
    }
    assert dict(Account.objects.values_list("name", "phone")) == {
        "One": "changed",
        "Two": "20",
        "Four": "other",
        "Five": "50",
        "Six": "60",
    }


def test_undo_keeps_what_people_changed_since_field_by_field(actor: Actor, organization: Organization) -> None:
    old = factories.account(organization, "Old", phone="1", fax="1", industry="Steel")
    same = factories.account(organization, "Same", phone="1")
    text = "Name,Phone,Fax\nOld,2,2\nSame,2,\nTouched,3,\nUsed,4,\nGone,5,\nFresh,6,\n"
    job = ran(actor, checked(actor, upload(actor, organization, text)))
    accounts.update_account(actor=actor, account=Account.objects.get(pk=old.pk), values={"fax": "9"})
    accounts.update_account(actor=actor, account=Account.objects.get(pk=same.pk), values={"phone": "7"})
    accounts.update_account(actor=actor, account=Account.objects.get(name="Touched"), values={"fax": "9"})
    accounts.delete_account(actor=actor, account=Account.objects.get(name="Gone"))
    contacts.create_contact(
        actor=actor,
        organization=organization,
        values={"last_name": "X", "account_id": Account.objects.get(name="Used").pk},
    )
    job = undone(actor, job)
    assert {row.label: row.undo for row in job.rows.all()} == {
        "Old": "reversed",
        "Same": "kept",
        "Touched": "kept",
        "Used": "kept",
        "Gone": "reversed",
        "Fresh": "reversed",
    }
    assert [
        row_problem(Table("accounts"), problem) for row in job.rows.order_by("line") for problem in row.undo_problems
    ] == [
        "Fax: changed since the import.",
        "Phone: changed since the import.",
        "changed since the import.",
        "other records belong to it now.",
        "The record has been deleted since.",
    ]
    assert list(Account.objects.order_by("name").values_list("name", "phone", "fax")) == [
        ("Old", "1", "9"),
        ("Same", "7", ""),
        ("Touched", "3", "9"),
        ("Used", "4", ""),
    ]
    assert job.undo_counts == {"reversed": 3, "kept": 3}
    assert set(Entry.objects.filter(verb="deleted", via="import").values_list("record_label", flat=True)) == {"Fresh"}


def test_parents_may_stand_below_their_children(actor: Actor, organization: Organization) -> None:
    text = "Name,Parent Account\nLeaf,Branch\nBranch,Trunk\nTrunk,\nRing A,Ring B\nRing B,Ring A\nOrphan,Nobody\n"
    job = checked(actor, upload(actor, organization, text))
    assert problems(job) == {
        5: ["Parent account: the account would hang on itself."],
        6: ["Parent account: the account would hang on itself."],
        7: ["Parent account: there is no account named “Nobody”."],
    }
    ran(actor, job)
    assert dict(Account.objects.values_list("name", "parent__name")) == {
        "Leaf": "Branch",
        "Branch": "Trunk",
        "Trunk": None,
    }
    assert undone(actor, job).undo_counts == {"reversed": 3}
    assert Account.objects.count() == 0


@pytest.mark.parametrize("match_by", ["account_number", "website", "tax_number"])
def test_accounts_are_recognised_by_other_keys(actor: Actor, organization: Organization, match_by: str) -> None:
    known = {"account_number": "A-7", "website": "https://www.acme.fr/", "tax_number": "FR12"}
    acme = factories.account(organization, "Acme", **known)
    text = "name,account_number,website,tax_number\nAcme & Co,a-7,acme.fr,fr12\n"
    job = ran(actor, checked(actor, upload(actor, organization, text), match_by=match_by))
    assert job.results["updated"] == 1
    acme.refresh_from_db()
    assert acme.name == "Acme & Co"


def test_existing_records_can_be_left_alone(actor: Actor, organization: Organization) -> None:
    factories.account(organization, "Acme", phone="1")
    job = checked(actor, upload(actor, organization, "Name,Phone\nAcme,2\nNew,3\n"), existing="skip")
    assert job.counts == {"rows": 2, "skip": 1, "create": 1}
    ran(actor, job)
    assert dict(Account.objects.values_list("name", "phone")) == {"Acme": "1", "New": "3"}


def test_blank_cells_keep_or_clear(actor: Actor, organization: Organization) -> None:
    factories.account(organization, "Acme", phone="1", tags=["a"], employees=3)
    text = "Name,Phone,Tags,Employees\nAcme,,,\n"
    job = checked(actor, upload(actor, organization, text))
    assert job.counts == {"rows": 1, "unchanged": 1}
    ran(actor, checked(actor, job, blanks="clear"))
    assert Account.objects.values_list("phone", "tags", "employees").get() == ("", [], None)


def test_owners_are_members_by_email_or_name(actor: Actor, organization: Organization, admin: User) -> None:
    text = "Name,Account Owner\nOne,ADMIN@example.com\nTwo,anne aubert\nThree,stranger@example.com\n"
    job = checked(actor, upload(actor, organization, text))
    assert problems(job) == {
        4: ["Owner: nobody in this organization has the e-mail address or name “stranger@example.com”."]
    }
    ran(actor, job)
    assert set(Account.objects.values_list("name", "owner_id")) == {("One", admin.pk), ("Two", admin.pk)}


def test_ambiguous_dates_are_asked_about(actor: Actor, organization: Organization) -> None:
    text = "Last Name,Birthdate\nA,03/04/1985\nB,05/06/1990\n"
    job = upload(actor, organization, text, "contacts")
    with pytest.raises(Refused) as refusal:
        imports.choose(actor=actor, job=job, values={})
    assert refusal.value.fields == {
        "formats.date_of_birth": ["“03/04/1985” in column “Birthdate” can be read in two ways. Say which one is meant."]
    }
    ran(actor, checked(actor, job, formats={"date_of_birth": "mdy"}))
    assert str(Contact.objects.get(last_name="A").date_of_birth) == "1985-03-04"


def test_one_telling_date_settles_the_column(actor: Actor, organization: Organization) -> None:
    text = "Last Name,Birthdate\nA,03/04/1985\nB,25/06/1990\n"
    job = imports.choose(actor=actor, job=upload(actor, organization, text, "contacts"), values={})
    assert job.formats == {"date_of_birth": "dmy"}


def test_the_last_mapping_is_remembered_for_the_same_headers(actor: Actor, organization: Organization) -> None:
    text = "Name,Odd\nOne,x\n"
    checked(actor, upload(actor, organization, text), mapping={"0": "name", "1": "industry"}, blanks="clear")
    again = upload(actor, organization, "name , ODD\nTwo,y\n")
    assert (again.mapping, again.blanks) == ({"0": "name", "1": "industry"}, "clear")


@pytest.mark.parametrize(
    ("choices", "fault"),
    [
        ({"mapping": {}}, {"mapping": ["A column has to fill “Account name”."]}),
        ({"mapping": {"0": "name", "1": "name"}}, {"mapping.1": ["Another column already fills this field."]}),
        ({"mapping": {"0": "name", "9": "phone"}}, {"mapping.9": ["The file has no such column."]}),
        ({"mapping": {"0": "name", "1": "organization"}}, {"mapping.1": ["There is no such field."]}),
        (
            {"match_by": "website"},
            {"match_by": ["Records are to be recognised by “Website”, but no column fills it."]},
        ),
        ({"existing": "destroy"}, {"existing": ["This choice is not known."]}),
        ({"state": "done"}, {"state": ["This field can't be written."]}),
    ],
)
def test_choices_that_make_no_sense_are_refused_by_name(
    actor: Actor, organization: Organization, choices: dict[str, object], fault: dict[str, list[str]]
) -> None:
    job = upload(actor, organization, "Name,Phone\nA,1\n")
    with pytest.raises(Refused) as refusal:
        imports.choose(actor=actor, job=job, values=choices)
    assert refusal.value.fields == fault
    job.refresh_from_db()
    assert job.mapping == {"0": "name", "1": "phone"}


def test_a_file_broken_further_down_stops_the_dry_run_with_its_line(actor: Actor, organization: Organization) -> None:
    text = "Name,Phone\n" + "".join(f"Acme {n},1\n" for n in range(1500)) + '"Open,1\nMore,2\n'
    job = checked(actor, upload(actor, organization, text))
    assert job.state == "broken"
    assert file_fault(job.fault).startswith("Line 1502: a quotation mark is opened")
    assert ImportRow.objects.count() == 0
    assert Account.objects.count() == 0


def test_undecodable_bytes_name_their_line_and_another_encoding_mends_it(
    actor: Actor, organization: Organization
) -> None:
    good = "".join(f"Société {n};Besançon\n" for n in range(50))
    job = upload(actor, organization, ("Nom;Ville\n" + good).encode() + "Café;Lyon\n".encode("cp1252"))
    assert job.encoding == "utf-8"
    job = checked(actor, job)
    assert (job.state, job.fault["line"]) == ("broken", 52)
    job = imports.change_reading(actor=actor, job=job, encoding="cp1252", delimiter=";")
    assert job.state == "draft"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04rest", "This is an Excel workbook or a ZIP archive. Save it as CSV"),
        (b"\x00\x01\x02\x03" * 100, "This is not text. Save it as CSV"),
    ],
)
def test_what_is_no_csv_is_refused_and_not_kept(
    actor: Actor, organization: Organization, data: bytes, sentence: str
) -> None:
    with pytest.raises(Refused) as refusal:
        upload(actor, organization, data)
    assert refusal.value.message.startswith(sentence)
    assert ImportJob.objects.count() == 0
    assert ImportPart.objects.count() == 0


def test_a_file_beyond_the_limit_is_refused_and_not_kept(actor: Actor, organization: Organization) -> None:
    megabyte = b"x" * 1024 * 1024
    with pytest.raises(Refused) as refusal:
        imports.create_import(
            actor=actor,
            organization=organization,
            module="accounts",
            file_name="big.csv",
            chunks=(megabyte for _ in range(51)),
        )
    assert refusal.value.message == "The file is larger than 50 MB. Split it and import the parts."
    assert ImportPart.objects.count() == 0


def test_more_rows_than_allowed_stop_the_dry_run(
    actor: Actor, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_check, "MOST_ROWS", 3)
    job = checked(actor, upload(actor, organization, "Name,Phone\n" + "A,1\n" * 4))
    assert (job.state, file_fault(job.fault)) == (
        "broken",
        "The file has more than 3 rows. Split it and import the parts.",
    )
    assert ImportRow.objects.count() == 0


def test_rights_are_asked_at_every_step(organization: Organization, actor: Actor) -> None:
    viewer = Actor.person(factories.crm_member(organization, "Read-only", "viewer@example.com"))
    with pytest.raises(NotPermitted):
        upload(viewer, organization, "Name,Phone\nA,1\n")
    job = checked(actor, upload(actor, organization, "Name,Phone\nA,1\n"))
    for step in (imports.start_check, imports.start_run, imports.start_undo, imports.delete_import):
        with pytest.raises(NotPermitted):
            step(actor=viewer, job=job)
    job.refresh_from_db()
    assert job.state == "checked"
    assert Account.objects.count() == 0


def test_steps_out_of_order_are_refused(actor: Actor, organization: Organization) -> None:
    job = upload(actor, organization, "Name,Phone\nA,1\n")
    with pytest.raises(Conflict):
        imports.start_run(actor=actor, job=job)
    with pytest.raises(Conflict):
        imports.start_undo(actor=actor, job=job)
    imports.start_check(actor=actor, job=job)
    with pytest.raises(Conflict):
        imports.choose(actor=actor, job=job, values={})
    with pytest.raises(Conflict):
        imports.delete_import(actor=actor, job=job)


def test_deleting_an_import_keeps_its_records(actor: Actor, organization: Organization) -> None:
    job = ran(actor, checked(actor, upload(actor, organization, "Name,Phone\nA,1\n")))
    imports.delete_import(actor=actor, job=job)
    assert (ImportJob.objects.count(), ImportPart.objects.count(), ImportRow.objects.count()) == (0, 0, 0)
    assert Account.objects.count() == 1
