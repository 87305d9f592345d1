"""A process killed in the middle of a merge leaves nothing half done, and nothing locked."""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.core import serializers
from django.db import connection

from audit.models import Entry
from crm.models import Account, Activity, Contact, Merge, MergedRecord
from crm.services.merging import merge_records
from finsuite.kernel.actors import Actor
from integration.models import Link, MergeMap
from tests.faults.killed_merge import KILLED
from tests.integration.worlds import World, world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

TABLES = (Account, Contact, Activity, Merge, MergedRecord, Link, MergeMap)


@pytest.fixture
def w() -> World:
    return world()


def everything() -> str:
    rows = [row for table in TABLES for row in table._base_manager.order_by("pk")]
    return serializers.serialize("json", rows) + str(Entry.objects.count())


@pytest.mark.parametrize("step", ["_move_all", "_let_the_losers_go", "_tell"])
def test_a_merge_whose_process_is_killed_has_not_been(step: str, w: World) -> None:
    survivor, loser = w.account("Verrerie Noël"), w.account("Verrerie Noël SA", website="verrerie-noel.fr")
    contact = w.contact("Martin", account_id=loser.pk)
    w.settle()
    before = everything()

    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    told = {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "finsuite.settings.test"}
    died = subprocess.run(
        [sys.executable, "-m", "tests.faults.killed_merge", step, *map(str, (w.crm.pk, survivor.pk, loser.pk))],
        env={**os.environ, **told},
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert died.returncode == KILLED, died.stderr.decode()
    assert everything() == before

    merge_records(
        actor=Actor.system("tests"),
        organization=w.crm,
        module="accounts",
        survivor_id=survivor.pk,
        loser_ids=[loser.pk],
    )
    contact.refresh_from_db()
    assert (list(Account.objects.all()), contact.account_id, Merge.objects.count()) == ([survivor], survivor.pk, 1)
