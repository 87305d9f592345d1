"""Every address of the REST API, version 1."""

from django.urls import include, path, re_path

from finsuite.kernel.api.docs import DocsView, SchemaView
from finsuite.kernel.api.views import Nowhere

urlpatterns = [
    path("schema", SchemaView.as_view(), name="api-schema"),
    path("docs", DocsView.as_view(), name="api-docs"),
    path("", include("users.api.urls")),
    path("crm/", include("crm.api.urls")),
    path("crm/", include("integration.api.urls")),
    path("finance/", include("finance.api.urls")),
    re_path(r"^[\s\S]*$", Nowhere.as_view(), name="api-nowhere"),
]
