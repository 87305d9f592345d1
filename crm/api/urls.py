from __future__ import annotations

from django.urls import URLPattern, URLResolver

app_name = "crm_api"

urlpatterns: list[URLPattern | URLResolver] = []
