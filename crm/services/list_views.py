"""Saving selections of records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

import audit.services
from crm.access import require, require_setup
from crm.choices import Level, Module
from crm.events import ListViewChanged
from crm.models import DefaultView, ListView, Membership, Organization, PinnedView, Profile, Team
from crm.selectors.criteria import filter_fields, read_criteria
from crm.selectors.list_views import describe, list_views
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, NotPermitted, Refused
from finsuite.kernel.events import emit
from finsuite.kernel.records import assign, require_filled
from finsuite.kernel.versions import require_version

MOST_COLUMNS = 30
MOST_SORTS = 3
MOST_SHARES = 200
MOST_PINS = 50
WRITABLE = (
    "name",
    "scope",
    "criteria",
    "columns",
    "sort",
    "layout",
    "visibility",
    "shared_people",
    "shared_teams",
    "shared_profiles",
)
_SHARES: dict[str, tuple[type[Any], str]] = {
    "shared_people": (Membership, "user_id"),
    "shared_teams": (Team, "pk"),
    "shared_profiles": (Profile, "pk"),
}

DEFAULTS = (
    (Module.ACCOUNTS, gettext_noop("All Accounts"), ListView.Scope.ALL),
    (Module.ACCOUNTS, gettext_noop("My Accounts"), ListView.Scope.MINE),
    (Module.CONTACTS, gettext_noop("All Contacts"), ListView.Scope.ALL),
    (Module.CONTACTS, gettext_noop("My Contacts"), ListView.Scope.MINE),
    (Module.DEALS, gettext_noop("All Deals"), ListView.Scope.ALL),
    (Module.DEALS, gettext_noop("My Deals"), ListView.Scope.MINE),
    (Module.PRODUCTS, gettext_noop("All Products"), ListView.Scope.ALL),
    (Module.PRODUCTS, gettext_noop("My Products"), ListView.Scope.MINE),
    (Module.VENDORS, gettext_noop("All Vendors"), ListView.Scope.ALL),
    (Module.VENDORS, gettext_noop("My Vendors"), ListView.Scope.MINE),
)


def add_default_list_views(organization: Organization) -> None:
    """The list views that every new organization starts with."""
    public = ListView.Visibility.PUBLIC
    ListView.objects.bulk_create(
        ListView(organization=organization, module=module, name=name, scope=scope, visibility=public, is_system=True)
        for module, name, scope in DEFAULTS
    )


@transaction.atomic
def create_list_view(*, actor: Actor, organization: Organization, values: Mapping[str, Any]) -> ListView:
    """Save a selection: for oneself, for whom one shares it with, or, with the setup right, for everybody.

    A view without an owner is everybody's, and one with the actor's id as `owner_id` theirs alone, unless `visibility`
    says otherwise.
    """
    view = ListView(organization=organization)
    assign(view, _owned(actor, None, values), allowed=("module", "owner_id", *WRITABLE))
    require_filled(view, ["module", "name"])
    require(actor, organization, view.module, Level.VIEW)
    _check_owner(actor, view)
    _check(view)
    view.save()
    audit.services.record(actor=actor, tenant=organization.tenant, subject=view, verb="created", after=describe(view))
    return view


@transaction.atomic
def update_list_view(
    *, actor: Actor, list_view: ListView, values: Mapping[str, Any], version: str | None = None
) -> ListView:
    """Change what a list view selects and shows, its name, or who sees it."""
    locked = _locked(actor, list_view)
    require_version(locked, version)
    change = assign(locked, _owned(actor, locked, values), allowed=("owner_id", *WRITABLE))
    if "owner_id" in change:
        _check_owner(actor, locked)
    _check(locked)
    if change:
        locked.save(update_fields=change.fields)
        audit.services.record(
            actor=actor,
            tenant=locked.organization.tenant,
            subject=locked,
            verb="updated",
            before=change.before,
            after=change.after,
        )
        emit(ListViewChanged(actor=actor, organization_id=locked.organization_id, list_view_id=locked.pk))
    return locked


@transaction.atomic
def clone_list_view(*, actor: Actor, list_view: ListView, name: str = "") -> ListView:
    """A copy for oneself of a view that one sees, to change as one likes."""
    values = {
        field: getattr(list_view, field) for field in ("module", "scope", "criteria", "columns", "sort", "layout")
    }
    wanted = name.strip() or _free_name(list_view, actor)
    return create_list_view(
        actor=actor, organization=list_view.organization, values={**values, "name": wanted, "owner_id": actor.user_id}
    )


@transaction.atomic
def delete_list_view(*, actor: Actor, list_view: ListView, version: str | None = None) -> None:
    """Delete a list view; no record is touched. One that something relies on, as the sync may, is kept."""
    locked = _locked(actor, list_view)
    require_version(locked, version)
    audit.services.record(
        actor=actor, tenant=locked.organization.tenant, subject=locked, verb="deleted", before=describe(locked)
    )
    emit(ListViewChanged(actor=actor, organization_id=locked.organization_id, list_view_id=locked.pk))
    try:
        locked.delete()
    except ProtectedError:
        raise Refused(
            _("“%(view)s” says which records are synced. Choose another view in the sync settings first.")
            % {"view": locked.name},
            code="in_use",
        ) from None


@transaction.atomic
def pin_list_view(*, actor: Actor, list_view: ListView) -> None:
    """Keep a view in the actor's left bar, below those already there. A person's own matter: no history is written."""
    pins = PinnedView.objects.select_for_update().filter(
        user_id=_person(actor), view__organization_id=list_view.organization_id
    )
    places = dict(pins.values_list("view_id", "position"))
    if list_view.pk in places:
        return
    if len(places) >= MOST_PINS:
        raise Refused(_("At most %(limit)d views can be pinned. Unpin one first.") % {"limit": MOST_PINS}, code="limit")
    at = max(places.values(), default=-1) + 1
    PinnedView.objects.get_or_create(user_id=_person(actor), view=list_view, defaults={"position": at})


@transaction.atomic
def unpin_list_view(*, actor: Actor, list_view: ListView) -> None:
    """Take a view out of the actor's left bar."""
    PinnedView.objects.filter(user_id=_person(actor), view=list_view).delete()


@transaction.atomic
def move_pin(*, actor: Actor, list_view: ListView, step: int) -> None:
    """Move a pinned view up or down among those of its module."""
    rows = PinnedView.objects.select_for_update(of=("self",)).filter(
        user_id=_person(actor), view__organization_id=list_view.organization_id, view__module=list_view.module
    )
    pins = list(rows.order_by("position", "view_id"))
    at = next((index for index, pin in enumerate(pins) if pin.view_id == list_view.pk), None)
    if at is None:
        raise NotFound(_("This view is not pinned."))
    pins.insert(max(0, min(len(pins) - 1, at + step)), pins.pop(at))
    for position, pin in enumerate(pins):
        pin.position = position
    PinnedView.objects.bulk_update(pins, ["position"])


@transaction.atomic
def set_default_view(*, actor: Actor, list_view: ListView) -> None:
    """Open the module with this view from now on, for the actor alone."""
    DefaultView.objects.update_or_create(
        user_id=_person(actor),
        organization_id=list_view.organization_id,
        module=list_view.module,
        defaults={"view": list_view},
    )


@transaction.atomic
def clear_default_view(*, actor: Actor, list_view: ListView) -> None:
    """Open the module with all its records again, for the actor alone."""
    DefaultView.objects.filter(user_id=_person(actor), view=list_view).delete()


def _person(actor: Actor) -> int:
    """Whose left bar it is; machines have none."""
    if actor.user_id is None:
        raise NotPermitted(_("Only a person pins views or opens a module with one."))
    return actor.user_id


def _owned(actor: Actor, view: ListView | None, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values with the owner and the visibility that follow from one another: what is everybody's is nobody's."""
    told = {**values, **{name: _ids(name, values[name]) for name in _SHARES if name in values}}
    if "visibility" not in told:
        if view is None:
            own = told.get("owner_id") is not None
            told["visibility"] = ListView.Visibility.PRIVATE if own else ListView.Visibility.PUBLIC
        return told
    if told["visibility"] == ListView.Visibility.PUBLIC:
        told["owner_id"] = None
    elif view is None or view.owner_id is None:
        told["owner_id"] = told.get("owner_id") or actor.user_id
    return told


def _ids(name: str, given: Any) -> list[int]:
    """Ids, each once, in order; Refused for anything else."""
    if not isinstance(given, (list, tuple)) or not all(type(entry) is int and 0 < entry < 2**63 for entry in given):
        raise _fault(name, _("This is a list of ids."))
    return sorted(set(given))


def _free_name(list_view: ListView, actor: Actor) -> str:
    """What a copy is called: the first name of its kind that the actor does not have yet."""
    copy = _("%(view)s (copy)") % {"view": list_view.title[:80]}
    rows = list_views(list_view.organization, user_id=actor.user_id).filter(module=list_view.module)
    taken = {name.casefold() for name in rows.values_list("name", flat=True)}
    candidates = [copy, *(f"{copy} {number}" for number in range(2, len(taken) + 3))]
    return next(name for name in candidates if name.casefold() not in taken)


def _locked(actor: Actor, list_view: ListView) -> ListView:
    rows = ListView.objects.select_for_update(of=("self",)).select_related("organization")
    locked = rows.filter(pk=list_view.pk).first()
    if locked is None:
        raise NotFound(_("There is no such list view."))
    _check_owner(actor, locked)
    if locked.is_system:
        raise Refused(
            _("The list views that come with finsuite can't be changed. Make one of your own."), code="system"
        )
    return locked


def _check_owner(actor: Actor, view: ListView) -> None:
    """One's own views are one's own; everybody's take the setup right."""
    if view.owner_id is None:
        require_setup(actor, view.organization)
    elif view.owner_id != actor.user_id and not actor.is_machine:
        raise NotFound(_("There is no such list view."))


def _check(view: ListView) -> None:
    _check_shape(view)
    _check_shares(view)
    if view.scope == ListView.Scope.CRITERIA:
        if not view.criteria:
            sentence = _("Name at least one criterion.")
            raise Refused(sentence, fields={"criteria": [sentence]})
        read_criteria(view.organization, view.module, view.criteria)
    elif view.criteria:
        sentence = _("Only a view of those that meet the criteria has criteria.")
        raise Refused(sentence, fields={"criteria": [sentence]})
    namesakes = ListView.objects.of(view.organization).filter(
        Q(owner=None) | Q(owner_id=view.owner_id), module=view.module, name__iexact=view.name
    )
    if namesakes.exclude(pk=view.pk).exists():
        sentence = _("There is a list view of this name already.")
        raise Refused(sentence, code="duplicate", fields={"name": [sentence]})


def _check_shape(view: ListView) -> None:
    """Columns and order name fields that the module's records have, each once."""
    known = {*filter_fields(view.organization, view.module), "name"}
    if len(view.columns) > MOST_COLUMNS:
        raise _fault("columns", _("A list can have at most %(limit)d columns.") % {"limit": MOST_COLUMNS})
    terms = [term.removeprefix("-") for term in view.sort.split(",") if view.sort]
    if len(terms) > MOST_SORTS:
        raise _fault("sort", _("A list can be ordered by at most %(limit)d columns.") % {"limit": MOST_SORTS})
    for name, given in (("columns", view.columns), ("sort", terms)):
        unknown = next((entry for at, entry in enumerate(given) if entry not in known or entry in given[:at]), None)
        if unknown is not None:
            raise _fault(name, _("There is no column “%(name)s”, or it is named twice.") % {"name": unknown})
    if view.layout == ListView.Layout.BOARD and view.module != Module.DEALS:
        raise _fault("layout", _("Only deals have a board."))


def _check_shares(view: ListView) -> None:
    """A shared view names who shares it, all of them here; another names nobody."""
    shares = {name: list(getattr(view, name)) for name in _SHARES}
    if view.visibility != ListView.Visibility.SHARED:
        for name, ids in shares.items():
            if ids:
                raise _fault(name, _("Only a shared view is shared with somebody."))
        return
    if not any(shares.values()):
        raise _fault("visibility", _("Choose who the view is shared with."))
    for name, ids in shares.items():
        model, column = _SHARES[name]
        if len(ids) > MOST_SHARES:
            raise _fault(name, _("At most %(limit)d can be named.") % {"limit": MOST_SHARES})
        if not ids:
            continue
        found = set(model.objects.of(view.organization).filter(**{f"{column}__in": ids}).values_list(column, flat=True))
        if len(found) != len(ids):
            raise _fault(name, _("Somebody or something in this list is not part of the organization."))


def _fault(name: str, sentence: str) -> Refused:
    return Refused(sentence, fields={name: [sentence]})
