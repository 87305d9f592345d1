"""The page of search results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from crm.access import Access
from crm.choices import Level, Module
from crm.selectors.everywhere import Found, search_everywhere
from crm.ui.addresses import address
from crm.ui.base import in_organization
from crm.ui.modules import PAGES
from finsuite.kernel.terms import parts

FEW, MANY = 20, 100
"""How many of each module: where all are shown, and where one is."""


@dataclass(frozen=True)
class Group:
    """What was found in one module: the rows, and how many there are, which beyond the limit is not counted."""

    module: Module
    icon: str
    rows: list[tuple[SafeString, str, SafeString]]  # name, address, what else
    count: str
    has_more: bool
    url: str


@require_safe
@in_organization
def search(request: HttpRequest, access: Access) -> HttpResponse:
    """The records that match, by module, as far as the person may see them."""
    text = request.GET.get("q", "").strip()[:200]
    seen = [module for module in PAGES if access.may(module, Level.VIEW)]
    asked = request.GET.get("module", "")
    only = [module for module in seen if module.value == asked]
    most = MANY if only else FEW
    findings = search_everywhere(access, text, modules=only or seen, limit=most + 1)
    groups = [
        _group(access, text, module, found, findings.terms.words, most) for module, found in findings.groups.items()
    ]
    context: dict[str, Any] = {
        "access": access,
        "text": text,
        "groups": groups,
        "meant": findings.meant,
        "modules": [(module.label, f"?{_asked(text, module)}", module in only) for module in seen],
        "all_url": f"?{_asked(text)}",
        "module": asked if only else "",
    }
    return render(request, "crm/search.html", context)


def _group(access: Access, text: str, module: Module, found: list[Found], words: tuple[str, ...], most: int) -> Group:
    return Group(
        module=module,
        icon=PAGES[module].icon,
        rows=[
            (
                _marked(one.name, words),
                address(module, "detail", access.organization.pk, one.id),
                format_html_join(" · ", "{}", ((_marked(detail, words),) for detail in one.details)),
            )
            for one in found[:most]
        ],
        count=f"{most}+" if len(found) > most else str(len(found)),
        has_more=len(found) > most,
        url=f"?{_asked(text, module)}",
    )


def _asked(text: str, module: Module | None = None) -> str:
    return urlencode({"q": text, **({"module": module.value} if module else {})})


def _marked(text: str, words: tuple[str, ...]) -> SafeString:
    """The text, escaped, with what was searched for marked."""
    pieces = parts(text, words)
    return format_html_join(
        "",
        "{}",
        ((format_html('<mark class="match">{}</mark>', piece) if is_match else piece,) for piece, is_match in pieces),
    )
