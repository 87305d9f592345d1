"""Accounts whose parent is in the same file: the parent has to be made first, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Families:
    """Who hangs on whom in one file, by name key."""

    parent_of: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Families:
        """From (name key, parent's name key or "") of each row; the first row of a name counts."""
        families = cls()
        for name, parent in pairs:
            if name and name not in families.names:
                families.names.add(name)
                if parent and parent != name:
                    families.parent_of[name] = parent
        return families

    @property
    def awaited(self) -> frozenset[str]:
        """The parents that the file itself brings."""
        return frozenset(parent for parent in self.parent_of.values() if parent in self.names)

    def wave(self, name: str) -> int | None:
        """How many ancestors in the file come before this account; None if it hangs on itself by a detour."""
        depth, seen = 0, {name}
        while (name := self.parent_of.get(name, "")) in self.names:
            if name in seen:
                return None
            seen.add(name)
            depth += 1
        return depth
