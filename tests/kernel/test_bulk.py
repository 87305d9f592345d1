from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from crm.models import Account
from finsuite.kernel.bulk import BATCH, insert_many, update_many
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization():
    return factories.crm_organization(factories.user())


def test_records_come_back_with_their_ids_in_order_and_their_values_unchanged(organization):
    awkward = 'a"b\\c\n\t{}é\u2028😀'
    made = [
        Account(
            organization=organization, name=f"{number} {awkward}", currency="EUR", tags=["x,y", awkward], employees=3
        )
        for number in range(BATCH + 1)
    ]
    made[0].annual_revenue = Decimal("1234567890123456.78")
    insert_many(made)
    kept = list(Account.objects.order_by("id"))
    assert [account.pk for account in kept] == [account.pk for account in made]
    assert [account.name for account in kept] == [account.name for account in made]
    assert (kept[0].tags, kept[0].annual_revenue, kept[1].annual_revenue) == (
        ["x,y", awkward],
        Decimal("1234567890123456.78"),
        None,
    )
    assert kept[0].created_at == made[0].created_at == made[-1].updated_at


def test_only_the_named_fields_and_the_version_are_written(organization):
    made = [Account(organization=organization, name=str(number), currency="EUR") for number in range(3)]
    insert_many(made)
    before = made[0].updated_at
    for account in made:
        account.phone, account.fax = "1", "not written"
    update_many(made[:2], ["phone"])
    kept = list(Account.objects.order_by("id").values_list("phone", "fax"))
    assert kept == [("1", ""), ("1", ""), ("", "")]
    assert Account.objects.get(pk=made[0].pk).updated_at > before


def test_one_row_that_a_constraint_refuses_refuses_all(organization):
    made = [Account(organization=organization, name=name, currency="EUR") for name in ("One", "")]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_many(made)
    assert not Account.objects.exists()


def test_nothing_takes_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert_many([])
        update_many([], ["phone"])
