"""What every page's frame needs: who is here, where they are, where they can go. All of it on demand."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.functional import cached_property

from finsuite.kernel import navigation, switcher

_DEMO_KEY = "shell:demo-users"
_DEMO_SECONDS = 60


class Shell:
    """The frame of one page. Nothing is asked of the database before a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def places(self) -> switcher.Places:
        return switcher.places(self._request)

    @cached_property
    def menu(self) -> list[tuple[navigation.Group, list[navigation.Entry]]]:
        return navigation.menu(self._request)

    @property
    def theme(self) -> str:
        """The person's choice; outside a sign-in, as the device says."""
        return str(getattr(self._user, "theme", "system"))

    @property
    def shortcuts(self) -> str:
        """Whether single keys without a modifier do things."""
        return "on" if getattr(self._user, "single_key_shortcuts", True) else "off"

    @property
    def sidebar(self) -> str:
        return "folded" if self._request.COOKIES.get("sidebar") == "folded" else "open"

    @cached_property
    def has_demo_users(self) -> bool:
        """Whether well-known passwords exist here. Looked up once a minute, as every page shows it."""
        if not settings.DEMO_BANNER:
            return False
        known: bool | None = cache.get(_DEMO_KEY)
        if known is None:
            known = get_user_model()._default_manager.filter(is_demo=True, is_active=True).exists()
            cache.set(_DEMO_KEY, known, _DEMO_SECONDS)
        return known

    @property
    def _user(self) -> Any:
        return getattr(self._request, "user", None)


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell`, and the nonce that the page's scripts carry."""
    return {"shell": Shell(request), "csp_nonce": getattr(request, "csp_nonce", "")}
