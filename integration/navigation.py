"""The integration's entry in the left bar."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from finsuite.kernel import navigation, switcher
from finsuite.kernel.tenants import Tenant


def _may_set_up(request: HttpRequest, tenant: Tenant | None) -> bool:
    return tenant is not None and bool(tenant.rights["can_setup"])


# Setup > Finance Suite is a part of the CRM that its address names.
switcher.pages_of("crm", "integration")

navigation.add(
    navigation.Item(
        "finance-suite",
        _("Finance Suite"),
        icon="link-2",
        url_name="integration:overview",
        group=navigation.SETUP,
        kind="crm",
        order=20,
        allowed=_may_set_up,
    )
)
