"""What a new record takes over of the custom values of those that it is made of."""

from __future__ import annotations

from typing import Any

import pytest

from finance.models import CustomField
from finsuite.kernel.custom_fields.carrying import carried


def field(kind: str = "text", key: str = "site", **values: Any) -> CustomField:
    return CustomField(key=key, label=key.title(), kind=kind, **values)


def choices(*told: str, kind: str = "choice") -> CustomField:
    """`gold:Or` is a choice of this key and label; with a minus before it, a retired one."""
    options = [one.lstrip("-").split(":") for one in told]
    made = [
        {"key": key, "label": label, "active": not one.startswith("-")}
        for one, (key, label) in zip(told, options, strict=True)
    ]
    return field(kind, choices=made)


def several(*told: str) -> CustomField:
    return choices(*told, kind="choices")


CASES: list[tuple[str, CustomField, CustomField, list[Any], dict[str, Any]]] = [
    ("a text", field(), field(), ["Lyon"], {"cf_site": "Lyon"}),
    ("another key", field(key="place"), field(), ["Lyon"], {}),
    ("another kind", field("long_text"), field(), ["Lyon"], {}),
    ("unique there", field(is_unique=True), field(), ["Lyon"], {}),
    ("unique here alone", field(), field(is_unique=True), ["Lyon"], {"cf_site": "Lyon"}),
    ("out of use there", field(is_active=False), field(), ["Lyon"], {}),
    ("out of use here", field(), field(is_active=False), ["Lyon"], {}),
    ("nothing said", field(default="Paris"), field(), [None], {}),
    ("one of two says something", field(), field(), [None, "Lyon"], {"cf_site": "Lyon"}),
    ("both the same", field(), field(), ["Lyon", "Lyon"], {"cf_site": "Lyon"}),
    ("not the same", field(), field(), ["Lyon", "Paris"], {}),
    ("a ticked box", field("yes_no"), field("yes_no"), [True], {"cf_site": True}),
    ("an unticked box says no", field("yes_no", default=True), field("yes_no"), [None], {"cf_site": False}),
    ("boxes that contradict each other", field("yes_no"), field("yes_no"), [True, None], {}),
    ("decimals that fit", field("decimal", places=2), field("decimal", places=4), ["1.25"], {"cf_site": "1.25"}),
    ("decimals that don't", field("decimal", places=2), field("decimal", places=4), ["1.255"], {}),
    ("zero is a number", field("integer"), field("integer"), [0], {"cf_site": 0}),
    ("an amount", field("money"), field("money"), ["9.5"], {"cf_site": "9.5"}),
    ("a day", field("date"), field("date"), ["2026-11-22"], {"cf_site": "2026-11-22"}),
    ("a choice by key", choices("gold:Or"), choices("gold:Gold"), ["gold"], {"cf_site": "gold"}),
    ("a choice by label", choices("top:GOLD"), choices("gold:Gold"), ["gold"], {"cf_site": "top"}),
    ("retired, by label", choices("-gold:Gold", "g2:Göld"), choices("gold:Gold"), ["gold"], {"cf_site": "g2"}),
    ("a choice that there is not", choices("silver:Silver"), choices("gold:Gold"), ["gold"], {}),
    ("choices that fit, in order", several("b:B", "a:A"), several("a:A", "b:B", "c:C"), [["a", "b", "c"]],
     {"cf_site": ["b", "a"]}),
    ("none of the choices", several("b:B"), several("a:A"), [["a"]], {}),
    ("none chosen", several("a:A"), several("a:A"), [None, ["a"]], {"cf_site": ["a"]}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("target", "source", "said", "expected"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_it_takes_over(target, source, said, expected):
    held = [{} if value is None else {"site": value} for value in said]
    assert carried([target], [source], held, currency="EUR", theirs="EUR") == expected


def test_an_amount_stays_in_its_currency():
    fields = [field("money"), field(key="place")]
    held = [{"site": "9.5", "place": "Lyon"}]
    assert carried(fields, fields, held, currency="USD", theirs="EUR") == {"cf_place": "Lyon"}
    assert carried(fields[:1], fields[:1], [{"site": "9.5"}], currency="JPY", theirs="JPY") == {}
