"""Tells the switcher and `GET /api/v1/me` which finance organizations a person belongs to."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from finance.selectors.organizations import memberships_of
from finsuite.kernel.tenants import Tenant, provides


@provides("finance")
def finance_tenants(user: Any) -> list[Tenant]:
    """The person's finance organizations, by name, with their role and the organizations' apps."""
    return [
        Tenant(
            kind="finance",
            id=membership.organization_id,
            name=membership.organization.name,
            role=membership.get_role_display(),
            url=reverse("finance:customer_list", kwargs={"organization": membership.organization_id}),
            extra={"role": membership.role, "apps": membership.organization.apps},
        )
        for membership in memberships_of(user)
    ]
