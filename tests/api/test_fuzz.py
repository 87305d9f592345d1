"""Requests made up from the schema, good and bad: none is a 500, and each answer is one that the schema announces.

FUZZ_EXAMPLES sets how many for each operation and asker; the default takes some minutes of one processor.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from finsuite.kernel.api.docs import document
from tests.api.permissions import World

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "3"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ASKERS = ("admin", "view", "anonymous")

schema = schemathesis.openapi.from_dict(document())
schema.app = get_wsgi_application()
OPERATIONS = [result.ok() for result in schema.get_all_operations()]
PARTS = 3  # of the operations, so that several cores share them


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
def test_no_request_is_a_500_or_answered_unannounced(
    mode: GenerationMode, part: int, subtests: pytest.Subtests
) -> None:
    world = World()
    for operation in OPERATIONS[part::PARTS]:
        if mode is GenerationMode.NEGATIVE and not _takes_anything(operation):
            continue
        with subtests.test(operation.label):
            _ask_at_random(operation, mode, world)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """The server's own requests end with its connection, which here is the test's."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _ask_at_random(operation: Any, mode: GenerationMode, world: World) -> None:
    @given(case=operation.as_strategy(generation_mode=mode), who=st.sampled_from(ASKERS), known=st.booleans())
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any, who: str, known: bool) -> None:
        cache.clear()
        headers = {"Authorization": f"Bearer {world.keys[who]}"} if who in world.keys else {}
        if known:
            case.path_parameters = {**(case.path_parameters or {}), **_known(world, operation.path)}
        with transaction.atomic():
            response = case.call(headers=headers)
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)

    ask()


def _takes_anything(operation: Any) -> bool:
    """Whether there is anything about a request that could be wrong."""
    return bool(operation.body or any(True for _parameter in operation.iter_parameters()))


def _known(world: World, path: str) -> dict[str, Any]:
    """Ids that exist, for the parameters of this path."""
    parts = path.split("/")
    known: dict[str, Any] = {}
    for before, part in itertools.pairwise(parts):
        if not part.startswith("{"):
            continue
        singular = before.replace("ies", "y").removesuffix("s").replace("-", "_")
        for name in (before, f"{parts[3]}_{singular}", singular):
            if name in world.names:
                known[part[1:-1]] = world.names[name]
                break
    return known
