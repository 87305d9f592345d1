"""Who gets which answer at the addresses of people and keys, and of the API itself."""

from __future__ import annotations

from typing import Any

from finsuite.kernel.actors import Actor
from tests.api.permissions import EVERYBODY, Row, World, page, read, write
from users.services.tokens import create_token

EVERYBODY_SIGNED_IN: dict[str, Any] = {"none": 200, "view": 200, "edit": 200, "admin": 200, "outsider": 200}


def furnish(world: World) -> None:
    for name in ("admin", "outsider"):
        person = world.people[name]
        token, _plain = create_token(actor=Actor.person(person), user=person, name="another")
        world.names["token"] = token.pk if name == "admin" else world.names["token"]
        world.foreign["token"] = token.pk


ROWS = [
    read("/api/v1/me", **EVERYBODY_SIGNED_IN),
    read("/api/v1/tokens", **EVERYBODY_SIGNED_IN),
    # The token is the administrator's: to everybody else it does not exist.
    write("DELETE", "/api/v1/tokens/{token}", view=404, edit=404, admin=204),
    # E-mail and password say who it is; whatever key comes along is not looked at.
    Row(
        "POST",
        "/api/v1/tokens",
        dict.fromkeys(EVERYBODY, 201),
        {"email": "view@example.com", "password": "let me in", "name": "laptop"},
    ),
    Row("GET", "/api/v1/schema", {**dict.fromkeys(EVERYBODY, 200), "expired_key": 401, "revoked_key": 401}),
    page("/api/v1/docs", anonymous=200, **EVERYBODY_SIGNED_IN),
]
