"""A real Chromium before a real server. A test that takes `page` also fails on any error in the browser's console.

    @pytest.mark.browser
    def test_…(page, sign_in):
        sign_in(factories.user())
        page.goto("/settings/")

`page.goto` takes paths. Every page that a test has left open is also free of script errors and of anything that the
content security policy refused; `faults_of(page)` (accessibility.py) looks at names, headings, targets and contrast.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from users.models import User

# Playwright's own loop runs in this thread; the ORM is used between its calls, never inside them.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 10_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all scenarios: $CHROMIUM, or the one on the path."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def console() -> list[str]:
    """What the browser complained of. A test that provokes a complaint clears it."""
    return []


@pytest.fixture
def context(browser: Browser, live_server: Any, console: list[str]) -> Iterator[BrowserContext]:
    """A person's browser: 1280 by 900, in English, at rest."""
    cache.clear()
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 1280, "height": 900},
        locale="en-GB",
        reduced_motion="reduce",
        color_scheme="light",
    )
    context.set_default_timeout(PATIENCE)
    context.on("console", lambda message: console.extend(_complaint(message)))
    context.on("weberror", lambda error: console.append(f"script error: {error.error}"))
    yield context
    context.close()
    _let_the_server_finish()
    assert console == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def sign_in(context: BrowserContext, live_server: Any) -> Callable[[User], None]:
    """Sign a person in without the form, by a session's cookie."""

    def act(user: User) -> None:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])

    return act


def _let_the_server_finish() -> None:
    """Whatever a closed page had still asked for is answered before the database is emptied."""
    for thread in threading.enumerate():
        if thread.name.endswith("(process_request_thread)"):
            thread.join(PATIENCE / 1000)


def _complaint(message: ConsoleMessage) -> list[str]:
    """Errors and policy violations. A status of 4xx is an answer, not a fault of the page."""
    is_answer = message.text.startswith("Failed to load resource") and " status of 4" in message.text
    is_wrong = message.type == "error" or "Content Security Policy" in message.text
    return [f"{message.type}: {message.text}"] if is_wrong and not is_answer else []
