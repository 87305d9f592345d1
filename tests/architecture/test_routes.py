"""Every address is in the permission table, and every table of records can be narrowed to its organization."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from finsuite.kernel.models import ScopedQuerySet
from tests.api.permissions import World, all_rows
from tests.api.permissions import _filled as filled

# Not in the table, for a reason.
ELSEWHERE = {
    "healthz": "says nothing of anybody; tests/finsuite/test_health.py",
    r"api/v1/^[\s\S]*$": "the API's own 404; tests/api/test_problems.py",
}
OURS = ("users", "crm", "finance", "projects", "integration")


def _routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                yield from _routes(pattern.url_patterns, route)
        else:
            yield route, pattern


def _methods(view: Any) -> set[str]:
    """The methods that an address answers: as its operations say, for the API; a page's rows need only name it once."""
    operations = getattr(getattr(view, "cls", None), "operations", None)
    return {method.upper() for method in operations} if operations else {"GET or POST"}


@pytest.mark.django_db
def test_every_address_and_method_has_a_row_in_the_permission_table() -> None:
    world = World()
    told: set[tuple[str, str]] = set()
    for row in all_rows():
        route = resolve(filled(row.url, world.names).partition("?")[0]).route
        told |= {(route, row.method), (route, "GET or POST")}
    missing = [
        f"{method} /{route}"
        for route, pattern in _routes(get_resolver(settings.ROOT_URLCONF).url_patterns)
        if route not in ELSEWHERE
        for method in sorted(_methods(pattern.callback))
        if (route, method) not in told
    ]
    assert missing == []


def test_every_table_with_an_organization_can_be_narrowed_to_it() -> None:
    bare = [
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in OURS
        and any(field.name == "organization" for field in model._meta.get_fields())
        and not isinstance(model._meta.default_manager.get_queryset(), ScopedQuerySet)  # type: ignore[union-attr]
    ]
    assert bare == []
