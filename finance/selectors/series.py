"""How records are numbered, and which numbers they bear."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import BigIntegerField, Max, QuerySet
from django.db.models.functions import Cast, Substr

from finance.models import Organization, Series

LONGEST = 15  # digits of a number that is looked at as one


def all_series(organization: Organization) -> QuerySet[Series]:
    """Every series of the organization, in the order in which it came to have them."""
    return Series.objects.of(organization).order_by("id")


def highest_number(organization: Organization, name: str, prefix: str) -> int:
    """The highest number that a record of this series bears behind the prefix; 0 where none does."""
    model = _numbered(name)
    if model is None:
        return 0
    found = (
        model.objects.of(organization)
        .filter(number__startswith=prefix)
        .annotate(counted=Substr("number", len(prefix) + 1))
        .filter(counted__regex=rf"^[0-9]{{1,{LONGEST}}}$")
        .aggregate(highest=Max(Cast("counted", BigIntegerField())))["highest"]
    )
    return found or 0


def _numbered(name: str) -> Any:
    """The table whose rows bear the series' numbers; a series may be set up before there is one."""
    try:
        return apps.get_model("finance", name.replace("_", ""))
    except LookupError:
        return None
