"""What people say to one another about a document. It never goes out with it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import DocumentKind
from finance.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped


class Comment(Stamped):
    """One remark on the document `(kind, record_id)`."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="comments")
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind.choices)
    record_id = models.BigIntegerField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField(_("comment"), max_length=5000)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="finance_comment_given")]
        indexes = [
            models.Index(fields=["organization", "kind", "record_id", "-created_at"], name="finance_comment_of_record")
        ]

    def __str__(self) -> str:
        return self.text[:50]
