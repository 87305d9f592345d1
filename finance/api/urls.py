"""The finance addresses of the REST API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from finance.api.custom_fields import CustomFieldResource
from finance.api.customers import ContactPersonResource, CustomerResource
from finance.api.settings import CurrencyResource, MemberResource
from finance.api.zsc_keys import KeysView, OneKeyView, RegenerateView

app_name = "finance_api"

_of_one: list[URLPattern | URLResolver] = [
    *CustomerResource.urls(),
    *ContactPersonResource.urls(),
    *CurrencyResource.urls(),
    *MemberResource.urls(),
    *CustomFieldResource.urls(),
    path("zsc-keys", KeysView.as_view(), name="zsc-keys"),
    path("zsc-keys/<id:record>", OneKeyView.as_view(), name="zsc-key"),
    path("zsc-keys/<id:record>/regenerate", RegenerateView.as_view(), name="zsc-key-regenerate"),
]

urlpatterns: list[URLPattern | URLResolver] = [path("<id:organization>/", include(_of_one))]
