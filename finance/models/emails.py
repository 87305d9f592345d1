"""E-mails on their way out, as they were written and as they were sent; and what they are written from."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from finance.choices import EmailKind, EmailProblem, EmailState
from finance.models.organizations import Organization
from finsuite.kernel.models import ScopedQuerySet, Stamped

ADDRESS = 254


class Email(Stamped):
    """One message to all its recipients, in the outbox until it is sent, and kept afterwards as it was.

    What it is about is `(record_kind, record_id)`: an invoice, a payment, a customer. `claimed_at` is when a worker
    took it; `key` names the occasion of one that nobody wrote by hand, so that it is never sent twice.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="emails")
    kind = models.CharField(_("kind"), max_length=20, choices=EmailKind.choices)
    record_kind = models.CharField(max_length=20, blank=True)
    record_id = models.BigIntegerField(null=True, blank=True)
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("sender"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    from_name = models.CharField(_("sender’s name"), max_length=200, blank=True)
    from_address = models.CharField(_("from"), max_length=ADDRESS)
    reply_to = models.CharField(_("replies to"), max_length=ADDRESS, blank=True)
    to = ArrayField(models.CharField(max_length=ADDRESS), verbose_name=_("to"))
    cc = ArrayField(models.CharField(max_length=ADDRESS), verbose_name=_("copy to"), default=list, blank=True)
    bcc = ArrayField(models.CharField(max_length=ADDRESS), verbose_name=_("blind copy to"), default=list, blank=True)
    subject = models.CharField(_("subject"), max_length=255)
    body = models.TextField(_("text"), max_length=20_000)
    language = models.CharField(_("language"), max_length=8, default="en")
    message_id = models.CharField(max_length=255, unique=True, editable=False)
    key = models.CharField(max_length=120, null=True, editable=False)  # noqa: DJ001 - null: written by hand
    state = models.CharField(_("state"), max_length=10, choices=EmailState.choices, default=EmailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next attempt"), null=True)
    claimed_at = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True)
    problem = models.CharField(max_length=20, choices=EmailProblem.choices, blank=True)
    answer = models.TextField(_("the mail server’s answer"), blank=True)
    refused = models.JSONField(default=dict, blank=True)  # address → what the mail server said of it
    search_text = models.TextField(default="", editable=False)  # subject and recipients, without case and accents

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        constraints = [
            models.UniqueConstraint(fields=["organization", "key"], name="finance_email_once"),
            models.CheckConstraint(condition=models.Q(to__len__gt=0), name="finance_email_has_recipient"),
            models.CheckConstraint(
                condition=~models.Q(state=EmailState.QUEUED) | models.Q(next_try_at__isnull=False),
                name="finance_email_queued_is_due",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=EmailState.SENDING) | models.Q(claimed_at__isnull=False),
                name="finance_email_sending_is_claimed",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="finance_email_newest"),
            models.Index(fields=["organization", "record_kind", "record_id", "-id"], name="finance_email_of_record"),
            models.Index(
                fields=["next_try_at", "id"],
                condition=models.Q(state=EmailState.QUEUED),
                name="finance_email_due",
            ),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="finance_email_search"),
            models.Index(
                fields=["claimed_at"], condition=models.Q(state=EmailState.SENDING), name="finance_email_claimed"
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def recipients(self) -> list[str]:
        """Everybody who gets it."""
        return [*self.to, *self.cc, *self.bcc]


class EmailAttachment(models.Model):
    """A file that goes with an e-mail, as it was when that was written: what was sent can always be shown."""

    email = models.ForeignKey(Email, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(_("file name"), max_length=200)
    media_type = models.CharField(_("media type"), max_length=100)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    content = models.BinaryField()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [models.CheckConstraint(condition=models.Q(size__gt=0), name="finance_email_file_not_empty")]

    def __str__(self) -> str:
        return self.name


class EmailTemplate(Stamped):
    """What e-mails of one kind begin with, in one language. The default one takes the place of finsuite's own."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="email_templates")
    kind = models.CharField(_("kind"), max_length=20, choices=EmailKind.choices)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)
    name = models.CharField(_("name"), max_length=100)
    subject = models.CharField(_("subject"), max_length=255)
    body = models.TextField(_("text"), max_length=10_000)
    is_default = models.BooleanField(_("used by default"), default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail template")
        verbose_name_plural = _("e-mail templates")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "language", "name"], name="finance_email_template_name_unique"
            ),
            models.UniqueConstraint(
                fields=["organization", "kind", "language"],
                condition=models.Q(is_default=True),
                name="finance_email_template_one_default",
            ),
        ]

    def __str__(self) -> str:
        return self.name
