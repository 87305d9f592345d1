"""A form that is sent twice – two keys, two clicks, a slow line – has its effect once.

The page carries a one-time key; whoever comes second with it finds that it is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from django.core.cache import cache

KEPT_FOR = 24 * 3600
LONGEST = 64


def one_time_key() -> str:
    """A key for one form."""
    return uuid4().hex


def is_done(user_id: int, key: str) -> bool:
    """Whether the person has come with this key already, or is just being served."""
    return bool(key) and cache.get(_name(user_id, key)) is not None


def _name(user_id: int, key: str) -> str:
    return f"once:{user_id}:{key[:LONGEST]}"


@contextmanager
def once(user_id: int, key: str) -> Iterator[bool]:
    """Whether the person comes with this key for the first time. What fails may be tried again; no key is always first.

    with once(request.user.pk, request.POST.get("once", "")) as is_first:
    """
    name = _name(user_id, key)
    if not key:
        yield True
    elif not cache.add(name, 1, KEPT_FOR):
        yield False
    else:
        try:
            yield True
        except BaseException:
            cache.delete(name)
            raise
