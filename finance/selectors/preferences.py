"""How an organization's documents are written."""

from __future__ import annotations

from finance.models import Organization, Preferences


def preferences(organization: Organization) -> Preferences:
    """The organization's document preferences, which it has from its making."""
    found: Preferences = Preferences.objects.of(organization).get()
    found.organization = organization
    return found
