"""The stage history of deals that were kept elsewhere before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from crm.models import Deal, Organization, StageChange
from crm.services.deals import move_deal
from crm.services.stage_past import Step, tell_past
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted, Refused
from tests import factories
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return factories.user()


@pytest.fixture
def organization(person: User) -> Organization:
    return factories.crm_organization(person)


@pytest.fixture
def actor(person: User) -> Actor:
    return Actor.person(person)


def _steps(organization: Organization, *pairs: tuple[str, int]) -> list[Step]:
    now = timezone.now()
    return [Step(factories.stage(organization, name).pk, now - timedelta(days=days)) for name, days in pairs]


def test_a_past_takes_the_place_of_the_first_entry_and_says_when_the_deal_closed(
    organization: Organization, actor: Actor
) -> None:
    deal = factories.deal(organization, stage="Closed won", amount=500)
    steps = _steps(organization, ("Qualification", 40), ("Negotiation/review", 10), ("Closed won", 4))
    tell_past(actor=actor, organization=organization, pasts={deal.pk: steps})
    deal.refresh_from_db()
    assert (deal.created_at, deal.stage_entered_at, deal.closed_at) == (steps[0].at, steps[-1].at, steps[-1].at)
    tracks = StageChange.objects.filter(deal=deal).order_by("at")
    assert list(tracks.values_list("from_name", "to_name", "seconds_before")) == [
        ("", "Qualification", None),
        ("Qualification", "Negotiation/review", 30 * 86_400),
        ("Negotiation/review", "Closed won", 6 * 86_400),
    ]
    assert set(tracks.values_list("user_id", flat=True)) == {actor.user_id}
    assert Entry.objects.filter(kind="crm.deal", verb="updated").count() == 1


@pytest.mark.parametrize(
    ("pairs", "code"),
    [
        ([("Qualification", 3), ("Negotiation/review", 2)], "end"),
        ([], "end"),
        ([("Negotiation/review", 2), ("Qualification", 3)], "order"),
        ([("Qualification", -1)], "order"),
    ],
)
def test_a_past_that_does_not_fit_is_refused_and_nothing_changes(
    organization: Organization, actor: Actor, pairs: list[tuple[str, int]], code: str
) -> None:
    deal = factories.deal(organization)
    with pytest.raises(Refused) as refused:
        tell_past(actor=actor, organization=organization, pasts={deal.pk: _steps(organization, *pairs)})
    assert refused.value.code == code
    assert StageChange.objects.get(deal=deal).at == deal.stage_entered_at


def test_a_deal_that_has_moved_keeps_its_history(organization: Organization, actor: Actor) -> None:
    deal = factories.deal(organization)
    target = factories.stage(organization, "Needs analysis")
    move_deal(actor=actor, deal=deal, stage_id=target.pk)
    with pytest.raises(Refused) as refused:
        tell_past(actor=actor, organization=organization, pasts={deal.pk: _steps(organization, ("Needs analysis", 1))})
    assert refused.value.code == "moved"
    assert StageChange.objects.filter(deal=deal).count() == 2


def test_only_setup_tells_a_past_and_only_of_its_own_deals(organization: Organization, actor: Actor) -> None:
    deal = factories.deal(organization)
    seller = Actor.person(factories.crm_member(organization, "Standard", "seller@example.com"))
    pasts = {deal.pk: _steps(organization, ("Qualification", 9))}
    with pytest.raises(NotPermitted):
        tell_past(actor=seller, organization=organization, pasts=pasts)
    elsewhere = factories.crm_organization(factories.user("other@example.com"), "Elsewhere")
    assert tell_past(actor=factories.SYSTEM, organization=elsewhere, pasts=pasts) == []
    assert Deal.objects.get(pk=deal.pk).stage_entered_at == deal.stage_entered_at
