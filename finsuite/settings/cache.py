"""Where counters are kept: the Valkey that also wakes the workers, under names of their own."""

from __future__ import annotations

from typing import Any


def cache_settings(redis_url: str) -> dict[str, Any]:
    """Django's settings of a cache in this Valkey; without one, in the process's own memory."""
    if not redis_url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": redis_url,
        "KEY_PREFIX": "cache",
        # One that hangs costs a request a fifth of a second, not a minute.
        "OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2},
    }
