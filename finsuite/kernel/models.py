"""Abstract bases of every table that belongs to a tenant."""

from __future__ import annotations

from typing import Self, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset that is narrowed to one tenant before anything else."""

    def of(self, organization: models.Model | int) -> Self:
        """Only the records of this organization (an instance or its id)."""
        return self.filter(organization=organization)


class Stamped(models.Model):
    """When a row was made and last written. `updated_at` also is the record's version, for ETag and If-Match."""

    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True
