"""The board: right, within the person's sight, and in a constant number of statements."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Q

from crm.access import Access, access
from crm.choices import Module, Sharing
from crm.models import Organization, Pipeline, SharingRule
from crm.selectors.board import board, following, place_of
from crm.selectors.deals import Sums
from crm.services.currencies import add_currency
from finsuite.kernel.actors import Actor
from tests import factories
from users.models import User

pytestmark = pytest.mark.django_db

D = Decimal


@pytest.fixture
def sight(admin: User, organization: Organization) -> Access:
    return access(admin, organization.pk)


@pytest.fixture
def pipeline(organization: Organization) -> Pipeline:
    return Pipeline.objects.of(organization).get(is_default=True)


def names(cards: list[dict[str, Any]]) -> list[str]:
    return [card["name"] for card in cards]


def test_each_stage_is_summed_by_currency_and_at_home(
    organization: Organization, sight: Access, pipeline: Pipeline, actor: Actor
) -> None:
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "1.25"})
    factories.deal(organization, "A", stage="Value proposition", amount=D("100"))
    factories.deal(organization, "B", stage="Value proposition", amount=D("50"), currency="USD")
    factories.deal(organization, "C", stage="Value proposition")
    factories.deal(organization, "D", stage="Closed won", amount=D("7"))
    columns = {column.stage.name: column for column in board(sight, pipeline)}
    assert (next(iter(columns)), len(columns)) == ("Qualification", 8)
    found = columns["Value proposition"]
    assert found.sums == Sums(3, {"EUR": D("100"), "USD": D("50")}, D("140"), D("56"))
    assert names(found.cards) == ["A", "B", "C"]
    assert (columns["Closed won"].sums.home, columns["Qualification"].sums.count) == (D("7"), 0)


def test_the_first_deals_of_each_stage_are_shown_by_closing_date_and_the_next_follow_them(
    organization: Organization, sight: Access, pipeline: Pipeline
) -> None:
    for name, day in (("late", 28), ("soon", 2), ("mid", 12), ("mid too", 12)):
        factories.deal(organization, name, closing_date=date(2026, 12, day))
    for name in ("never", "never too"):
        factories.deal(organization, name)
    (first, *_rest) = board(sight, pipeline, first=2)
    assert (names(first.cards), first.more) == (["soon", "mid"], 4)
    cards, is_more = following(sight, first.stage, Q(), after=place_of(first.cards[-1]), most=3)
    assert (names(cards), is_more) == (["mid too", "late", "never"], True)
    cards, is_more = following(sight, first.stage, Q(), after=place_of(cards[-1]), most=3)
    assert (names(cards), is_more) == (["never too"], False)


@pytest.mark.parametrize("place", ["", ".", "x", "2026-13-45.1", "2026-12-01.", "2026-12-01.x"])
def test_behind_a_place_that_is_none_there_is_nothing(organization: Organization, sight: Access, place: str) -> None:
    deal = factories.deal(organization, closing_date=date(2026, 12, 1))
    assert following(sight, deal.stage, Q(), after=place) == ([], False)


def test_the_filter_holds_for_cards_and_sums(organization: Organization, sight: Access, pipeline: Pipeline) -> None:
    for name in ("kept", "dropped"):
        factories.deal(organization, name, amount=D(5))
    (first, *_rest) = board(sight, pipeline, Q(name="kept"))
    assert (names(first.cards), first.sums.count, first.sums.home) == (["kept"], 1, D(5))


def test_only_the_stages_asked_for_are_read(organization: Organization, sight: Access, pipeline: Pipeline) -> None:
    deal = factories.deal(organization, stage="Closed won")
    factories.deal(organization)
    (column,) = board(sight, pipeline, only=[deal.stage_id])
    assert (column.stage.name, names(column.cards), column.sums.count) == ("Closed won", ["Big sale"], 1)


def test_what_a_person_may_not_see_is_neither_shown_nor_counted(
    organization: Organization, pipeline: Pipeline, admin: User
) -> None:
    seller = factories.crm_member(organization, "Standard", "seller@example.com")
    SharingRule.objects.filter(organization=organization, module=Module.DEALS).delete()
    SharingRule.objects.create(organization=organization, module=Module.DEALS, sharing=Sharing.MANAGERS)
    factories.deal(organization, "theirs", amount=D(100), owner_id=admin.pk)
    factories.deal(organization, "own", amount=D(7), owner_id=seller.pk)
    (first, *_rest) = board(access(seller, organization.pk), pipeline)
    assert (names(first.cards), first.sums) == (["own"], Sums(1, {"EUR": D(7)}, D(7), D("0.7")))


@pytest.mark.parametrize("count", [1, 60])
def test_it_takes_three_statements_however_many_deals(
    organization: Organization, sight: Access, pipeline: Pipeline, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        name = ("Qualification", "Needs analysis", "Closed won")[number % 3]
        factories.deal(organization, f"Deal {number}", stage=name, amount=D(number))
    with django_assert_num_queries(3):
        columns = board(sight, pipeline, needs=("account__name", "owner__email"))
        assert sum(len(column.cards) for column in columns) == count
