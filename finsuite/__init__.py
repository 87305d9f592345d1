"""finsuite: a CRM and a finance suite over one database, kept in step by one integration."""

from finsuite.celery import app as celery_app

__all__ = ["celery_app"]
