"""Deals on the API."""

from __future__ import annotations

from typing import Any

import pytest

from crm.models import Deal, LostReason, Organization, Stage, StageChange
from crm.services.currencies import add_currency
from finsuite.kernel.actors import Actor
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(organization: Organization) -> str:
    return f"/api/v1/crm/{organization.pk}/deals"


LINES = [
    {"name": "Desk", "quantity": "3", "price": "19.99", "discount_percent": "10"},
    {"name": "Chair", "price": "50"},
]


def post(client: Any, url: str, body: Any, **headers: str) -> Any:
    return client.post(url, body, content_type="application/json", headers=headers)


def test_a_deal_is_made_and_read_with_its_lines_and_people(
    client: Any, admin: Any, organization: Organization, at: str
) -> None:
    client.force_login(admin)
    contact = factories.contact(organization)
    body = {"name": "A", "lines": LINES, "contact_roles": [{"contact": contact.pk, "role": "Champion"}]}
    answer = post(client, at, body)
    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert (told["amount"], told["expected_revenue"], told["has_lines"]) == ("103.97", "10.40", True)
    assert told["contact_roles"] == [{"contact": contact.pk, "role": "Champion"}]
    assert told["lines"][0] == {
        "product": None,
        "name": "Desk",
        "description": "",
        "quantity": "3",
        "price": "19.99",
        "discount_percent": "10",
        "discount_amount": None,
        "total": "53.97",
    }
    assert [line["total"] for line in told["lines"]] == ["53.97", "50.00"]


def test_lines_are_replaced_as_a_whole_and_the_amount_can_not_be_set_beside_them(
    client: Any, admin: Any, organization: Organization, at: str
) -> None:
    client.force_login(admin)
    made = post(client, at, {"name": "A", "lines": LINES})
    place, tag = f"{at}/{made.json()['id']}", made.headers["ETag"]

    def patch(body: Any, tag: str) -> Any:
        return client.patch(place, body, content_type="application/json", headers={"If-Match": tag})

    refused = patch({"amount": "1"}, tag)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/amount")
    refused = patch({"lines": [{"name": "A", "price": "1", "total": "1"}]}, tag)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/lines/0/total")
    refused = patch({"lines": [LINES[1], {"name": "A", "price": 1}]}, tag)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/lines/1/price")
    changed = patch({"lines": LINES[:1], "next_step": "Call"}, tag)
    assert (changed.status_code, changed.json()["amount"], changed.json()["next_step"]) == (200, "53.97", "Call")
    assert patch({"lines": []}, tag).status_code == 412
    bare = patch({"lines": []}, changed.headers["ETag"])
    assert (bare.json()["lines"], bare.json()["amount"], bare.json()["has_lines"]) == ([], "53.97", False)
    assert patch({"amount": "1"}, bare.headers["ETag"]).json()["amount"] == "1.00"


def test_a_deal_is_moved_by_a_verb(client: Any, admin: Any, organization: Organization, at: str) -> None:
    client.force_login(admin)
    deal = factories.deal(organization)
    lost = factories.stage(organization, "Closed lost").pk
    refused = post(client, f"{at}/{deal.pk}/move", {"stage": lost})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/lost_reason")
    reason = LostReason.objects.of(organization).first()
    assert reason is not None
    body = {"stage": lost, "lost_reason": reason.pk, "lost_note": "Too dear."}
    stale = post(client, f"{at}/{deal.pk}/move", body, **{"If-Match": '"2020-01-01T00:00:00Z"'})
    assert stale.status_code == 412
    moved = post(client, f"{at}/{deal.pk}/move", body, **{"Idempotency-Key": "k1"})
    assert (moved.status_code, moved.json()["probability"], moved.json()["lost_reason"]) == (200, 0, reason.pk)
    again = post(client, f"{at}/{deal.pk}/move", body, **{"Idempotency-Key": "k1"})
    assert again.headers["Idempotency-Replayed"] == "true"
    changes = client.get(f"{at}/{deal.pk}/stage-changes?count=true").json()
    assert [row["to_name"] for row in changes["results"]] == ["Closed lost", "Qualification"]
    assert (changes["count"], changes["results"][0]["actor_name"]) == (2, "Béatrice Roy")


def test_a_stage_set_by_patch_leaves_its_track(client: Any, admin: Any, organization: Organization, at: str) -> None:
    client.force_login(admin)
    made = post(client, at, {"name": "A"})
    won = factories.stage(organization, "Closed won").pk
    changed = client.patch(
        f"{at}/{made.json()['id']}",
        {"stage": won},
        content_type="application/json",
        headers={"If-Match": made.headers["ETag"]},
    )
    assert (changed.status_code, changed.json()["probability"]) == (200, 100)
    assert StageChange.objects.filter(deal_id=made.json()["id"]).count() == 2


def test_a_rehearsal_shows_the_lines_totals_and_saves_nothing(
    client: Any, admin: Any, organization: Organization, at: str
) -> None:
    client.force_login(admin)
    answer = post(client, f"{at}?dry_run=true", {"name": "A", "lines": LINES})
    assert (answer.json()["id"], answer.json()["amount"]) == (None, "103.97")
    assert not Deal.objects.of(organization).exists()


def test_many_deals_are_made_each_with_its_own_result(
    client: Any, admin: Any, organization: Organization, at: str
) -> None:
    client.force_login(admin)
    rows = [{"name": "A", "lines": LINES}, {"name": "B", "lines": [{"name": "x"}]}, {"name": "C", "amount": "5"}]
    answer = post(client, f"{at}/bulk", {"records": rows}).json()
    assert [each["status"] for each in answer["results"]] == [201, 400, 201]
    assert answer["results"][1]["problem"]["errors"][0]["pointer"] == "/lines/0/price"
    assert sorted(Deal.objects.of(organization).values_list("name", flat=True)) == ["A", "C"]


@pytest.mark.parametrize("count", [1, 50])
def test_a_page_of_deals_with_lines_takes_one_statement(
    client: Any,
    admin: Any,
    organization: Organization,
    actor: Actor,
    at: str,
    count: int,
    django_assert_num_queries: Any,
) -> None:
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "1.1"})
    account, contact = factories.account(organization), factories.contact(organization)
    for number in range(count):
        factories.deal(
            organization,
            f"Deal {number}",
            account_id=account.pk,
            currency=("EUR", "USD")[number % 2],
            lines=[{"name": "Desk", "price": 10 + number}, {"name": "Chair", "price": number}],
            contact_roles=[{"contact_id": contact.pk, "role": "User"}],
        )
    client.force_login(admin)
    client.get(at)
    with django_assert_num_queries(STATEMENTS):
        told = client.get(f"{at}?expand=account,contact,stage,pipeline,owner&limit=50").json()["results"]
    assert len(told) == count
    assert told[0]["account"]["name"] == "Acme"
    assert told[0]["stage"]["category"] == "open"
    assert all(len(deal["lines"]) == 2 and len(deal["contact_roles"]) == 1 for deal in told)


STATEMENTS = 5  # session, person, membership, rights, the page itself


def test_deals_are_filtered_by_stage_amount_and_closing_date(
    client: Any, admin: Any, organization: Organization, at: str
) -> None:
    client.force_login(admin)
    factories.deal(organization, "A", amount=100, closing_date="2026-12-01")
    factories.deal(organization, "B", amount=200, stage="Closed won", closing_date="2026-12-31")
    won = factories.stage(organization, "Closed won").pk

    def names(query: str) -> list[str]:
        answer = client.get(f"{at}?{query}")
        assert answer.status_code == 200, answer.json()
        return [row["name"] for row in answer.json()["results"]]

    assert names(f"stage={won}") == ["B"]
    assert names("amount__gte=150") == ["B"]
    assert names("closing_date__lte=2026-12-15") == ["A"]
    assert names("ordering=-amount") == ["B", "A"]
    assert client.get(f"{at}?lines=x").status_code == 400


def test_a_stage_with_deals_is_deleted_by_saying_where_they_go(
    client: Any, admin: Any, organization: Organization
) -> None:
    client.force_login(admin)
    source, target = factories.stage(organization, "Needs analysis"), factories.stage(organization, "Value proposition")
    deal = factories.deal(organization, stage_id=source.pk)
    url = f"/api/v1/crm/{organization.pk}/stages/{source.pk}"
    tag = {"If-Match": client.get(url).headers["ETag"]}
    won = factories.stage(organization, "Closed won")
    for asked in ("", f"?move_to={won.pk}", "?move_to=x", f"?moveto={target.pk}"):
        assert client.delete(url + asked, headers=tag).status_code == 400
    assert Deal.objects.get(pk=deal.pk).stage_id == source.pk
    assert client.delete(f"{url}?move_to={target.pk}", headers=tag).status_code == 204
    assert not Stage.objects.filter(pk=source.pk).exists()
    assert Deal.objects.get(pk=deal.pk).stage_id == target.pk
