"""What the demo's books went through in a year and more, in days before today. Pure, and the same each time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integration.demo.content import SEED

SPAN = 400  # days that the books go back

# sku → quantities that are usual
SOLD = {
    "POSE-H": (4, 40),
    "LIV-ZONE1": (1, 2),
    "ETUDE": (1, 1),
}
GLASS = (2, 24)  # panes of what is made of glass

NOTES = ("Thank you for your order.", "Delivery by our own lorry, unloading included.", "")
REFERENCES = ("Chantier Part-Dieu", "Lot 7, menuiseries", "PO {n}", "Villa Morel", "Extension école", "")

# vendor, what for, net amount from and to, the day of the month on which the bill comes
SUPPLIES = (
    (0, "Float glass, 4 and 6 mm", (1800, 5200), 4),
    (1, "Aluminium profiles", (900, 2600), 11),
    (2, "Haulage", (240, 780), 19),
    (3, "Office supplies", (40, 160), 25),
)

# category (in the order of a new organization's), what for, gross amount from and to, who paid, can it be billed on?
SPENT = (
    (0, "Train Lyon–Paris, site visit", (68, 142), "employee", True),
    (1, "Lunch with the architect", (28, 74), "card", False),
    (2, "Hotel near the site", (92, 158), "employee", True),
    (5, "Telephone", (45, 96), "bank", False),
    (4, "Printer cartridges", (18, 65), "employee", False),
)
MILEAGE = 3
KILOMETRES = (34, 210)
PER_KILOMETRE = Decimal("0.529")

# code, name, price a month, days of trial
PLANS = (
    ("ENTRETIEN", "Maintenance of façades", "180.00", 0),
    ("ASTREINTE", "Emergency glazing, day and night", "95.00", 30),
)
# plan, customer, quantity, begun days ago
SUBSCRIBED = ((0, 4, 2, 75), (0, 17, 1, 40), (1, 9, 3, 100), (1, 23, 1, 12))

REJECTED = "The receipt of the hotel is missing."
WRITTEN_OFF = "The company was wound up."
DECLINED = "Too dear by a tenth, says the customer."
CREDITED = "Two panes came scratched."


@dataclass(frozen=True)
class Sale:
    """One thing that was invoiced, or is to be: how long ago, to whom, and how it went on from there."""

    place: int
    ago: int
    customer: int
    lines: tuple[tuple[int, int], ...]  # item, quantity
    discount: str
    begins: str  # "estimate", "order" or "invoice"
    fate: str  # "paid", "late", "partly", "open", "written off", "credited", "refunded", "draft"
    paid_after: int
    reference: str
    note: str


def sales(items: int, customers: int) -> list[Sale]:
    """What was sold: more of it lately, most of it paid, the oldest first."""
    dice = random.Random(SEED + 30)  # noqa: S311
    days = sorted((int(SPAN * dice.random() ** 1.25) for _ in range(64)), reverse=True)
    return [_sale(dice, place, ago, items, customers) for place, ago in enumerate(days)]


def _sale(dice: random.Random, place: int, ago: int, items: int, customers: int) -> Sale:
    chosen = dice.sample(range(items), dice.choice((1, 2, 2, 3, 4)))
    lines = tuple((item, dice.randint(*(GLASS if item < items - len(SOLD) else (1, 12)))) for item in sorted(chosen))
    reference = dice.choice(REFERENCES).format(n=4500 + place)
    return Sale(
        place=place,
        ago=ago,
        customer=dice.randrange(customers) if dice.random() < 0.6 else dice.randrange(12),
        lines=lines,
        discount=dice.choice(("", "", "", "5%", "10%")),
        begins=dice.choice(("estimate", "estimate", "order", "invoice", "invoice")),
        fate=_fate(dice, place, ago),
        paid_after=dice.randint(6, 58),
        reference=reference,
        note=dice.choice(NOTES),
    )


def _fate(dice: random.Random, place: int, ago: int) -> str:
    rare = {6: "written off", 14: "credited", 22: "refunded", 31: "late", 40: "credited"}
    if place in rare:
        return rare[place]
    if ago <= 3:
        return "draft"
    if ago > 90:
        return "paid"
    return dice.choice(("paid", "paid", "open", "partly", "late" if ago > 40 else "open"))


@dataclass(frozen=True)
class Offer:
    """An estimate that came to nothing yet."""

    ago: int
    customer: int
    lines: tuple[tuple[int, int], ...]
    outcome: str  # "sent", "accepted", "declined", "expired" or "draft"


def offers(items: int, customers: int) -> list[Offer]:
    """Estimates that no invoice was made of."""
    dice = random.Random(SEED + 31)  # noqa: S311
    known = ((200, "declined"), (150, "expired"), (96, "declined"), (61, "expired"), (24, "sent"), (18, "accepted"))
    later = ((12, "sent"), (9, "accepted"), (6, "sent"), (2, "sent"), (1, "draft"), (0, "draft"))
    return [
        Offer(ago, dice.randrange(customers), ((dice.randrange(items), dice.randint(2, 20)), (items - 1, 1)), outcome)
        for ago, outcome in known + later
    ]


@dataclass(frozen=True)
class Supply:
    """A bill that came, and perhaps the order that was before it."""

    ago: int
    vendor: int
    name: str
    net: Decimal
    number: str
    is_ordered: bool
    is_paid: bool


def supplies() -> list[Supply]:
    """What was bought, month by month."""
    dice = random.Random(SEED + 32)  # noqa: S311
    found = []
    for month in range(12, -1, -1):
        for vendor, name, (low, high), day in SUPPLIES:
            ago = month * 30 + 28 - day
            if vendor == 3 and month % 3:
                continue
            net = Decimal(dice.randrange(low * 100, high * 100)) / 100
            number = f"{('FR', 'AP', 'TM', 'PB')[vendor]}-{7000 + month * 37 + vendor}"
            found.append(Supply(ago, vendor, name, net, number, is_ordered=vendor == 0, is_paid=ago > 40 + vendor))
    return found


def spent() -> Iterator[dict[str, Any]]:
    """What people spent in the last year, oldest first: each with `ago`, `place` and what an expense's fields say."""
    dice = random.Random(SEED + 33)  # noqa: S311
    for place in range(36):
        ago = 360 - place * 10
        if place % 6 == 5:
            yield {"ago": ago, "place": place, "category": MILEAGE, "distance": Decimal(dice.randint(*KILOMETRES))}
            continue
        category, text, (low, high), by, is_billable = SPENT[place % 5]
        amount = Decimal(dice.randrange(low * 100, high * 100)) / 100
        values = {"amount": amount, "paid_through": by, "description": text, "is_billable": is_billable}
        yield {"ago": ago, "place": place, "category": category, **values}
