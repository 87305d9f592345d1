from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from finsuite.kernel.api import resources  # noqa: F401  registers the converter "id"
from users.api import notifications, views

app_name = "users_api"

urlpatterns: list[URLPattern | URLResolver] = [
    path("me", views.MeView.as_view(), name="me"),
    path("me/notifications", notifications.NotificationsView.as_view(), name="notifications"),
    path("tokens", views.TokensView.as_view(), name="tokens"),
    path("tokens/<id:record>", views.TokenView.as_view(), name="token"),
]
