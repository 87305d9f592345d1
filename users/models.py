"""People and their keys. One sign-in may belong to many CRM organizations, finance organizations and portals."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username or "")


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    theme = models.CharField(_("theme"), max_length=8, choices=Theme.choices, default=Theme.SYSTEM)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Paris")
    single_key_shortcuts = models.BooleanField(_("single-key shortcuts"), default=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_demo = models.BooleanField(_("made by the demo"), default=False, editable=False)
    # How many of their notifications are unread; kept here, where every page reads it anyway.
    unread = models.PositiveIntegerField(default=0, editable=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="users_user_email_unique")]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name or self.email


class ApiToken(models.Model):
    """A key for a program, acting as one person. Only its SHA-256 is kept; the key itself is shown once, when made."""

    class Scope(models.TextChoices):
        READ = "read", _("Read")
        WRITE = "write", _("Write")
        ADMIN = "admin", _("Administer")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=12, editable=False)
    last_four = models.CharField(max_length=4, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…{self.last_four})"

    def allows(self, scope: str) -> bool:
        """Whether the key may be used for this: a wider scope includes the narrower ones."""
        order = list(self.Scope.values)
        return any(order.index(held) >= order.index(scope) for held in self.scopes if held in order)


class KeptAnswer(models.Model):
    """What a POST with an Idempotency-Key was answered, kept for a day so that a repetition gets the same."""

    caller = models.CharField(max_length=60, editable=False)  # "user:key"
    address = models.CharField(max_length=64, editable=False)  # SHA-256 of the path and the key
    digest = models.CharField(max_length=64, editable=False)  # SHA-256 of the request's body
    status = models.PositiveSmallIntegerField(editable=False)
    body = models.TextField(editable=False)
    headers = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        constraints = [models.UniqueConstraint(fields=["caller", "address"], name="users_kept_answer_once")]

    def __str__(self) -> str:
        return f"{self.caller} {self.status}"


class Notification(models.Model):
    """Something that a person should know of: a sentence in their language, and where it leads.

    `message` is the English sentence as the catalogue knows it, `params` what it names. The same `key` tells a person
    the same thing once, however often it is sent.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40, editable=False)  # "reminder", "assigned"
    message = models.CharField(max_length=250, editable=False)
    params = models.JSONField(default=dict, editable=False)
    url = models.CharField(max_length=300, blank=True, editable=False)
    key = models.CharField(max_length=120, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="users_notification_once")]
        indexes = [models.Index(fields=["user", "-id"], name="users_notification_newest")]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The sentence in the reader's language."""
        return str(gettext(self.message) % self.params)
