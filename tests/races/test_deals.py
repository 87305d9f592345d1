"""Two people move or price the same deal at once, or take a stage away from under it."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection

from crm.models import Deal, Stage, StageChange
from crm.services.deals import create_deal, move_deal, set_lines
from crm.services.stages import delete_stage
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, DomainError, Refused
from finsuite.kernel.versions import version_of
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def _at_once(*jobs):
    def closing(job):
        try:
            return job()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [done.result() for done in [pool.submit(closing, job) for job in jobs]]


@pytest.fixture
def organization(transactional_db):
    return factories.crm_organization(factories.user("admin@example.com"))


def _ids(outcomes):
    return [outcome.pk for outcome in outcomes if isinstance(outcome, Deal)]


def test_of_two_moves_of_one_deal_one_is_made_and_one_is_a_conflict(organization):
    deal = factories.deal(organization)
    names = ["Needs analysis", "Value proposition", "Negotiation/review", "Qualification"]
    for _turn in range(4):
        deal.refresh_from_db()
        version = version_of(deal)
        targets = [factories.stage(organization, name).pk for name in names]
        outcomes = _at_once(
            *(
                partial(move_deal, actor=factories.SYSTEM, deal=deal, stage_id=key, version=version)
                for key in targets
                if key != deal.stage_id
            ),
        )
        assert len(_ids(outcomes)) == 1
        assert [isinstance(outcome, Conflict) for outcome in outcomes].count(True) == len(outcomes) - 1
    path = list(StageChange.objects.filter(deal=deal).order_by("id").values_list("from_name", "to_name"))
    assert [to for _from, to in path[:-1]] == [left for left, _to in path[1:]]
    assert len(path) == 5


def test_lines_that_two_people_save_at_once_are_those_of_one_of_them(organization):
    deal = factories.deal(organization)
    for turn in range(3):
        deal.refresh_from_db()
        version = version_of(deal)
        outcomes = _at_once(
            *(
                partial(
                    set_lines,
                    actor=factories.SYSTEM,
                    deal=deal,
                    lines=[{"name": "Desk", "price": Decimal(price + turn)}] * count,
                    version=version,
                )
                for price, count in ((10, 1), (20, 2))
            )
        )
        assert [isinstance(outcome, Conflict) for outcome in outcomes].count(True) == 1
        deal.refresh_from_db()
        assert deal.amount == sum(line.total for line in deal.lines.all())


def test_a_stage_is_not_deleted_from_under_a_deal_that_is_put_into_it(organization):
    for turn in range(4):
        name = ["Needs analysis", "Value proposition", "Negotiation/review", "Identify decision makers"][turn]
        stage = factories.stage(organization, name)
        make = partial(
            create_deal,
            actor=factories.SYSTEM,
            organization=organization,
            values={"name": f"Deal {turn}", "stage_id": stage.pk},
        )
        made, gone = _at_once(make, partial(delete_stage, actor=Actor.system(), stage=stage))
        assert isinstance(made, Refused) or isinstance(gone, Refused)
        assert Stage.objects.filter(pk=stage.pk).exists() == isinstance(gone, Refused)
        assert Deal.objects.filter(stage_id=stage.pk).exists() == isinstance(made, Deal)
