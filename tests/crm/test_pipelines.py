"""Pipelines, stages and lost reasons, as their services keep them."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Entry
from crm.models import Deal, LostReason, Organization, Pipeline, Stage, StageChange
from crm.services import lost_reasons, pipelines, stages
from crm.services.deals import delete_deal
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, NotPermitted, Refused
from finsuite.kernel.versions import version_of
from tests import factories
from users.models import User

pytestmark = pytest.mark.django_db

USUAL = [
    ("Qualification", 10, "open"),
    ("Needs analysis", 20, "open"),
    ("Value proposition", 40, "open"),
    ("Identify decision makers", 60, "open"),
    ("Proposal/price quote", 75, "open"),
    ("Negotiation/review", 90, "open"),
    ("Closed won", 100, "won"),
    ("Closed lost", 0, "lost"),
]


def standard_pipeline(organization: Organization) -> Pipeline:
    return Pipeline.objects.of(organization).select_related("organization").get(is_default=True)


def names(pipeline: Pipeline) -> list[str]:
    return list(Stage.objects.filter(pipeline=pipeline).order_by("position").values_list("name", flat=True))


def test_an_organization_begins_with_the_usual_stages_and_reasons(organization: Organization) -> None:
    pipeline = standard_pipeline(organization)
    rows = Stage.objects.filter(pipeline=pipeline).order_by("position")
    assert list(rows.values_list("name", "probability", "category")) == USUAL
    reasons = LostReason.objects.of(organization).order_by("position").values_list("name", flat=True)
    assert list(reasons) == ["Price", "Timing", "Competitor", "No decision", "No need"]


def test_a_new_pipeline_has_the_usual_stages(organization: Organization, actor: Actor) -> None:
    made = pipelines.create_pipeline(actor=actor, organization=organization, values={"name": "Partners"})
    assert names(made) == [name for name, _probability, _category in USUAL]
    assert not made.is_default


def test_there_is_always_exactly_one_default_pipeline(organization: Organization, actor: Actor) -> None:
    first = standard_pipeline(organization)
    second = pipelines.create_pipeline(
        actor=actor, organization=organization, values={"name": "Partners", "is_default": True}
    )
    first.refresh_from_db()
    assert (first.is_default, second.is_default) == (False, True)
    with pytest.raises(Refused) as refused:
        pipelines.update_pipeline(actor=actor, pipeline=second, values={"is_default": False})
    assert "is_default" in refused.value.fields
    with pytest.raises(Refused):
        pipelines.update_pipeline(actor=actor, pipeline=second, values={"is_active": False})
    with pytest.raises(Refused):
        pipelines.delete_pipeline(actor=actor, pipeline=second)
    assert Pipeline.objects.of(organization).get(is_default=True).pk == second.pk


def test_two_pipelines_of_one_name_are_refused(organization: Organization, actor: Actor) -> None:
    with pytest.raises(Refused) as refused:
        pipelines.create_pipeline(actor=actor, organization=organization, values={"name": "standard"})
    assert refused.value.code == "duplicate"


def test_a_pipeline_with_deals_is_not_deleted(organization: Organization, actor: Actor) -> None:
    made = pipelines.create_pipeline(actor=actor, organization=organization, values={"name": "Partners"})
    deal = factories.deal(organization, pipeline_id=made.pk)
    with pytest.raises(Refused) as refused:
        pipelines.delete_pipeline(actor=actor, pipeline=made)
    assert refused.value.code == "in_use"
    delete_deal(actor=actor, deal=deal)
    pipelines.delete_pipeline(actor=actor, pipeline=made)
    assert not Pipeline.objects.filter(pk=made.pk).exists()


def test_saving_a_pipeline_as_it_is_writes_nothing(organization: Organization, actor: Actor) -> None:
    pipeline = standard_pipeline(organization)
    before, entries = pipeline.updated_at, Entry.objects.count()
    pipelines.update_pipeline(actor=actor, pipeline=pipeline, values={"name": "Standard"})
    pipelines.update_pipeline(actor=actor, pipeline=pipeline, values={"is_default": True, "is_active": True})
    pipeline.refresh_from_db()
    assert (pipeline.updated_at, Entry.objects.count()) == (before, entries)


@pytest.mark.parametrize(
    ("values", "probability", "place"),
    [
        ({"name": "Trial", "probability": 80}, 80, 6),
        ({"name": "Won by tender", "category": "won", "probability": 12}, 100, 8),
        ({"name": "Lost to nobody", "category": "lost", "probability": 12}, 0, 8),
        ({"name": "First call", "probability": 5, "position": 0}, 5, 0),
    ],
)
def test_a_stage_goes_where_it_belongs(
    organization: Organization, actor: Actor, values: dict[str, Any], probability: int, place: int
) -> None:
    pipeline = standard_pipeline(organization)
    made = stages.create_stage(actor=actor, pipeline=pipeline, values=values)
    assert made.probability == probability
    assert names(pipeline).index(made.name) == place
    assert list(Stage.objects.filter(pipeline=pipeline).order_by("position").values_list("position", flat=True)) == [
        *range(9)
    ]


def test_stages_are_put_in_order_by_all_their_ids(organization: Organization, actor: Actor) -> None:
    pipeline = standard_pipeline(organization)
    ids = list(Stage.objects.filter(pipeline=pipeline).order_by("-position").values_list("pk", flat=True))
    stages.order_stages(actor=actor, pipeline=pipeline, ids=ids, version=version_of(pipeline))
    assert names(pipeline) == [name for name, _probability, _category in reversed(USUAL)]
    with pytest.raises(Conflict):
        stages.order_stages(actor=actor, pipeline=pipeline, ids=ids[::-1], version=version_of(pipeline))
    with pytest.raises(Refused):
        stages.order_stages(actor=actor, pipeline=pipeline, ids=ids[1:])
    assert names(pipeline)[0] == "Closed lost"


@pytest.mark.parametrize("name", ["Closed won", "Closed lost"])
def test_the_last_stage_of_a_category_stays(organization: Organization, actor: Actor, name: str) -> None:
    stage = factories.stage(organization, name)
    for attempt in (
        lambda: stages.delete_stage(actor=actor, stage=stage),
        lambda: stages.update_stage(actor=actor, stage=stage, values={"category": "open"}),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.code == "last"
    stage.refresh_from_db()
    assert stage.name == name


def test_a_won_stage_is_at_100_and_a_lost_one_at_0_whatever_is_typed(organization: Organization, actor: Actor) -> None:
    stage = factories.stage(organization, "Negotiation/review")
    won = stages.update_stage(actor=actor, stage=stage, values={"category": "won", "probability": 55})
    assert won.probability == 100
    lost = stages.update_stage(actor=actor, stage=won, values={"category": "lost"})
    assert lost.probability == 0
    assert stages.update_stage(actor=actor, stage=lost, values={"probability": 40}).probability == 0


def test_a_stage_with_deals_keeps_its_meaning(organization: Organization, actor: Actor) -> None:
    factories.deal(organization, stage="Negotiation/review")
    with pytest.raises(Refused) as refused:
        stages.update_stage(
            actor=actor, stage=factories.stage(organization, "Negotiation/review"), values={"category": "won"}
        )
    assert refused.value.code == "in_use"
    assert factories.stage(organization, "Negotiation/review").category == "open"


def test_a_stage_with_deals_goes_only_when_it_is_said_where_they_go(organization: Organization, actor: Actor) -> None:
    deals = [factories.deal(organization, name, stage="Needs analysis") for name in ("A", "B")]
    stage = factories.stage(organization, "Needs analysis")
    with pytest.raises(Refused) as refused:
        stages.delete_stage(actor=actor, stage=stage)
    assert refused.value.code == "in_use"
    with pytest.raises(Refused):
        stages.delete_stage(actor=actor, stage=stage, move_to_id=factories.stage(organization, "Closed won").pk)
    assert Stage.objects.filter(pk=stage.pk).exists()

    stages.delete_stage(actor=actor, stage=stage, move_to_id=factories.stage(organization, "Value proposition").pk)
    assert {deal.stage.name for deal in Deal.objects.of(organization)} == {"Value proposition"}
    told = StageChange.objects.filter(deal=deals[0]).latest("id")
    assert (told.from_stage_id, told.from_name, told.to_name) == (None, "Needs analysis", "Value proposition")
    assert told.user_id == actor.user_id
    assert names(standard_pipeline(organization)) == [name for name, *_rest in USUAL if name != "Needs analysis"]


def test_one_stage_after_another_is_deleted_and_the_others_close_up(organization: Organization, actor: Actor) -> None:
    for name in ("Needs analysis", "Value proposition"):
        stages.delete_stage(actor=actor, stage=factories.stage(organization, name))
    left = list(Stage.objects.of(organization).order_by("position").values_list("position", flat=True))
    assert left == list(range(6))


def test_only_setup_changes_pipelines(organization: Organization, standard: User) -> None:
    person = Actor.person(standard)
    pipeline = standard_pipeline(organization)
    for attempt in (
        lambda: pipelines.create_pipeline(actor=person, organization=organization, values={"name": "Mine"}),
        lambda: pipelines.update_pipeline(actor=person, pipeline=pipeline, values={"name": "Mine"}),
        lambda: stages.create_stage(actor=person, pipeline=pipeline, values={"name": "Mine"}),
        lambda: stages.delete_stage(actor=person, stage=factories.stage(organization, "Needs analysis")),
        lambda: lost_reasons.create_lost_reason(actor=person, organization=organization, values={"name": "Mine"}),
    ):
        with pytest.raises(NotPermitted):
            attempt()
    assert names(pipeline) == [name for name, *_rest in USUAL]
    assert LostReason.objects.of(organization).count() == 5


def test_a_lost_reason_in_use_is_put_out_of_use_not_deleted(organization: Organization, actor: Actor) -> None:
    reason = LostReason.objects.of(organization).get(name="Price")
    factories.deal(organization, stage="Closed lost", lost_reason_id=reason.pk)
    with pytest.raises(Refused) as refused:
        lost_reasons.delete_lost_reason(actor=actor, lost_reason=reason)
    assert refused.value.code == "in_use"
    assert not lost_reasons.update_lost_reason(actor=actor, lost_reason=reason, values={"is_active": False}).is_active


def test_one_lost_reason_is_always_in_use(organization: Organization, actor: Actor) -> None:
    *others, last = LostReason.objects.of(organization).select_related("organization").order_by("position")
    for reason in others:
        lost_reasons.delete_lost_reason(actor=actor, lost_reason=reason)
    with pytest.raises(Refused):
        lost_reasons.delete_lost_reason(actor=actor, lost_reason=last)
    with pytest.raises(Refused):
        lost_reasons.update_lost_reason(actor=actor, lost_reason=last, values={"is_active": False})
    assert LostReason.objects.of(organization).get().is_active


def test_reasons_are_offered_in_the_order_given(organization: Organization, actor: Actor) -> None:
    ids = list(LostReason.objects.of(organization).order_by("-position").values_list("pk", flat=True))
    lost_reasons.order_lost_reasons(actor=actor, organization=organization, ids=ids[:2])
    told = LostReason.objects.of(organization).order_by("position").values_list("name", flat=True)
    assert list(told) == ["No need", "No decision", "Price", "Timing", "Competitor"]
