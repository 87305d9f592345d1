"""Tells the switcher and `GET /api/v1/me` which CRM organizations a person belongs to."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from django.urls import reverse

from crm.access import of_membership
from crm.choices import Level, Module
from crm.selectors.organizations import memberships_of
from crm.ui.addresses import page_name
from crm.ui.modules import PAGES
from finsuite.kernel.tenants import Tenant, provides


@provides("crm")
def crm_tenants(user: Any) -> list[Tenant]:
    """The person's CRM organizations, by name, with their profile and what it lets them do."""
    return [
        Tenant(
            kind="crm",
            id=membership.organization_id,
            name=membership.organization.name,
            role=membership.profile.title,
            url=reverse(_first_page(membership.levels or {}), kwargs={"organization": membership.organization_id}),
            rights={
                "levels": membership.levels or {},
                "can_setup": membership.profile.can_setup,
                "pins": membership.pins or (),
                "access": cache(partial(of_membership, membership)),
            },
        )
        for membership in memberships_of(user)
    ]


def _first_page(levels: dict[str, int]) -> str:
    """The list of the first module that the person may see, in the order of the left bar."""
    seen = (module for module in PAGES if levels.get(module, Level.NONE) >= Level.VIEW)
    return page_name(next(seen, Module.ACCOUNTS), "list")
