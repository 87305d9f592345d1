"""The board, the forecast and the sums: right, within the person's sight, and in a constant number of statements."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Q
from django.utils import timezone

from crm.access import Access, access
from crm.models import Deal, LostReason, Organization, Pipeline
from crm.selectors import deals as selectors
from crm.selectors.deals import Expected, board, forecast, stage_visits, sums
from crm.services.currencies import add_currency
from crm.services.deals import move_deal
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


@pytest.fixture
def dollars(organization: Organization, actor: Actor) -> None:
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "1.25"})


def test_a_board_sums_each_stage_by_currency_and_at_home(
    organization: Organization, sight: Access, pipeline: Pipeline, dollars: None
) -> None:
    account = factories.account(organization, "Acme")
    factories.deal(organization, "A", stage="Value proposition", amount=D("100"), account_id=account.pk)
    factories.deal(organization, "B", stage="Value proposition", amount=D("50"), currency="USD")
    factories.deal(organization, "C", stage="Value proposition")
    factories.deal(organization, "D", stage="Closed won", amount=D("7"))
    columns = {column.stage.name: column for column in board(sight, pipeline)}
    assert (next(iter(columns)), len(columns)) == ("Qualification", 8)
    found = columns["Value proposition"]
    assert found.sums == selectors.Sums(3, {"EUR": D("100"), "USD": D("50")}, D("140"), D("56"))
    assert [(card.deal.name, card.account) for card in found.cards] == [("A", "Acme"), ("B", ""), ("C", "")]
    assert (columns["Closed won"].sums.home, columns["Qualification"].sums.count) == (D("7"), 0)


def test_a_board_shows_the_first_deals_of_each_stage_by_closing_date(
    organization: Organization, sight: Access, pipeline: Pipeline
) -> None:
    for name, day in (("late", 28), ("soon", 2), ("mid", 12)):
        factories.deal(organization, name, closing_date=date(2026, 12, day))
    factories.deal(organization, "never")
    (first, *_rest) = board(sight, pipeline, per_stage=2)
    assert ([card.deal.name for card in first.cards], first.more) == (["soon", "mid"], 2)
    (kept, *_rest) = board(sight, pipeline, Q(name="late"))
    assert ([card.deal.name for card in kept.cards], kept.sums.count) == (["late"], 1)


@pytest.mark.parametrize("count", [1, 30])
def test_a_board_takes_four_statements_however_many_deals(
    organization: Organization,
    sight: Access,
    pipeline: Pipeline,
    count: int,
    django_assert_num_queries: Any,
) -> None:
    for number in range(count):
        account = factories.account(organization, f"Account {number}")
        name = ("Qualification", "Needs analysis", "Closed won")[number % 3]
        factories.deal(organization, f"Deal {number}", stage=name, account_id=account.pk, amount=D(number))
    with django_assert_num_queries(4):
        columns = board(sight, pipeline)
        assert sum(len(column.cards) for column in columns) == count
        assert all(str(card.deal.owner) and card.account for column in columns for card in column.cards)


def test_sums_tell_each_currency_apart(organization: Organization, sight: Access, dollars: None) -> None:
    factories.deal(organization, "A", amount=D("100"))
    factories.deal(organization, "B", amount=D("50"), currency="USD")
    found = sums(selectors.deals(sight))
    assert (found.count, found.by_currency, found.home) == (2, {"EUR": D("100"), "USD": D("50")}, D("140"))
    assert sums(selectors.deals(sight).none()) == selectors.Sums()


MONTHS = [date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)]


def test_a_forecast_tells_months_people_and_what_is_left_over(
    organization: Organization, sight: Access, admin: User
) -> None:
    reason = LostReason.objects.of(organization).first()
    assert reason is not None
    for name, stage, amount, closing, owner in (
        ("open", "Value proposition", "100", date(2026, 12, 31), admin.pk),
        ("likely", "Negotiation/review", "200", date(2027, 2, 28), None),
        ("won", "Closed won", "300", date(2026, 12, 1), admin.pk),
        ("won before", "Closed won", "400", date(2026, 11, 30), None),
        ("late", "Value proposition", "500", date(2026, 11, 1), None),
        ("undated", "Value proposition", "600", None, None),
        ("after", "Value proposition", "700", date(2027, 3, 1), None),
    ):
        factories.deal(organization, name, stage=stage, amount=D(amount), closing_date=closing, owner_id=owner)
    factories.deal(
        organization, "lost", stage="Closed lost", amount=D(9), closing_date=MONTHS[0], lost_reason_id=reason.pk
    )
    found = forecast(sight, months=MONTHS)
    assert found.months == {
        MONTHS[0]: Expected(D("100"), D("40"), D("0"), D("300"), 2),
        MONTHS[1]: Expected(),
        MONTHS[2]: Expected(D("200"), D("180"), D("200"), D("0"), 1),
    }
    assert (found.late, found.undated) == (
        Expected(D("500"), D("200"), D("0"), D("0"), 1),
        Expected(D("600"), D("240"), D("0"), D("0"), 1),
    )
    assert [(name, expected.open, expected.won) for name, expected in found.owners] == [
        ("Béatrice Roy", D("100"), D("300")),
        ("", D("1300"), D("0")),
    ]
    assert (found.total.count, found.total.open, found.total.won) == (5, D("1400"), D("300"))


@pytest.mark.parametrize("count", [1, 30])
def test_a_forecast_takes_two_statements(
    organization: Organization, sight: Access, admin: User, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        factories.deal(organization, f"Deal {number}", amount=D(10), closing_date=MONTHS[number % 3], owner_id=admin.pk)
    with django_assert_num_queries(2):
        assert forecast(sight, months=MONTHS).total.count == count


def test_each_stage_is_told_with_the_time_that_the_deal_spent_there(organization: Organization, actor: Actor) -> None:
    deal = factories.deal(organization)
    start = timezone.now()
    deal.stage_changes.update(at=start - timedelta(days=5))
    move_deal(actor=actor, deal=deal, stage_id=factories.stage(organization, "Needs analysis").pk)
    deal.stage_changes.filter(to_name="Needs analysis").update(at=start - timedelta(days=2))
    visits = stage_visits(Deal.objects.get(pk=deal.pk), now=start)
    assert [(visit.change.to_name, visit.stayed.days, visit.is_last) for visit in visits] == [
        ("Needs analysis", 2, True),
        ("Qualification", 3, False),
    ]
