"""Who gets which answer at the integration's addresses: its pages and its API are for profiles that open Setup."""

from __future__ import annotations

from typing import Any

from crm.services.accounts import create_account, update_account
from finance.models import Customer
from finance.services.customers import create_customer, update_customer
from finsuite.kernel.actors import Actor
from integration.choices import IssueState
from integration.models import Conflict, Connection, Link, Run, SyncIssue, SyncSetting, Unmatched
from integration.selectors.connections import setting_of
from integration.services import activation, connections, runs
from tests.api.permissions import Row, World, page, read, write

_NOT: dict[str, Any] = {"none": 403, "view": 403, "edit": 403}
_API = "/api/v1/crm/{crm}/connections"
_ONE = _API + "/{connection}"
_PAGE = "/crm/{crm}/setup/finance-suite/"
_RECORD = _PAGE + "records/account/{synced_account}/sync/"
_AT = _PAGE + "{connection}/"


def _read(url: str) -> Row:
    return read(url, **_NOT)


def _write(url: str, admin: int, *, body: Any = None, method: str = "POST", headers: Any = None) -> Row:
    return write(method, url, admin=admin, body=body, headers=headers, **_NOT)


def _page(url: str, *, admin: int = 200) -> Row:
    return page(url, admin=admin, **_NOT)


def _form(url: str, *, admin: int = 302, body: Any = None) -> Row:
    return page(url, method="POST", admin=admin, body=body or {"nothing": "else"}, **_NOT)


ROWS = [
    _read(_API),
    _write(_API, 400, body={}),
    _read(_ONE),
    _read(_ONE + "/checks"),
    _write(_ONE + "/apps", 200, body={"apps": ["books"]}),
    _read(_ONE + "/settings/contacts"),
    _write(
        _ONE + "/settings/contacts",
        200,
        method="PATCH",
        body={"sweep_minutes": 60},
        headers={"If-Match": '"{setting_version}"'},
    ),
    _write(_ONE + "/activate", 409),
    _write(_ONE + "/pause", 200),
    _write(_ONE + "/resume", 409),
    _write(_ONE + "/deactivate", 400, body={"confirm": "not its name"}),
    _write(_ONE + "/preview", 202),
    _write(_ONE + "/sync", 202),
    _read(_ONE + "/runs"),
    _read(_ONE + "/runs/{run}"),
    _read(_ONE + "/runs/{run}/actions"),
    _write(_ONE + "/runs/{run}/undo", 202),
    _read(_ONE + "/links"),
    _read(_ONE + "/conflicts"),
    _write(_ONE + "/conflicts/{conflict}/resolve", 200, body={"keep": "crm"}),
    _read(_ONE + "/issues"),
    _write(_ONE + "/issues/{issue}/retry", 200),
    # With one connection, straight on to it.
    _page(_PAGE, admin=302),
    _page(_PAGE + "connect/"),
    _form(_PAGE + "connect/?way=new", admin=422),
    _page(_PAGE + "connect/choose/", admin=302),
    _form(_PAGE + "connect/choose/"),
    page(
        _PAGE + "records/account/{synced_account}/sync/",
        method="POST",
        none=404,
        view=403,
        edit=302,
        admin=302,
        body={},
    ),
    _page(_AT),
    _page(_AT + "checks/"),
    _page(_AT + "apps/"),
    _form(_AT + "apps/", body={"apps": ["books"]}),
    _page(_AT + "settings/"),
    _form(_AT + "settings/", admin=422),
    _page(_AT + "review/"),
    _form(_AT + "preview/"),
    _form(_AT + "sync/"),
    _form(_AT + "activate/", admin=409),
    _form(_AT + "answer/", admin=409, body={"answer": "go"}),
    _form(_AT + "pause/"),
    _form(_AT + "resume/", admin=409),
    _page(_AT + "deactivate/"),
    _form(_AT + "deactivate/", admin=422, body={"typed_name": "not its name"}),
    _page(_AT + "delete/"),
    _form(_AT + "delete/", admin=422, body={"typed_name": "not its name"}),
    _page(_AT + "runs/"),
    _page(_AT + "runs/{run}/"),
    _page(_AT + "runs/{run}/progress/"),
    _page(_AT + "runs/{run}/actions.csv"),
    _form(_AT + "runs/{run}/start/", admin=409),
    _form(_AT + "runs/{run}/undo/"),
    _form(_AT + "runs/{run}/cancel/", admin=409),
    _page(_AT + "links/"),
    _page(_AT + "links/{link}/unlink/"),
    _form(_AT + "links/{link}/unlink/"),
    _page(_AT + "conflicts/"),
    _form(_AT + "conflicts/{conflict}/resolve/", body={"keep": "crm"}),
    _page(_AT + "decisions/"),
    _form(_AT + "decisions/{unmatched}/", body={"choice": "leave"}),
    _page(_AT + "issues/"),
    _form(_AT + "issues/retry/"),
    _form(_AT + "issues/{issue}/retry/"),
]


def furnish(world: World) -> None:
    """On each side of the world: a running connection with a conflict, a duplicate, an issue and a finished run."""
    ours = _linked(world.people["admin"], world.crm, world.finance)
    theirs = _linked(world.people["outsider"], world.foreign_crm, world.foreign_finance)
    for name, mine in ours.items():
        world.add(name, mine, theirs[name])


def _linked(person: Any, crm: Any, finance: Any) -> dict[str, Any]:
    actor = Actor.person(person)
    account = create_account(actor=actor, organization=crm, values={"name": "Synced", "phone": "1"})
    twice = create_account(actor=actor, organization=crm, values={"name": "Twice"})
    create_customer(actor=actor, organization=finance, values={"display_name": "Twice"})
    connection: Connection = connections.connect_own(actor=actor, organization=crm, finance_organization_id=finance.pk)
    activation.activate(actor=actor, connection=connection)
    connection.refresh_from_db()
    setting = SyncSetting.objects.get(connection=connection)
    run: Run = runs.start(actor=actor, setting=setting)
    runs.continue_run(run.pk, seconds=30)
    update_account(actor=actor, account=account, values={"phone": "2"})
    customer = Customer.objects.of(finance).get(display_name="Synced")
    update_customer(actor=actor, customer=customer, values={"billing_phone": "3"})
    runs.sync_changes(setting_of(connection), seconds=10)
    issue = SyncIssue.objects.create(
        connection=connection,
        kind="account",
        record_id=account.pk,
        label="Synced",
        code="too_long",
        state=IssueState.WAITING,
    )
    return {
        "connection": connection,
        "setting": setting,
        "synced_account": account,
        "run": run,
        "conflict": Conflict.objects.get(connection=connection),
        "link": Link.objects.get(connection=connection, crm_id=account.pk),
        "unmatched": Unmatched.objects.get(connection=connection, kind="account", record_id=twice.pk),
        "issue": issue,
    }
