"""What the demo's sales people have: what they sell, the deals they work on, and what they noted. Pure, and seeded."""

from __future__ import annotations

import random
import struct
import zlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integration.demo.content import SEED, Company

# name, category, city, country, currency, lead time in working days
_VENDORS: tuple[tuple[str, str, str, str, str, int | None], ...] = (
    ("Float du Rhône SA", "Glass", "Givors", "France", "EUR", 10),
    ("Alu-Systèmes Auvergne", "Profiles", "Thiers", "France", "EUR", 15),
    ("Beschläge Köhler GmbH", "Fittings", "Velbert", "Germany", "EUR", 12),
    ("Beschläge Köhler", "Fittings", "Velbert", "Germany", "EUR", None),  # the same, and nobody noticed
    ("Pennine Sealants Ltd", "Sealants", "Leeds", "United Kingdom", "GBP", None),
    ("Joints & Mastics de l’Ouest", "Sealants", "Nantes", "France", "EUR", 7),
    ("Lake Shore Coatings Inc.", "Coatings", "Chicago", "United States", "USD", 35),
    ("Levage Services 69", "Services", "Vénissieux", "France", "EUR", 3),
)


# SKU, name, category, price in euros, unit, vendor, thickness in millimetres
PRODUCTS: tuple[tuple[str, str, str, str, str, int | None, int | None], ...] = (
    ("VIT-DBL-24", "Double glazing 4/16/4", "Glass", "92.50", "m²", 0, 24),
    ("VIT-DBL-28", "Double glazing 6/16/6, low-e", "Glass", "128.00", "m²", 0, 28),
    ("VIT-TRP-44", "Triple glazing 4/16/4/16/4", "Glass", "189.00", "m²", 0, 44),
    ("VIT-FEU-30", "Fire glass EI 30", "Glass", "465.00", "m²", 0, 17),
    ("VIT-FEU-60", "Fire glass EI 60", "Glass", "720.00", "m²", 0, 25),
    ("VIT-SEC-44", "Laminated safety glass 44.2", "Glass", "146.00", "m²", 0, 9),
    ("VIT-ACO-38", "Acoustic glazing 38 dB", "Glass", "174.50", "m²", 0, 30),
    ("VIT-SOL-06", "Solar control glass", "Glass", "161.00", "m²", 6, 6),
    ("ALU-CAD-70", "Aluminium frame, 70 mm", "Profiles", "64.00", "m", 1, None),
    ("ALU-CAD-90", "Aluminium frame, 90 mm, thermal break", "Profiles", "98.00", "m", 1, None),
    ("ALU-MUR-50", "Curtain wall grid, 50 mm", "Profiles", "215.00", "m²", 1, None),
    ("ALU-COU-02", "Sliding door, two leaves", "Doors", "2450.00", "piece", 1, None),
    ("ALU-PRT-01", "Entrance door, single leaf", "Doors", "1890.00", "piece", 1, None),
    ("FER-OSC-01", "Tilt-and-turn fittings", "Fittings", "57.80", "set", 2, None),
    ("FER-SEC-02", "Security fittings RC2", "Fittings", "84.20", "set", 2, None),
    ("JNT-EPD-10", "EPDM seal", "Sealants", "3.95", "m", 5, None),
    ("JNT-SIL-31", "Structural silicone", "Sealants", "18.60", "cartridge", 4, None),
    ("ATL-VER-10", "Workshop partition, steel and glass", "Partitions", "540.00", "m²", None, None),
    ("SRV-MET-01", "Measurement on site", "Services", "240.00", "visit", None, None),
    ("SRV-POS-01", "Installation", "Services", "68.00", "hour", None, None),
    ("SRV-LEV-01", "Crane, half a day", "Services", "620.00", "piece", 7, None),
    ("SRV-GAR-10", "Extended warranty, ten years", "Services", "950.00", "piece", None, None),
    ("VIT-SPL-04", "Single glazing 4 mm", "Glass", "31.00", "m²", 0, 4),
    ("VIT-MIR-06", "Mirror 6 mm", "Glass", "74.00", "m²", 0, 6),
)
CURRENCIES = {"EUR": 0.65, "GBP": 0.2, "USD": 0.15}  # of the deals
OFF_SALE = "VIT-SPL-04"

STANDARD = (
    "Qualification",
    "Needs analysis",
    "Value proposition",
    "Identify decision makers",
    "Proposal/price quote",
    "Negotiation/review",
)
TENDERS = "Public tenders"
# What the stages of a new pipeline are called there, and their probability; None is not needed.
TENDER_STAGES: tuple[tuple[str, str | None, int], ...] = (
    ("Qualification", "Notice read", 10),
    ("Needs analysis", "Site visit", 20),
    ("Value proposition", None, 0),
    ("Identify decision makers", None, 0),
    ("Proposal/price quote", "Offer handed in", 40),
    ("Negotiation/review", "Shortlisted", 65),
    ("Closed won", "Awarded", 100),
    ("Closed lost", "Not awarded", 0),
)
TENDER_PATH = ("Notice read", "Site visit", "Offer handed in", "Shortlisted")

PRIVATE_WORKS = {
    "fr": (
        "Verrière d’atelier",
        "Façade de bureaux",
        "Rénovation des vitrages",
        "Hall d’accueil",
        "Cloisons vitrées",
        "Toiture vitrée du patio",
        "Vitrine de magasin",
        "Résidence, 48 logements",
        "Garde-corps en verre",
    ),
    "en": (
        "Office façade",
        "Shop front",
        "Atrium roof",
        "Glass partitions",
        "Hotel lobby",
        "Loft windows",
        "Replacement glazing",
        "Showroom entrance",
        "Balustrades",
    ),
}
PUBLIC_WORKS = {
    "fr": (
        "Lycée : menuiseries extérieures",
        "Mairie : verrière",
        "Médiathèque : façade nord",
        "Gymnase : vitrages de sécurité",
        "Centre hospitalier : portes coupe-feu",
    ),
    "en": (
        "Public library: glazing",
        "Town hall: windows",
        "School: fire doors",
        "Station canopy",
        "Museum: skylights",
    ),
}
NEXT_STEPS = (
    "Send the revised quote",
    "Meet the architect",
    "Take measurements on site",
    "Wait for the building permit",
    "Agree the delivery weeks",
    "Have the sample approved",
    "",
)
SOURCES = ("Architect", "Trade fair", "Web site", "Recommendation", "Tender notice", "Existing customer")
KINDS = ("New business", "Existing business", "Maintenance")
ROLES = ("Decision maker", "Purchasing", "Technical evaluator", "Influencer")
REASONS = ("Price", "Timing", "Competitor", "No decision", "No need")
LOST_NOTES = (
    "Eight per cent above the winning offer; asked what the difference was in.",
    "The building site was put off to next year.",
    "They took the supplier of the carpentry for both.",
    "",
    "The owner keeps the old windows after all.",
)

NOTES = (
    "The frames in RAL 7016 everywhere, even at the entrance. The architect has the last word on the handles.",
    "Spoke with the site manager: access for the crane is from the courtyard only, and not before 9.",
    "Budget confirmed by phone. Their board meets on the last Thursday of the month.",
    "The competitor offers six weeks of delivery. We can do eight, but with the ten-year warranty.",
    "Drawings are from 2019; the openings on the second floor have changed since. Measure again before ordering.",
    "Friendly visit. They would rather have one invoice for each building.",
)
CALLS = (
    "Ask about the building permit",
    "Talk through the quote",
    "Agree a date for the measurement",
    "Call back about the warranty",
    "Follow up after the fair",
)
TASKS = (
    "Send the revised quote",
    "Order the glass sample",
    "Check the fire rating with the supplier",
    "Prepare the technical file",
    "Send references of similar works",
    "Ask for the purchase order",
)
MEETINGS = ("Site visit", "Presentation to the architect", "Kick-off with the contractor", "Negotiation, last round")

FIELDS: tuple[dict[str, Any], ...] = (
    {
        "module": "accounts",
        "label": "Customer rank",
        "kind": "choice",
        "choices": ["Key account", "Regular", "Occasional"],
        "section": "Sales",
    },
    {"module": "accounts", "label": "Customer since", "kind": "date", "section": "Sales"},
    {
        "module": "accounts",
        "label": "Certificates",
        "kind": "choices",
        "choices": ["Qualibat", "ISO 9001", "ISO 14001", "RGE"],
        "section": "Sales",
        "help_text": "As shown on their letterhead.",
    },
    {"module": "accounts", "label": "Glass budget", "kind": "money", "section": "Sales", "help_text": "In a year."},
    {"module": "accounts", "label": "Framework contract", "kind": "yes_no", "section": "Sales"},
    {"module": "deals", "label": "Glazed area", "kind": "decimal", "places": 1, "help_text": "In square metres."},
    {"module": "deals", "label": "Delivery", "kind": "date"},
    {"module": "deals", "label": "Building site", "kind": "text"},
    {"module": "products", "label": "Thickness", "kind": "integer", "help_text": "In millimetres."},
    {"module": "products", "label": "Data sheet", "kind": "url"},
    {"module": "vendors", "label": "Lead time", "kind": "integer", "help_text": "In working days."},
)


def vendors() -> list[dict[str, Any]]:
    """Who they buy from."""
    names = ("name", "category", "city", "country", "currency", "cf_lead_time")
    return [dict(zip(names, row, strict=True)) for row in _VENDORS]


TERMS = b"Payment within 30 days, 2 % off for orders of more than 50 square metres.\n"


@dataclass(frozen=True, slots=True)
class DealPlan:
    """One deal to be: whose, how far, since when. Days are counted from the day on which the demo is made."""

    company: int  # its place among the companies
    name: str
    is_public: bool
    path: tuple[str, ...]  # the stages it came through
    outcome: str  # "open", "won" or "lost"
    began: int  # days ago
    moved: tuple[int, ...]  # days ago, for each stage that it entered, the outcome included
    closing: int  # days from now; negative is past
    lines: tuple[tuple[int, Decimal, Decimal | None], ...]  # product, quantity, discount in percent
    amount: Decimal | None  # typed, where it has no lines
    next_step: str
    source: str
    kind: str
    area: Decimal
    place: int


def deals(companies: list[Company], count: int = 60) -> list[DealPlan]:
    """The deals: each at another company, in euros, pounds and dollars, most of them open."""
    dice = random.Random(SEED + 10)  # noqa: S311
    chosen = []
    for currency, share in CURRENCIES.items():
        theirs = [at for at, company in enumerate(companies) if company.country.currency == currency]
        chosen += dice.sample(theirs, round(count * share))
    dice.shuffle(chosen)
    return [_deal(dice, companies[at], at, place) for place, at in enumerate(chosen)]


def _deal(dice: random.Random, company: Company, at: int, place: int) -> DealPlan:
    is_public = place % 4 == 3
    language = "fr" if company.country.language == "fr" else "en"
    works = (PUBLIC_WORKS if is_public else PRIVATE_WORKS)[language]
    stages = TENDER_PATH if is_public else STANDARD
    outcome = dice.choices(("open", "won", "lost"), weights=(34, 16, 9))[0]
    reached = dice.randrange(2, len(stages) + 1) if outcome != "open" else dice.randrange(1, len(stages) + 1)
    path = stages[:reached]
    entries = reached + (outcome != "open")
    began = dice.randrange(20, 100) if outcome == "open" else dice.randrange(90, 260)
    moved = sorted((began, *dice.sample(range(1, began), entries - 1)), reverse=True)
    has_lines = dice.random() < 0.75
    lines = tuple(
        (product, Decimal(dice.choice((4, 12, 18.5, 36, 64, 120))), Decimal(5) if dice.random() < 0.2 else None)
        for product in sorted(dice.sample(range(len(PRODUCTS) - 2), dice.randrange(1, 5)))
    )
    return DealPlan(
        company=at,
        name=f"{works[place % len(works)]}, {company.city}",
        is_public=is_public,
        path=path,
        outcome=outcome,
        began=began,
        moved=tuple(moved),
        closing=-moved[-1] if outcome != "open" else dice.choice((-9, 4, 8, 15, 21, 30, 38, 45, 60, 75, 95, 120)),
        lines=lines if has_lines else (),
        amount=None if has_lines else Decimal(dice.randrange(20, 900) * 100),
        next_step=dice.choice(NEXT_STEPS) if outcome == "open" else "",
        source="Tender notice" if is_public else dice.choice(SOURCES),
        kind=dice.choice(KINDS),
        area=Decimal(dice.randrange(80, 9000)) / 10,
        place=place,
    )


def extras(companies: list[Company]) -> list[dict[str, Any]]:
    """What the sales people noted of each account in the organization's own fields."""
    dice = random.Random(SEED + 11)  # noqa: S311
    found: list[dict[str, Any]] = []
    for _company in companies:
        values: dict[str, Any] = {"cf_customer_rank": dice.choice(("key_account", "regular", "regular", "occasional"))}
        if dice.random() < 0.6:
            values["cf_customer_since"] = f"{dice.randrange(1998, 2026)}-{dice.randrange(1, 13):02}-01"
        if dice.random() < 0.4:
            values["cf_certificates"] = dice.sample(("qualibat", "iso_9001", "iso_14001", "rge"), dice.randrange(1, 3))
        if dice.random() < 0.5:
            values["cf_glass_budget"] = str(dice.randrange(5, 400) * 1000)
        if dice.random() < 0.2:
            values["cf_framework_contract"] = True
        found.append(values)
    return found


def measurements(name: str) -> bytes:
    """A table of openings, as somebody brought it from the site."""
    dice = random.Random(f"{SEED}{name}")  # noqa: S311
    rows = [f"{at};{dice.randrange(60, 240)};{dice.randrange(90, 260)};{dice.choice('ABC')}" for at in range(1, 13)]
    return "\r\n".join(("opening;width_cm;height_cm;type", *rows, "")).encode()


def minutes_of(name: str) -> bytes:
    """What was agreed on site."""
    return (
        f"{name}\n\nPresent: the owner, the architect, ourselves.\n\n"
        "1. Frames in anthracite, inside and outside.\n2. Access for the crane from the courtyard, from 9 o'clock.\n"
        "3. Samples of the solar control glass by the end of the month.\n4. Next meeting once the slab is dry.\n"
    ).encode()


def sketch(width: int = 240, height: int = 160) -> bytes:
    """A drawing of a façade, panes and frames, as a PNG."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            is_frame = x % 48 < 4 or y % 40 < 4
            rows += bytes((58, 66, 74) if is_frame else (150 + y // 3, 190 + x // 8, 225))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(bytes(rows)))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
