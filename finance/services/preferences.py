"""Changing how an organization's documents are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from finance.access import require
from finance.choices import RoundOff
from finance.models import Organization, Preferences
from finance.models.preferences import TEXTS
from finance.rights import Right
from finance.services.references import tell_setting
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import Refused
from finsuite.kernel.records import Change, assign, refuse_unknown
from finsuite.kernel.versions import require_version

WRITABLE = frozenset(
    {
        *("discount_mode", "is_discount_before_tax", "tax_mode", "round_off", "round_off_step"),
        *("has_shipping", "has_adjustment", "is_sent_editable", "credit_limit_rule", "estimate_days"),
        "expense_markup",
        *("look", "accent", "paper"),
    }
)
MOST_DAYS = 999
MOST_STEP = 1000


@transaction.atomic
def update_preferences(
    *, actor: Actor, organization: Organization, values: Mapping[str, Any], version: str | None = None
) -> Preferences:
    """Change what new documents begin with. `texts` holds, by kind of document, its first notes and terms."""
    require(actor, organization, Right.SETTINGS)
    rows = Preferences.objects.of(organization).select_for_update(of=("self",)).select_related("organization")
    preferences = rows.get()
    require_version(preferences, version)
    refuse_unknown(values, WRITABLE | {"texts"})
    plain = {name: value for name, value in values.items() if name != "texts"}
    if "round_off" in plain and plain["round_off"] != RoundOff.STEP:
        plain["round_off_step"] = None
    change = assign(preferences, plain, allowed=WRITABLE)
    if "texts" in values:
        change = change.and_(_change_texts(preferences, values["texts"]))
    if not change:
        return preferences
    _check(preferences)
    columns = ["texts" if name.startswith("text_") else name for name in change.fields]
    preferences.save(update_fields=list(dict.fromkeys(columns)))
    tell_setting(actor, preferences, "updated", subject="preferences", before=change.before, after=change.after)
    return preferences


def _check(preferences: Preferences) -> None:
    faults: dict[str, list[str]] = {}
    step = preferences.round_off_step
    if preferences.round_off == RoundOff.STEP and not (step and 0 < step <= MOST_STEP):
        faults["round_off_step"] = [_("Say what totals are rounded to, for example 0.05 or 0.5.")]
    if preferences.expense_markup is None or preferences.expense_markup < 0:
        faults["expense_markup"] = [_("This can't be below zero.")]
    if preferences.estimate_days is not None and preferences.estimate_days > MOST_DAYS:
        faults["estimate_days"] = [_("At most %(most)d days.") % {"most": MOST_DAYS}]
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), fields=faults)


def _change_texts(preferences: Preferences, given: Any) -> Change:
    """The texts that are given, beside those that aren't; an empty one is none."""
    faults: dict[str, list[str]] = {}
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    kept = {kind: dict(texts) for kind, texts in preferences.texts.items()}
    for kind, texts in _read(given).items():
        for name, text in texts.items():
            longest = TEXTS.get(kind, {}).get(name)
            if longest is None or not isinstance(text, str) or "\x00" in text:
                faults["texts"] = [_("Texts are told by kind of document, each with its notes and terms.")]
            elif len(text.strip()) > longest:
                told = _("A text of this kind has at most %(longest)d characters.") % {"longest": longest}
                faults[f"text_{kind}_{name}"] = [told]
            elif text.strip() != preferences.text(kind, name):
                before[f"text_{kind}_{name}"], after[f"text_{kind}_{name}"] = preferences.text(kind, name), text.strip()
                kept.setdefault(kind, {})[name] = text.strip()
    if faults:
        raise Refused(_("Some fields can't be saved as they are."), fields=faults)
    preferences.texts = {kind: said for kind, texts in kept.items() if (said := {k: v for k, v in texts.items() if v})}
    return Change(before, after)


def _read(given: Any) -> dict[str, dict[str, Any]]:
    if isinstance(given, Mapping) and all(isinstance(texts, Mapping) for texts in given.values()):
        return {str(kind): dict(texts) for kind, texts in given.items()}
    sentence = _("Texts are told by kind of document, each with its notes and terms.")
    raise Refused(sentence, fields={"texts": [sentence]})
