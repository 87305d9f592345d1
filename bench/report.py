"""How every benchmark tells what it measured: a line per figure, and one JSON object as the last line."""

import json
import os
import platform
import sys
from dataclasses import dataclass, field


@dataclass
class Report:
    """The figures of one benchmark, in the order they were taken."""

    bench: str
    figures: dict[str, object] = field(default_factory=dict)

    def figure(self, name: str, value: float | str, unit: str = "") -> None:
        """Take a figure and print it. `name` is its key in the JSON; a float is kept to three decimals."""
        self.figures[name] = round(value, 3) if isinstance(value, float) else value
        shown = f"{value:,.3f}" if isinstance(value, float) else f"{value:,}" if _counts(value) else str(value)
        print(f"{name.replace('_', ' '):<44} {shown:>16} {unit}".rstrip(), flush=True)

    def finish(self) -> None:
        """Print everything as one JSON object, the last line of the program."""
        machine = {"python": platform.python_version(), "cores": os.cpu_count(), **_postgresql()}
        print(json.dumps({"bench": self.bench, **self.figures, "machine": machine}), flush=True)


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least this share (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]


def _counts(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _postgresql() -> dict[str, str]:
    if "django" not in sys.modules:
        return {}
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return {"postgresql": cursor.fetchone()[0]}
