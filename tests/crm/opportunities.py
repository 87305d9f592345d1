"""A sales file as a widely used public CRM sample has it: 8,800 opportunities, seven products, 85 companies.

The figures are the sample's own: 4,238 won, 2,473 lost, 1,589 engaging, 500 prospecting; 1,425 rows name no account,
1,480 spell the product "GTX Pro" as "GTXPro". Who sold what to whom is made up, the same each time.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import cycle

ROWS = 8_800
STAGES = (("Won", 4_238), ("Lost", 2_473), ("Engaging", 1_589), ("Prospecting", 500))
WITHOUT_ACCOUNT = 1_425
MISSPELT = 1_480
PRODUCTS = {
    "GTX Basic": 550,
    "GTX Pro": 4_821,
    "GTX Plus Basic": 1_096,
    "GTX Plus Pro": 5_482,
    "GTK 500": 26_768,
    "MG Special": 55,
    "MG Advanced": 3_393,
}
ACCOUNTS = tuple(f"Company {number:02d}" for number in range(1, 86))
HEADER = (
    "opportunity_id",
    "sales_agent",
    "product",
    "account",
    "deal_stage",
    "engage_date",
    "close_date",
    "close_value",
)


def iso(day: date) -> str:
    return day.isoformat()


def day_first(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def month_first(day: date) -> str:
    return f"{day:%m/%d/%Y}"


def opportunities(written: Callable[[date], str], *, first: int = 0, last: int = ROWS) -> str:
    """The file's text, its dates written as told; `first` and `last` cut a part out of its rows."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for number, row in enumerate(_rows(written)):
        if first <= number < last:
            writer.writerow(row)
    return out.getvalue()


def _rows(written: Callable[[date], str]) -> Iterator[list[str]]:
    stages = [name for name, count in STAGES for _one in range(count)]
    others = cycle(name for name in PRODUCTS if name != "GTX Pro")
    accounts = cycle(ACCOUNTS)
    for number in range(ROWS):
        place = number * 2_903 % ROWS  # a walk through all rows, so that stages and gaps are spread over the file
        stage = stages[place]
        engaged = date(2016, 10, 20) + timedelta(days=place * 7 % 400)
        closed = engaged + timedelta(days=1 + place % 120)
        is_open = stage in ("Engaging", "Prospecting")
        product = "GTXPro" if place % ROWS < MISSPELT else next(others)
        account = "" if place >= ROWS - WITHOUT_ACCOUNT else next(accounts)
        value = {"Won": str(PRODUCTS.get(product, PRODUCTS["GTX Pro"]) + place % 90), "Lost": "0"}.get(stage, "")
        yield [
            f"{number:08X}",
            f"Agent {place % 30 + 1}",
            product,
            account,
            stage,
            "" if stage == "Prospecting" else written(engaged),
            "" if is_open else written(closed),
            value,
        ]
