"""The board of deals, moving its cards, and the forecast."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from crm.models import Deal, ListView, LostReason, Organization, StageChange
from crm.services.deals import move_deal, update_deal
from crm.services.list_views import create_list_view
from crm.services.pipelines import create_pipeline
from crm.ui import deal_board
from finsuite.kernel import panels
from finsuite.kernel.actors import Actor
from finsuite.kernel.versions import version_of
from tests import factories
from users.models import User

pytestmark = pytest.mark.django_db

D = Decimal
HTMX = {"HX-Request": "true"}
BOARD = 11
FORECAST = 10
MOVE = 25


@pytest.fixture
def deal(organization: Organization) -> Deal:
    return factories.deal(organization, "Big sale", amount=D("1000"))


def stage(organization: Organization, name: str) -> int:
    return factories.stage(organization, name).pk


def push(client: Any, deal: Deal, stage_id: int, **more: Any) -> Any:
    place = f"/crm/{deal.organization_id}/deals/{deal.pk}/move-card"
    deal.refresh_from_db()
    values = {"stage": stage_id, "version": version_of(deal), "from": deal.stage_id, "board": "", **more}
    return client.post(place, values, headers=HTMX)


def toast(answer: Any) -> dict[str, Any]:
    (found,) = json.loads(answer.headers["HX-Trigger"])["toasts"]
    return found


def test_the_board_shows_stages_with_what_they_come_to_and_cards(
    client: Any, at: Any, organization: Organization, admin: User
) -> None:
    account = factories.account(organization, "Acme")
    past = timezone.now().date() - timedelta(days=30)
    factories.deal(
        organization,
        "Old one",
        amount=D("1000"),
        closing_date=past,
        account_id=account.pk,
        owner_id=admin.pk,
        tags=["hot"],
    )
    shown = client.get(at("deals/board")).content.decode()
    for said in ("Old one", "Acme", "€1,000.00", "overdue since", "Béatrice Roy", "hot", "€100.00 weighted"):
        assert said in shown, said
    assert shown.count("data-column=") == 8
    assert shown.count("No deals in this stage.") == 7


def test_a_won_deal_is_never_overdue(client: Any, at: Any, organization: Organization) -> None:
    factories.deal(organization, stage="Closed won", closing_date=date(2020, 1, 1))
    assert "overdue" not in client.get(at("deals/board")).content.decode()


def test_the_same_view_and_search_filter_the_board(
    client: Any, at: Any, organization: Organization, actor: Actor, admin: User
) -> None:
    values = {
        "module": "deals",
        "name": "Large",
        "owner_id": admin.pk,
        "scope": "criteria",
        "criteria": [{"field": "amount", "comparator": "gte", "value": "500"}],
        "layout": "board",
    }
    view = create_list_view(actor=actor, organization=organization, values=values)
    for name, amount in (("Tiny", 5), ("Big A", 500), ("Big B", 900)):
        factories.deal(organization, name, amount=D(amount))
    shown = client.get(at(f"deals/board?view={view.pk}&q=big+a")).content.decode()
    assert "Big A" in shown
    assert "Big B" not in shown
    assert "Tiny" not in shown
    # A view that is kept as a board opens as one; asked for as a list, it is a list.
    answer = client.get(at(f"deals/?view={view.pk}"))
    assert (answer.status_code, answer.url) == (302, at(f"deals/board?view={view.pk}"))
    assert client.get(at(f"deals/?view={view.pk}&layout=list")).status_code == 200


def test_a_view_is_saved_as_the_board_that_one_sees(
    client: Any, at: Any, organization: Organization, admin: User
) -> None:
    form = {"name": "Mine as a board", "column": "amount", "criteria": "[]", "layout": "board", "visibility": "private"}
    assert client.post(at("views/deals/new"), form).status_code == 302
    view = ListView.objects.of(organization).get(name="Mine as a board")
    assert view.layout == "board"
    page = client.get(at(f"deals/?view={view.pk}&layout=list")).content.decode()
    assert 'id="save-as-open"' in page


def test_each_pipeline_has_its_board(client: Any, at: Any, organization: Organization, actor: Actor) -> None:
    other = create_pipeline(actor=actor, organization=organization, values={"name": "Partners"})
    factories.deal(organization, "Ours")
    factories.deal(organization, "Theirs", pipeline_id=other.pk)
    shown = client.get(at(f"deals/board?pipeline={other.pk}")).content.decode()
    assert "Theirs" in shown
    assert "Ours" not in shown
    assert client.get(at("deals/board?pipeline=0")).status_code == 404


def test_more_cards_follow_the_first(
    client: Any, at: Any, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deal_board.board, "__kwdefaults__", {**deal_board.board.__kwdefaults__, "first": 2})
    for number in range(3):
        factories.deal(organization, f"Deal {number}")
    shown = client.get(at("deals/board")).content.decode()
    assert "Deal 2" not in shown
    place = shown.split('class="button button--small" hx-get="')[1].split('"')[0].replace("&amp;", "&")
    more = client.get(place, headers=HTMX).content.decode()
    assert "Deal 2" in more
    assert "Deal 1" not in more
    assert "Load more" not in more


def test_the_chosen_fields_are_remembered(client: Any, at: Any, deal: Deal) -> None:
    chosen = client.get(at("deals/board?card=next_step&card=probability&card=nonsense"))
    assert chosen.cookies["card-deals"].value == "next_step.probability"
    shown = client.get(at("deals/board")).content.decode()
    assert "deal-card__fact--probability" in shown
    assert "deal-card__fact--amount" not in shown


def test_who_may_only_look_has_nothing_to_move_with(
    browse: Any, at: Any, organization: Organization, deal: Deal
) -> None:
    viewer = browse(factories.crm_member(organization, "Read-only", "viewer@example.com"))
    shown = viewer.get(at("deals/board")).content.decode()
    assert "Big sale" in shown
    for control in ('draggable="true"', "data-card-menu", "data-move-url", "data-move-to"):
        assert control not in shown.split('id="card-fields"')[0], control
    assert push(viewer, deal, stage(organization, "Needs analysis")).status_code == 403
    assert StageChange.objects.filter(deal=deal).count() == 1


def test_a_move_answers_both_columns_and_can_be_taken_back(client: Any, organization: Organization, deal: Deal) -> None:
    answer = push(client, deal, stage(organization, "Needs analysis"))
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert shown.count('hx-swap-oob="true"') == 2
    assert "€200.00 weighted" in shown
    said = toast(answer)
    assert said["message"] == "“Big sale” moved to “Needs analysis”."
    back = client.post(said["action"]["url"], headers=HTMX)
    assert toast(back)["message"] == "“Big sale” is back in “Qualification”."
    deal.refresh_from_db()
    assert (deal.stage.name, deal.probability) == ("Qualification", 10)
    again = client.post(said["action"]["url"], headers=HTMX)
    assert again.status_code == 422
    assert toast(again)["tone"] == "warning"
    assert StageChange.objects.filter(deal=deal).count() == 3


def test_lost_asks_for_a_reason_and_its_undo_puts_everything_back(
    client: Any, organization: Organization, deal: Deal, actor: Actor
) -> None:
    update_deal(actor=actor, deal=deal, values={"probability": 33, "closing_date": date(2027, 1, 5)})
    lost = stage(organization, "Closed lost")
    asked = push(client, deal, lost)
    assert 'name="lost_reason_id"' in asked.content.decode()
    assert push(client, deal, lost, asked="1").status_code == 422
    assert Deal.objects.get(pk=deal.pk).stage.name == "Qualification"
    reason = LostReason.objects.of(organization).first()
    assert reason is not None
    moved = push(client, deal, lost, asked="1", lost_reason_id=reason.pk, lost_note="Too dear")
    assert moved.status_code == 200
    assert client.post(toast(moved)["action"]["url"], headers=HTMX).status_code == 200
    deal = Deal.objects.get(pk=deal.pk)
    assert (deal.stage.name, deal.probability, deal.closing_date) == ("Qualification", 33, date(2027, 1, 5))
    assert (deal.lost_reason_id, deal.lost_note, deal.closed_at) == (None, "", None)


def test_won_asks_for_the_closing_date(client: Any, organization: Organization, deal: Deal) -> None:
    won = stage(organization, "Closed won")
    assert 'name="closing_date"' in push(client, deal, won).content.decode()
    assert push(client, deal, won, asked="1", closing_date="2026-11-20").status_code == 200
    assert Deal.objects.get(pk=deal.pk).closing_date == date(2026, 11, 20)


def test_what_a_move_sets_off_is_told_before(
    client: Any, organization: Organization, deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(request: Any, plan: Any) -> str:
        return f"<p>{plan.stage.name}: an estimate as draft</p>"

    monkeypatch.setitem(panels._slots, "crm.deal.before_move", [(1, told)])
    asked = push(client, deal, stage(organization, "Needs analysis"))
    assert "Needs analysis: an estimate as draft" in asked.content.decode()
    assert Deal.objects.get(pk=deal.pk).stage.name == "Qualification"
    assert push(client, deal, stage(organization, "Needs analysis"), asked="1").status_code == 200
    assert Deal.objects.get(pk=deal.pk).stage.name == "Needs analysis"


def test_a_late_move_says_who_was_faster_and_shows_where_the_deal_is(
    client: Any, organization: Organization, deal: Deal
) -> None:
    version, start = version_of(deal), deal.stage_id
    colleague = factories.crm_member(organization, "Standard", "colleague@example.com")
    move_deal(actor=Actor.person(colleague), deal=deal, stage_id=stage(organization, "Needs analysis"))
    answer = push(client, deal, stage(organization, "Value proposition"), version=version, **{"from": start})
    assert answer.status_code == 422
    assert toast(answer)["message"].startswith("colleague@example.com has moved “Big sale” to “Needs analysis” ")
    assert answer.content.decode().count('<section class="board__column"') == 3
    assert Deal.objects.get(pk=deal.pk).stage.name == "Needs analysis"


@pytest.mark.parametrize("was", ["", "made-up", "1:2:3"])
def test_an_undo_that_was_not_given_out_does_nothing(client: Any, at: Any, deal: Deal, was: str) -> None:
    assert client.post(at(f"deals/{deal.pk}/move-card/undo?was={was}"), headers=HTMX).status_code == 400
    assert StageChange.objects.filter(deal=deal).count() == 1


@pytest.mark.parametrize("count", [1, 60])
def test_the_pages_take_as_many_statements_with_one_deal_as_with_sixty(
    client: Any, at: Any, organization: Organization, admin: User, count: int, django_assert_num_queries: Any
) -> None:
    day = timezone.now().date()
    for number in range(count):
        account = factories.account(organization, f"Account {number}")
        name = ("Qualification", "Needs analysis", "Closed won")[number % 3]
        values = {"owner_id": admin.pk, "account_id": account.pk, "amount": D(number + 1), "closing_date": day}
        deal = factories.deal(organization, f"Deal {number}", stage=name, **values)
    client.get(at("deals/board"))
    with django_assert_num_queries(BOARD):
        client.get(at("deals/board"))
    with django_assert_num_queries(FORECAST):
        client.get(at("deals/forecast"))
    with django_assert_num_queries(MOVE):
        push(client, deal, stage(organization, "Value proposition"))


def test_the_forecast_tells_months_and_people_and_each_figure_leads_to_its_deals(
    client: Any, at: Any, organization: Organization, admin: User
) -> None:
    today = timezone.now().date()
    factories.deal(organization, "Open", amount=D("1000"), closing_date=today, owner_id=admin.pk)
    factories.deal(organization, "Likely", amount=D("500"), closing_date=today, stage="Negotiation/review")
    factories.deal(organization, "Won", amount=D("300"), closing_date=today, stage="Closed won", owner_id=admin.pk)
    factories.deal(organization, "Forgotten", amount=D("70"), closing_date=date(2020, 1, 1))
    factories.deal(organization, "Some day", amount=D("20"))
    shown = client.get(at("deals/forecast")).content.decode()
    for said in (
        "€1,500.00",
        "€500.00",
        "€550.00",
        "€300.00",
        "Overdue from before",
        "Without a closing date",
        "Nobody",
    ):
        assert said in shown, said
    found = {}
    for piece in shown.split('<td class="num"><a href="')[1:]:
        place, rest = piece.split('">', 1)
        found.setdefault(rest.split("<")[0], place.replace("&amp;", "&"))
    for figure, names in (("€1,500.00", {"Open", "Likely"}), ("€300.00", {"Won"}), ("€70.00", {"Forgotten"})):
        page = client.get(found[figure]).content.decode().split('<tbody id="rows">')[1].split("</tbody>")[0]
        assert {name for name in ("Open", "Likely", "Won", "Forgotten", "Some day") if f">{name}</a>" in page} == names
    assert parse_qs(urlsplit(found["€70.00"]).query)["layout"] == ["list"]


def test_the_forecast_goes_by_fiscal_years(client: Any, at: Any, organization: Organization) -> None:
    Organization.objects.filter(pk=organization.pk).update(fiscal_year_start_month=4)
    factories.deal(organization, "A", amount=D("1000"), closing_date=date(2030, 3, 31))
    factories.deal(organization, "B", amount=D("500"), closing_date=date(2030, 4, 1))
    shown = client.get(at("deals/forecast?period=2029")).content.decode()
    assert "Fiscal year 2029–30" in shown
    assert "€1,000.00" in shown
    assert "€500.00" not in shown


def test_the_forecast_comes_as_a_file_in_which_no_name_is_a_formula(
    client: Any, at: Any, organization: Organization
) -> None:
    person = factories.crm_member(organization, "Standard", "x@example.com")
    User.objects.filter(pk=person.pk).update(first_name="=1+1", last_name="")
    day = timezone.now().date()
    factories.deal(organization, "A", amount=D("1000.5"), closing_date=day, owner_id=person.pk)
    answer = client.get(at("deals/forecast.csv"))
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="forecast-')
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = text.splitlines()
    assert lines[0] == "Rows by,Name,Committed,Open,Weighted,Won,Lost,Deals,Currency"
    assert f"Month,{day:%Y-%m},0.00,1000.50,100.05,0.00,0.00,1,EUR" in lines
    assert "Owner,'=1+1,0.00,1000.50,100.05,0.00,0.00,1,EUR" in lines
    assert lines[-1] == "Total,,0.00,1000.50,100.05,0.00,0.00,1,EUR"
