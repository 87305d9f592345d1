"""Finance settings › Reminders: when customers are reminded by rule, and what that will bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from finance import access
from finance.choices import DocumentKind as Kind
from finance.models import Membership, ReminderRule
from finance.rights import Right
from finance.selectors import reminders as selectors
from finance.selectors.days import today
from finance.services import reminder_rules as services
from finance.services.reminder_run import recipients_of
from finance.services.reminders import letters_of
from finance.ui.documents.pages import PAGES
from finance.ui.pages import actor_of, page, show
from finance.ui.settings_forms import ReminderRuleForm
from finance.ui.settings_rows import Faulty, Listing, Row, back, form_of

PAGES_OF = PAGES[Kind.INVOICE]


@dataclass(frozen=True, kw_only=True)
class Coming:
    """A reminder as the preview tells it."""

    planned: selectors.Planned
    url: str
    when: str
    recipients: list[str]


@page(Right.MANAGE_EMAILS, "GET", "POST")
def reminder_settings(request: HttpRequest, member: Membership) -> HttpResponse:
    """The rules, what they will send today and in the next seven days, and a form to add one."""
    if request.method != "POST":
        return _rules(request, member, None, 200)
    form = _form(member, ReminderRule(organization=member.organization), request.POST)

    def save(values: dict[str, Any]) -> None:
        services.create_rule(actor=actor_of(request), organization=member.organization, values=values)

    return RULES.save(request, member, form, save, _("The rule is added."))


@page(Right.MANAGE_EMAILS, "POST")
def reminder_rule_edit(request: HttpRequest, member: Membership, rule: int) -> HttpResponse:
    """Change a rule, switch it on or off."""
    record = access.reminder_rule(member.organization, rule)
    form = _form(member, record, request.POST)

    def save(values: dict[str, Any]) -> None:
        version = request.POST.get("version", "")
        services.update_rule(actor=actor_of(request), rule=record, values=values, version=version)

    return RULES.save(request, member, form, save, _("The rule is saved."), record=record)


@page(Right.MANAGE_EMAILS, "POST")
def reminder_rule_delete(request: HttpRequest, member: Membership, rule: int) -> HttpResponse:
    """Delete a rule."""
    record = access.reminder_rule(member.organization, rule)
    services.delete_rule(actor=actor_of(request), rule=record, version=request.POST.get("version"))
    messages.success(request, _("The rule is deleted."))
    return back(member, "reminder_settings")


def when_of(rule: ReminderRule) -> str:
    """The rule's day, as people say it."""
    if rule.days == 0:
        return _("On the due day")
    if rule.days < 0:
        told = ngettext("%(count)d day before the due day", "%(count)d days before the due day", -rule.days)
        return told % {"count": -rule.days}
    told = ngettext("%(count)d day after the due day", "%(count)d days after the due day", rule.days)
    return told % {"count": rule.days}


def _form(member: Membership, record: ReminderRule, data: Any = None) -> ReminderRuleForm:
    names = selectors.template_names(member.organization)
    return ReminderRuleForm(data, instance=record, templates=names)


def _rules(request: HttpRequest, member: Membership, faulty: Faulty | None, status: int) -> HttpResponse:
    organization = member.organization
    names = selectors.template_names(organization)
    rules = list(selectors.rules(organization))

    def form(rule: ReminderRule) -> Any:
        record = rule if rule.pk else None
        return form_of(faulty, ReminderRuleForm, record, lambda: ReminderRuleForm(instance=rule, templates=names))

    day = today(organization)
    outlook = selectors.outlook(organization, rules, day, selectors.week_from(day))
    coming, asleep = _coming(member, outlook.coming, outlook.asleep)
    context = {
        "rows": [Row(rule, form(rule), when_of(rule)) for rule in rules],
        "new_rule": form(ReminderRule(organization=organization)),
        "coming": coming,
        "asleep": asleep,
        "is_cut": outlook.is_cut,
        "most": selectors.MOST_SHOWN,
        "today": day,
        "has_active": any(rule.is_active for rule in rules),
        "reminders_is_current": True,
    }
    return show(request, member, "finance/settings/reminders.html", context, status=status)


RULES = Listing("reminder_settings", _rules)


def _coming(member: Membership, *told: Sequence[selectors.Planned]) -> list[list[Coming]]:
    """Each of these lists with the addresses, which are read at once."""
    organization = member.organization
    invoices = {one.invoice.pk: one.invoice for found in told for one in found}
    letters = {letter.record_id: letter for letter in letters_of(organization, list(invoices.values()))}

    def row(one: selectors.Planned) -> Coming:
        return Coming(
            planned=one,
            url=PAGES_OF.url(organization.pk, "detail", one.invoice.pk),
            when=when_of(one.rule),
            recipients=recipients_of(one.rule, letters[one.invoice.pk]),
        )

    return [[row(one) for one in found] for found in told]


urlpatterns: list[URLPattern | URLResolver] = [
    path("", reminder_settings, name="reminder_settings"),
    path("<id:rule>/", reminder_rule_edit, name="reminder_rule_edit"),
    path("<id:rule>/delete/", reminder_rule_delete, name="reminder_rule_delete"),
]
