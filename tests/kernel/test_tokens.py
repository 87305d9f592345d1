"""The contrast of every pair of colours that is used together, in both themes (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

TEXT, SHAPE = 4.5, 3.0

GROUNDS = ["canvas", "surface", "surface-hover", "surface-sunken", "overlay"]
TONES = ["success", "warning", "danger", "info", "neutral"]
HUES = [f"hue-{at}" for at in range(1, 7)]

PAIRS = [
    *[(front, back, TEXT) for front in ["text", "text-soft", "text-faint", "accent"] for back in GROUNDS],
    *[(tone, back, TEXT) for tone in TONES for back in ["surface", "surface-hover", "overlay"]],
    *[(tone, f"{tone}-soft", TEXT) for tone in TONES],
    *[("text", f"{tone}-soft", TEXT) for tone in TONES],
    *[("accent", f"{tone}-soft", TEXT) for tone in TONES],
    *[(hue, f"{hue}-soft", TEXT) for hue in HUES],
    *[(hue, "surface", SHAPE) for hue in HUES],
    ("text", "accent-soft", TEXT),
    ("text-soft", "accent-soft", TEXT),
    ("text-faint", "accent-soft", TEXT),
    ("text", "surface-strong", TEXT),
    ("text-soft", "surface-strong", TEXT),
    ("text-faint", "neutral-soft", TEXT),
    ("text-soft", "neutral-soft", TEXT),
    ("on-ink", "ink", TEXT),
    ("on-ink", "ink-hover", TEXT),
    ("on-accent", "accent-fill", TEXT),
    ("on-accent", "danger-fill", TEXT),
    ("accent-fill", "surface-strong", SHAPE),
    ("line-control", "surface", SHAPE),
    ("line-control", "surface-sunken", SHAPE),
    *[("focus", back, SHAPE) for back in GROUNDS],
]


def _tokens() -> dict[str, tuple[str, str]]:
    """Each colour's hex in the light and in the dark theme."""
    text = (settings.ROOT / "static/css/tokens.css").read_text()
    hex_ = "(#[0-9a-f]{6})"
    both = re.findall(rf"--([a-z0-9-]+): light-dark\({hex_}, {hex_}\);", text)
    same = re.findall(rf"--([a-z0-9-]+): {hex_};", text)
    return {name: (light, dark) for name, light, dark in both} | {name: (one, one) for name, one in same}


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(front: str, back: str) -> float:
    dark, light = sorted([_luminance(front), _luminance(back)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_pair_of_colours_has_the_contrast_it_needs(theme: int) -> None:
    tokens = _tokens()
    weak = {
        f"{front} on {back}": round(found, 2)
        for front, back, needed in PAIRS
        if (found := _contrast(tokens[front][theme], tokens[back][theme])) < needed
    }
    assert weak == {}


def test_no_style_sheet_but_the_tokens_names_a_colour() -> None:
    sheets = [path for path in (settings.ROOT / "static/css").glob("*.css") if path.name != "tokens.css"]
    named = {
        path.name: found for path in sheets if (found := re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgb\(", path.read_text()))
    }
    assert named == {}
