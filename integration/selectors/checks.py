"""What has to be right before a connection may be activated, each with what to do where it is not."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.choices import Edition
from finance.models import Currency as FinanceCurrency
from integration.models import Connection


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. What is not `ok` blocks, unless it is only a notice."""

    code: str
    ok: bool
    title: str
    detail: str
    remedies: tuple[str, ...] = ()
    is_notice: bool = False


def checks_of(connection: Connection) -> list[Check]:
    """Everything that activation depends on. What blocks comes with its remedies."""
    return [_currencies(connection), _apps(connection), _key(connection), _edition(connection)]


def blocking(checks: list[Check]) -> list[Check]:
    """Those that stand in the way."""
    return [check for check in checks if not check.ok and not check.is_notice]


def _currencies(connection: Connection) -> Check:
    crm, finance = connection.crm_organization, connection.finance_organization
    same = crm.home_currency == finance.base_currency
    words = {
        "crm": crm.name,
        "home": crm.home_currency,
        "finance": finance.name,
        "base": finance.base_currency,
    }
    if same:
        detail = _("%(crm)s and %(finance)s both count in %(home)s.") % words
        return Check("currency", ok=True, title=_("Home and base currency"), detail=detail)
    detail = _("%(crm)s counts in %(home)s, %(finance)s in %(base)s. Amounts would mean different things.") % words
    if not connection.is_two_way:
        return Check("currency", ok=False, title=_("Home and base currency"), detail=detail, is_notice=True)
    return Check(
        "currency",
        ok=False,
        title=_("Home and base currency"),
        detail=detail,
        remedies=(
            _("Change the base currency of %(finance)s to %(home)s. It can be changed until it is used in a document.")
            % words,
            _("Ask the staff who run this installation to change the home currency of %(crm)s to %(base)s.") % words,
        ),
    )


def _apps(connection: Connection) -> Check:
    finance = connection.finance_organization
    missing = [app for app in connection.apps if app not in finance.apps]
    title = _("Finance apps")
    if not connection.apps:
        remedy = _("Choose at least one finance app.")
        return Check("apps", ok=False, title=title, detail=_("No finance app is switched on."), remedies=(remedy,))
    if missing:
        detail = _("%(finance)s is not open in every app that you chose.") % {"finance": finance.name}
        return Check("apps", ok=False, title=title, detail=detail, remedies=(_("Choose the finance apps again."),))
    detail = _("%(finance)s is open in every app that you chose.") % {"finance": finance.name}
    return Check("apps", ok=True, title=title, detail=detail)


def _key(connection: Connection) -> Check:
    title = _("Right to link")
    key = connection.zsc_key
    if key is None:
        return Check("key", ok=True, title=title, detail=_("It was linked by one of its own administrators."))
    if key.revoked_at is None:
        detail = _("It was linked with the ZSC key of %(person)s.") % {"person": key.user}
        return Check("key", ok=True, title=title, detail=detail)
    return Check(
        "key",
        ok=False,
        title=title,
        detail=_("The ZSC key that it was linked with has been revoked."),
        remedies=(_("Ask %(person)s for a new ZSC key, and link the organization again.") % {"person": key.user},),
    )


def _edition(connection: Connection) -> Check:
    crm = connection.crm_organization
    currencies = FinanceCurrency.objects.of(connection.finance_organization_id).filter(is_active=True).count()
    title = _("Several currencies")
    if crm.edition == Edition.ENTERPRISE or currencies < 2:
        return Check("edition", ok=True, title=title, detail=_("Nothing changes for your CRM."))
    detail = _(
        "%(finance)s works in several currencies, so several currencies are switched on in %(crm)s, "
        "and off again when you deactivate the integration."
    ) % {"finance": connection.finance_organization.name, "crm": crm.name}
    return Check("edition", ok=False, title=title, detail=detail, is_notice=True)
