"""What the kernel's API needs from the rooms above it: the settings (`API`) name it, so that nothing is imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Answer:
    """An answer kept for an Idempotency-Key."""

    digest: str  # of the request that it answered
    status: int
    body: Any
    headers: Mapping[str, str]


class Answers(Protocol):
    """Where the answers to POSTs with an Idempotency-Key are kept."""

    def find(self, *, caller: str, path: str, key: str) -> Answer | None: ...

    def keep(self, *, caller: str, path: str, key: str, answer: Answer) -> None: ...


class History(Protocol):
    """What the history tells of a record, and of records that are gone."""

    def of_record(self, *, tenant: str, kind: str, record_id: int) -> QuerySet[Any]: ...

    def tombstones(self, *, tenant: str, kind: str) -> QuerySet[Any]: ...


@cache
def answers() -> Answers:
    """The store that the settings name."""
    return import_string(settings.API["ANSWERS"])  # type: ignore[no-any-return]


@cache
def history() -> History:
    """The history that the settings name."""
    return import_string(settings.API["HISTORY"])  # type: ignore[no-any-return]
