"""The only way in for an id from outside. Absent and not yours answer alike."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from finance.models import (
    ContactPerson,
    Currency,
    CurrencyRate,
    Customer,
    CustomField,
    Email,
    EmailTemplate,
    Expense,
    ExpenseCategory,
    ExpenseReport,
    Item,
    Membership,
    Organization,
    PaymentTerm,
    Plan,
    RecurringInvoice,
    Refund,
    ReminderRule,
    Series,
    Subscription,
    Tax,
    TaxExemption,
    Vendor,
    ZscKey,
)
from finance.models.documents import Document
from finance.models.payments import MoneyMoved
from finance.rights import MACHINE_RIGHTS, Right, allows
from finance.selectors import expenses as expense_selectors
from finsuite.kernel.actors import Actor, Via
from finsuite.kernel.errors import NotFound, NotPermitted, Refused

D = TypeVar("D", bound=Document)
P = TypeVar("P", bound=MoneyMoved)
R = TypeVar(
    "R",
    ContactPerson,
    Currency,
    CurrencyRate,
    CustomField,
    Customer,
    Email,
    EmailTemplate,
    Expense,
    ExpenseCategory,
    ExpenseReport,
    Item,
    Membership,
    PaymentTerm,
    Refund,
    ReminderRule,
    Plan,
    RecurringInvoice,
    Series,
    Subscription,
    Tax,
    TaxExemption,
    Vendor,
    ZscKey,
)


def membership(user: Any, organization_id: int) -> Membership:
    """The person's place in this organization, with the organization; NotFound for everybody else."""
    if user.is_active:
        found = (
            Membership.objects.filter(organization_id=organization_id, user_id=user.pk)
            .select_related("organization")
            .first()
        )
        if found is not None:
            return found
    raise NotFound(_("There is no such organization."))


def require(actor: Actor, organization: Organization, right: Right) -> None:
    """Refuse unless the actor may do this here: a member by their role, a sync by what syncs may do."""
    if actor.via is Via.SYSTEM and actor.user_id is None:
        return
    if right in MACHINE_RIGHTS.get(actor.via, ()):
        return
    role = None
    if actor.user_id is not None and actor.via not in MACHINE_RIGHTS:
        role = (
            Membership.objects.of(organization)
            .filter(user_id=actor.user_id, user__is_active=True)
            .values_list("role", flat=True)
            .first()
        )
    if role is None:
        raise NotFound(_("There is no such organization."))
    require_role(role, right)


def require_role(role: str, right: Right) -> None:
    """Refuse unless the role includes the right."""
    if not allows(role, right):
        raise NotPermitted(_("Your role in this organization does not allow this."))


def customer(organization: Organization, customer_id: int, *, related: tuple[str, ...] = ()) -> Customer:
    """One customer of this organization, read along with the related records that are named."""
    customers = Customer.objects.of(organization)
    if related:
        customers = customers.select_related(*related)
    return _one(customers, organization, customer_id, _("There is no such customer."))


def referred_customer(organization: Organization, customer_id: int, *, field: str) -> Customer:
    """The same for an id within what somebody wants to save: its absence is told under the field."""
    try:
        return customer(organization, customer_id)
    except NotFound as absent:
        raise Refused(absent.message, code="not_found", fields={field: [absent.message]}) from absent


def referred_party(organization: Organization, party: str, party_id: int, *, field: str) -> Customer | Vendor:
    """The customer or vendor (by `party`) that a document is to be with; its absence is told under the field."""
    if party == "customer":
        return referred_customer(organization, party_id, field=field)
    found = Vendor.objects.of(organization).filter(pk=party_id).first()
    if found is None:
        sentence = _("There is no such vendor.")
        raise Refused(sentence, code="not_found", fields={field: [sentence]})
    found.organization = organization
    return found


def document(organization: Organization, model: type[D], document_id: int) -> D:
    """One document of this kind and organization, with its customer or vendor."""
    rows = model.objects.of(organization).select_related(model.party_field)  # type: ignore[attr-defined]
    found: D | None = rows.filter(pk=document_id).first()  # type: ignore[assignment]
    if found is None:
        raise NotFound(_("There is no such document."))
    found.organization = organization
    return found


def payment(organization: Organization, model: type[P], payment_id: int) -> P:
    """One payment of a customer, or to a vendor (by `model`), with whom."""
    rows: Any = model.objects.of(organization).select_related(model.party_field)
    found: P | None = rows.filter(pk=payment_id).first()
    if found is None:
        raise NotFound(_("There is no such payment."))
    found.organization = organization
    return found


def refund(organization: Organization, refund_id: int) -> Refund:
    """One refund of this organization, with what it was given back of."""
    rows = Refund.objects.of(organization).select_related("payment", "credit_note", "vendor_payment")
    found = rows.filter(pk=refund_id).first()
    if found is None:
        raise NotFound(_("There is no such refund."))
    found.organization = organization
    return found


def contact_person_ids(organization: Organization, customer_id: int) -> set[int]:
    """The contact persons of this customer."""
    rows = ContactPerson.objects.of(organization).filter(customer_id=customer_id)
    return set(rows.values_list("pk", flat=True))


def contact_person(organization: Organization, person_id: int) -> ContactPerson:
    """One contact person of this organization, with their customer."""
    persons = ContactPerson.objects.of(organization).select_related("customer")
    return _one(persons, organization, person_id, _("There is no such contact person."))


def currency(organization: Organization, currency_id: int) -> Currency:
    """One currency of this organization."""
    return _one(Currency.objects.of(organization), organization, currency_id, _("There is no such currency."))


def expense(member: Membership, expense_id: int) -> Expense:
    """One expense that this member may see."""
    rows = expense_selectors.expenses(member)
    return _one(rows, member.organization, expense_id, _("There is no such expense."))


def expense_report(member: Membership, report_id: int) -> ExpenseReport:
    """One expense report that this member may see."""
    rows = expense_selectors.reports(member)
    return _one(rows, member.organization, report_id, _("There is no such expense report."))


def expense_category(organization: Organization, category_id: int) -> ExpenseCategory:
    """One category of expenses of this organization."""
    rows = ExpenseCategory.objects.of(organization)
    return _one(rows, organization, category_id, _("There is no such category."))


def currency_rate(organization: Organization, rate_id: int) -> CurrencyRate:
    """One dated rate of this organization, with its currency."""
    rates = CurrencyRate.objects.of(organization).select_related("currency")
    return _one(rates, organization, rate_id, _("There is no such rate."))


def item(organization: Organization, item_id: int, *, related: tuple[str, ...] = ()) -> Item:
    """One item of this organization, read along with the related records that are named."""
    items = Item.objects.of(organization)
    if related:
        items = items.select_related(*related)
    return _one(items, organization, item_id, _("There is no such item."))


def vendor(organization: Organization, vendor_id: int, *, related: tuple[str, ...] = ()) -> Vendor:
    """One vendor of this organization, read along with the related records that are named."""
    vendors = Vendor.objects.of(organization)
    if related:
        vendors = vendors.select_related(*related)
    return _one(vendors, organization, vendor_id, _("There is no such vendor."))


def tax(organization: Organization, tax_id: int) -> Tax:
    """One tax, or group of taxes, of this organization."""
    return _one(Tax.objects.of(organization), organization, tax_id, _("There is no such tax."))


def tax_exemption(organization: Organization, exemption_id: int) -> TaxExemption:
    """One reason for exemption of this organization."""
    reasons = TaxExemption.objects.of(organization)
    return _one(reasons, organization, exemption_id, _("There is no such reason for exemption."))


def payment_term(organization: Organization, term_id: int) -> PaymentTerm:
    """One payment term of this organization."""
    return _one(PaymentTerm.objects.of(organization), organization, term_id, _("There is no such payment term."))


def series(organization: Organization, series_id: int) -> Series:
    """One series of numbers of this organization."""
    return _one(Series.objects.of(organization), organization, series_id, _("There is no such series of numbers."))


def custom_field(organization: Organization, field_id: int) -> CustomField:
    """One custom field of this organization."""
    fields = CustomField.objects.of(organization).filter(deleted_at=None)
    return _one(fields, organization, field_id, _("There is no such custom field."))


def member(organization: Organization, membership_id: int) -> Membership:
    """One member of this organization, with the person."""
    members = Membership.objects.of(organization).select_related("user")
    return _one(members, organization, membership_id, _("There is no such member."))


def email(member: Membership, email_id: int) -> Email:
    """One e-mail that this member may see: those who don't manage the outbox see what they sent themselves."""
    found = Email.objects.of(member.organization).select_related("sender")
    if not allows(member.role, Right.MANAGE_EMAILS):
        found = found.filter(sender_id=member.user_id)
    return _one(found, member.organization, email_id, _("There is no such e-mail."))


def email_template(organization: Organization, template_id: int) -> EmailTemplate:
    """One e-mail template of this organization."""
    templates = EmailTemplate.objects.of(organization)
    return _one(templates, organization, template_id, _("There is no such template."))


def reminder_rule(organization: Organization, rule_id: int) -> ReminderRule:
    """One reminder rule of this organization."""
    return _one(ReminderRule.objects.of(organization), organization, rule_id, _("There is no such rule."))


def zsc_key(organization: Organization, key_id: int) -> ZscKey:
    """One ZSC key of this organization, with the person it belongs to."""
    keys = ZscKey.objects.of(organization).select_related("user")
    return _one(keys, organization, key_id, _("There is no such key."))


def plan(organization: Organization, plan_id: int) -> Plan:
    """One plan of this organization."""
    return _one(Plan.objects.of(organization), organization, plan_id, _("There is no such plan."))


def subscription(organization: Organization, subscription_id: int) -> Subscription:
    """One subscription of this organization, with its customer and plan."""
    rows = Subscription.objects.of(organization).select_related("customer", "plan", "tax")
    return _one(rows, organization, subscription_id, _("There is no such subscription."))


def recurring_invoice(organization: Organization, recurring_id: int) -> RecurringInvoice:
    """One recurring invoice of this organization, with its customer."""
    rows = RecurringInvoice.objects.of(organization).select_related("customer")
    return _one(rows, organization, recurring_id, _("There is no such recurring invoice."))


def _one(records: QuerySet[R], organization: Organization, pk: int, message: str) -> R:
    found = records.filter(pk=pk).first()
    if found is None:
        raise NotFound(message)
    found.organization = organization
    return found
