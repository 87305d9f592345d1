"""Which list views a person sees, and which records a list view selects."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.access import as_id
from crm.models import ListView, Organization
from crm.selectors.criteria import Scope, criteria_filter
from finsuite.kernel.errors import NotFound
from finsuite.kernel.models import ScopedQuerySet


def list_views(organization: Organization, *, user_id: int | None) -> ScopedQuerySet[ListView]:
    """The views that everybody has, and the person's own."""
    return ListView.objects.of(organization).filter(Q(owner=None) | Q(owner_id=user_id)).order_by("-is_system", "id")


def get_list_view(organization: Organization, list_view_id: int | str, *, user_id: int | None) -> ListView:
    """One of these views, by an id from outside."""
    found = list_views(organization, user_id=user_id).filter(pk=as_id(list_view_id)).first()
    if found is None:
        raise NotFound(_("There is no such list view."))
    return found


def view_filter(view: ListView, scope: Scope | None = None, *, user_id: int | None = None) -> Q:
    """The filter of a list view, for a person's access; without one, for the organization as a whole.

    "Mine" and "me" are the person of the access, or else `user_id`: for the sync, its administrator.
    """
    person = user_id if user_id is not None else getattr(scope, "user_id", None)
    if view.scope == ListView.Scope.MINE:
        return Q(owner_id=person) if person is not None else Q(pk__in=())
    if view.scope == ListView.Scope.CRITERIA:
        return criteria_filter(scope or view.organization, view.module, view.criteria, user_id=person)
    return Q()


def describe(view: ListView) -> dict[str, Any]:
    """What the view selects, for the history and for the API."""
    return {"name": view.name, "module": view.module, "scope": view.scope, "criteria": view.criteria}
