"""A ZSC key and an API token are seen once, in the answer that makes them, and nowhere else."""

import logging
import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from finance.services import zsc_keys
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from tests import factories

PAGES = ("customer_list", "organization_settings", "member_settings", "currency_settings", "zsc_key_settings")


def everything_stored() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        dump = []
        for table in tables:
            cursor.execute(f'SELECT "{table}"::text FROM "{table}"')
            dump += [row for (row,) in cursor.fetchall()]
    return "\n".join(dump)


@pytest.mark.django_db
def test_no_secret_is_stored_logged_or_shown_again(organization, boss, actor, caplog):
    caplog.set_level(logging.DEBUG)
    session, program = Client(), Client()
    session.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")

    made = session.post(reverse("finance:zsc_key_generate", args=[organization.pk]), {"app": "books"})
    secrets = re.findall(r"zsc_[\w-]{43}", made.content.decode())
    token = program.post(
        "/api/v1/tokens",
        {"email": boss.email, "password": "let me in", "name": "tests", "scopes": ["read", "write", "admin"]},
        content_type="application/json",
    ).json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    address = f"/api/v1/finance/{organization.pk}/zsc-keys"
    answer = program.post(
        address, {"app": "invoice"}, content_type="application/json", headers={**bearer, "Idempotency-Key": "once"}
    ).json()
    secrets += [answer["key"], token]
    renewed = program.post(f"{address}/{answer['id']}/regenerate", headers=bearer).json()
    secrets.append(renewed["key"])
    assert len({*secrets}) == 4

    seller = Actor.person(factories.user("seller@example.com"))
    zsc_keys.verify(actor=seller, email=boss.email, key=renewed["key"])
    with pytest.raises(Refused) as refusal:
        zsc_keys.verify(actor=seller, email=boss.email, key=answer["key"])
    shown = [str(refusal.value), program.get(address, headers=bearer).content.decode()]
    shown += [session.get(reverse(f"finance:{name}", args=[organization.pk])).content.decode() for name in PAGES]
    places = {"database": everything_stored(), "logs": caplog.text, "shown": "\n".join(shown)}
    found = [(where, secret[:8]) for where, text in places.items() for secret in secrets if secret in text]
    assert found == []
    assert organization.name in places["database"]
