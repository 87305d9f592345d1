"""Guessing a ZSC key with many hands is no faster than with one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest
from django.db import connection

from audit.models import Entry
from finance.models import ZscKey
from finance.services import zsc_keys
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from tests import factories


@pytest.mark.django_db(transaction=True)
def test_eight_wrong_tries_at_once_are_compared_five_times(monkeypatch):
    owner = factories.user("boss@example.com")
    organization = factories.finance_organization(owner=owner)
    made = zsc_keys.generate_key(actor=Actor.person(owner), organization=organization, app="books")
    counted, guard = [], Lock()
    compare = zsc_keys._same

    def counting(known: str, given: str) -> bool:
        with guard:
            counted.append(given)
        return compare(known, given)

    monkeypatch.setattr(zsc_keys, "_same", counting)
    seller = Actor.person(factories.user("seller@example.com"))

    def attempt(index: int) -> str:
        try:
            zsc_keys.verify(actor=seller, email="boss@example.com", key=f"zsc_wrong_{index}")
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()
        return "let in"

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(attempt, range(8)))

    assert codes == ["zsc_locked"] * 3 + ["zsc_refused"] * 5
    assert len(counted) == 5
    with pytest.raises(Refused) as refusal:
        zsc_keys.verify(actor=seller, email="boss@example.com", key=made.secret)
    assert refusal.value.code == "zsc_locked"
    assert ZscKey.objects.get().last_used_at is None
    assert sorted(Entry.objects.filter(kind="finance.zscattempts").values_list("verb", flat=True)) == [
        *["locked"],
        *["refused"] * 4,
    ]


@pytest.mark.django_db(transaction=True)
def test_a_wrong_try_inside_a_transaction_is_a_mistake_of_the_caller():
    from django.db import transaction

    seller = Actor.person(factories.user("seller@example.com"))
    with pytest.raises(RuntimeError), transaction.atomic():
        zsc_keys.verify(actor=seller, email="boss@example.com", key="wrong")
