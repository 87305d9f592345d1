"""What counts as an e-mail address and as a website, under the names that the migrations know."""

from finsuite.kernel.validators import validate_email, validate_website

__all__ = ["validate_email", "validate_website"]
