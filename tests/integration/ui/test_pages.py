"""The pages of Setup > Finance Suite, as an administrator uses them, and their exact query counts."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm.models import Organization as CrmOrganization
from crm.services.accounts import create_account, update_account
from crm.services.contacts import create_contact
from finance.models import Customer
from finance.models import Organization as FinanceOrganization
from finance.services.customers import update_customer
from finance.services.zsc_keys import generate_key
from finsuite.kernel.actors import Actor
from integration.choices import ConnectionState, RunState
from integration.models import Conflict, Connection, Link, Run, SyncSetting, Unmatched
from integration.selectors.connections import setting_of
from integration.services import activation, connections, runs
from integration.services.settings import save_setting
from tests import factories
from users.models import User

pytestmark = pytest.mark.django_db(transaction=True)


class Scene:
    """A CRM with an administrator, a finance organization of theirs, and a signed-in browser."""

    def __init__(self) -> None:
        self.admin: User = factories.user("admin@example.com")
        self.crm: CrmOrganization = factories.crm_organization(self.admin)
        self.finance: FinanceOrganization = factories.finance_organization(self.admin, name="Livres")
        self.actor = Actor.person(self.admin)
        self.client = Client()
        self.client.force_login(self.admin)

    def connect(self) -> Connection:
        return connections.connect_own(actor=self.actor, organization=self.crm, finance_organization_id=self.finance.pk)

    def go_live(self) -> Connection:
        connection = activation.activate(actor=self.actor, connection=self.connect())
        self.sync(connection)
        return connection

    def sync(self, connection: Connection) -> Run:
        run = runs.start(actor=self.actor, setting=SyncSetting.objects.get(connection=connection))
        assert runs.continue_run(run.pk, seconds=60)
        run.refresh_from_db()
        return run

    def catch_up(self, connection: Connection) -> None:
        runs.sync_changes(setting_of(connection), seconds=10)

    def account(self, name: str, **values: Any) -> Any:
        return create_account(actor=self.actor, organization=self.crm, values={"name": name, **values})

    def url(self, name: str, **kwargs: Any) -> str:
        return reverse(f"integration:{name}", kwargs={"organization": self.crm.pk, **kwargs})

    def get(self, name: str, **kwargs: Any) -> Any:
        return self.client.get(self.url(name, **kwargs))

    def post(self, name: str, data: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        return self.client.post(self.url(name, **kwargs), data or {})


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_without_a_connection_the_page_invites_to_link_one(scene: Scene) -> None:
    page = scene.get("overview")
    assert page.status_code == 200
    assert scene.url("connect") in page.content.decode()


def test_from_ones_own_organization_to_customers(scene: Scene) -> None:
    account = scene.account("Étienne & Fils")
    create_contact(
        actor=scene.actor,
        organization=scene.crm,
        values={"first_name": "Zoé", "last_name": "Étienne", "account_id": account.pk},
    )
    answer = scene.client.post(scene.url("connect") + "?way=own", {"finance_organization": scene.finance.pk})
    connection = Connection.objects.get()
    assert answer.url == scene.url("checks", connection=connection.pk)
    assert scene.get("checks", connection=connection.pk).status_code == 200
    answer = scene.post("apps", {"apps": ["books"]}, connection=connection.pk)
    assert answer.url == scene.url("settings", connection=connection.pk)
    form = scene.get("settings", connection=connection.pk).context["form"]
    data = {name: getattr(value, "pk", value) for name, value in form.initial.items() if value not in (None, False)}
    answer = scene.post("settings", data, connection=connection.pk)
    assert answer.url == scene.url("review", connection=connection.pk)
    assert scene.get("review", connection=connection.pk).status_code == 200
    preview = Run.objects.get()
    assert runs.continue_run(preview.pk, seconds=60)
    page = scene.get("review", connection=connection.pk).content.decode()
    assert "Étienne &amp; Fils" in page
    assert not Customer.objects.exists()
    answer = scene.post("start", connection=connection.pk, run=preview.pk)
    started = Run.objects.exclude(pk=preview.pk).get()
    assert answer.url == scene.url("run", connection=connection.pk, run=started.pk)
    assert runs.continue_run(started.pk, seconds=60)
    started.refresh_from_db()
    assert started.state == RunState.FINISHED
    customer = Customer.objects.get()
    assert customer.display_name == "Étienne & Fils"
    assert customer.contact_persons.get().full_name == "Zoé Étienne"


def test_a_zsc_key_leads_to_its_owners_organizations_and_is_not_kept(scene: Scene) -> None:
    owner = factories.user("owner@example.com")
    theirs = factories.finance_organization(owner, name="Maison Owner")
    made = generate_key(actor=Actor.person(owner), organization=theirs, app="books")
    answer = scene.client.post(scene.url("connect") + "?way=key", {"email": "owner@example.com", "key": made.secret})
    assert answer.url == scene.url("choose")
    assert made.secret not in str(dict(scene.client.session))
    page = scene.get("choose").content.decode()
    assert "Maison Owner" in page
    assert made.secret not in page
    scene.post("choose", {"finance_organization": theirs.pk})
    assert Connection.objects.get().zsc_key == made.key


def test_a_wrong_key_says_the_same_as_a_wrong_e_mail(scene: Scene) -> None:
    owner = factories.user("owner@example.com")
    theirs = factories.finance_organization(owner)
    made = generate_key(actor=Actor.person(owner), organization=theirs, app="books")
    said = []
    for data in (
        {"email": "owner@example.com", "key": "zsc_wrong"},
        {"email": "other@example.com", "key": made.secret},
    ):
        answer = scene.client.post(scene.url("connect") + "?way=key", data)
        assert answer.status_code == 422
        said.append(answer.context["form"].errors)
    assert said[0] == said[1]
    assert not Connection.objects.exists()


def test_choosing_without_a_verified_key_leads_back(scene: Scene) -> None:
    assert scene.get("choose").url == scene.url("connect")


def test_different_currencies_stop_at_the_checks_with_both_remedies(scene: Scene) -> None:
    other = factories.finance_organization(scene.admin, name="Dollars", base_currency="USD")
    connection = connections.connect_own(actor=scene.actor, organization=scene.crm, finance_organization_id=other.pk)
    page = scene.get("checks", connection=connection.pk)
    (stop,) = page.context["stop"]
    text = page.content.decode()
    assert all(remedy in text for remedy in stop.remedies)
    assert scene.url("apps", connection=connection.pk) + '"' not in text.split('class="form__actions"')[1]


def test_a_conflict_waits_in_the_inbox_and_is_settled_there(scene: Scene) -> None:
    account = scene.account("Moreau", phone="01")
    connection = scene.go_live()
    customer = Customer.objects.get()
    update_account(actor=scene.actor, account=account, values={"phone": "02"})
    update_customer(actor=scene.actor, customer=customer, values={"billing_phone": "03"})
    scene.catch_up(connection)
    conflict = Conflict.objects.get(state="open")
    page = scene.get("conflicts", connection=connection.pk).content.decode()
    assert ">02<" in page
    assert ">03<" in page
    scene.post("resolve", {"keep": "finance"}, connection=connection.pk, conflict=conflict.pk)
    account.refresh_from_db()
    assert account.phone == "03"
    assert not Conflict.objects.filter(state="open").exists()


def test_a_choice_made_from_old_values_settles_nothing(scene: Scene) -> None:
    account = scene.account("Moreau", phone="01")
    connection = scene.go_live()
    update_account(actor=scene.actor, account=account, values={"phone": "02"})
    update_customer(actor=scene.actor, customer=Customer.objects.get(), values={"billing_phone": "03"})
    scene.catch_up(connection)
    conflict = Conflict.objects.get(state="open")
    (shown,) = scene.get("conflicts", connection=connection.pk).context["conflicts"]
    account.refresh_from_db()
    update_account(actor=scene.actor, account=account, values={"phone": "04"})
    scene.catch_up(connection)
    answer = scene.post(
        "resolve", {"keep": "finance", "version": shown["version"]}, connection=connection.pk, conflict=conflict.pk
    )
    assert answer.status_code == 409
    account.refresh_from_db()
    assert account.phone == "04"
    assert Conflict.objects.get(state="open").resolution == {}


def test_the_number_of_decisions_is_that_of_the_list(scene: Scene) -> None:
    scene.account("Moreau")
    factories.customer(scene.finance, "Moreau", currency="EUR")
    connection = scene.go_live()
    assert Unmatched.objects.filter(reason="skipped").count() == 2
    page = scene.get("decisions", connection=connection.pk)
    assert len(page.context["rows"]) == page.context["facts"].undecided == 1


def test_a_pair_is_found_by_name_and_taken_apart(scene: Scene) -> None:
    account = scene.account("Moreau", phone="01")
    scene.account("Petit")
    connection = scene.go_live()
    found = scene.client.get(scene.url("links", connection=connection.pk) + "?q=moreau").context["rows"]
    assert [row["crm"]["label"] for row in found] == ["Moreau"]
    assert found[0]["crm"]["url"] == reverse("crm:account_detail", args=[scene.crm.pk, account.pk])
    link = Link.objects.get(crm_id=account.pk)
    assert "Moreau" in scene.get("unlink", connection=connection.pk, link=link.pk).content.decode()
    scene.post("unlink", connection=connection.pk, link=link.pk)
    update_account(actor=scene.actor, account=account, values={"phone": "02"})
    scene.catch_up(connection)
    assert Customer.objects.get(display_name="Moreau").billing_phone == "01"
    assert scene.get("unlink", connection=connection.pk, link=link.pk).status_code == 404


def test_a_run_says_what_it_writes_where_and_why_it_leaves_the_rest(scene: Scene) -> None:
    scene.account("Moreau")
    scene.account("Petit")
    factories.customer(scene.finance, "Petit", currency="EUR")
    factories.customer(scene.finance, "Roux", currency="EUR")
    connection = scene.go_live()
    run = Run.objects.get(trigger="first")
    groups = scene.get("run", connection=connection.pk, run=run.pk).context["groups"]
    told = [
        [(tally.op, tally.kind, tally.reason, tally.count) for tally, *_more in group["tallies"]] for group in groups
    ]
    assert told == [
        [("create", "customer", "", 1)],
        [("create", "account", "", 1)],
        [("skip", "", "duplicate", 1)],
    ]
    chosen = scene.client.get(scene.url("run", connection=connection.pk, run=run.pk) + "?op=skip&reason=duplicate")
    assert [row["label"] for row in chosen.context["actions"]] == ["Petit"]


def test_a_run_that_waits_can_be_stopped(scene: Scene) -> None:
    scene.account("Moreau")
    connection = activation.activate(actor=scene.actor, connection=scene.connect())
    run = runs.start(actor=scene.actor, setting=SyncSetting.objects.get(connection=connection))
    assert "Stop this run" in scene.get("run", connection=connection.pk, run=run.pk).content.decode()
    scene.post("cancel", connection=connection.pk, run=run.pk)
    assert runs.continue_run(run.pk, seconds=60)
    assert not Customer.objects.exists()
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED


def test_a_duplicate_waits_for_a_decision_and_is_linked_by_it(scene: Scene) -> None:
    scene.account("Moreau", phone="01")
    customer = factories.customer(scene.finance, "Moreau", billing_phone="09", currency="EUR")
    connection = scene.go_live()
    assert not Link.objects.exists()
    waiting = Unmatched.objects.get(kind="account")
    page = scene.get("decisions", connection=connection.pk).content.decode()
    assert customer.number in page
    scene.post(
        "decide", {"choice": "link_crm", "candidate": customer.pk}, connection=connection.pk, unmatched=waiting.pk
    )
    assert Link.objects.get().finance_id == customer.pk
    customer.refresh_from_db()
    assert customer.billing_phone == "01"


def test_a_record_that_cannot_be_synced_is_listed_with_its_remedy(scene: Scene) -> None:
    scene.account("Moreau")
    connection = scene.go_live()
    customer = Customer.objects.get()
    update_customer(actor=scene.actor, customer=customer, values={"billing_phone": "0" * 40})
    scene.catch_up(connection)
    page = scene.get("issues", connection=connection.pk).content.decode()
    assert "30 characters" in page
    update_customer(actor=scene.actor, customer=customer, values={"billing_phone": "0"})
    scene.catch_up(connection)
    assert "No issues" in scene.get("issues", connection=connection.pk).content.decode()


def test_a_run_can_be_undone_from_its_page(scene: Scene) -> None:
    scene.account("Moreau")
    connection = scene.go_live()
    run = Run.objects.get(trigger="first")
    answer = scene.post("undo", connection=connection.pk, run=run.pk)
    undoing = Run.objects.get(trigger="undo")
    assert answer.url == scene.url("run", connection=connection.pk, run=undoing.pk)
    assert runs.continue_run(undoing.pk, seconds=60)
    assert not Customer.objects.exists()


def test_deactivating_asks_for_the_name(scene: Scene) -> None:
    connection = scene.go_live()
    assert scene.post("deactivate", {"typed_name": "livres"}, connection=connection.pk).status_code == 422
    scene.post("deactivate", {"typed_name": "Livres"}, connection=connection.pk)
    connection.refresh_from_db()
    assert connection.state == ConnectionState.DISABLED


def test_the_actions_of_a_run_are_a_file_that_runs_nothing(scene: Scene) -> None:
    scene.account("=cmd|' /C calc'!A0")
    connection = scene.go_live()
    answer = scene.get("actions_csv", connection=connection.pk, run=Run.objects.get(trigger="first").pk)
    text = b"".join(answer.streaming_content).decode()
    assert "'=cmd" in text
    assert "\n=cmd" not in text


@pytest.mark.parametrize(
    ("name", "queries"),
    [("connection", 14), ("runs", 14), ("conflicts", 13), ("decisions", 20), ("issues", 13)],
)
def test_a_page_makes_the_same_number_of_queries_whatever_it_lists(
    scene: Scene, name: str, queries: int, django_assert_num_queries: Any
) -> None:
    for number in range(3):
        scene.account(f"Moreau {number}")
        factories.customer(scene.finance, f"Moreau {number}", currency="EUR")
    connection = scene.go_live()
    save_setting(
        actor=scene.actor,
        setting=SyncSetting.objects.get(connection=connection),
        values={"duplicate_policy": "overwrite"},
    )
    scene.get(name, connection=connection.pk)
    with django_assert_num_queries(queries):
        scene.get(name, connection=connection.pk)


def test_the_list_of_pairs_makes_the_same_number_of_queries_whatever_it_lists(
    scene: Scene, django_assert_num_queries: Any
) -> None:
    for number in range(3):
        scene.account(f"Moreau {number}")
    connection = scene.go_live()
    with django_assert_num_queries(21):
        page = scene.get("links", connection=connection.pk)
    assert len(page.context["rows"]) == 3


def test_a_deactivated_connection_shows_nothing_of_finance_in_the_crm(scene: Scene) -> None:
    account = scene.account("Moreau")
    connection = scene.go_live()
    run = Run.objects.get(trigger="first")
    scene.post("deactivate", {"typed_name": "Livres"}, connection=connection.pk)
    for name, more in [
        *((name, {}) for name in ("runs", "links", "conflicts", "decisions", "issues", "review")),
        *((name, {"run": run.pk}) for name in ("run", "progress", "actions_csv")),
    ]:
        assert scene.get(name, connection=connection.pk, **more).status_code == 404, name
    page = scene.get("connection", connection=connection.pk)
    assert page.status_code == 200
    assert account.name not in page.content.decode()
    assert scene.url("runs", connection=connection.pk) not in page.content.decode()
    scene.post("activate", connection=connection.pk)
    assert scene.get("run", connection=connection.pk, run=run.pk).status_code == 200


def test_a_module_that_was_kept_paused_goes_on_by_a_button(scene: Scene) -> None:
    connection = scene.go_live()
    SyncSetting.objects.filter(connection=connection).update(state="asking", asking={})
    scene.post("answer", {"answer": "hold"}, connection=connection.pk)
    page = scene.get("connection", connection=connection.pk).content.decode()
    assert scene.url("resume", connection=connection.pk) in page
    scene.post("resume", connection=connection.pk)
    assert SyncSetting.objects.get(connection=connection).state == "active"


def test_the_shell_stays_in_the_crm_that_the_page_is_about(scene: Scene) -> None:
    other = factories.crm_organization(scene.admin, name="Autre")
    assert scene.client.get(reverse("crm:setup", args=[other.pk])).status_code == 200
    page = scene.get("overview").content.decode()
    assert reverse("crm:account_list", args=[scene.crm.pk]) in page
    assert reverse("crm:account_list", args=[other.pk]) not in page.split("</aside>")[0].split("<nav", 1)[1]


def test_what_an_undo_leaves_alone_is_told_with_its_reason(scene: Scene) -> None:
    account = scene.account("Moreau", phone="01")
    connection = scene.go_live()
    update_account(actor=scene.actor, account=account, values={"phone": "02"})
    scene.catch_up(connection)
    scene.post("undo", connection=connection.pk, run=Run.objects.get(trigger="first").pk)
    undoing = Run.objects.get(trigger="undo")
    assert runs.continue_run(undoing.pk, seconds=60)
    page = scene.get("run", connection=connection.pk, run=undoing.pk)
    (left,) = page.context["groups"][2]["tallies"]
    assert (str(left[0].label), left[0].count) == ("Leave as it is", 1)
    (row,) = [row for row in page.context["actions"] if row["label"] == "Moreau"]
    assert [(change.side, change.label, change.before, change.after) for change in row["changes"]] == [
        ("Finance", "billing phone", "01", "02")
    ]
    assert "changed_since" not in page.content.decode().replace("op=changed_since", "").replace(
        "reason=changed_since", ""
    )


def test_only_the_preview_of_the_settings_as_they_are_can_be_started(scene: Scene) -> None:
    scene.account("Moreau")
    connection = scene.connect()
    setting = SyncSetting.objects.get(connection=connection)
    first = scene.get("review", connection=connection.pk).context["run"]
    assert scene.post("start", connection=connection.pk, run=first.pk).status_code == 409
    assert runs.continue_run(first.pk, seconds=60)
    save_setting(actor=scene.actor, setting=setting, values={"duplicate_policy": "overwrite"})
    assert scene.post("start", connection=connection.pk, run=first.pk).status_code == 409
    second = scene.get("review", connection=connection.pk).context["run"]
    assert second.pk != first.pk
    assert runs.continue_run(second.pk, seconds=60)
    assert scene.post("start", connection=connection.pk, run=second.pk).status_code == 302
    connection.refresh_from_db()
    assert connection.state == ConnectionState.ACTIVE


def test_settings_that_change_during_a_preview_bring_a_new_one(scene: Scene) -> None:
    connection = scene.connect()
    setting = SyncSetting.objects.get(connection=connection)
    first = scene.get("review", connection=connection.pk).context["run"]
    save_setting(actor=scene.actor, setting=setting, values={"duplicate_policy": "overwrite"})
    second = scene.get("review", connection=connection.pk).context["run"]
    first.refresh_from_db()
    assert (first.state, second.state) == (RunState.CANCELLED, RunState.QUEUED)
