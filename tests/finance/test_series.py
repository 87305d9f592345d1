import pytest

from finance.models import Series
from finance.selectors.series import highest_number
from finance.services import numbering
from finance.services import series as services
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted, Refused
from tests import factories


def series(organization, name):
    return Series.objects.select_related("organization").get(organization=organization, series=name)


def test_each_kind_has_a_series_and_bills_bear_their_vendors_numbers(organization):
    kept = dict(Series.objects.of(organization).values_list("series", "prefix"))
    assert kept == {name: preset.prefix for name, preset in numbering.PRESETS.items()}
    assert not series(organization, "bill").is_auto
    assert series(organization, "invoice").is_auto


@pytest.mark.parametrize(("name", "is_auto"), [("expense", False), ("payment", False), ("bill", True)])
def test_only_what_has_a_field_for_its_number_is_typed_and_bills_always_are(organization, actor, name, is_auto):
    with pytest.raises(Refused) as refusal:
        services.update_series(actor=actor, series=series(organization, name), values={"is_auto": is_auto})
    assert list(refusal.value.fields) == ["is_auto"]
    assert series(organization, name).is_auto is not is_auto


def test_numbers_follow_the_series_in_one_statement(organization, actor, django_assert_num_queries):
    values = {"prefix": "F-2026-", "digits": 3, "next_number": 41}
    services.update_series(actor=actor, series=series(organization, "invoice"), values=values)
    with django_assert_num_queries(1):
        taken = numbering.take(organization=organization, series="invoice", count=2)
    assert taken == ["F-2026-041", "F-2026-042"]
    assert series(organization, "invoice").next_number == 43


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"next_number": 2}, "next_number"),
        ({"next_number": 10**15}, "next_number"),
        ({"digits": 0}, "digits"),
        ({"digits": 13}, "digits"),
        ({"prefix": "x" * 21}, "prefix"),
        ({"is_auto": False}, "is_auto"),
        ({"given": 7}, "given"),
    ],
)
def test_what_would_spoil_the_numbers_is_refused(organization, actor, values, field):
    for number in range(2):
        factories.customer(organization, f"Customer {number}")
    with pytest.raises(Refused) as refusal:
        services.update_series(actor=actor, series=series(organization, "customer"), values=values)
    assert list(refusal.value.fields) == [field]
    assert factories.customer(organization, "Third").number == "CUST-00003"


def test_a_prefix_that_was_left_goes_on_beyond_the_numbers_it_gave(organization, actor):
    factories.customer(organization, "First")
    services.update_series(actor=actor, series=series(organization, "customer"), values={"prefix": "C-"})
    Series.objects.filter(series="customer").update(given=0)  # as if somebody had meddled with it
    with pytest.raises(Refused) as refusal:
        services.update_series(actor=actor, series=series(organization, "customer"), values={"prefix": "CUST-"})
    assert list(refusal.value.fields) == ["next_number"]
    values = {"prefix": "CUST-", "next_number": 2}
    services.update_series(actor=actor, series=series(organization, "customer"), values=values)
    assert factories.customer(organization, "Second").number == "CUST-00002"
    assert highest_number(organization, "customer", "CUST-") == 2


def test_only_administrators_change_the_numbering(organization, accountant):
    with pytest.raises(NotPermitted):
        services.update_series(
            actor=Actor.person(accountant), series=series(organization, "invoice"), values={"prefix": "X-"}
        )
    assert series(organization, "invoice").prefix == "INV-"
