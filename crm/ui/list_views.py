"""Making, changing and sharing list views, and what each person does with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import Access
from crm.choices import Level, Module
from crm.criteria.tree import DEEPEST
from crm.models import ListView, Profile, Team
from crm.selectors.list_views import get_list_view
from crm.services import list_views as services
from crm.ui.addresses import address
from crm.ui.base import actor_of, in_organization
from crm.ui.filters import Block, Builder, criteria_of, read_json, read_tree
from crm.ui.modules import PAGES
from crm.ui.people import People
from finsuite.kernel.errors import NotFound, Refused
from finsuite.kernel.ids import read_id
from finsuite.kernel.versions import version_of

_SHARES = ("shared_people", "shared_teams", "shared_profiles")


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def list_view_create(request: HttpRequest, access: Access, module: str) -> HttpResponse:
    """A new list view, for oneself, for those one shares it with, or for everybody."""
    _enter(access, module)
    builder = Builder(access, Module(module))
    view = ListView(organization=access.organization, module=module, owner_id=request.user.pk)
    if request.method != "POST":
        return _form(request, access, view, builder.shown([]))
    block = _block(builder, request.POST)
    try:
        saved = services.create_list_view(
            actor=actor_of(request),
            organization=access.organization,
            values={**_values(request.POST, block), "module": module, **_owner(request)},
        )
    except Refused as refused:
        return _again(request, access, view, block, refused)
    messages.success(request, _("The list view “%(name)s” is saved.") % {"name": saved.title})
    return redirect(_list(access, saved))


@require_http_methods(["GET", "HEAD", "POST"])
@in_organization
def list_view_edit(request: HttpRequest, access: Access, list_view_id: int) -> HttpResponse:
    """Another name, other records, or other people for a list view."""
    view = get_list_view(access.organization, list_view_id, user_id=request.user.pk)
    _enter(access, view.module)
    builder = Builder(access, Module(view.module))
    if request.method != "POST":
        return _form(request, access, view, builder.shown(criteria_of(view)))
    block = _block(builder, request.POST)
    try:
        saved = services.update_list_view(
            actor=actor_of(request),
            list_view=view,
            values=_values(request.POST, block),
            version=request.POST.get("version") or None,
        )
    except Refused as refused:
        return _again(request, access, view, block, refused)
    messages.success(request, _("The list view “%(name)s” is saved.") % {"name": saved.title})
    return redirect(_list(access, saved))


@require_POST
@in_organization
def list_view_save(request: HttpRequest, access: Access, list_view_id: int) -> HttpResponse:
    """Save what the list shows into its view: the filter, the order, the columns."""
    view = get_list_view(access.organization, list_view_id, user_id=request.user.pk)
    saved = services.update_list_view(
        actor=actor_of(request),
        list_view=view,
        values=_shown(request.POST),
        version=request.POST.get("version") or None,
    )
    messages.success(request, _("The list view “%(name)s” is saved.") % {"name": saved.title})
    return redirect(_list(access, saved))


@require_POST
@in_organization
def list_view_act(request: HttpRequest, access: Access, list_view_id: int) -> HttpResponse:
    """What a person does with a view that they see: pin it, open the module with it, copy it."""
    view = get_list_view(access.organization, list_view_id, user_id=request.user.pk)
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise NotFound(_("There is no such page."))
    copy = act(actor=actor_of(request), list_view=view)
    return redirect(_list(access, copy or view))


@require_POST
@in_organization
def list_view_delete(request: HttpRequest, access: Access, list_view_id: int) -> HttpResponse:
    """Delete a list view; the records stay."""
    view = get_list_view(access.organization, list_view_id, user_id=request.user.pk)
    services.delete_list_view(actor=actor_of(request), list_view=view)
    messages.success(request, _("The list view “%(name)s” is deleted. No record is touched.") % {"name": view.title})
    return redirect(address(view.module, "list", access.organization.pk))


@require_safe
@in_organization
def list_view_line(request: HttpRequest, access: Access, module: str) -> HttpResponse:
    """A criterion's controls, for the field that has been chosen; with `group`, a new group so deep."""
    _enter(access, module)
    builder = Builder(access, Module(module))
    depth = read_id(request.GET.get("group", ""))
    if depth is not None:
        if not 0 < depth < DEEPEST:
            raise NotFound(_("There is no such page."))
        return render(request, "crm/filter_part.html", {"block": builder.group(depth)})
    given: dict[str, Any] = {name: request.GET[name] for name in request.GET}
    if request.headers.get("HX-Trigger-Name") == "field":  # what was asked of another field means nothing to this one
        given = {"field": given.get("field", "")}
    elif len(several := request.GET.getlist("value")) > 1:
        given["value"] = several
    line = builder.line(given)
    name = request.GET.get("id", "")
    line.id = name if name.isalnum() and name.isascii() and len(name) < 20 else line.id
    return render(request, "crm/filter_part.html", {"line": line})


@require_safe
@in_organization
def list_view_sharing(request: HttpRequest, access: Access, module: str) -> HttpResponse:
    """Whom a new view can be shared with."""
    _enter(access, module)
    view = ListView(organization=access.organization, module=module, owner_id=request.user.pk)
    return render(request, "crm/list_view_sharing.html", _sharing(access, view))


def _enter(access: Access, module: str) -> None:
    if module not in PAGES:
        raise NotFound(_("There is no such page."))
    access.require(module, Level.VIEW)


def _move(step: int) -> Callable[..., None]:
    return partial(services.move_pin, step=step)


_ACTS: Mapping[str, Callable[..., ListView | None]] = {
    "pin": services.pin_list_view,
    "unpin": services.unpin_list_view,
    "up": _move(-1),
    "down": _move(1),
    "make-default": services.set_default_view,
    "clear-default": services.clear_default_view,
    "clone": services.clone_list_view,
}


def _form(
    request: HttpRequest, access: Access, view: ListView, block: Block, faults: Mapping[str, str] | None = None
) -> HttpResponse:
    context = {
        "access": access,
        "view": view,
        "module_label": Module(view.module).label,
        "list_url": address(view.module, "list", access.organization.pk),
        "filter": block,
        "name": request.POST.get("name", view.name),
        "carried": [(name, value) for name in ("sort", "column") for value in request.POST.getlist(name)],
        "version": version_of(view) if view.pk else "",
        "faults": faults or {},
        **_sharing(access, view),
    }
    return render(request, "crm/list_view_form.html", context, status=422 if faults else 200)


def _again(request: HttpRequest, access: Access, view: ListView, block: Block, refused: Refused) -> HttpResponse:
    """The form as it was sent, with what is wrong."""
    block.blame(refused.fields)
    for name, value in _who(request.POST).items():
        setattr(view, name, value)
    faults = {name: " ".join(said) for name, said in refused.fields.items()} or {"": refused.message}
    return _form(request, access, view, block, faults)


def _sharing(access: Access, view: ListView) -> dict[str, Any]:
    """Who may see the view, to choose from."""
    public = ListView.Visibility.PUBLIC
    may_publish = access.profile.can_setup or view.visibility == public
    choices = [entry for entry in ListView.Visibility.choices if entry[0] != public or may_publish]
    people = People(access.organization)
    others = [entry for entry in people.few or () if entry[0] != access.user_id]
    teams = [(team.pk, team.name) for team in Team.objects.of(access.organization).order_by("name")]
    profiles = [(p.pk, p.title) for p in Profile.objects.of(access.organization).order_by("pk")]
    named: list[tuple[str, str, list[tuple[int, Any]]]] = [
        ("shared_people", _("People"), others),
        ("shared_teams", _("Teams"), teams),
        ("shared_profiles", _("Profiles"), profiles),
    ]
    shares = [
        (name, label, [(key, told, key in getattr(view, name)) for key, told in entries])
        for name, label, entries in named
    ]
    picker = "" if people.few is not None else people.picker("shared_people", view.shared_people, _("People"))
    return {"view": view, "visibilities": choices, "shares": shares, "people_picker": picker}


def _block(builder: Builder, given: QueryDict) -> Block:
    """The filter: as the form sent it, or, from the list, as criteria."""
    if "typed" in given:
        return builder.typed(read_tree(str(given["typed"])))
    return builder.shown(read_json(given.get("criteria", "[]")))


def _values(given: QueryDict, block: Block) -> dict[str, Any]:
    values = {"name": given.get("name", ""), **_selected(block.criteria()), **_who(given)}
    if "column" in given:
        values |= {"columns": given.getlist("column"), "sort": given.get("sort", ""), **_layout(given)}
    return values


def _shown(given: QueryDict) -> dict[str, Any]:
    return {
        **_selected(read_json(given.get("criteria", "[]"))),
        "columns": given.getlist("column"),
        "sort": given.get("sort", ""),
        **_layout(given),
    }


def _layout(given: QueryDict) -> dict[str, str]:
    """Whether the view opens as a list or as a board, where the page says so."""
    layout = given.get("layout", "")
    return {"layout": layout} if layout in ListView.Layout.values else {}


def _selected(criteria: list[Any]) -> dict[str, Any]:
    """Without criteria, a view selects all records."""
    return {"scope": ListView.Scope.CRITERIA if criteria else ListView.Scope.ALL, "criteria": criteria}


def _who(given: QueryDict) -> dict[str, Any]:
    if "visibility" not in given:
        return {}
    visibility = given["visibility"]
    if visibility != ListView.Visibility.SHARED:
        return {"visibility": visibility, **{name: [] for name in _SHARES}}
    chosen = {name: [key for value in given.getlist(name) if (key := read_id(value)) is not None] for name in _SHARES}
    return {"visibility": visibility, **chosen}


def _owner(request: HttpRequest) -> dict[str, Any]:
    is_public = request.POST.get("visibility") == ListView.Visibility.PUBLIC
    return {"owner_id": None if is_public else request.user.pk}


def _list(access: Access, view: ListView) -> str:
    return f"{address(view.module, 'list', access.organization.pk)}?view={view.pk}"
