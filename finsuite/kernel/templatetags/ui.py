"""The components that pages are put together from. Each is shown, with its states, on /styleguide/.

Keyword arguments that a tag doesn't know become HTML attributes, with `_` for `-`: `hx_get=url`, `data_open="id"`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import lucide
from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from finsuite.kernel import charts, controls, panels
from finsuite.kernel.templatetags.ui_formats import NOTHING

register = template.Library()

HUES = 6

# Each tone has a shape of its own, so that nobody has to tell states apart by colour.
STATUS_ICONS = {
    "success": "circle-check",
    "warning": "circle-alert",
    "danger": "circle-x",
    "info": "circle-dot",
    "progress": "loader-circle",
    "neutral": "circle-dashed",
    "off": "circle-slash",
}
_STATUS_TONES = {"progress": "info", "off": "neutral"}
_NOTICE_ICONS = {"success": "circle-check", "warning": "triangle-alert", "danger": "octagon-alert", "info": "info"}


@lru_cache(maxsize=512)
def _icon(name: str, extra: str) -> SafeString:
    kwargs = {"class": f"icon {extra}".strip(), "aria-hidden": "true", "focusable": "false"}
    return mark_safe(lucide._render_icon(name, None, **kwargs))  # noqa: S308 - drawn by the icon package


@register.simple_tag
def icon(name: str, class_: str = "") -> SafeString:
    """An icon of the lucide set. Decoration only: what it says must also stand in words beside it."""
    return _icon(name + "", class_ + "")


def attributes(found: Mapping[str, Any]) -> SafeString:
    """HTML attributes from keyword arguments. True stands alone; None, False and "" are left out."""
    parts = []
    for name, value in found.items():
        if value in (None, False, ""):
            continue
        attribute = name.strip("_").replace("_", "-")
        parts.append(format_html(" {}", attribute) if value is True else format_html(' {}="{}"', attribute, value))
    return mark_safe("".join(parts))  # noqa: S308 - each part is escaped


@register.simple_tag
def button(label: str, kind: str = "", icon: str = "", href: str = "", class_: str = "", **more: Any) -> SafeString:
    """A button, or a link that looks like one (with `href`). Kinds: primary, danger, quiet; add "small", "wide"."""
    classes = " ".join(["button", *(f"button--{word}" for word in kind.split()), class_]).strip()
    inside = format_html("{}{}", _icon(icon + "", "") if icon else "", label)
    return _pressable(classes, inside, href, more)


@register.simple_tag
def icon_button(name: str, label: str, kind: str = "quiet", href: str = "", **more: Any) -> SafeString:
    """A button with only an icon; its label is read aloud and shown on hover."""
    classes = " ".join(["button", "button--icon", *(f"button--{word}" for word in kind.split())])
    return _pressable(classes, _icon(name + "", ""), href, {"aria_label": label, "title": label, **more})


def _pressable(classes: str, inside: SafeString, href: str, more: dict[str, Any]) -> SafeString:
    if href:
        return format_html('<a class="{}" href="{}"{}>{}</a>', classes, href, attributes(more), inside)
    more = {"type": "button", **more}
    return format_html('<button class="{}"{}>{}</button>', classes, attributes(more), inside)


@register.simple_tag
def status(label: str, tone: str = "neutral", kind: str = "") -> SafeString:
    """A state: a ring whose shape tells it, and its word. Tones: success, warning, danger, info, progress, off."""
    colour = _STATUS_TONES.get(tone, tone)
    ring = _icon(STATUS_ICONS.get(tone, "circle"), f"tone-{colour}")
    classes = f"status status--pill on-{colour}" if kind == "pill" else "status"
    return format_html('<span class="{}">{}{}</span>', classes, ring, label)


@register.simple_tag
def badge(label: str, tone: str = "", icon: str = "") -> SafeString:
    """A small word beside a name: "Primary", "Demo"."""
    classes = f"badge on-{tone}" if tone else "badge"
    return format_html('<span class="{}">{}{}</span>', classes, _icon(icon + "", "icon--sm") if icon else "", label)


@register.simple_tag
def avatar(name: str, kind: str = "") -> SafeString:
    """A name's initials, in a colour that is always the same for that name. Kinds: square, lg."""
    words = [word for word in str(name).replace("@", " ").split() if word[0].isalnum()] or ["?"]
    initials = (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
    hue = hashlib.sha256(str(name).encode()).digest()[0] % HUES + 1
    classes = " ".join([f"avatar avatar--{hue}", *(f"avatar--{word}" for word in kind.split())])
    return format_html('<span class="{}" aria-hidden="true">{}</span>', classes, initials)


@register.simple_tag
def person(name: str, detail: str = "") -> SafeString:
    """Initials and name, as in a table cell."""
    extra = format_html(' <span class="faint">{}</span>', detail) if detail else ""
    return format_html('<span class="who">{}<span>{}{}</span></span>', avatar(name), name, extra)


# Forms -----------------------------------------------------------------------------------------------------------


@register.simple_tag
def field(bound: BoundField, kind: str = "", **more: Any) -> SafeString:
    """A form field: label, control, help, errors. Kinds: segmented, options, file, num, search; see controls.py."""
    return mark_safe(render_to_string("components/field.html", controls.describe(bound, kind, more)))  # noqa: S308


@register.simple_tag
def choice_input(choice: Any, class_: str = "", attrs: Mapping[str, Any] | None = None) -> SafeString:
    """One radio button or tick box of a choice field."""
    data = choice.data
    data["attrs"] = {**data["attrs"], **(attrs or {}), "class": class_}
    return SafeString(choice.tag())


@register.filter
def option_help(choice: Any, bound: BoundField) -> str:
    """The sentence below one option: the form field's `option_help`, by the option's value."""
    return str(getattr(bound.field, "option_help", {}).get(choice.data["value"], ""))


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: Any, title: str = "", quiet: str = "") -> dict[str, Any]:
    """Everything wrong with the form at its top, each linked to its field. It takes the focus, unless `quiet`."""
    return {"title": title, "faults": controls.faults(form), "id": f"{form.prefix or 'form'}-errors", "quiet": quiet}


# Tables and lists ------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: template.Context, name: str, label: str, class_: str = "") -> dict[str, Any]:
    """A column heading that sorts by `?sort=name`, and the other way round when clicked again."""
    request: HttpRequest = context["request"]
    now = str(request.GET.get("sort") or context.get("sort") or "").split(",")[0]
    direction = {name: "ascending", f"-{name}": "descending"}.get(now, "none")
    query = request.GET.copy()
    query["sort"] = f"-{name}" if direction == "ascending" else name
    query.pop("page", None)
    return {"label": label, "direction": direction, "url": f"?{query.urlencode()}", "class": class_}


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """This page's address with some query parameters changed (None removes): `{% with_query page=2 %}`."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def is_here(context: template.Context, url: str) -> bool:
    """Whether this address is the page's own, for `{% tab … current=here %}`."""
    return bool(context["request"].path == url)


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page[Any], sizes: str = "20 50 100") -> dict[str, Any]:
    """How much of the list is shown, page sizes, previous and next."""
    return {
        "request": context["request"],
        "page": page,
        "sizes": [int(size) for size in sizes.split()],
        "size": page.paginator.per_page,
    }


# Blocks ----------------------------------------------------------------------------------------------------------


def _block(name: str, **context: Any) -> SafeString:
    return mark_safe(render_to_string(f"components/{name}.html", context))  # noqa: S308 - a rendered template


@register.simple_block_tag(end_name="end_dialog")
def dialog(content: str, id: str, title: str, kind: str = "", at_once: object = None) -> SafeString:  # noqa: A002 - the attribute's name
    """A dialog, opened by any button with `data-open="<id>"`, or with the page (`at_once`: its form has faults).

    Put its buttons into `<div class="dialog__foot">`.
    """
    classes = f"dialog dialog--{kind}" if kind else "dialog"
    return _block("dialog", content=content, id=id, title=title, classes=classes, at_once=at_once)


@register.simple_block_tag(end_name="end_drawer")
def drawer(content: str, id: str, title: str, at_once: object = None) -> SafeString:  # noqa: A002 - the attribute's name
    """A dialog that slides in from the side, for looking at or editing one thing without leaving the page.

    `at_once`: it is open when the page appears, as when what was entered in it was refused.
    """
    return _block("dialog", content=content, id=id, title=title, classes="drawer", at_once=at_once)


@register.simple_block_tag(end_name="end_menu")
def menu(content: str, id: str, label: str, icon: str = "", kind: str = "", only_icon: str = "") -> SafeString:  # noqa: A002
    """A button that opens a list of things to do. Its entries are `{% menu_item %}`."""
    return _block("menu", content=content, id=id, label=label, icon=icon, kinds=kind.split(), only_icon=only_icon)


@register.simple_tag
def menu_item(label: str, icon: str = "", href: str = "", key: str = "", kind: str = "", **more: Any) -> SafeString:
    classes = f"menu__item menu__item--{kind}" if kind else "menu__item"
    drawn = _icon(icon + "", "") if icon else ""
    inside = format_html("{}{}{}", drawn, label, format_html("<kbd>{}</kbd>", key) if key else "")
    return _pressable(classes, inside, href, {"role": "menuitem", "tabindex": "-1", **more})


@register.simple_block_tag(end_name="end_tabs")
def tabs(content: str, label: str) -> SafeString:
    """Links between the views of one thing; the entries are `{% tab %}`."""
    return format_html('<nav class="tabs" aria-label="{}">{}</nav>', label, content)


@register.simple_tag
def tab(label: str, url: str, count: int | None = None, current: object = None, **more: Any) -> SafeString:
    number = format_html('<span class="count">{}</span>', count) if count is not None else ""
    more = {"aria_current": "page" if current else None, **more}
    return format_html('<a class="tabs__tab" href="{}"{}>{} {}</a>', url, attributes(more), label, number)


@register.simple_block_tag(end_name="end_card")
def card(content: str, title: str = "", kind: str = "") -> SafeString:
    """A framed part of a page, under a heading. Kind "flush": the content touches the frame (tables)."""
    return _block("card", content=content, title=title, kind=kind, id=f"card-{slugify(title)}")


@register.simple_block_tag(end_name="end_section")
def section(content: str, title: str, closed: object = None) -> SafeString:
    """A part of the side panel that folds."""
    return _block("section", content=content, title=title, closed=closed)


@register.simple_block_tag(end_name="end_facts")
def facts(content: str, kind: str = "") -> SafeString:
    """Names and values, one below another; the entries are `{% fact %}`."""
    return format_html('<dl class="{}">{}</dl>', f"facts facts--{kind}" if kind else "facts", content)


@register.simple_block_tag(end_name="end_fact")
def fact(content: str, label: str) -> SafeString:
    inside = mark_safe(content) if content.strip() else NOTHING  # noqa: S308 - a template's own output
    return format_html("<dt>{}</dt><dd>{}</dd>", label, inside)


@register.simple_block_tag(end_name="end_callout")
def callout(content: str, tone: str = "info", title: str = "") -> SafeString:
    """A word of advice or warning within the page. Tones: info, success, warning, danger."""
    return _block("callout", content=content, tone=tone, title=title, icon=_NOTICE_ICONS[tone])


@register.simple_block_tag(end_name="end_empty")
def empty(content: str, icon: str, title: str, level: int = 2) -> SafeString:
    """Why there is nothing here, and the one next step. Where it is all there is on a page: `level=1`."""
    return _block("empty", content=content, icon=icon, title=title, level=level)


# Figures ---------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/stat.html")
def stat(label: str, figure: str, href: str = "", delta: str = "", tone: str = "", note: str = "") -> dict[str, Any]:
    """One figure with its name. `delta` says how it moved; `tone` (success, danger) whether that is good."""
    arrow = {"success": "trending-up", "danger": "trending-down"}.get(tone, "minus")
    return {"label": label, "figure": figure, "href": href, "delta": delta, "tone": tone, "note": note, "arrow": arrow}


@register.inclusion_tag("components/progress.html")
def progress(label: str, value: float | None = None, max: float = 100, words: str = "") -> dict[str, Any]:  # noqa: A002
    """How far something is. Without a value: that it is going on, for nobody knows how long."""
    return {"label": label, "value": value, "max": max, "words": words}


@register.inclusion_tag("components/stepper.html")
def stepper(steps: list[Any], current: int, label: str) -> dict[str, Any]:
    """Where one is in a sequence. A step is a label, or a mapping with `label` and `url`; `current` counts from 1."""
    shown = [step if isinstance(step, Mapping) else {"label": step} for step in steps]
    states = ["done" if at < current else "current" if at == current else "ahead" for at in range(1, len(shown) + 1)]
    return {"steps": [{**step, "state": state} for step, state in zip(shown, states, strict=True)], "label": label}


@register.inclusion_tag("components/secret.html")
def secret(value: str, label: str, id: str = "secret") -> dict[str, Any]:  # noqa: A002 - the attribute's name
    """Something that is shown this once, with a button to copy it."""
    return {"value": value, "label": label, "id": id}


@register.inclusion_tag("components/chart.html")
def chart(figure: charts.Chart) -> dict[str, Any]:
    """A bar or line chart, drawn on the server, with the same figures as a table."""
    return {"chart": figure}


@register.inclusion_tag("components/bars.html")
def bars(figure: charts.Bars) -> dict[str, Any]:
    """Bars across, one below another, each with its name and figure. The page has the figures as a table, too."""
    return {"bars": figure}


@register.simple_tag(takes_context=True)
def panel(context: template.Context, slot: str, subject: Any) -> SafeString:
    """What other rooms put into this slot of the page."""
    return panels.render(slot, context["request"], subject)
