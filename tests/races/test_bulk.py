"""Bulk changes of the same records at once: each record says what one of them said, and each row tells the truth."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from crm.models import Account, BulkChange, DeletedRecord
from crm.services.bulk import start_bulk
from crm.services.bulk_undo import undo_bulk
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from tests import factories


def _at_once(*jobs):
    def closing(job):
        try:
            return job()
        except Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [done.result() for done in [pool.submit(closing, job) for job in jobs]]


@pytest.mark.django_db(transaction=True)
def test_two_bulk_changes_and_a_deletion_at_once_leave_no_record_between():
    owner = factories.user()
    actor, organization = Actor.person(owner), factories.crm_organization(owner)
    ids = [factories.account(organization, f"A{n}").pk for n in range(40)]

    def start(kind, order, values=None):
        return lambda: start_bulk(
            actor=actor,
            organization=organization,
            module="accounts",
            kind=kind,
            selection={"ids": order},
            values=values,
        )

    steel, wood, gone = _at_once(
        start("edit", ids, {"industry": "Steel"}),
        start("edit", ids[::-1], {"industry": "Wood"}),
        start("delete", ids[:10]),
    )
    assert gone.results == {"changed": 10}
    assert {change.state for change in (steel, wood)} == {"done"}
    assert len(set(Account.objects.values_list("industry", flat=True))) == 1
    undone = _at_once(*[lambda: undo_bulk(actor=actor, change=gone)] * 2)
    assert sum(isinstance(one, Refused) for one in undone) == 1
    assert Account.objects.count() == 40
    assert DeletedRecord.objects.filter(restored_at=None).count() == 0
    assert BulkChange.objects.count() == 3
