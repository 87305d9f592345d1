"""Charts as plain geometry, for components/chart.html and components/bars.html to draw. No script, no library.

A page needs a few dozen rectangles and lines in the theme's own colours, readable without colour, on paper and without
a script: that is less than what a library would have to be taught. Whatever is drawn also stands in a table.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

WIDTH, HEIGHT = 640, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 8, 10, 24


@dataclass(frozen=True)
class Series:
    """One row of figures, one for each label of the chart."""

    name: str
    values: Sequence[float]


@dataclass(frozen=True)
class Chart:
    """Figures to draw. `write` words a figure for the axis and the table (an amount, a count)."""

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    kind: str = "bar"  # "bar" or "line"
    write: Callable[[float], str] = str
    is_tabled: bool = True  # False where the page has the same figures as a table anyway

    width: int = WIDTH
    height: int = HEIGHT

    @cached_property
    def ticks(self) -> list[float]:
        """Round figures from the lowest to the highest value, zero among them."""
        values = [value for series in self.series for value in series.values]
        low, high = min([0.0, *values]), max([0.0, *values])
        high = 1.0 if low == high else high
        step = _round_step((high - low) / 4)
        first, last = math.floor(low / step), math.ceil(high / step)
        return [round(step * at, 10) for at in range(first, last + 1)]

    @cached_property
    def gridlines(self) -> list[dict[str, Any]]:
        return [{"y": self._y(tick), "label": self.write(tick)} for tick in self.ticks]

    @cached_property
    def columns(self) -> list[dict[str, Any]]:
        """The labels below, thinned where there are too many to be read."""
        every = math.ceil(len(self.labels) / 12) or 1
        return [{"x": self._middle(at), "label": name} for at, name in enumerate(self.labels) if at % every == 0]

    @cached_property
    def bars(self) -> list[dict[str, Any]]:
        band = self._band * 0.7
        width = band / (len(self.series) or 1)
        zero = self._y(0)
        drawn = []
        for row, series in enumerate(self.series):
            for at, value in enumerate(series.values):
                top = min(self._y(value), zero)
                drawn.append(
                    {
                        "x": round(self._middle(at) - band / 2 + row * width, 2),
                        "y": top,
                        "width": round(max(width - 2, 1), 2),
                        "height": round(max(abs(self._y(value) - zero), 1), 2),
                        "series": row + 1,
                        "title": f"{self.labels[at]}, {series.name}: {self.write(value)}",
                    }
                )
        return drawn

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        drawn = []
        for row, series in enumerate(self.series):
            dots = [(self._middle(at), self._y(value)) for at, value in enumerate(series.values)]
            drawn.append({"series": row + 1, "points": " ".join(f"{x},{y}" for x, y in dots), "dots": dots})
        return drawn

    @cached_property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The same as a table: a label, and each series' figure."""
        return [
            (label, [self.write(series.values[at]) for series in self.series]) for at, label in enumerate(self.labels)
        ]

    @property
    def left(self) -> int:
        return _LEFT

    @property
    def right(self) -> int:
        return self.width - _RIGHT

    @property
    def baseline(self) -> int:
        return self.height - 6

    @property
    def _band(self) -> float:
        return (self.right - _LEFT) / (len(self.labels) or 1)

    def _middle(self, at: int) -> float:
        return round(_LEFT + self._band * (at + 0.5), 2)

    def _y(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        return round(_TOP + (self.height - _TOP - _BOTTOM) * (high - value) / (high - low), 2)


@dataclass(frozen=True)
class Bar:
    """One bar across: where it begins and how long it is, in percent of the room."""

    label: str
    figure: str
    start: float
    length: float
    is_negative: bool


@dataclass(frozen=True)
class Bars:
    """Figures as bars across, one below another under their names: for names too long to stand below an axis.

    Names and figures are text of the page, so that they are read aloud, and legible on a narrow screen.
    """

    title: str
    labels: Sequence[str]
    values: Sequence[float]
    write: Callable[[float], str] = str

    @cached_property
    def drawn(self) -> list[Bar]:
        low, high = min([0.0, *self.values]), max([0.0, *self.values])
        room = (high - low) or 1.0
        return [
            Bar(
                label=label,
                figure=self.write(value),
                start=round((min(value, 0.0) - low) / room * 100, 2),
                length=round(abs(value) / room * 100, 2),
                is_negative=value < 0,
            )
            for label, value in zip(self.labels, self.values, strict=True)
        ]


def _round_step(rough: float) -> float:
    """The next of 1, 2, 2.5, 5, 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.9999)
