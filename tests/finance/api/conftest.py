"""The API's tests share how a program speaks to it."""

from tests.api.conftest import Program, program

__all__ = ["Program", "program"]
