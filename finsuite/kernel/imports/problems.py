"""What can be wrong with a file, a column or a row: a stable code with its particulars, worded elsewhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

Particular = str | int


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a row, or one cell of it, cannot be taken."""

    code: str
    field: str = ""
    particulars: Mapping[str, Particular] = dataclasses.field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The form in which it is kept beside the row."""
        return {"code": self.code, "field": self.field, "particulars": dict(self.particulars)}


class FileBroken(Exception):
    """The file cannot be read beyond this physical line; nothing after it can be trusted."""

    def __init__(self, code: str, *, line: int = 0, **particulars: Particular) -> None:
        super().__init__(code)
        self.code = code
        self.line = line
        self.particulars = particulars
