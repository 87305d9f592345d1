"""What counts as an e-mail address and as a website."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

# A host with at least one dot, perhaps after http:// or https://, perhaps before a port and a path.
_WEBSITE = re.compile(r"(?:https?://)?[^\s/:@.]+(?:\.[^\s/:@.]+)+(?::\d{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)

validate_email = EmailValidator(
    message=_("This is not an e-mail address. One looks like anna@example.com."), code="invalid_email"
)


def validate_website(value: str) -> None:
    """A web address with or without its scheme. Other schemes are refused, `javascript:` above all."""
    if not _WEBSITE.fullmatch(value):
        raise ValidationError(
            _("This is not a web address. One looks like www.example.com or https://example.com."),
            code="invalid_website",
        )
