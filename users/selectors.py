"""Reading what belongs to one person."""

from __future__ import annotations

from django.db.models import F, QuerySet

from users.models import ApiToken, Notification, User

MOST_SHOWN = 200


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """The person's tokens, those that aren't revoked first, the newest first among each."""
    return ApiToken.objects.filter(user=user).order_by(F("revoked_at").desc(nulls_first=True), "-created_at", "-pk")[
        :MOST_SHOWN
    ]


def notifications_of(user: User) -> QuerySet[Notification]:
    """What the person was told, the newest first."""
    return Notification.objects.filter(user=user).order_by("-pk")


def demo_emails() -> list[str]:
    """Whom the demo made, in the order in which it did."""
    return list(User.objects.filter(is_demo=True, is_active=True).order_by("pk").values_list("email", flat=True)[:6])
