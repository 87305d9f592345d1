"""How an organization's documents are written."""

from __future__ import annotations

from finance.models import Organization, Preferences


def preferences(organization: Organization) -> Preferences:
    """The organization's document preferences; an organization that never set any has the usual ones."""
    found = Preferences.objects.of(organization).first() or Preferences()
    found.organization = organization
    return found
