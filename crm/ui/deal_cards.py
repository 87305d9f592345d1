"""A card of the board, drawn in Python: a template per card would cost most of the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.selectors.board import Row
from crm.ui.cells import Column, Look
from finsuite.kernel.templatetags.ui import icon
from finsuite.kernel.versions import version_at

# Whose value says by itself what it is; the others' label stands beside it.
_SELF_EVIDENT = frozenset({Look.PERSON, Look.RECORD, Look.MONEY, Look.DAY, Look.TAGS, Look.EMAIL, Look.WEBSITE})

_CARD = (
    '<li class="deal-card" id="deal-{id}" data-card="{id}"{movable}><div class="deal-card__head">'
    '<a class="deal-card__name" href="{url}" draggable="false">{name}</a>{menu}</div>{badges}{facts}</li>'
)
_MOVABLE = ' data-version="{}" data-move-url="{}/move-card" draggable="true"'
_MENU = (
    '<a class="button button--icon button--quiet button--small deal-card__move" href="{url}/move?next={next}" '
    'data-card-menu draggable="false" aria-haspopup="menu" aria-label="{label}" title="{label}">{icon}</a>'
)
_FACT = '<div class="deal-card__fact deal-card__fact--{}"><dt class="{}">{}</dt><dd>{}</dd></div>'


@dataclass(frozen=True)
class Easel:
    """What all cards of one answer have in common: where the deals are, and the page to come back to."""

    place: str
    back: str
    may_move: bool

    def drawn(self, row: Row, facts: Iterable[tuple[Column, SafeString]], badges: SafeString) -> SafeString:
        """One card."""
        url = f"{self.place}{row['id']}"
        told = format_html_join("", _FACT, ((c.name, _class_of(c), c.label, cell) for c, cell in facts))
        return format_html(
            _CARD,
            id=row["id"],
            url=url,
            name=row["name"],
            movable=format_html(_MOVABLE, version_at(row["updated_at"]), url) if self.may_move else "",
            menu=self._menu(row, url) if self.may_move else "",
            badges=format_html('<div class="row">{}</div>', badges) if badges else "",
            facts=format_html('<dl class="deal-card__facts">{}</dl>', told) if told else "",
        )

    def _menu(self, row: Row, url: str) -> SafeString:
        label = _("Move “%(name)s” to…") % {"name": row["name"]}
        return format_html(_MENU, url=url, next=self.back, label=label, icon=icon("arrow-right-left", "icon--sm"))


def _class_of(column: Column) -> str:
    return "visually-hidden" if column.look in _SELF_EVIDENT and not column.name.startswith("cf_") else "soft"
