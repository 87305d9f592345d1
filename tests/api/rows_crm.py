"""Who gets which answer at the records and the setup of a CRM organization, on the API and on the pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from crm.choices import Module
from crm.models import CurrencyRate, ExportJob, ListView, Profile, Team
from crm.selectors.organizations import get_currency, members
from crm.selectors.sharing import sharing_rules
from crm.services.currencies import add_currency, set_rate
from crm.services.exports import create_export
from crm.services.list_views import create_list_view
from crm.services.profiles import create_profile
from crm.services.teams import create_team
from finsuite.kernel.actors import Actor
from tests import factories
from tests.api.permissions import HTMX, World, page, read, write


def furnish(world: World) -> None:
    organizations = (world.crm, world.foreign_crm)
    world.add("account", *(factories.account(organization) for organization in organizations))
    world.add("contact", *(factories.contact(organization) for organization in organizations))
    world.add("vendor", *(factories.vendor(organization) for organization in organizations))
    world.add("product", *(factories.product(organization) for organization in organizations))
    world.add("view", *(_list_view(organization) for organization in organizations))
    currencies = [
        add_currency(actor=factories.SYSTEM, organization=organization, values={"code": "USD", "rate": "1.1"})
        for organization in organizations
    ]
    world.add("rate", *(_earlier_rate(currency) for currency in currencies))
    world.add("currency", *(get_currency(currency.organization, currency.pk) for currency in currencies))
    world.add("export", _export(world.crm, world.people["admin"]), _export(world.foreign_crm, world.people["outsider"]))
    world.add("team", *(_team(organization) for organization in organizations))
    world.add("rule", *(sharing_rules(organization)[0] for organization in organizations))
    world.add("field", *(factories.crm_field(organization) for organization in organizations))
    world.add("profile", *(_profile(organization) for organization in organizations))
    asked = members(world.crm).get(user=world.people["view"])
    world.add("member", asked, members(world.foreign_crm).get(user=world.people["outsider"]))


def _earlier_rate(currency: Any) -> CurrencyRate:
    return set_rate(actor=factories.SYSTEM, currency=currency, day=date(2026, 1, 1), rate="1.15")


def _export(organization: Any, person: Any) -> ExportJob:
    return create_export(actor=Actor.person(person), organization=organization, module="accounts", values={})


def _list_view(organization: Any) -> ListView:
    values = {"module": "accounts", "name": "Steel", "scope": "criteria", "criteria": CRITERIA}
    return create_list_view(actor=factories.SYSTEM, organization=organization, values=values)


def _team(organization: Any) -> Team:
    return create_team(actor=factories.SYSTEM, organization=organization, values={"name": "North"})


def _profile(organization: Any) -> Profile:
    return create_profile(actor=factories.SYSTEM, organization=organization, values={"name": "Sales"}, levels={})


EXPORTS = "/api/v1/crm/{crm}/exports"
EXPORT_VERSION = {"If-Match": '"{export_version}"'}
LEVELS = {f"level_{module}": "1" for module in Module}
CALENDAR = {"time_zone": "Europe/Paris", "language": "fr", "fiscal_year_start_month": "1"}
CRITERIA = [{"field": "industry", "comparator": "is", "value": "Steel"}]


def _records(kind: str, body: dict[str, Any]) -> list[Any]:
    """The API of accounts, or of contacts: Standard may edit, and not delete."""
    at = f"/api/v1/crm/{{crm}}/{kind}s"
    one = f"{at}/{{{kind}}}"
    version = {"If-Match": f'"{{{kind}_version}}"'}
    return [
        read(at),
        write("POST", at, body=body, edit=201, admin=201),
        write("POST", f"{at}/bulk", body={"records": [body]}, edit=200, admin=200),
        read(one),
        write("PATCH", one, body={"description": "New"}, headers=version, edit=200, admin=200),
        write("DELETE", one, headers=version, edit=403, admin=204),
        read(f"{one}/history"),
    ]


def _setup(
    name: str, one: str, body: dict[str, Any], change: dict[str, Any], deletes: int, creates: int = 201
) -> list[Any]:
    """What every member reads, and only those write whose profile opens Setup."""
    at = f"/api/v1/crm/{{crm}}/{name}"
    place = f"{at}/{{{one}}}"
    version = {"If-Match": f'"{{{one}_version}}"'}
    return [
        read(at, none=200),
        write("POST", at, body=body, none=403, edit=403, admin=creates),
        write("POST", f"{at}/bulk", body={"records": [body]}, none=403, edit=403, admin=200),
        read(place, none=200),
        write("PATCH", place, body=change, headers=version, none=403, edit=403, admin=200),
        write("DELETE", place, headers=version, none=403, edit=403, admin=deletes),
        read(f"{place}/history", none=200),
    ]


CARRIED = {"profile": "{profile}"}
OWN_VIEW = {"name": "Own", "scope": "all"}
VIEWS = "/api/v1/crm/{crm}/list-views"
VIEW_VERSION = {"If-Match": '"{view_version}"'}
SHARED = {"module": "accounts", "name": "Wood", "scope": "criteria", "criteria": CRITERIA}

PAGES = "/crm/{crm}"
ACCOUNT = f"{PAGES}/accounts/{{account}}"
CONTACT = f"{PAGES}/contacts/{{contact}}"
VENDOR = f"{PAGES}/vendors/{{vendor}}"
PRODUCT = f"{PAGES}/products/{{product}}"


def _record_pages(kind: str, one: str, form: dict[str, str], tabs: tuple[str, ...]) -> list[Any]:
    at = f"{PAGES}/{kind}s"
    return [
        page(f"{at}/"),
        page(f"{at}/new", view=403),
        page(f"{at}/new", method="POST", body=form, view=403, edit=302, admin=302),
        page(f"{at}/lookup?q=a"),
        page(one),
        *(page(f"{one}/{tab}") for tab in tabs),
        page(f"{one}/edit", view=403),
        page(f"{one}/edit", method="POST", body={**form, "currency": "EUR"}, view=403, edit=302, admin=302),
        page(f"{one}/owner", view=403, headers=HTMX),
        page(f"{one}/peek"),
        page(f"{one}/cell?column=tags", view=403),
        page(f"{one}/cell?column=tags", method="POST", body={"tags": "vip"}, view=403),
        page(f"{one}/owner", method="POST", body={"owner_id": ""}, view=403, edit=302, admin=302),
        page(f"{one}/delete", method="POST", body={}, view=403, edit=403, admin=302),
    ]


def _setup_page(path: str, **more: Any) -> Any:
    """Setup is for administrators; whoever else is a member is told so."""
    return page(f"{PAGES}/setup/{path}", none=403, view=403, edit=403, **more)


ROWS = [
    *_records("account", {"name": "Imported SA"}),
    *_records("contact", {"last_name": "Martin"}),
    *_records("vendor", {"name": "Bolts SA"}),
    *_records("product", {"name": "Bolt"}),
    read(VIEWS, none=200),
    write("POST", VIEWS, body=SHARED, none=404, edit=403, admin=201),
    write("POST", f"{VIEWS}/bulk", body={"records": [SHARED]}, none=200, view=200, edit=200, admin=200),
    read(f"{VIEWS}/{{view}}", none=200),
    write("PATCH", f"{VIEWS}/{{view}}", body={"name": "S"}, headers=VIEW_VERSION, none=403, edit=403, admin=200),
    write("DELETE", f"{VIEWS}/{{view}}", headers=VIEW_VERSION, none=403, edit=403, admin=204),
    read(f"{VIEWS}/{{view}}/history", none=200),
    *(
        write("POST", f"{VIEWS}/{{view}}/{verb}", none=200, view=200, edit=200, admin=200)
        for verb in ("pin", "unpin", "make-default", "clear-default")
    ),
    write("POST", f"{VIEWS}/{{view}}/clone", body={"name": "Copy"}, view=201, edit=201, admin=201),
    read("/api/v1/crm/{crm}/accounts?view={view}"),
    *_setup("currencies", "currency", {"code": "GBP", "rate": "0.85"}, {"rate": "1.2"}, deletes=400),
    *_setup(
        "currency-rates",
        "rate",
        {"currency": "{currency}", "day": "2026-01-05", "rate": "1.2"},
        {"rate": "1.3"},
        deletes=204,
    ),
    # An export is its person's own: whoever else asks finds none.
    read(EXPORTS),
    write("POST", EXPORTS, body={"module": "accounts"}, view=201, edit=201, admin=201),
    read(f"{EXPORTS}/{{export}}", view=404, edit=404),
    read(f"{EXPORTS}/{{export}}/history", view=404, edit=404),
    read(f"{EXPORTS}/{{export}}/file", view=404, edit=404),
    write("PATCH", f"{EXPORTS}/{{export}}", body={}, headers=EXPORT_VERSION, view=404, edit=404, admin=400),
    write("DELETE", f"{EXPORTS}/{{export}}", headers=EXPORT_VERSION, view=404, edit=404, admin=204),
    page(f"{PAGES}/exports/", none=200),
    page(f"{PAGES}/exports/new/accounts"),
    page(f"{PAGES}/exports/new/accounts", method="POST", body={"format": "csv"}, view=302, edit=302, admin=302),
    page(f"{PAGES}/exports/{{export}}/file", view=404, edit=404),
    page(f"{PAGES}/exports/{{export}}/delete", method="POST", body={}, view=404, edit=404, admin=302),
    *_setup(
        "custom-fields",
        "field",
        {"module": "deals", "label": "New", "kind": "text"},
        {"label": "Tier"},
        deletes=204,
    ),
    *_setup("profiles", "profile", {"name": "Other"}, {"name": "New name"}, deletes=204),
    *_setup(
        "members",
        "member",
        {"email": "outside@example.com", "profile": "{profile}"},
        {"profile": "{profile}"},
        deletes=204,
    ),
    *_setup("teams", "team", {"name": "South", "members": []}, {"name": "West"}, deletes=204),
    *_setup("sharing-rules", "rule", {"sharing": "teams"}, {"sharing": "managers"}, creates=400, deletes=400),
    *_record_pages("account", ACCOUNT, {"name": "Zenith SA"}, ("contacts", "hierarchy", "history")),
    *_record_pages("vendor", VENDOR, {"name": "Girders SA"}, ("products", "history")),
    *_record_pages("product", PRODUCT, {"name": "Girder"}, ("history",)),
    *_record_pages("contact", CONTACT, {"last_name": "Durand"}, ("history",)),
    page(f"{PAGES}/search?q=a", none=200),
    page(f"{PAGES}/people/lookup?q=a", none=200),
    page(f"{PAGES}/search?q=a&module=accounts", none=200),
    read("/api/v1/crm/{crm}/search?q=a", none=200),
    page(f"{PAGES}/views/accounts/new"),
    page(
        f"{PAGES}/views/accounts/new",
        method="POST",
        body=OWN_VIEW,
        view=302,
        edit=302,
        admin=302,
    ),
    page(f"{PAGES}/views/accounts/line"),
    page(f"{PAGES}/views/accounts/sharing"),
    page(
        f"{PAGES}/views/{{view}}/save",
        method="POST",
        body={"criteria": "[]", "sort": "name", "column": "phone"},
        none=403,
        view=403,
        edit=403,
        admin=302,
    ),
    page(f"{PAGES}/views/{{view}}/act", method="POST", body={"act": "pin"}, none=302, view=302, edit=302, admin=302),
    page(f"{PAGES}/views/{{view}}"),
    page(
        f"{PAGES}/views/{{view}}",
        method="POST",
        body={"name": "Steel 2", "scope": "all"},
        view=403,
        edit=403,
        admin=302,
    ),
    page(f"{PAGES}/views/{{view}}/delete", method="POST", body={}, none=403, view=403, edit=403, admin=302),
    page("/crm/new", none=200, outsider=200),
    page(
        "/crm/new",
        method="POST",
        body={"name": "Another", "home_currency": "EUR", "time_zone": "Europe/Paris"},
        **dict.fromkeys(("none", "view", "edit", "admin", "outsider"), 302),
    ),
    _setup_page(""),
    _setup_page("company"),
    _setup_page(
        "company",
        method="POST",
        body={"name": "New name", "edition": "enterprise", **CALENDAR},
        admin=302,
    ),
    _setup_page("members"),
    _setup_page(
        "members/add", method="POST", body={"email": "outside@example.com", "profile_id": "{profile}"}, admin=302
    ),
    _setup_page("members/{member}/profile", method="POST", body={"profile": "{profile}"}, admin=302),
    _setup_page("members/{member}/remove", method="POST", body={}, admin=302),
    _setup_page("members/{member}/manager"),
    _setup_page("members/{member}/manager", method="POST", body={"manager_id": ""}, admin=302),
    _setup_page("sharing"),
    _setup_page("sharing", method="POST", body=dict.fromkeys(Module, "managers"), admin=302),
    _setup_page("teams"),
    _setup_page("teams/new"),
    _setup_page("teams/new", method="POST", body={"name": "South"}, admin=302),
    _setup_page("teams/{team}"),
    _setup_page("teams/{team}", method="POST", body={"name": "West"}, admin=302),
    _setup_page("teams/{team}/delete", method="POST", body={}, admin=302),
    _setup_page("profiles"),
    _setup_page("profiles/new"),
    _setup_page("profiles/new", method="POST", body={"name": "New", **LEVELS}, admin=302),
    _setup_page("profiles/{profile}"),
    _setup_page(
        "profiles/{profile}",
        method="POST",
        body={"name": "New name", **LEVELS},
        admin=302,
    ),
    _setup_page("profiles/{profile}/delete", method="POST", body={}, admin=302),
    _setup_page("custom-fields/accounts"),
    _setup_page("custom-fields/accounts/new"),
    _setup_page("custom-fields/accounts/new", method="POST", body={"label": "N", "kind": "text"}, admin=302),
    _setup_page("custom-fields/accounts/order", method="POST", body={"row": "{field}"}, admin=302),
    _setup_page("custom-fields/accounts/preview", method="POST", body={"label": "N", "kind": "text"}),
    _setup_page("custom-fields/{field}"),
    _setup_page("custom-fields/{field}", method="POST", body={"label": "Tier", "kind": "text"}, admin=302),
    _setup_page("custom-fields/{field}/delete", method="POST", body={}, admin=302),
    _setup_page("currencies"),
    _setup_page("currencies/add", method="POST", body={"code": "GBP", "rate": "0.85"}, admin=302),
    _setup_page("currencies/{currency}", method="POST", body={"rate": "1.2", "is_active": "on"}, admin=302),
    _setup_page("currencies/{currency}/rates"),
    _setup_page("currencies/{currency}/rates/set", method="POST", body={"day": "2026-01-05", "rate": "1.2"}, admin=302),
    _setup_page("currencies/rates/{rate}/delete", method="POST", body={}, admin=302),
]
