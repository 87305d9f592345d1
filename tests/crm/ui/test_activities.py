"""Activities, the timeline, files and one's own work, as pages."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from crm.access import access
from crm.choices import Module
from crm.models import Activity, Attachment, ModuleRight
from crm.selectors.timeline import KINDS, timeline
from crm.services.accounts import update_account
from crm.services.activities import complete_activity, create_activity
from crm.services.attachments import attach_to_record
from crm.services.deal_contacts import set_contact_roles
from crm.services.deals import update_deal
from crm.ui.modules import PAGES
from finsuite.kernel import panels
from finsuite.kernel.actors import Actor
from tests import factories

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def acme(organization):
    return factories.account(organization, name="Acme")


def about(record, module="accounts"):
    return {"module": module, "record_id": record.pk}


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def attached(organization, actor, record, name="offer.pdf", module="accounts"):
    return attach_to_record(
        actor=actor, organization=organization, file=ContentFile(b"%PDF-1.7", name), **about(record, module)
    )


def sources(page):
    return [item.source for item in page.items]


# The timeline -----------------------------------------------------------------------------------------------------


def test_the_timeline_merges_all_that_happened_newest_first(organization, actor, admin, acme):
    factories.activity(organization, "note", body="They like blue", actor=actor, **about(acme))
    attached(organization, actor, acme)
    update_account(actor=actor, account=acme, values={"phone": "1"})
    found = timeline(access(admin, organization.pk), acme, Module.ACCOUNTS)
    assert sources(found) == ["history", "file", "activity", "history"]
    assert found.next == ""


def test_stages_of_a_deal_are_told_too(organization, actor, admin):
    deal = factories.deal(organization)
    won = factories.stage(organization, deal.pipeline.stages.get(category="won").name)
    update_deal(actor=actor, deal=deal, values={"stage_id": won.pk})
    found = timeline(access(admin, organization.pk), deal, Module.DEALS, kinds=["stage"])
    assert [item.subject.to_name for item in found.items] == [won.name, deal.stage.name]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_filtered_by_kind(organization, actor, admin, kind):
    deal = factories.deal(organization)
    place = about(deal, "deals")
    for made in ("note", "call", "task", "meeting"):
        factories.activity(organization, made, **place, **({"starts_at": timezone.now()} if made == "meeting" else {}))
    attached(organization, actor, deal, module="deals")
    found = timeline(access(admin, organization.pk), deal, Module.DEALS, kinds=[kind])
    told = {item.subject.kind if item.source == "activity" else item.source for item in found.items}
    assert told == {kind}
    assert len(found.items) == 1


def test_pages_follow_one_another_without_gap_or_repetition(organization, actor, admin, acme):
    for number in range(30):
        factories.activity(organization, subject=f"Task {number}", **about(acme))
        attached(organization, actor, acme, name=f"{number}.pdf")
    seen, cursor = [], ""
    allowed = access(admin, organization.pk)
    for _page in range(4):
        page = timeline(allowed, acme, Module.ACCOUNTS, cursor=cursor)
        seen += [(item.at, item.source, item.id) for item in page.items]
        cursor = page.next
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 61  # and its own creation
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("cursor", ["nonsense", "AAAA", "MjAyNi0xMS0yMXxmaWxlfDE", "%00"])
def test_a_cursor_that_is_none_shows_the_beginning(organization, admin, acme, cursor):
    assert len(timeline(access(admin, organization.pk), acme, Module.ACCOUNTS, cursor=cursor).items) == 1


def test_an_account_tells_of_its_contacts_and_deals_on_request(organization, actor, admin, acme):
    martin = factories.contact(organization, account_id=acme.pk)
    deal = factories.deal(organization, account_id=acme.pk)
    factories.contact(organization, last_name="Else")
    factories.activity(organization, **about(martin, "contacts"))
    attached(organization, actor, deal, module="deals")
    allowed = access(admin, organization.pk)
    assert sources(timeline(allowed, acme, Module.ACCOUNTS)) == ["history"]
    both = timeline(allowed, acme, Module.ACCOUNTS, related=(Module.CONTACTS, Module.DEALS))
    assert sorted(sources(both)) == ["activity", "file", "history", "history", "history", "stage"]
    one = timeline(allowed, acme, Module.ACCOUNTS, related=(Module.CONTACTS,))
    assert sorted(sources(one)) == ["activity", "history", "history"]


@pytest.mark.parametrize("count", [1, 25])
def test_a_page_of_it_takes_the_same_statements_whatever_its_length(
    organization, actor, admin, acme, django_assert_num_queries, count
):
    allowed = access(admin, organization.pk)
    martin = factories.contact(organization)
    for number in range(count):
        further = [{"module": "contacts", "id": martin.pk}]
        factories.activity(
            organization, "call", subject=str(number), members=[admin.pk], records=further, **about(acme)
        )
        attached(organization, actor, acme, name=f"{number}.pdf")
        update_account(actor=actor, account=acme, values={"phone": str(number)})
    # which, pinned; activities, their further records, participants, people, accounts, contacts; files; history
    with django_assert_num_queries(10):
        timeline(allowed, acme, Module.ACCOUNTS)


def test_a_pinned_note_stays_on_top_of_the_first_page(organization, admin, acme):
    pinned = factories.activity(organization, "note", body="Mind the step", is_pinned=True, **about(acme))
    for number in range(30):
        factories.activity(organization, subject=str(number), **about(acme))
    allowed = access(admin, organization.pk)
    first = timeline(allowed, acme, Module.ACCOUNTS)
    assert [item.id for item in first.pinned] == [pinned.pk]
    second = timeline(allowed, acme, Module.ACCOUNTS, cursor=first.next)
    assert (second.pinned, len(first.items) + len(second.items)) == ([], 31)  # the record's creation among them
    assert timeline(allowed, acme, Module.ACCOUNTS, kinds=["file"]).pinned == []


def test_a_move_to_another_stage_is_told_once(organization, actor, admin):
    deal = factories.deal(organization)
    allowed = access(admin, organization.pk)
    won = factories.stage(organization, "Value proposition")
    deal = update_deal(actor=actor, deal=deal, values={"stage_id": won.pk})
    assert sources(timeline(allowed, deal, Module.DEALS)) == ["stage", "history", "stage"]
    assert sources(timeline(allowed, deal, Module.DEALS, kinds=["history"])) == ["history", "history"]
    update_deal(
        actor=actor, deal=deal, values={"stage_id": factories.stage(organization, "Qualification").pk, "next_step": "x"}
    )
    found = timeline(allowed, deal, Module.DEALS).items
    assert sorted(item.source for item in found[:2]) == ["history", "stage"]
    [told] = [item.subject for item in found[:2] if item.source == "history"]
    assert [change.label for change in told.details] == ["Next step"]


# Pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("singular", [pages.singular for pages in PAGES.values()])
def test_every_module_has_the_tabs(client, at, organization, singular):
    record = getattr(factories, singular)(organization)
    for tab, words in (("activity", "Timeline"), ("files", "Drop files here")):
        answer = client.get(at(f"{singular}s/{record.pk}/{tab}"))
        assert answer.status_code == 200
        assert words in text(answer)


def test_the_statements_of_the_tabs_are_on_record(
    client, at, organization, actor, acme, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(panels, "_slots", defaultdict(list))
    for number in range(3):
        factories.activity(organization, subject=str(number), actor=actor, **about(acme))
        attached(organization, actor, acme, name=f"{number}.pdf")
    client.get(at(f"accounts/{acme.pk}/activity"))
    with django_assert_num_queries(STATEMENTS["activity"]):
        client.get(at(f"accounts/{acme.pk}/activity"))
    with django_assert_num_queries(STATEMENTS["files"]):
        client.get(at(f"accounts/{acme.pk}/files"))
    with django_assert_num_queries(STATEMENTS["work"]):
        client.get(at("work"))


STATEMENTS = {"activity": 18, "files": 11, "work": 17}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("note", {"body": "They like blue", "is_pinned": "on"}),
        ("call", {"subject": "Prices", "is_done": "on", "call_outcome": "connected", "priority": "normal"}),
        ("task", {"subject": "Offer", "due_on": "2026-12-01", "due_time": "09:30", "priority": "high"}),
        ("meeting", {"subject": "Visit", "starts_at": "2026-12-01T09:30", "minutes": "45", "priority": "normal"}),
    ],
)
def test_each_kind_is_noted_on_the_page(client, at, organization, acme, kind, values):
    form = client.get(at(f"activities/composer?kind={kind}&module=accounts&record_id={acme.pk}"), headers=HTMX)
    assert f'name="kind" value="{kind}"' in form.content.decode()
    answer = client.post(at("activities/new"), {"kind": kind, **about(acme), **values}, headers=HTMX)
    assert answer.headers["HX-Redirect"] == at(f"accounts/{acme.pk}/activity")
    made = Activity.objects.get()
    assert (made.kind, made.record_id) == (kind, acme.pk)
    shown = text(client.get(at(f"accounts/{acme.pk}/activity")))
    assert next(iter(values.values())) in shown
    edited = client.get(at(f"activities/{made.pk}/edit"))
    assert edited.status_code == 200


def test_a_form_that_is_opened_by_itself_leads_to_its_place(client, at, acme):
    page = client.get(at(f"activities/composer?kind=call&module=accounts&record_id={acme.pk}"), follow=True)
    assert page.redirect_chain == [(at(f"accounts/{acme.pk}/activity?compose=call#composer"), 302)]
    assert 'name="kind" value="call"' in page.content.decode()
    page = client.get(at("activities/composer?kind=meeting"), follow=True)
    assert page.redirect_chain == [(at("work?compose=meeting#composer"), 302)]
    assert 'name="kind" value="meeting"' in page.content.decode()


def test_a_form_that_is_sent_twice_notes_once(client, at, acme):
    page = client.get(at(f"activities/composer?kind=note&module=accounts&record_id={acme.pk}"), headers=HTMX)
    page = page.content.decode()
    key = re.search(r'name="once" value="(\w+)"', page).group(1)
    sent = {"kind": "note", "body": "Twice", "once": key, **about(acme)}
    refused = client.post(at("activities/new"), {**sent, "body": ""}, headers=HTMX)
    assert refused.status_code == 422  # what was refused has not been noted: the same form may come again
    places = [client.post(at("activities/new"), sent, headers=HTMX).headers["HX-Redirect"] for _time in range(2)]
    assert places == [at(f"accounts/{acme.pk}/activity")] * 2
    assert Activity.objects.count() == 1
    client.post(at("activities/new"), {**sent, "once": "another"}, headers=HTMX)
    assert Activity.objects.count() == 2


def test_what_is_refused_comes_back_in_the_form(client, at, acme):
    answer = client.post(at("activities/new"), {"kind": "task", "priority": "low", **about(acme)}, headers=HTMX)
    assert answer.status_code == 422
    assert "Subject is required." in text(answer)
    assert Activity.objects.count() == 0


def test_an_activity_is_completed_edited_deleted_and_taken_back(client, at, organization, actor, acme):
    task = factories.activity(organization, actor=actor, due_on=date(2020, 1, 1), **about(acme))
    assert "Overdue" in text(client.get(at(f"accounts/{acme.pk}/activity")))
    done = client.post(at(f"activities/{task.pk}/move"), headers=HTMX)
    assert "Done" in text(done)
    assert "<html" not in done.content.decode()
    client.post(at(f"activities/{task.pk}/move"))
    client.post(at(f"activities/{task.pk}/edit"), {"subject": "Write", "owner_id": "", "priority": "low"})
    task.refresh_from_db()
    assert (task.subject, task.status, task.owner_id, task.due_on) == ("Write", "open", None, None)
    gone = client.post(at(f"activities/{task.pk}/delete"), headers=HTMX)
    action = json.loads(gone.headers["HX-Trigger"])["toasts"][0]["action"]
    assert "Write" not in text(client.get(at(f"accounts/{acme.pk}/activity?kind=task")))
    back = client.post(action["url"], headers=HTMX)
    assert back.headers["HX-Refresh"] == "true"
    assert "Write" in text(client.get(at(f"accounts/{acme.pk}/activity?kind=task")))


def test_a_reader_sees_the_timeline_and_no_buttons(browse, reader, at, organization, acme):
    task = factories.activity(organization, **about(acme))
    file = attached(organization, factories.SYSTEM, acme)
    client = browse(reader)
    page = client.get(at(f"accounts/{acme.pk}/activity")).content.decode()
    assert "Call back" in page
    assert "composer__form" not in page
    assert "hx-post" not in page
    assert client.get(at(f"activities/{task.pk}/edit")).status_code == 403
    assert client.post(at(f"files/{file.pk}/delete")).status_code == 403
    assert client.get(at(f"files/{file.pk}")).status_code == 200
    assert "hx-post" not in client.get(at(f"accounts/{acme.pk}/files")).content.decode()


def test_an_edit_leads_nowhere_else(client, at, organization, actor, acme):
    task = factories.activity(organization, actor=actor, **about(acme))
    for place in ("//evil.example", "https://evil.example", "javascript:alert(1)", "/\\evil.example"):
        answer = client.post(at(f"activities/{task.pk}/edit"), {"subject": "x", "priority": "low", "next": place})
        assert answer.headers["Location"] == at(f"accounts/{acme.pk}/activity")


def test_my_work_is_what_is_mine_and_open(client, at, organization, actor, admin, standard, acme):
    today = timezone.localdate(timezone=ZoneInfo(admin.time_zone))
    factories.activity(organization, actor=actor, subject="Late", due_on=today - timedelta(days=1), **about(acme))
    factories.activity(organization, actor=actor, subject="Now", due_on=today)
    done = factories.activity(organization, actor=actor, subject="Finished")
    complete_activity(actor=actor, activity=done)
    factories.activity(organization, actor=Actor.person(standard), subject="Theirs")
    shown = text(client.get(at("work")))
    assert re.search(r"Overdue 1 .*Late.*Acme.*Today 1 .*Now", shown)
    assert "Finished" not in shown
    assert "Theirs" not in shown
    assert "Nothing to do" in text(client.get(at("work?kind=call")))


def test_files_are_uploaded_several_at_once_and_served_to_be_saved(client, at, organization, acme):
    files = [SimpleUploadedFile("a.txt", b"a"), SimpleUploadedFile("empty.txt", b""), SimpleUploadedFile("b.txt", b"b")]
    answer = client.post(at("files/upload"), {"file": files, **about(acme)}, follow=True)
    assert "2 files are uploaded." in text(answer)
    assert "empty.txt: This file is empty." in text(answer)
    file = Attachment.objects.get(name="a.txt")
    served = client.get(at(f"files/{file.pk}"))
    assert b"".join(served.streaming_content) == b"a"
    assert served.headers["Content-Disposition"] == 'attachment; filename="a.txt"'
    assert client.get(at(f"files/{file.pk}/preview")).status_code == 404
    gone = client.post(at(f"files/{file.pk}/delete"), headers=HTMX)
    client.post(json.loads(gone.headers["HX-Trigger"])["toasts"][0]["action"]["url"], headers=HTMX)
    assert client.get(at(f"files/{file.pk}")).status_code == 200


# Who takes part, and files ----------------------------------------------------------------------------------------


def test_contacts_of_the_account_are_offered_for_a_meeting_and_others_are_found(client, at, organization, acme):
    near = factories.contact(organization, "Martin", account_id=acme.pk)
    far = factories.contact(organization, "Lefèvre", first_name="Zoé")
    form = client.get(at("activities/composer"), {"kind": "meeting", **about(acme)}, headers=HTMX).content.decode()
    assert f'name="contacts" value="{near.pk}"' in form
    assert f'value="{far.pk}"' not in form
    sent = {"kind": "meeting", **about(acme), "subject": "Visit", "starts_at": "2026-12-01T10:00", "priority": "normal"}
    client.post(at("activities/new"), {**sent, "contacts": [near.pk], "contacts-typed": "zoe"})
    meeting = Activity.objects.get()
    assert {one.contact_id for one in meeting.participants.all()} == {near.pk, far.pk}
    assert "with Martin, Zoé Lefèvre" in text(client.get(at(f"accounts/{acme.pk}/activity")))
    edit = at(f"activities/{meeting.pk}/edit")
    page = client.get(edit).content.decode()
    assert f'name="contacts" value="{far.pk}" id="id_contacts-{far.pk}" checked' in page
    client.post(edit, {**sent, "contacts": [far.pk]})
    assert {one.contact_id for one in meeting.participants.all()} == {far.pk}


def test_a_deals_contacts_and_those_of_its_account_are_offered(client, at, organization, actor, acme):
    own = factories.contact(organization, "Own")
    of_account = factories.contact(organization, "Ofaccount", account_id=acme.pk)
    deal = factories.deal(organization, name="Sale", account_id=acme.pk)
    set_contact_roles(actor=actor, deal=deal, roles=[{"contact_id": own.pk, "role": "Decides"}], version=None)
    form = client.get(at("activities/composer"), {"kind": "call", **about(deal, "deals")}, headers=HTMX)
    assert re.findall(r'name="contacts" value="(\d+)"', form.content.decode()) == [str(of_account.pk), str(own.pk)]


def test_a_contact_out_of_sight_is_neither_offered_nor_lost(browse, at, organization, standard, actor, acme):
    hidden = factories.contact(organization, "Hidden", account_id=acme.pk)
    call = create_activity(
        actor=actor,
        organization=organization,
        values={"kind": "call", **about(acme), "subject": "Prices", "contacts": [hidden.pk]},
    )
    ModuleRight.objects.filter(profile__memberships__user=standard, module="contacts").update(level=0)
    client, edit = browse(standard), at(f"activities/{call.pk}/edit")
    assert "Hidden" not in client.get(edit).content.decode()
    client.post(edit, {"subject": "Prices again", "priority": "normal"})
    call.refresh_from_db()
    assert (call.subject, [one.contact_id for one in call.participants.all()]) == ("Prices again", [hidden.pk])


def test_files_come_with_a_note_or_not_at_all(client, at, acme, settings):
    sent = {"kind": "note", **about(acme)}
    files = [SimpleUploadedFile("offer.txt", b"ten percent"), SimpleUploadedFile("plan.txt", b"a plan")]
    assert client.post(at("activities/new"), {**sent, "body": "See the offer", "file": files}).status_code == 302
    note = Activity.objects.get()
    assert sorted(Attachment.objects.filter(activity=note).values_list("name", flat=True)) == ["offer.txt", "plan.txt"]
    page = client.get(at(f"activities/{note.pk}/edit")).content.decode()
    assert "offer.txt" in page

    settings.ATTACHMENTS = {**settings.ATTACHMENTS, "MOST_FILES": 3}
    more = [SimpleUploadedFile("third.txt", b"3"), SimpleUploadedFile("fourth.txt", b"4")]
    stored = sorted(path.name for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())
    refused = client.post(at("activities/new"), {**sent, "body": "Too many", "file": more})
    assert (refused.status_code, "has 3 files already" in refused.content.decode()) == (422, True)
    assert (Activity.objects.count(), Attachment.objects.count()) == (1, 2)
    assert sorted(path.name for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()) == stored
    third = {"body": "See the offer", "file": [SimpleUploadedFile("third.txt", b"3")]}
    assert client.post(at(f"activities/{note.pk}/edit"), third).status_code == 302
    assert Attachment.objects.filter(activity=note).count() == 3
