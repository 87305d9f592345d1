"""The board and the forecast of deals on the API."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from crm.models import Organization
from crm.services.list_views import create_list_view
from crm.services.pipelines import create_pipeline
from finsuite.kernel.actors import Actor
from tests import factories
from users.models import User

pytestmark = pytest.mark.django_db

D = Decimal
BOARD, FORECAST = 8, 6
MONTH = date(2026, 12, 5)


@pytest.fixture
def at(organization: Organization, client: Any, admin: User) -> str:
    client.force_login(admin)
    return f"/api/v1/crm/{organization.pk}/deals"


def test_the_board_is_told_with_sums_and_first_deals(
    client: Any, at: str, organization: Organization, admin: User
) -> None:
    account = factories.account(organization)
    deal = factories.deal(
        organization, "A", amount=D("1000"), closing_date=MONTH, account_id=account.pk, owner_id=admin.pk, tags=["hot"]
    )
    factories.deal(organization, "B", amount=D("5"))
    told = client.get(f"{at}/board?limit=1").json()
    assert (told["pipeline"], told["currency"], len(told["stages"])) == (deal.pipeline_id, "EUR", 8)
    first = told["stages"][0]
    deals = first.pop("deals")
    assert first == {
        "stage": deal.stage_id,
        "name": "Qualification",
        "category": "open",
        "probability": 10,
        "count": 2,
        "amounts": {"EUR": "1005.00"},
        "amount_home": "1005.00",
        "expected_home": "100.50",
    }
    assert [(row["id"], row["account"], row["amount"], row["closing_date"], row["tags"]) for row in deals] == [
        (deal.pk, account.pk, "1000.00", "2026-12-05", ["hot"])
    ]


def test_a_view_a_search_and_a_pipeline_narrow_it(
    client: Any, at: str, organization: Organization, actor: Actor
) -> None:
    criteria = [{"field": "amount", "comparator": "gte", "value": "500"}]
    values = {"module": "deals", "name": "Large", "scope": "criteria", "criteria": criteria, "visibility": "public"}
    view = create_list_view(actor=actor, organization=organization, values=values)
    other = create_pipeline(actor=actor, organization=organization, values={"name": "Partners"})
    for name, amount in (("Tiny", 5), ("Big A", 500), ("Big B", 900)):
        factories.deal(organization, name, amount=D(amount))
    factories.deal(organization, "Theirs", amount=D(1000), pipeline_id=other.pk)

    def names(query: str) -> list[str]:
        stages = client.get(f"{at}/board?{query}").json()["stages"]
        return [deal["name"] for stage in stages for deal in stage["deals"]]

    assert names(f"view={view.pk}") == ["Big A", "Big B"]
    assert names(f"view={view.pk}&search=tiny") == []
    assert names("search=tiny") == ["Tiny"]
    assert names(f"pipeline={other.pk}") == ["Theirs"]
    total = client.get(f"{at}/forecast?view={view.pk}").json()["undated"]
    assert (total["open"], total["count"]) == ("2400.00", 3)


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ("board?pipeline=0", 404),
        ("board?pipeline=x", 404),
        ("board?view=0", 404),
        ("board?limit=0", 400),
        ("board?colour=red", 400),
        ("forecast?months=25", 400),
        ("forecast?from=soon", 400),
        ("forecast?from=0001-01-01", 400),
    ],
)
def test_what_can_not_be_meant_is_refused(client: Any, at: str, place: str, status: int) -> None:
    assert client.get(f"{at}/{place}").status_code == status


def test_the_forecast_is_told_by_month_and_owner(client: Any, at: str, organization: Organization, admin: User) -> None:
    factories.deal(organization, "A", amount=D("1000"), closing_date=MONTH, owner_id=admin.pk)
    factories.deal(organization, "B", amount=D("5"), closing_date=date(2026, 1, 1))
    told = client.get(f"{at}/forecast?from=2026-12-24&months=2").json()
    assert [month["month"] for month in told["months"]] == ["2026-12", "2027-01"]
    assert told["months"][0] == {
        "month": "2026-12",
        "committed": "0.00",
        "open": "1000.00",
        "weighted": "100.00",
        "won": "0.00",
        "lost": "0.00",
        "count": 1,
    }
    assert (told["late"]["open"], told["total"]["open"]) == ("5.00", "1005.00")
    assert [(row["owner"], row["name"], row["open"]) for row in told["owners"]] == [
        (admin.pk, "Béatrice Roy", "1000.00"),
        (None, "", "5.00"),
    ]


@pytest.mark.parametrize("count", [1, 60])
def test_they_take_as_many_statements_with_one_deal_as_with_sixty(
    client: Any, at: str, organization: Organization, admin: User, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        name = ("Qualification", "Needs analysis", "Closed won")[number % 3]
        factories.deal(organization, f"Deal {number}", stage=name, owner_id=admin.pk, closing_date=MONTH)
    with django_assert_num_queries(BOARD):
        client.get(f"{at}/board")
    with django_assert_num_queries(FORECAST):
        client.get(f"{at}/forecast")
