"""Browsers without a screen, each signed in as one of the CRM organization's people."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.fixture
def browse():
    """A client of this person; the organization's addresses are short: `get("accounts/")`."""

    def make(user) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


@pytest.fixture
def client(browse, admin, organization) -> Client:
    return browse(admin)


@pytest.fixture
def at(organization):
    """The address of a page of the organization."""
    return lambda path: f"/crm/{organization.pk}/{path}"
