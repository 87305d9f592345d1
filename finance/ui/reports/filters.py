"""The controls above a report: what it can be asked, as it was asked, with every fault at its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from finance.models import Organization
from finance.selectors.organizations import members
from finance.selectors.rates import currencies
from finance.selectors.reports.ageing import STEPS
from finance.selectors.reports.asking import APPROVED, COMPARISONS, DEFAULT, PERIODS, UNUSED, Asked
from finance.selectors.reports.catalogue import Definition

LABELS: dict[str, Any] = {
    "period": _("Period"),
    "since": pgettext_lazy("date", "From"),
    "to": pgettext_lazy("date", "To"),
    "as_of": _("As of"),
    "compare": _("Compared with"),
    "customer": _("Customer"),
    "vendor": _("Vendor"),
    "item": _("Item"),
    "salesperson": _("Salesperson"),
    "spender": _("Spent by"),
    "currency": _("Currency"),
    "status": _("Status"),
    "step": _("Age"),
}
EVERY: dict[str, Any] = {
    "compare": _("Not compared"),
    "salesperson": _("Every salesperson"),
    "spender": _("Everybody"),
    "currency": _("Every currency"),
    "status": _("All but rejected"),
    "step": _("Every age"),
}
PICKED = ("customer", "vendor", "item")
DAYS = ("since", "to", "as_of")


@dataclass(frozen=True, kw_only=True)
class Control:
    """One control. A picker has the address of its suggestions, and the name of what is chosen."""

    name: str
    kind: str  # "choice", "day", "picker"
    label: Any
    value: str
    options: list[tuple[str, Any]]
    lookup: str
    chosen: str
    faults: list[str]

    @property
    def target(self) -> str:
        return f"filter-{self.name}"


@dataclass(frozen=True)
class Fault:
    """One line of the summary of what can't be read."""

    target: str
    label: Any
    message: str


def controls(
    organization: Organization,
    definition: Definition,
    given: Mapping[str, str],
    asked: Asked | None,
    faults: Mapping[str, list[str]],
) -> list[Control]:
    """The controls in the report's own order. One statement for members, one for currencies, where it asks for them."""
    return [
        Control(
            name=name,
            kind="picker" if name in PICKED else "day" if name in DAYS else "choice",
            label=LABELS[name],
            value=_value(name, given, asked),
            options=_options(name, organization),
            lookup=_lookup(name, organization),
            chosen=str(getattr(asked, name) or "") if asked and name in PICKED else "",
            faults=list(faults.get(name, ())),
        )
        for name in definition.asked
    ]


def told_faults(shown: list[Control]) -> list[Fault]:
    """Every fault with the control that it belongs to."""
    return [Fault(control.target, control.label, message) for control in shown for message in control.faults]


def narrowings(shown: list[Control]) -> list[tuple[Any, Any]]:
    """What the report is narrowed to, besides its days: (label, what was chosen)."""
    return [
        (control.label, control.chosen or dict(control.options).get(control.value, control.value))
        for control in shown
        if control.value and control.name not in ("period", "compare", *DAYS)
    ]


def _value(name: str, given: Mapping[str, str], asked: Asked | None) -> str:
    """What the control shows: what was asked, with the days that a named period means; else what was given."""
    if asked is None:
        return given.get(name, "")[:100] or (DEFAULT if name == "period" else "")
    found = {
        "period": asked.period,
        "since": asked.span.since.isoformat(),
        "to": asked.span.to.isoformat(),
        "as_of": asked.as_of.isoformat(),
    }
    return found.get(name, given.get(name, "").strip())


def _options(name: str, organization: Organization) -> list[tuple[str, Any]]:
    if name == "period":
        return list(PERIODS.items())
    if name == "compare":
        return [("", EVERY[name]), *COMPARISONS.items()]
    if name in ("salesperson", "spender"):
        people = [(str(member.user_id), str(member.user)) for member in members(organization)]
        return [("", EVERY[name]), *people]
    if name == "currency":
        codes = sorted({organization.base_currency, *currencies(organization).values_list("code", flat=True)})
        return [("", EVERY[name]), *((code, code) for code in codes)]
    if name == "status":
        return [("", EVERY[name]), (APPROVED, _("Approved, or paid by the organization"))]
    if name == "step":
        return [("", EVERY[name]), *STEPS.items(), (UNUSED, _("Unused credits"))]
    return []


def _lookup(name: str, organization: Organization) -> str:
    if name not in PICKED:
        return ""
    return reverse(f"finance:{name}_lookup", kwargs={"organization": organization.pk})
