"""Who calls the API: a key in `Authorization: Bearer …`, or the session of a signed-in person (with CSRF)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from users.models import ApiToken, User
from users.services.tokens import find_live_token

LONGEST = 200


class BearerAuthentication(BaseAuthentication):
    """A key. Unknown, expired and revoked answer alike."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        told = request.META.get("HTTP_AUTHORIZATION", "")
        if not told:
            return None
        address = str(request.META.get("REMOTE_ADDR", ""))
        scheme, _space, plain = told.partition(" ")
        token = find_live_token(plain, address=address) if scheme.lower() == "bearer" and _is_plausible(plain) else None
        if token is None:
            raise AuthenticationFailed(_("This key cannot be used."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="finsuite"'


def _is_plausible(plain: str) -> bool:
    return plain.isascii() and 0 < len(plain) <= LONGEST
