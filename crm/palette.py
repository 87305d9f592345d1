"""What the CRM answers in the command palette: its records, what can be done with them, and its setup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import NoReverseMatch, ResolverMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.access import Access
from crm.choices import Level, Module
from crm.models import RECORDS
from crm.selectors.everywhere import named_everywhere, search_everywhere
from crm.ui.addresses import address
from crm.ui.items import ICONS
from crm.ui.modules import PAGES
from finsuite.kernel.search import Action, Hit, commands, on_record, recent, register
from finsuite.kernel.tenants import Tenant

NEW = {
    Module.ACCOUNTS: _("New account"),
    Module.CONTACTS: _("New contact"),
    Module.DEALS: _("New deal"),
    Module.PRODUCTS: _("New product"),
    Module.VENDORS: _("New vendor"),
}
IMPORT = {
    Module.ACCOUNTS: _("Import accounts"),
    Module.CONTACTS: _("Import contacts"),
    Module.DEALS: _("Import deals"),
    Module.PRODUCTS: _("Import products"),
    Module.VENDORS: _("Import vendors"),
}
NEW_VIEW = {
    Module.ACCOUNTS: _("New view of accounts"),
    Module.CONTACTS: _("New view of contacts"),
    Module.DEALS: _("New view of deals"),
    Module.PRODUCTS: _("New view of products"),
    Module.VENDORS: _("New view of vendors"),
}
DUPLICATES = {
    Module.ACCOUNTS: _("Find duplicate accounts"),
    Module.CONTACTS: _("Find duplicate contacts"),
    Module.DEALS: _("Find duplicate deals"),
    Module.PRODUCTS: _("Find duplicate products"),
    Module.VENDORS: _("Find duplicate vendors"),
}
DELETED = {
    Module.ACCOUNTS: _("Deleted accounts"),
    Module.CONTACTS: _("Deleted contacts"),
    Module.DEALS: _("Deleted deals"),
    Module.PRODUCTS: _("Deleted products"),
    Module.VENDORS: _("Deleted vendors"),
}
SETUP = (
    ("setup_company", _("Company details"), "building"),
    ("member_list", _("Members"), "users"),
    ("profile_list", _("Profiles"), "shield"),
    ("currency_list", _("Currencies"), "coins"),
    ("setup_sharing", _("Sharing"), "share-2"),
    ("team_list", _("Teams"), "users"),
    ("custom_field_list", _("Custom fields"), "text-cursor-input"),
    ("pipeline_list", _("Pipelines"), "columns-3"),
)
_CREATING = (_("create"), _("add"), pgettext_lazy("a verb: to make a new record", "make"))

_NOTING = (_("note"), pgettext_lazy("a telephone call", "call"), _("task"), _("meeting"), _("log"))


def _page(name: str, organization_id: int, **named: Any) -> str:
    """The address of one of the CRM's other pages; empty where there is no such page."""
    try:
        return reverse(f"crm:{name}", kwargs={"organization": organization_id, **named})
    except NoReverseMatch:
        return ""


def _with_pages() -> tuple[Module, ...]:
    """The modules whose records have a page to go to."""
    return tuple(module for module in Module if module in PAGES)


@register("crm-records", label=_("Records"), kind="crm", order=10)
def _records(request: HttpRequest, tenant: Tenant, text: str, limit: int) -> Iterable[Hit]:
    findings = search_everywhere(_access(tenant), text, modules=_with_pages(), limit=limit, activities=limit)
    hits = [
        Hit(
            found.name,
            address(found.module, "detail", tenant.id, found.id),
            icon=PAGES[found.module].icon,
            detail=found.told,
            group=str(found.module.label),
            meant=findings.meant,
        )
        for found in findings
    ]
    hits += [
        Hit(
            noted.name,
            _page("activity", tenant.id, activity_id=noted.id),
            icon=ICONS[noted.kind],
            detail=noted.about,
            group=str(_("Activities")),
            meant=findings.meant,
        )
        for noted in findings.activities
    ]
    if hits:
        everything = f"{reverse('crm:search', kwargs={'organization': tenant.id})}?{urlencode({'q': text})}"
        hits.append(Hit(str(_("Show everything that matches")), everything, icon="search", group=str(_("Search"))))
    return hits


@recent("crm-records", kind="crm")
def _opened(request: HttpRequest, tenant: Tenant, matches: Sequence[ResolverMatch]) -> Iterable[Hit]:
    wanted = [found for match in matches if (found := _record_of(match)) is not None]
    return [
        Hit(
            found.name,
            address(found.module, "detail", tenant.id, found.id),
            icon=PAGES[found.module].icon,
            detail=found.told,
        )
        for found in (named_everywhere(_access(tenant), wanted) if wanted else ())
    ]


@commands("crm", kind="crm")
def _commands(request: HttpRequest, tenant: Tenant | None) -> Iterable[Action]:
    assert tenant is not None
    access, home = _access(tenant), tenant.id
    found = [
        Action(NEW[module], address(module, "create", home), "plus", words=_CREATING)
        for module in _with_pages()
        if access.may(module, Level.CREATE)
    ]
    for module in _with_pages():
        if access.may(module, Level.VIEW):
            new_view = _page("list_view_create", home, module=module.value)
            found.append(Action(NEW_VIEW[module], new_view, "list-filter", words=(_("create"), _("list"))))
            found.append(Action(DUPLICATES[module], _page("duplicate_list", home, module=module.value), "copy"))
            bin_url = _page("deleted_list", home, module=module.value)
            found.append(Action(DELETED[module], bin_url, "trash-2", words=(_("restore"), _("recycle bin"))))
        if access.may(module, Level.CREATE) and (start := _page("import_new", home)):
            found.append(Action(IMPORT[module], f"{start}?module={module.value}", "upload", words=(_("CSV file"),)))
    if access.profile.can_setup:
        found += [Action(label, _page(name, home), icon, words=(_("Setup"),)) for name, label, icon in SETUP]
    return [action for action in found if action.url]


@on_record("crm", kind="crm")
def _on_record(request: HttpRequest, tenant: Tenant, match: ResolverMatch) -> Iterable[Action]:
    key = _record_of(match)
    access, home = _access(tenant), tenant.id
    if key is None or not _is_there(access, *key):
        return []
    module, record_id = key
    found = []
    if access.may(module, Level.EDIT):
        edit = address(module, "edit", home, record_id)
        found.append(Action(_("Edit this record"), edit, "pencil", words=(_("change"),)))
        framed = _has_dialogs(module, match)
        owner = "" if framed else edit and f"{edit}#id_owner_id"
        opens = "owner" if framed else ""
        found.append(Action(_("Change the owner"), owner, "user-cog", opens=opens, words=(_("assign"),)))
        note = f"{address(module, 'activity', home, record_id)}#composer"
        found.append(Action(_("New activity"), note, "message-square", words=_NOTING))
    if access.may(module, Level.EDIT) and access.may(module, Level.DELETE):
        framed = _has_dialogs(module, match)
        merge = "" if framed else f"{_page('merge', home, module=module.value)}?id={record_id}"
        opens = "merge-with-dialog" if framed else ""
        found.append(Action(_("Merge with…"), merge, "merge", opens=opens, words=(_("duplicate"),)))
    if module == Module.ACCOUNTS and access.may(Module.CONTACTS, Level.CREATE):
        start = address(Module.CONTACTS, "create", home)
        found.append(Action(_("New contact at this account"), f"{start}?account={record_id}", "plus", words=_CREATING))
    found.append(Action(_("History of this record"), address(module, "history", home, record_id), "history"))
    return [action for action in found if action.url or action.opens]


def _has_dialogs(module: Module, match: ResolverMatch) -> bool:
    """Whether the open page is a tab of the record, which has the dialogs, and not its form."""
    return match.url_name != f"{PAGES[module].singular}_edit"


def _record_of(match: ResolverMatch) -> tuple[Module, int] | None:
    for module, pages in PAGES.items():
        record_id = match.kwargs.get(f"{pages.singular}_id")
        if isinstance(record_id, int):
            return module, record_id
    return None


def _is_there(access: Access, module: Module, record_id: int) -> bool:
    if not access.may(module, Level.VIEW):
        return False
    rows = RECORDS[module].objects.of(access.organization)
    return rows.filter(access.visible(module), pk=record_id).exists()


def _access(tenant: Tenant) -> Access:
    """The person's access to their organization; what it takes is asked once a request."""
    found: Access = tenant.rights["access"]()
    return found
