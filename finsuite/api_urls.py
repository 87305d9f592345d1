"""Every address of the REST API, version 1."""

from django.urls import include, path

urlpatterns = [
    path("", include("users.api.urls")),
    path("crm/", include("crm.api.urls")),
    path("crm/", include("integration.api.urls")),
    path("finance/", include("finance.api.urls")),
]
