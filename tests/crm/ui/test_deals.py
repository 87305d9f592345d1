"""The pages of deals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from crm.models import Deal, LostReason, Organization, StageChange
from crm.services.currencies import add_currency
from crm.services.deals import set_lines
from crm.services.products import create_product
from finsuite.kernel import panels
from finsuite.kernel.actors import Actor
from finsuite.kernel.versions import version_of
from tests import factories

pytestmark = pytest.mark.django_db

D = Decimal


def at(deal: Deal, page: str) -> str:
    return reverse(f"crm:deal_{page}", kwargs={"organization": deal.organization_id, "deal_id": deal.pk})


@pytest.fixture
def deal(organization: Organization, client: Any, admin: Any) -> Deal:
    client.force_login(admin)
    return factories.deal(organization, "Big sale", amount=D("1000"))


def test_the_lost_stage_asks_for_a_reason_and_moves_with_one(
    client: Any, organization: Organization, deal: Deal
) -> None:
    lost = factories.stage(organization, "Closed lost").pk
    asked = client.get(f"{at(deal, 'move')}?stage={lost}")
    assert asked.status_code == 200
    assert 'name="lost_reason_id"' in asked.content.decode()
    refused = client.post(at(deal, "move"), {"stage": lost})
    assert refused.status_code == 422
    deal.refresh_from_db()
    assert deal.stage.name == "Qualification"
    reason = LostReason.objects.of(organization).first()
    assert reason is not None
    moved = client.post(at(deal, "move"), {"stage": lost, "lost_reason_id": reason.pk, "version": version_of(deal)})
    assert (moved.status_code, moved.url) == (302, at(deal, "detail"))
    deal.refresh_from_db()
    assert (deal.stage.name, deal.lost_reason_id) == ("Closed lost", reason.pk)


def test_the_won_stage_asks_for_the_closing_date(client: Any, organization: Organization, deal: Deal) -> None:
    won = factories.stage(organization, "Closed won").pk
    assert client.post(at(deal, "move"), {"stage": won}).status_code == 422
    assert client.post(at(deal, "move"), {"stage": won, "closing_date": "2026-11-20"}).status_code == 302
    deal.refresh_from_db()
    assert str(deal.closing_date) == "2026-11-20"


def test_a_move_on_an_old_page_changes_nothing(client: Any, organization: Organization, deal: Deal) -> None:
    stage = factories.stage(organization, "Needs analysis").pk
    answer = client.post(at(deal, "move"), {"stage": stage, "version": "2020-01-01T00:00:00Z"})
    assert answer.status_code == 409
    assert StageChange.objects.filter(deal=deal).count() == 1


def test_a_move_by_htmx_is_a_dialog_and_leads_back_to_where_it_began(
    client: Any, organization: Organization, deal: Deal
) -> None:
    stage = factories.stage(organization, "Needs analysis").pk
    headers = {"HX-Request": "true"}
    asked = client.get(f"{at(deal, 'move')}?stage={stage}&next=/crm/", headers=headers)
    assert asked.content.decode().startswith("<dialog")
    moved = client.post(at(deal, "move"), {"stage": stage, "next": "/crm/"}, headers=headers)
    assert moved.headers["HX-Redirect"] == "/crm/"
    elsewhere = client.post(at(deal, "move"), {"stage": stage, "next": "https://evil.example/"}, headers=headers)
    assert elsewhere.headers["HX-Redirect"] == at(deal, "detail")


def test_what_a_move_sets_off_is_said_in_its_slot(
    client: Any, organization: Organization, deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(request: Any, plan: Any) -> str:
        return f"<p>{plan.deal.name} → {plan.stage.name}: an invoice of 1 000 EUR</p>"

    monkeypatch.setitem(panels._slots, "crm.deal.before_move", [(1, told)])
    won = factories.stage(organization, "Closed won").pk
    asked = client.get(f"{at(deal, 'move')}?stage={won}").content.decode()
    assert "Big sale → Closed won: an invoice of 1 000 EUR" in asked


def test_lines_are_saved_from_their_form_and_blank_ones_are_none(client: Any, deal: Deal) -> None:
    form = {
        "line": ["0", "1", "7"],
        "name-0": "Desk",
        "quantity-0": "3",
        "price-0": "19.99",
        "discount-0": "10 %",
        "name-1": "",
        "quantity-1": "1",
        "price-1": "",
        "discount-1": "",
        "name-7": "Chair",
        "quantity-7": "2",
        "price-7": "50",
        "discount-7": "5.5",
        "version": version_of(deal),
    }
    assert client.post(at(deal, "lines"), form).status_code == 302
    deal.refresh_from_db()
    assert [(line.name, line.total) for line in deal.lines.order_by("position")] == [
        ("Desk", D("53.97")),
        ("Chair", D("94.50")),
    ]
    assert deal.amount == D("148.47")
    shown = client.get(at(deal, "lines")).content.decode()
    assert 'value="10 %"' in shown
    assert 'value="5.5"' in shown


def test_a_faulty_line_is_shown_with_what_is_wrong_and_nothing_is_saved(client: Any, deal: Deal) -> None:
    form = {"line": ["0", "1"], "name-0": "Desk", "price-0": "1", "name-1": "Chair", "price-1": "a lot"}
    answer = client.post(at(deal, "lines"), form)
    assert answer.status_code == 422
    assert 'value="a lot"' in answer.content.decode()
    assert not deal.lines.exists()


def test_totals_are_computed_by_the_server_and_nothing_is_saved(client: Any, deal: Deal) -> None:
    form = {"line": ["0", "1"], "name-0": "Desk", "quantity-0": "2", "price-0": "10.01", "quantity-1": "1"}
    told = client.post(at(deal, "line_totals"), form).content.decode()
    assert "€20.02" in told
    assert 'id="lines-amount" hx-swap-oob="true">€20.02<' in told
    assert not deal.lines.exists()


def test_a_picked_product_fills_in_its_name_and_its_price_in_the_deals_currency(
    client: Any, organization: Organization, actor: Actor, deal: Deal
) -> None:
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "1.1"})
    for currency, price, note in (("EUR", 'value="99.9"', ""), ("USD", 'value=""', "type one in EUR")):
        product = create_product(
            actor=actor,
            organization=organization,
            values={"name": f"Desk {currency}", "unit_price": D("99.9"), "currency": currency},
        )
        row = client.get(f"{at(deal, 'line')}?index=4&product_id-4={product.pk}").content.decode()
        assert f'name="name-4" value="Desk {currency}"' in row
        assert f'name="price-4" {price}' in row
        assert note in row


def test_the_amount_of_a_deal_with_lines_is_not_to_be_typed(client: Any, actor: Actor, deal: Deal) -> None:
    set_lines(actor=actor, deal=deal, lines=[{"name": "Desk", "price": 10}])
    form = client.get(at(deal, "edit")).content.decode()
    assert "The sum of the lines. Change those." in form
    assert "readonly" in form


def test_people_are_saved_with_their_roles(client: Any, organization: Organization, deal: Deal) -> None:
    contact = factories.contact(organization)
    form = {"line": ["0", "1"], "contact_id-0": contact.pk, "role-0": "Champion", "contact_id-1": "", "role-1": ""}
    assert client.post(at(deal, "contacts"), form).status_code == 302
    assert deal.contact_roles.get().role == "Champion"
    assert "Champion" in client.get(at(deal, "contacts")).content.decode()


def test_an_account_and_a_contact_show_their_deals(client: Any, organization: Organization, deal: Deal) -> None:
    account, contact = factories.account(organization), factories.contact(organization)
    other = factories.deal(
        organization,
        "Small sale",
        account_id=account.pk,
        amount=D("5"),
        contact_roles=[{"contact_id": contact.pk, "role": "User"}],
    )
    for kind, record in (("account", account), ("contact", contact)):
        place = reverse(f"crm:{kind}_deals", kwargs={"organization": organization.pk, f"{kind}_id": record.pk})
        shown = client.get(place).content.decode()
        assert other.name in shown
        assert deal.name not in shown
        assert f"deals/new?{kind}={record.pk}" in shown


def test_a_new_deal_from_a_contact_is_of_their_account(client: Any, organization: Organization, deal: Deal) -> None:
    account = factories.account(organization)
    contact = factories.contact(organization, account_id=account.pk)
    place = reverse("crm:deal_create", kwargs={"organization": organization.pk})
    form = client.get(f"{place}?contact={contact.pk}").content.decode()
    assert 'value="Acme"' in form
    assert 'value="Martin"' in form


@pytest.mark.parametrize("count", [1, 30])
def test_a_list_of_deals_takes_as_many_statements_however_many_there_are(
    client: Any, organization: Organization, deal: Deal, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        account = factories.account(organization, f"Account {number}")
        factories.deal(organization, f"Deal {number}", account_id=account.pk, amount=D(number))
    place = reverse("crm:deal_list", kwargs={"organization": organization.pk})
    client.get(place)
    with django_assert_num_queries(LIST):
        shown = client.get(place).content.decode()
    assert shown.count("Qualification") >= count


LIST = 10


PAGES = [("detail", 10), ("lines", 11), ("contacts", 11), ("stages", 11)]


@pytest.mark.parametrize(("page", "statements"), PAGES)
@pytest.mark.parametrize("count", [1, 20])
def test_each_page_of_a_deal_takes_as_many_statements_however_much_it_shows(
    client: Any,
    organization: Organization,
    actor: Actor,
    deal: Deal,
    page: str,
    statements: int,
    count: int,
    django_assert_num_queries: Any,
) -> None:
    product = create_product(actor=actor, organization=organization, values={"name": "Desk", "unit_price": D(1)})
    set_lines(actor=actor, deal=deal, lines=[{"product_id": product.pk}] * count)
    from crm.services.deals import set_contact_roles

    people = [factories.contact(organization, f"Person {number}") for number in range(count)]
    set_contact_roles(actor=actor, deal=deal, roles=[{"contact_id": person.pk, "role": "x"} for person in people])
    client.get(at(deal, page))
    with django_assert_num_queries(statements):
        assert client.get(at(deal, page)).status_code == 200
