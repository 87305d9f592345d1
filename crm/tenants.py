"""Tells the switcher and `GET /api/v1/me` which CRM organizations a person belongs to."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from django.urls import reverse

from crm.access import of_membership
from crm.choices import Level, Module
from crm.selectors.organizations import memberships_of
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
                "access": cache(partial(of_membership, membership)),
            },
        )
        for membership in memberships_of(user)
    ]


def _first_page(levels: dict[str, int]) -> str:
    if levels.get(Module.ACCOUNTS, Level.NONE) < Level.VIEW <= levels.get(Module.CONTACTS, Level.NONE):
        return "crm:contact_list"
    return "crm:account_list"
