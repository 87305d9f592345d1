"""Deals as their services keep them: figures, stages, lines, people."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Entry
from crm.access import access
from crm.events import DealStageChanged, StageMove
from crm.models import Deal, DealLine, LostReason, Organization, Stage, StageChange
from crm.selectors.history import history, seen_entries
from crm.services import deals
from crm.services.accounts import delete_account
from crm.services.contacts import delete_contact
from crm.services.currencies import add_currency
from crm.services.products import create_product, delete_product
from crm.services.sharing import change_sharing
from finsuite.kernel import events
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, NotFound, NotPermitted, Refused
from finsuite.kernel.versions import version_of
from tests import factories
from users.models import User

pytestmark = pytest.mark.django_db

D = Decimal


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[DealStageChanged]:
    """The stage changes that were told of."""
    heard: list[DealStageChanged] = []
    monkeypatch.setitem(events._listeners, DealStageChanged, [heard.append])
    return heard


def reason(organization: Organization, name: str = "Price") -> LostReason:
    return LostReason.objects.of(organization).get(name=name)


def path_of(deal: Deal) -> list[tuple[str, str]]:
    rows = StageChange.objects.filter(deal=deal).order_by("id")
    return list(rows.values_list("from_name", "to_name"))


def words(deal: Deal) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the history's last entry about the deal says, before and after."""
    entry = Entry.objects.filter(kind="crm.deal", record_id=deal.pk).latest("id")
    return entry.before, entry.after


def test_a_new_deal_begins_in_the_first_stage_at_its_probability(
    organization: Organization, actor: Actor, told: list[DealStageChanged]
) -> None:
    deal = deals.create_deal(actor=actor, organization=organization, values={"name": "A", "amount": D("1000")})
    assert (deal.stage.name, deal.probability, deal.pipeline.is_default) == ("Qualification", 10, True)
    assert (deal.expected_revenue, deal.amount_home, deal.expected_home) == (D("100.00"), D("1000.00"), D("100.00"))
    assert (deal.owner_id, deal.currency, deal.exchange_rate) == (actor.user_id, "EUR", 1)
    assert path_of(deal) == [("", "Qualification")]
    assert [event.moves for event in told] == [(StageMove(deal.pk, None, "", deal.stage_id, "open"),)]


def test_a_deal_in_foreign_currency_is_told_at_home_by_its_rate(organization: Organization, actor: Actor) -> None:
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "1.085"})
    account = factories.account(organization, currency="USD")
    deal = deals.create_deal(
        actor=actor,
        organization=organization,
        values={"name": "A", "account_id": account.pk, "amount": D("1085"), "stage_id": at(organization, "Value prop")},
    )
    assert (deal.currency, deal.exchange_rate) == ("USD", D("1.085"))
    assert (deal.amount_home, deal.expected_revenue, deal.expected_home) == (D("1000.00"), D("434.00"), D("400.00"))
    changed = deals.update_deal(actor=actor, deal=deal, values={"exchange_rate": D("2")})
    assert (changed.amount_home, changed.expected_home) == (D("542.50"), D("217.00"))
    with pytest.raises(Refused) as refused:
        deals.update_deal(actor=actor, deal=deal, values={"currency": "EUR"})
    assert list(refused.value.fields) == ["currency"]


def at(organization: Organization, name: str) -> int:
    return Stage.objects.of(organization).get(pipeline__is_default=True, name__startswith=name).pk


MOVES = [
    # from, values, to, lands in, probability, closed, has reason
    ("Qualification", "Negotiation", {}, 90, False, False),
    ("Qualification", "Closed won", {}, 100, True, False),
    ("Qualification", "Closed lost", {"lost": True}, 0, True, True),
    ("Closed won", "Qualification", {}, 10, False, False),
    ("Closed won", "Closed lost", {"lost": True}, 0, True, True),
    ("Closed lost", "Needs analysis", {}, 20, False, False),
    ("Closed lost", "Closed won", {}, 100, True, False),
    ("Negotiation", "Qualification", {"probability": 35}, 35, False, False),
]


@pytest.mark.parametrize(("before", "after", "values", "probability", "is_closed", "has_reason"), MOVES)
def test_a_move_brings_along_what_follows_from_it(
    organization: Organization,
    actor: Actor,
    told: list[DealStageChanged],
    before: str,
    after: str,
    values: dict[str, Any],
    probability: int,
    is_closed: bool,
    has_reason: bool,
) -> None:
    start = {"lost_reason_id": reason(organization).pk} if before == "Closed lost" else {}
    deal = factories.deal(organization, amount=D("200"), stage_id=at(organization, before), **start)
    told.clear()
    given = {"probability": values["probability"]} if "probability" in values else {}
    given |= {"lost_reason_id": reason(organization, "Timing").pk} if values.get("lost") else {}
    moved = deals.move_deal(actor=actor, deal=deal, stage_id=at(organization, after), values=given)
    moved.refresh_from_db()
    assert moved.stage.name.startswith(after)
    assert (moved.probability, moved.closed_at is not None) == (probability, is_closed)
    assert (moved.lost_reason_id is not None) == has_reason
    assert moved.expected_revenue == D(2 * probability)
    assert [name.startswith(before) for name, _to in path_of(moved)[1:]] == [True]
    assert [move.to_stage_id for event in told for move in event.moves] == [moved.stage_id]


def test_there_and_back_again_leaves_every_step_with_its_duration(organization: Organization, actor: Actor) -> None:
    deal = factories.deal(organization, amount=D("10"))
    Deal.objects.filter(pk=deal.pk).update(stage_entered_at=timezone.now() - timedelta(days=3))
    deals.move_deal(actor=actor, deal=deal, stage_id=at(organization, "Closed won"))
    deals.move_deal(actor=actor, deal=deal, stage_id=at(organization, "Qualification"))
    deals.move_deal(
        actor=actor,
        deal=deal,
        stage_id=at(organization, "Closed lost"),
        values={"lost_reason_id": reason(organization).pk, "lost_note": "They went elsewhere."},
    )
    rows = list(StageChange.objects.filter(deal=deal).order_by("id"))
    assert [(row.to_name, row.probability) for row in rows] == [
        ("Qualification", 10),
        ("Closed won", 100),
        ("Qualification", 10),
        ("Closed lost", 0),
    ]
    assert rows[0].seconds_before is None
    assert rows[1].seconds_before in range(3 * 86_400, 3 * 86_400 + 60)
    assert (rows[3].amount, rows[3].user_id, rows[3].actor_name) == (D("10"), actor.user_id, actor.label)


def test_moving_to_the_same_stage_writes_nothing(
    organization: Organization, actor: Actor, told: list[DealStageChanged]
) -> None:
    deal = factories.deal(organization)
    told.clear()
    entries = Entry.objects.count()
    moved = deals.move_deal(actor=actor, deal=deal, stage_id=deal.stage_id)
    assert (version_of(moved), Entry.objects.count()) == (version_of(deal), entries)
    assert (path_of(deal), told) == ([("", "Qualification")], [])


def test_a_deal_is_not_lost_without_a_reason(organization: Organization, actor: Actor) -> None:
    deal = factories.deal(organization)
    with pytest.raises(Refused) as refused:
        deals.move_deal(actor=actor, deal=deal, stage_id=at(organization, "Closed lost"))
    assert list(refused.value.fields) == ["lost_reason_id"]
    deal.refresh_from_db()
    assert (deal.stage.name, path_of(deal)) == ("Qualification", [("", "Qualification")])


def test_only_a_lost_deal_has_a_lost_reason(organization: Organization, actor: Actor) -> None:
    deal = factories.deal(organization)
    with pytest.raises(Refused) as refused:
        deals.update_deal(actor=actor, deal=deal, values={"lost_reason_id": reason(organization).pk})
    assert list(refused.value.fields) == ["lost_reason_id"]


def test_a_won_deal_closes_today_unless_said_otherwise(organization: Organization, actor: Actor) -> None:
    from crm.services.stage_moves import today_in

    won = at(organization, "Closed won")
    assert factories.deal(organization, "A", stage_id=won).closing_date == today_in(organization)
    moved = deals.move_deal(actor=actor, deal=factories.deal(organization, "B"), stage_id=won)
    assert moved.closing_date == today_in(organization)
    planned = factories.deal(organization, "C", closing_date=date(2026, 12, 24))
    assert deals.move_deal(actor=actor, deal=planned, stage_id=won).closing_date == date(2026, 12, 24)


def test_a_closed_deals_probability_is_its_stages(organization: Organization, actor: Actor) -> None:
    deal = factories.deal(organization, stage="Closed won")
    with pytest.raises(Refused) as refused:
        deals.update_deal(actor=actor, deal=deal, values={"probability": 40})
    assert list(refused.value.fields) == ["probability"]


def test_the_stage_belongs_to_the_pipeline(organization: Organization, actor: Actor) -> None:
    from crm.services.pipelines import create_pipeline

    other = create_pipeline(actor=actor, organization=organization, values={"name": "Partners"})
    deal = factories.deal(organization)
    with pytest.raises(Refused) as refused:
        deals.update_deal(actor=actor, deal=deal, values={"pipeline_id": other.pk})
    assert list(refused.value.fields) == ["stage_id"]
    stage = other.stages.get(name="Needs analysis")
    moved = deals.move_deal(actor=actor, deal=deal, stage_id=stage.pk)
    assert (moved.pipeline_id, moved.probability) == (other.pk, 20)


def test_whose_pipeline_is_out_of_use_begins_nothing_there(organization: Organization, actor: Actor) -> None:
    from crm.services.pipelines import create_pipeline, update_pipeline

    other = create_pipeline(actor=actor, organization=organization, values={"name": "Partners"})
    held = factories.deal(organization, pipeline_id=other.pk)
    update_pipeline(actor=actor, pipeline=other, values={"is_active": False})
    with pytest.raises(Refused) as refused:
        factories.deal(organization, pipeline_id=other.pk)
    assert list(refused.value.fields) == ["pipeline_id"]
    assert deals.update_deal(actor=actor, deal=held, values={"next_step": "Call"}).next_step == "Call"


def test_a_stage_reached_by_an_edit_or_by_many_at_once_leaves_its_track(
    organization: Organization, actor: Actor, told: list[DealStageChanged]
) -> None:
    one, two = factories.deal(organization, "A"), factories.deal(organization, "B")
    told.clear()
    won = at(organization, "Closed won")
    deals.update_deal(actor=actor, deal=one, values={"stage_id": won, "name": "A!"})
    deals.update_deals(
        actor=actor,
        organization=organization,
        changes=[(one.pk, {"stage_id": won}), (two.pk, {"stage_id": won, "owner_id": None})],
    )
    assert path_of(one) == path_of(two) == [("", "Qualification"), ("Qualification", "Closed won")]
    assert [[move.deal_id for move in event.moves] for event in told] == [[one.pk], [two.pk]]


def test_a_stale_version_moves_nothing(organization: Organization, actor: Actor) -> None:
    deal = factories.deal(organization)
    seen = version_of(deal)
    deals.update_deal(actor=actor, deal=deal, values={"next_step": "Call"})
    with pytest.raises(Conflict):
        deals.move_deal(actor=actor, deal=deal, stage_id=at(organization, "Closed won"), version=seen)
    assert path_of(deal) == [("", "Qualification")]


def test_who_may_only_look_moves_nothing(organization: Organization, reader: User, outsider: User) -> None:
    deal = factories.deal(organization)
    won = at(organization, "Closed won")
    with pytest.raises(NotPermitted):
        deals.move_deal(actor=Actor.person(reader), deal=deal, stage_id=won)
    with pytest.raises(NotFound):
        deals.move_deal(actor=Actor.person(outsider), deal=deal, stage_id=won)
    with pytest.raises(NotPermitted):
        deals.set_lines(actor=Actor.person(reader), deal=deal, lines=[{"name": "A", "price": D(1)}])
    assert path_of(deal) == [("", "Qualification")]


LINES = [
    {"name": "Desk", "quantity": D("3"), "price": D("19.99"), "discount_percent": D("10")},
    {"name": "Chair", "quantity": D("2"), "price": D("50")},
]


def test_lines_make_the_amount(organization: Organization, actor: Actor) -> None:
    deal = factories.deal(organization, amount=D("7"))
    changed = deals.set_lines(actor=actor, deal=deal, lines=LINES)
    changed.refresh_from_db()
    assert [line.total for line in changed.lines.order_by("position")] == [D("53.97"), D("100.00")]
    assert (changed.amount, changed.expected_revenue, changed.has_lines) == (D("153.97"), D("15.40"), True)
    before, after = words(deal)
    assert (before["lines"], before["amount"]) == ([], "7.0000")
    assert after["lines"] == ["Desk: 3 × 19.99 − 10 % = 53.97 EUR", "Chair: 2 × 50 = 100.00 EUR"]
    assert "amount_home" not in after


def test_what_changes_in_the_lines_is_told_and_nothing_else(organization: Organization, actor: Actor) -> None:
    deal = deals.set_lines(actor=actor, deal=factories.deal(organization), lines=LINES)
    deals.set_lines(actor=actor, deal=deal, lines=[LINES[0], {**LINES[1], "quantity": D("1")}])
    before, after = words(deal)
    assert before["lines"] == ["Chair: 2 × 50 = 100.00 EUR"]
    assert after["lines"] == ["Chair: 1 × 50 = 50.00 EUR"]


def test_the_same_lines_again_write_nothing(organization: Organization, actor: Actor) -> None:
    deal = deals.set_lines(actor=actor, deal=factories.deal(organization), lines=LINES)
    entries, ids = Entry.objects.count(), list(deal.lines.values_list("pk", flat=True))
    again = deals.set_lines(actor=actor, deal=deal, lines=LINES)
    assert (version_of(again), Entry.objects.count()) == (version_of(deal), entries)
    assert list(deal.lines.values_list("pk", flat=True)) == ids


def test_an_amount_over_lines_is_not_typed(organization: Organization, actor: Actor) -> None:
    deal = deals.set_lines(actor=actor, deal=factories.deal(organization), lines=LINES)
    with pytest.raises(Refused) as refused:
        deals.update_deal(actor=actor, deal=deal, values={"amount": D("1")})
    assert (refused.value.code, list(refused.value.fields)) == ("computed", ["amount"])
    bare = deals.set_lines(actor=actor, deal=deal, lines=[])
    assert (bare.amount, bare.has_lines) == (D("153.97"), False)
    assert deals.update_deal(actor=actor, deal=bare, values={"amount": D("1")}).amount == D("1")


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ({"price": D(1)}, ["lines/0/name"]),
        ({"name": "A"}, ["lines/0/price"]),
        ({"name": "A", "price": D(-1)}, ["lines/0/price"]),
        ({"name": "A", "price": D(1), "quantity": D(0)}, ["lines/0/quantity"]),
        ({"name": "A", "price": D(1), "discount_percent": D(101)}, ["lines/0/discount_percent"]),
        ({"name": "A", "price": D(1), "discount_amount": D(2)}, ["lines/0/discount_amount"]),
        ({"name": "A", "price": D(1), "discount_amount": D(1), "discount_percent": D(1)}, ["lines/0/discount_amount"]),
        ({"name": "A", "price": D(1), "total": D(1)}, ["lines/0/total"]),
        ({"name": "A", "price": D(1), "product_id": 10**12}, ["lines/0/product_id"]),
        ({"name": "A", "price": D("9" * 13), "quantity": D("9" * 13)}, ["lines/0/price"]),
    ],
)
def test_a_faulty_line_is_named_and_nothing_is_saved(
    organization: Organization, actor: Actor, line: dict[str, Any], fields: list[str]
) -> None:
    deal = factories.deal(organization)
    with pytest.raises(Refused) as refused:
        deals.set_lines(actor=actor, deal=deal, lines=[line])
    assert list(refused.value.fields) == fields
    assert not DealLine.objects.filter(deal=deal).exists()


def test_a_product_fills_in_its_name_and_a_price_of_the_same_currency(organization: Organization, actor: Actor) -> None:
    add_currency(actor=actor, organization=organization, values={"code": "USD", "rate": "1.1"})
    values = {"name": "Desk", "unit_price": D("99.9")}
    product = create_product(actor=actor, organization=organization, values=values)
    deal = deals.set_lines(actor=actor, deal=factories.deal(organization), lines=[{"product_id": product.pk}])
    line = deal.lines.get()
    assert (line.name, line.price, line.total) == ("Desk", D("99.90"), D("99.90"))
    foreign = factories.deal(organization, "B", currency="USD")
    with pytest.raises(Refused) as refused:
        deals.set_lines(actor=actor, deal=foreign, lines=[{"product_id": product.pk}])
    assert list(refused.value.fields) == ["lines/0/price"]
    delete_product(actor=actor, product=product)
    line.refresh_from_db()
    assert (line.product_id, line.name, line.total) == (None, "Desk", D("99.90"))


def test_a_deal_is_made_with_its_lines_and_people_in_one_go(organization: Organization, actor: Actor) -> None:
    contact = factories.contact(organization)
    deal = deals.create_deal(
        actor=actor,
        organization=organization,
        values={
            "name": "A",
            "lines": LINES,
            "contact_roles": [{"contact_id": contact.pk, "role": "Champion"}],
        },
    )
    assert (deal.amount, deal.contact_roles.get().role) == (D("153.97"), "Champion")
    assert StageChange.objects.get(deal=deal).amount == D("153.97")
    with pytest.raises(Refused):
        deals.create_deal(actor=actor, organization=organization, values={"name": "B", "amount": 1, "lines": LINES})
    with pytest.raises(Refused):
        deals.create_deal(actor=actor, organization=organization, values={"name": "B", "lines": [{"name": "x"}]})
    assert Deal.objects.of(organization).count() == 1


def test_people_have_a_role_each_once_and_the_history_tells(organization: Organization, actor: Actor) -> None:
    one, two = factories.contact(organization, "Martin"), factories.contact(organization, "Durand")
    deal = factories.deal(organization)
    roles = [{"contact_id": one.pk, "role": "Champion"}, {"contact_id": two.pk, "role": ""}]
    changed = deals.set_contact_roles(actor=actor, deal=deal, roles=roles)
    champion, other = {"contact_id": one.pk, "role": "Champion"}, {"contact_id": two.pk, "role": ""}
    assert words(deal)[1] == {"contact_roles": [champion, other]}
    same = deals.set_contact_roles(actor=actor, deal=deal, roles=roles[::-1])
    assert version_of(same) == version_of(changed)
    deals.set_contact_roles(actor=actor, deal=deal, roles=[{"contact_id": one.pk, "role": "User"}])
    assert words(deal) == (
        {"contact_roles": [champion, other]},
        {"contact_roles": [{"contact_id": one.pk, "role": "User"}]},
    )
    with pytest.raises(Refused) as refused:
        deals.set_contact_roles(actor=actor, deal=deal, roles=[roles[0], roles[0]])
    assert list(refused.value.fields) == ["contact_roles/1/contact_id"]


def test_the_history_names_the_people_of_a_deal_as_far_as_its_reader_may_see_them(
    organization: Organization, actor: Actor, admin: User, standard: User
) -> None:
    own = factories.contact(organization, "Martin", owner_id=standard.pk)
    hidden = factories.contact(organization, "Secret", owner_id=admin.pk)
    deal = factories.deal(organization, owner_id=standard.pk)
    roles = [{"contact_id": own.pk, "role": "Champion"}, {"contact_id": hidden.pk, "role": ""}]
    deals.set_contact_roles(actor=actor, deal=deal, roles=roles)
    change_sharing(actor=actor, organization=organization, sharing={"contacts": "managers"})

    def told(person: User) -> str:
        stories, _more = history(access(person, organization.pk), deal)
        return stories[0].details[0].after

    assert told(admin) == "Martin (Champion), Secret"
    assert told(standard) == "Martin (Champion), Not visible to you"
    entry = Entry.objects.filter(kind="crm.deal").latest("id")
    (seen,) = seen_entries(access(standard, organization.pk), Deal, [{"before": entry.before, "after": entry.after}])
    assert [row["contact_id"] for row in seen["after"]["contact_roles"]] == [own.pk, None]
    delete_contact(actor=actor, contact=hidden)
    assert "Secret" not in str(list(Entry.objects.filter(kind="crm.deal").values_list("before", "after")))


def test_deleting_a_product_leaves_the_lines_with_name_and_price_and_the_history_tells(
    organization: Organization, actor: Actor
) -> None:
    product = factories.product(organization, "Bolt", unit_price=D("5"))
    deal, other = factories.deal(organization), factories.deal(organization, "Other")
    deal = deals.set_lines(actor=actor, deal=deal, lines=[{"product_id": product.pk, "quantity": D("3")}, LINES[0]])
    before = version_of(deal)
    delete_product(actor=actor, product=product)
    deal.refresh_from_db()
    line = deal.lines.get(position=0)
    assert (line.product_id, line.name, line.price, line.total) == (None, "Bolt", D("5"), D("15"))
    assert words(deal) == ({"products_of_lines": ["Bolt"]}, {"products_of_lines": []})
    assert version_of(deal) != before
    assert [entry.verb for entry in Entry.objects.filter(kind="crm.deal", record_id=other.pk)] == ["created"]


def test_deleting_an_account_or_a_contact_lets_go_of_deals(organization: Organization, actor: Actor) -> None:
    account = factories.account(organization)
    contact = factories.contact(organization)
    deal = factories.deal(organization, account_id=account.pk, contact_id=contact.pk)
    deals.set_contact_roles(actor=actor, deal=deal, roles=[{"contact_id": contact.pk, "role": "User"}])
    delete_account(actor=actor, account=account)
    assert words(deal) == ({"account_id": account.pk}, {"account_id": None})
    delete_contact(actor=actor, contact=contact)
    deal.refresh_from_db()
    assert (deal.account_id, deal.contact_id, deal.contact_roles.count()) == (None, None, 0)
    entries = Entry.objects.filter(kind="crm.deal", record_id=deal.pk).order_by("-id")[:2]
    assert {tuple(entry.before) for entry in entries} == {("contact_id",), ("contact_roles",)}


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"name": ""}, ["name"]),
        ({"name": "A", "amount": D("-1")}, ["amount"]),
        ({"name": "A", "probability": 101}, ["probability"]),
        ({"name": "A", "exchange_rate": D("1.5")}, ["exchange_rate"]),
        ({"name": "A", "account_id": 10**12}, ["account_id"]),
        ({"name": "A", "stage_id": 10**12}, ["stage_id"]),
        ({"name": "A", "has_lines": True}, ["has_lines"]),
        ({"name": "A", "expected_revenue": D(1)}, ["expected_revenue"]),
    ],
)
def test_a_faulty_deal_is_not_made(
    organization: Organization, actor: Actor, values: dict[str, Any], fields: list[str]
) -> None:
    with pytest.raises(Refused) as refused:
        deals.create_deal(actor=actor, organization=organization, values=values)
    assert list(refused.value.fields) == fields
    assert not Deal.objects.of(organization).exists()
    assert not StageChange.objects.exists()
