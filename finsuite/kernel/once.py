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


@contextmanager
def once(user_id: int, key: str) -> Iterator[bool]:
    """Whether the person comes with this key for the first time. What fails may be tried again; no key is always first.

    with once(request.user.pk, request.POST.get("once", "")) as is_first:
    """
    name = f"once:{user_id}:{key[:LONGEST]}"
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
