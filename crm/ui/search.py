"""The page of search results."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.access import Access
from crm.choices import Level, Module
from crm.selectors.best_activities import FoundActivity
from crm.selectors.everywhere import Found, search_everywhere
from crm.ui.addresses import address
from crm.ui.base import in_organization
from crm.ui.items import ICONS
from crm.ui.modules import PAGES
from finsuite.kernel.terms import parts

FEW, MANY = 20, 100
"""How many of each module: where all are shown, and where one is."""


ACTIVITIES = "activities"
BEFORE, LONGEST = 40, 160
"""How much of a text is shown before and from the first word that was found in it."""


@dataclass(frozen=True)
class Group:
    """What was found in one module: the rows, and how many there are, which beyond the limit is not counted."""

    name: str
    label: Any
    rows: list[tuple[SafeString, str, SafeString, str]]  # name, address, what else, icon
    count: str
    has_more: bool
    url: str


@require_safe
@in_organization
def search(request: HttpRequest, access: Access) -> HttpResponse:
    """The records and activities that match, by module, as far as the person may see them."""
    text = request.GET.get("q", "").strip()[:200]
    seen = [module for module in PAGES if access.may(module, Level.VIEW)]
    asked = request.GET.get("module", "")
    only = [module for module in seen if module.value == asked]
    most = MANY if only or asked == ACTIVITIES else FEW
    findings = search_everywhere(
        access,
        text,
        modules=() if asked == ACTIVITIES else only or seen,
        limit=most + 1,
        activities=0 if only else most + 1,
    )
    words = findings.terms.words
    groups = [_group(access, text, module, found, words, most) for module, found in findings.groups.items()]
    if findings.activities:
        groups.append(_noted(access, text, findings.activities, words, most))
    tabs = [(module.label, module.value) for module in seen] + [(_("Activities"), ACTIVITIES)]
    context: dict[str, Any] = {
        "access": access,
        "text": text,
        "groups": groups,
        "meant": findings.meant,
        "modules": [(label, f"?{_asked(text, name)}", name == asked) for label, name in tabs],
        "all_url": f"?{_asked(text)}",
        "module": asked if only or asked == ACTIVITIES else "",
    }
    return render(request, "crm/search.html", context)


def _group(access: Access, text: str, module: Module, found: list[Found], words: tuple[str, ...], most: int) -> Group:
    rows = [
        (
            _marked(one.name, words),
            address(module, "detail", access.organization.pk, one.id),
            _together(_marked(detail, words) for detail in one.details),
            PAGES[module].icon,
        )
        for one in found[:most]
    ]
    return _counted(module.value, module.label, rows, len(found), text)


def _noted(access: Access, text: str, found: list[FoundActivity], words: tuple[str, ...], most: int) -> Group:
    rows = []
    for one in found[:most]:
        place = reverse("crm:activity", kwargs={"organization": access.organization.pk, "activity_id": one.id})
        told = [str(one.kind.label), one.about, _excerpt(one.body, words) if one.subject else ""]
        rows.append(
            (_marked(one.name, words), place, _together(_marked(part, words) for part in told if part), ICONS[one.kind])
        )
    return _counted(ACTIVITIES, _("Activities"), rows, len(found), text)


def _counted(
    name: str, label: Any, rows: list[tuple[SafeString, str, SafeString, str]], found: int, text: str
) -> Group:
    has_more = found > len(rows)
    count = f"{len(rows)}+" if has_more else str(found)
    return Group(name, label, rows, count, has_more, f"?{_asked(text, name)}")


def _excerpt(text: str, words: tuple[str, ...]) -> str:
    """The part of a text that holds the first of the words; nothing where none is in it."""
    at = 0
    for piece, is_match in parts(" ".join(text.split()), words):
        if is_match:
            whole = " ".join(text.split())
            start = whole.rfind(" ", 0, max(at - BEFORE, 0) + 1) + 1 if at > BEFORE else 0
            cut = whole[start : start + LONGEST]
            return f"{'…' if start else ''}{cut}{'…' if start + LONGEST < len(whole) else ''}"
        at += len(piece)
    return ""


def _together(told: Iterable[SafeString]) -> SafeString:
    return format_html_join(" · ", "{}", ((part,) for part in told))


def _asked(text: str, module: str = "") -> str:
    return urlencode({"q": text, **({"module": module} if module else {})})


def _marked(text: str, words: tuple[str, ...]) -> SafeString:
    """The text, escaped, with what was searched for marked."""
    pieces = parts(text, words)
    return format_html_join(
        "",
        "{}",
        ((format_html('<mark class="match">{}</mark>', piece) if is_match else piece,) for piece, is_match in pieces),
    )
