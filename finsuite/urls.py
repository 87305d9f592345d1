"""Every address of the site. Each room keeps its own list."""

from django.contrib import admin
from django.urls import include, path

from finsuite.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("users.urls")),
    path("crm/", include("crm.ui.urls")),
    path("finance/", include("finance.ui.urls")),
    path("integration/", include("integration.ui.urls")),
    path("api/v1/", include("finsuite.api_urls")),
    path("admin/", admin.site.urls),
]
