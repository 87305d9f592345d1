"""The frame of every page: the demo banner, and that the style guide is absent in production."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests import factories

BANNER = "the passwords of this installation are public"


@pytest.fixture(autouse=True)
def _fresh(settings: Any) -> None:
    cache.clear()
    settings.DEMO_BANNER = True


def _has_banner() -> bool:
    return BANNER in Client().get("/sign-in/").content.decode()


def test_pages_warn_while_demo_users_exist(db: None) -> None:
    factories.user("admin@demo.finsuite.test", is_demo=True)
    assert _has_banner()


def test_pages_do_not_warn_without_demo_users(db: None) -> None:
    factories.user("marie@example.com")
    factories.user("old@demo.finsuite.test", is_demo=True, is_active=False)
    assert not _has_banner()


def test_the_banner_is_looked_up_once_a_minute(db: None, django_assert_num_queries: Any) -> None:
    _has_banner()
    with django_assert_num_queries(0):
        _has_banner()


def test_the_style_guide_is_absent_where_it_is_not_switched_on(db: None, settings: Any) -> None:
    settings.STYLEGUIDE = False
    assert Client().get("/styleguide/").status_code == 404
