import pytest

from audit.models import Entry
from finance.selectors.preferences import preferences
from finance.services.preferences import update_preferences
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Conflict, NotPermitted, Refused
from finsuite.kernel.versions import version_of


def test_preferences_change_with_their_history(organization, actor):
    before = preferences(organization)
    saved = update_preferences(
        actor=actor,
        organization=organization,
        values={"round_off": "step", "round_off_step": "0.05", "texts": {"invoice": {"terms": " Pay soon. "}}},
        version=version_of(before),
    )
    assert (saved.round_off, str(saved.round_off_step), saved.text("invoice", "terms")) == (
        "step",
        "0.05",
        "Pay soon.",
    )
    assert saved.texts == {"invoice": {"terms": "Pay soon."}}
    assert Entry.objects.get(kind="finance.preferences").after["text_invoice_terms"] == "Pay soon."
    cleared = update_preferences(
        actor=actor, organization=organization, values={"round_off": "none", "texts": {"invoice": {"terms": ""}}}
    )
    assert (cleared.round_off_step, cleared.texts) == (None, {})
    with pytest.raises(Conflict):
        update_preferences(
            actor=actor, organization=organization, values={"tax_mode": "both"}, version=version_of(before)
        )
    assert preferences(organization).tax_mode == "exclusive"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"round_off": "step"}, "round_off_step"),
        ({"round_off": "step", "round_off_step": "0"}, "round_off_step"),
        ({"tax_mode": "perhaps"}, "tax_mode"),
        ({"estimate_days": 1000}, "estimate_days"),
        ({"texts": {"invoice": {"notes": "x" * 5001}}}, "text_invoice_notes"),
        ({"texts": {"poem": {"notes": "x"}}}, "texts"),
        ({"texts": {"invoice": {"notes": 7}}}, "texts"),
        ({"texts": [1]}, "texts"),
        ({"organization_id": 7}, "organization_id"),
    ],
)
def test_what_can_not_be_preferred_is_refused(organization, actor, values, field):
    before = preferences(organization).updated_at
    with pytest.raises(Refused) as refusal:
        update_preferences(actor=actor, organization=organization, values=values)
    assert list(refusal.value.fields) == [field]
    assert preferences(organization).updated_at == before


def test_saving_preferences_as_they_are_writes_nothing(organization, actor):
    before = (preferences(organization).updated_at, Entry.objects.count())
    update_preferences(actor=actor, organization=organization, values={"round_off": "none", "texts": {}})
    assert (preferences(organization).updated_at, Entry.objects.count()) == before


def test_only_administrators_change_preferences(organization, accountant):
    with pytest.raises(NotPermitted):
        update_preferences(actor=Actor.person(accountant), organization=organization, values={"has_shipping": False})
    assert preferences(organization).has_shipping
