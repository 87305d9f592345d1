"""The users' own pages."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from users.ui import notifications, settings, tokens
from users.ui.sign_in import SignIn

app_name = "users"

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("language/", require_POST(set_language), name="language"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.read_all, name="notifications_read"),
    path("notifications/<int:notification>/read/", notifications.read, name="notification_read"),
    path("settings/", settings.profile, name="settings"),
    path("settings/password/", settings.password, name="password"),
    path("settings/tokens/", tokens.tokens, name="tokens"),
    path("settings/tokens/<int:token>/revoke/", tokens.revoke, name="revoke_token"),
]
