"""Programs of the people of the CRM organization."""

from __future__ import annotations

import pytest

from tests.api.conftest import Program, _fresh_counters, program  # noqa: F401


@pytest.fixture
def call(admin, organization, program) -> Program:  # noqa: F811
    """A program of the organization's administrator."""
    return program(admin, "read", "write", "admin")
