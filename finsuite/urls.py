"""Every address of the site. Each room keeps its own list."""

from django.contrib import admin
from django.urls import include, path

from finsuite.health import healthz
from finsuite.kernel.search import search
from finsuite.kernel.styleguide import styleguide
from users.ui.home import home

urlpatterns = [
    path("", home, name="home"),
    path("search/", search, name="search"),
    path("styleguide/", styleguide, name="styleguide"),
    path("healthz", healthz, name="healthz"),
    path("", include("users.urls")),
    path("crm/<int:organization>/setup/finance-suite/", include("integration.ui.urls")),
    path("crm/", include("crm.ui.urls")),
    path("finance/", include("finance.ui.urls")),
    path("api/v1/", include("finsuite.api_urls")),
    path("admin/", admin.site.urls),
]

handler400 = "finsuite.kernel.error_pages.bad_request"
handler403 = "finsuite.kernel.error_pages.forbidden"
handler404 = "finsuite.kernel.error_pages.missing"
handler500 = "finsuite.kernel.error_pages.broken"
