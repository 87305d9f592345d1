"""Who gets which answer at the pages that belong to no organization."""

from __future__ import annotations

from typing import Any

from tests.api.permissions import EVERYBODY, PEOPLE, Row, page

SIGNED_IN: dict[str, Any] = dict.fromkeys(PEOPLE, 200)

ROWS = [
    # On to the organization that one works in.
    page("/", none=302, view=302, edit=302, admin=302, outsider=302),
    page("/search/?q=a", **SIGNED_IN),
    # Absent in production.
    page("/styleguide/", anonymous=200, **SIGNED_IN),
    # Whoever is signed in is sent on to their start page.
    page("/sign-in/", anonymous=200, **dict.fromkeys(PEOPLE, 302)),
    Row("POST", "/sign-out/", dict.fromkeys(EVERYBODY, 302), is_page=True),
    # The language of who is not signed in, kept in a cookie.
    Row("POST", "/language/", dict.fromkeys(EVERYBODY, 302), {"language": "fr"}, is_page=True),
    page("/settings/", **SIGNED_IN),
    page("/settings/password/", **SIGNED_IN),
    page("/settings/tokens/", **SIGNED_IN),
    page(
        "/settings/tokens/",
        method="POST",
        body={"name": "laptop", "scopes": ["read"], "lifetime": "30"},
        **SIGNED_IN,
    ),
    # The token is the administrator's: to everybody else it does not exist.
    page("/settings/tokens/{token}/revoke/", method="POST", body={}, view=404, edit=404, admin=302),
]
