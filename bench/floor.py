"""What a measurement is compared with: the statements that it sent, sent again without Django."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """The statements that are sent meanwhile, with what they were sent with."""
    from django.db import connection

    sent: list[tuple[str, Any]] = []

    def noted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(noted):
        yield sent


def alone(sent: list[tuple[str, Any]]) -> float:
    """Seconds that the same statements take without Django."""
    from django.db import connection

    connection.ensure_connection()
    started = time.perf_counter()
    with connection.connection.cursor() as cursor:
        for sql, params in sent:
            if sql.lstrip().startswith(("SELECT", "WITH")):
                cursor.execute(sql, params)
                cursor.fetchall()
    return time.perf_counter() - started
