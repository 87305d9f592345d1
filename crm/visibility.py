"""Whose records a person sees, where a module is not everybody's. One statement, however many people and teams.

Somebody sees what they own; what those own who report to them, directly or through others; and, where a module is
shared with teams, what those own who are in a team with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import F, Func, JSONField, OuterRef, Subquery

from crm.choices import Level, Module, Sharing
from crm.models import ModuleRight, SharingRule

# UNION, not UNION ALL: should the data ever hold a loop, the walk down ends all the same.
_OWNERS = """
    WITH RECURSIVE below AS (
        SELECT id, user_id FROM crm_membership WHERE id = %(membership)s
        UNION
        SELECT report.id, report.user_id
        FROM crm_membership report JOIN below ON report.manager_id = below.id
        WHERE report.organization_id = %(organization)s
    )
    SELECT user_id, FALSE FROM below
    UNION
    SELECT mate.user_id, TRUE
    FROM crm_teammember mine
    JOIN crm_teammember theirs ON theirs.team_id = mine.team_id
    JOIN crm_membership mate ON mate.id = theirs.membership_id AND mate.organization_id = %(organization)s
    WHERE mine.membership_id = %(membership)s
"""


def levels_of(profile: str) -> Subquery:
    """The levels of a profile by module, as one JSON value; `profile` is the path to the profile's id."""
    held = ModuleRight.objects.filter(profile=OuterRef(profile)).values("profile")
    told = Func(F("module"), F("level"), function="jsonb_object_agg", output_field=JSONField())
    return Subquery(held.values_list(told))


def sharing_of(organization: str) -> Subquery:
    """How far each module is shared, as one JSON value; `organization` is the path to the organization's id."""
    rules = SharingRule.objects.filter(organization=OuterRef(organization)).values("organization")
    told = Func(F("module"), F("sharing"), function="jsonb_object_agg", output_field=JSONField())
    return Subquery(rules.values_list(told))


def owners_seen(membership: Any, levels: Mapping[str, int], rules: Mapping[str, str]) -> dict[str, frozenset[int]]:
    """Whose records a member sees, by module; a module that is not named shows them all. One query, or none."""
    closed = {module: frozenset[int]() for module in Module.values if levels.get(module, Level.NONE) < Level.VIEW}
    profile = membership.profile
    if profile.can_setup or profile.sees_all or set(rules.values()) <= {Sharing.EVERYBODY}:
        return closed
    managed, mates = _people(membership)
    seen = {Sharing.MANAGERS: managed, Sharing.TEAMS: managed | mates}
    narrowed = {module: seen[Sharing(rule)] for module, rule in rules.items() if rule != Sharing.EVERYBODY}
    return narrowed | closed


def _people(membership: Any) -> tuple[frozenset[int], frozenset[int]]:
    """The member with all who report to them, and those in a team with them."""
    with connection.cursor() as cursor:
        cursor.execute(_OWNERS, {"membership": membership.pk, "organization": membership.organization_id})
        rows = cursor.fetchall()
    return (
        frozenset(user_id for user_id, is_mate in rows if not is_mate),
        frozenset(user_id for user_id, is_mate in rows if is_mate),
    )
