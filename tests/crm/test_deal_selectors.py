"""The forecast and the sums: right, within the person's sight, and in a constant number of statements."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from crm.access import Access, access
from crm.models import Deal, LostReason, Organization
from crm.selectors import deals as selectors
from crm.selectors.deals import Expected, forecast, stage_visits, sums
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
def dollars(organization: Organization, actor: Actor) -> None:
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "1.25"})


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
        MONTHS[0]: Expected(open=D("100"), weighted=D("40"), won=D("300"), lost=D("9"), count=2),
        MONTHS[1]: Expected(),
        MONTHS[2]: Expected(open=D("200"), weighted=D("180"), committed=D("200"), count=1),
    }
    assert (found.late, found.undated) == (
        Expected(open=D("500"), weighted=D("200"), count=1),
        Expected(open=D("600"), weighted=D("240"), count=1),
    )
    assert [(row.owner_id, row.name, row.expected.open, row.expected.won) for row in found.owners] == [
        (admin.pk, "Béatrice Roy", D("100"), D("300")),
        (None, "", D("1300"), D("0")),
    ]
    assert (found.total.count, found.total.open, found.total.won, found.total.lost) == (5, D("1400"), D("300"), D("9"))


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
