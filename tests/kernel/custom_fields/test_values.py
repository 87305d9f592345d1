"""A value that is accepted is the same one however often it is written down and read again."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import orjson
import pytest
from django.utils import timezone, translation
from hypothesis import assume, given
from hypothesis import strategies as st

from crm.models import CustomField
from finsuite.kernel.custom_fields.controls import control
from finsuite.kernel.custom_fields.drawing import drawn
from finsuite.kernel.custom_fields.texts import read_text, shown, told_plainly, typed
from finsuite.kernel.custom_fields.values import clean
from finsuite.kernel.errors import Refused

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=60)
NUMBER = st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False, allow_infinity=False)
MOMENT = st.datetimes(dt.datetime(1900, 1, 2), dt.datetime(2199, 12, 30), timezones=st.just(dt.UTC))
KEYS = [f"k{number}" for number in range(5)]
GIVEN = {
    "text": TEXT,
    "long_text": TEXT,
    "integer": st.integers(-(10**14), 10**14),
    "decimal": NUMBER,
    "money": st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False, allow_infinity=False),
    "date": st.dates(dt.date(1000, 1, 1)),
    "moment": MOMENT,
    "yes_no": st.just(True),
    "choice": st.sampled_from(KEYS),
    "choices": st.lists(st.sampled_from(KEYS), min_size=1),
    "email": st.sampled_from(["anna@example.com", "a.b+c@d.example.org"]),
    "phone": st.from_regex(r"\A\+[0-9]{2} [0-9]{3,10}\Z"),
    "url": st.sampled_from(["www.example.com", "https://exämple.fr/a?b=c"]),
}
LABELS = ["Gold", "Été, à Paris", "100 %", "or", "No"]


def field(kind: str) -> CustomField:
    choices = [{"key": key, "label": label, "active": True} for key, label in zip(KEYS, LABELS, strict=True)]
    return CustomField(label="Grade", key="grade", kind=kind, places=4, choices=choices)


@pytest.mark.parametrize("kind", GIVEN)
@given(data=st.data())
def test_stored_shown_retyped_and_read_from_a_file_it_is_the_same(kind, data):
    made = field(kind)
    value = clean(made, data.draw(GIVEN[kind]))
    assume(value is not None)
    stored = orjson.loads(orjson.dumps(value))
    assert stored == value
    assert clean(made, stored) == value
    assert clean(made, read_text(made, told_plainly(made, stored), ".")) == value
    with translation.override("fr"):
        assert shown(made, stored)
        text = typed(made, stored)
        retyped = text.split(",") if kind == "choices" else text == "on" if kind == "yes_no" else text
        if kind != "moment" or _is_told_once(stored):
            assert clean(made, control(made, stored).clean(retyped)) == value


def _is_told_once(moment: str) -> bool:
    """Not so in the hour that clocks go through twice, which a local time can't tell apart."""
    local = timezone.localtime(dt.datetime.fromisoformat(moment)).replace(tzinfo=None)
    return timezone.make_aware(local) == dt.datetime.fromisoformat(moment)


READ = [
    ("integer", "1 234", "", 1234),
    ("decimal", "1.234,5", ",", "1234.5"),
    ("decimal", "1,234.5", ".", "1234.5"),
    ("decimal", "1,234", ".", "1234"),
    ("date", "21/11/2026", "", "2026-11-21"),
    ("date", "11/21/2026", "", "2026-11-21"),
    ("date", "03/04/2026", "dmy", "2026-04-03"),
    ("date", "03/04/2026", "mdy", "2026-03-04"),
    ("moment", "21/11/2026 9:05", "", "2026-11-21T08:05:00Z"),
    ("moment", "2026-11-21T09:05:00Z", "", "2026-11-21T09:05:00Z"),
    ("yes_no", "Oui", "", True),
    ("yes_no", "no", "", None),
    ("choice", "GOLD", "", "k0"),
    ("choice", "k3", "", "k3"),
    ("choices", "Été, à Paris", "", ["k1"]),
    ("choices", "no; gold", "", ["k0", "k4"]),
    ("choices", "no, gold", "", ["k0", "k4"]),
    ("text", "  ", "", None),
]


@pytest.mark.parametrize(("kind", "text", "way", "value"), READ)
def test_cells_of_files_are_read(kind, text, way, value):
    with timezone.override("Europe/Paris"):
        assert clean(field(kind), read_text(field(kind), text, way)) == value


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("decimal", "1,234", "amount_ambiguous"),
        ("decimal", "1.2.3", "number"),
        ("date", "03/04/2026", "ambiguous_date"),
        ("date", "31/02/2026", "date"),
        ("yes_no", "maybe", "invalid"),
        ("choice", "Tin", "choice"),
    ],
)
def test_what_can_be_read_two_ways_or_none_is_refused_by_the_fields_name(kind, text, code):
    with pytest.raises(Refused) as refused:
        read_text(field(kind), text, "." if code == "number" else "")
    assert (refused.value.code, list(refused.value.fields)) == (code, ["cf_grade"])
    assert "Grade" in refused.value.message


def test_an_amount_in_yen_has_no_decimals():
    assert clean(field("money"), Decimal("12.00"), currency="JPY") == "12"
    with pytest.raises(Refused):
        clean(field("money"), Decimal("12.50"), currency="JPY")


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [("integer", 0, "0"), ("decimal", "0", "0"), ("integer", None, ""), ("yes_no", False, ""), ("choices", [], "")],
)
def test_zero_is_shown_and_nothing_is_not(kind, value, expected):
    assert drawn(field(kind), value, "EUR") == expected
