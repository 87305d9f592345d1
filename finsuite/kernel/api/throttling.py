"""How often a caller may ask: so many requests a minute for each person or key, fewer for each address without one.

Counted in the cache. Where the cache does not answer, nobody is refused: a limit is a courtesy, not a wall.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

WINDOW = 60
PAUSE_AFTER_FAILURE = 5.0

log = structlog.get_logger(__name__)
T = TypeVar("T")

_down_until = 0.0


@dataclass(frozen=True)
class Rate:
    """Where a caller stands in the current window."""

    limit: int
    used: int
    resets_in: int

    @property
    def is_over(self) -> bool:
        """Whether this request is one too many."""
        return self.used > self.limit

    def headers(self) -> dict[str, str]:
        """What every answer says about it."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.limit - self.used)),
            "RateLimit-Reset": str(self.resets_in),
        }


def count(caller: str, limit: int, *, window: int = WINDOW) -> Rate:
    """Count one request of this caller."""
    now = int(time.time())
    key = f"api:rate:{caller}:{now // window}"
    used = _ask(lambda: _increment(key, window), instead=1)
    return Rate(limit=limit, used=used, resets_in=window - now % window)


def _increment(key: str, window: int) -> int:
    try:
        return cache.incr(key)
    except ValueError:  # the first of this window
        if cache.add(key, 1, timeout=window + 1):
            return 1
        return cache.incr(key)  # unless another request was first in between


def _ask(question: Callable[[], T], *, instead: T) -> T:
    """The cache's answer, or the other value where the cache fails; after a failure it is left alone for a moment."""
    global _down_until
    if time.monotonic() < _down_until:
        return instead
    try:
        return question()
    except (RedisError, OSError) as error:
        _down_until = time.monotonic() + PAUSE_AFTER_FAILURE
        log.warning("cache_down", error=str(error))
        return instead
