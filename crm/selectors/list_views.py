"""Which list views a person sees, and which records a list view selects."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    Exists,
    F,
    Func,
    JSONField,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.utils.translation import gettext as _

from crm.access import as_id
from crm.models import DefaultView, ListView, Membership, Organization, PinnedView, TeamMember
from crm.selectors.criteria import Scope, criteria_filter
from finsuite.kernel.errors import NotFound
from finsuite.kernel.models import ScopedQuerySet


def list_views(organization: Organization, *, user_id: int | None) -> ScopedQuerySet[Any]:
    """The views that everybody has, the person's own, and those shared with them.

    Each with the person's `pin` (its place in their left bar, or None) and whether it `is_default` to them.
    """
    rows = ListView.objects.of(organization).filter(_seen_by(user_id, organization.pk))
    person = user_id or 0  # nobody's id
    pins = PinnedView.objects.filter(user_id=person, view=OuterRef("pk")).values("position")
    chosen = DefaultView.objects.filter(user_id=person, view=OuterRef("pk"))
    return rows.annotate(pin=Subquery(pins), is_default=Exists(chosen)).order_by("-is_system", "id")


def get_list_view(
    organization: Organization, list_view_id: int | str, *, user_id: int | None, module: str = ""
) -> ListView:
    """One of these views, by an id from outside; where a module is named, of that module."""
    rows = list_views(organization, user_id=user_id).filter(pk=as_id(list_view_id))
    found: ListView | None = (rows.filter(module=module) if module else rows).first()
    if found is None:
        raise NotFound(_("There is no such list view."))
    return found


def pins_of(user: str, organization: str) -> Subquery:
    """The views that a member has pinned and still sees, in their order, as one JSON value: for the left bar.

    `user` and `organization` are the paths to their ids in the query that this is part of.
    """
    seen = _seen_by(OuterRef(user), OuterRef(organization), "view__")
    rows = PinnedView.objects.filter(seen, user=OuterRef(user), view__organization=OuterRef(organization))
    told = Func(
        *(Value("id"), F("view_id"), Value("module"), F("view__module")),
        *(Value("name"), F("view__name"), Value("is_system"), F("view__is_system"), Value("at"), F("position")),
        function="jsonb_build_object",
        output_field=JSONField(),
    )
    every = Func(
        told,
        function="jsonb_agg",
        template="%(function)s(%(expressions)s ORDER BY position, view_id)",
        output_field=JSONField(),
    )
    return Subquery(rows.order_by().values_list(every))


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
    """What the view is, for the history."""
    told = {name: getattr(view, name) for name in ("name", "module", "scope", "criteria", "visibility")}
    more = ("columns", "sort", "shared_people", "shared_teams", "shared_profiles")
    return told | {name: value for name in more if (value := getattr(view, name))}


def _seen_by(user: Any, organization: Any, prefix: str = "") -> Q:
    """The filter of the views that a person sees; `user` and `organization` are ids, or references to them."""
    if user is None:
        return Q(**{f"{prefix}visibility": ListView.Visibility.PUBLIC})
    inner_user, inner_organization = _inner(user), _inner(organization)
    place = Membership.objects.filter(user=inner_user, organization=inner_organization)
    teams = TeamMember.objects.filter(membership__user=inner_user, membership__organization=inner_organization)
    alone = Func(
        user if isinstance(user, OuterRef) else Value(user),
        template="ARRAY[%(expressions)s]::bigint[]",
        output_field=_IDS,
    )
    with_them = (
        Q(**{f"{prefix}shared_people__contains": alone})
        | Q(**{f"{prefix}shared_profiles__overlap": _ids(place, "profile_id")})
        | Q(**{f"{prefix}shared_teams__overlap": _ids(teams, "team_id")})
    )
    return (
        Q(**{f"{prefix}visibility": ListView.Visibility.PUBLIC})
        | Q(**{f"{prefix}owner": user})
        | (Q(**{f"{prefix}visibility": ListView.Visibility.SHARED}) & with_them)
    )


_IDS: ArrayField[Any, Any] = ArrayField(BigIntegerField())


def _ids(rows: Any, name: str) -> ArraySubquery:
    return ArraySubquery(rows.values_list(name), output_field=_IDS)


def _inner(value: Any) -> Any:
    """The same reference, from one query further in."""
    return OuterRef(value) if isinstance(value, OuterRef) else value
