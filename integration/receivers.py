"""What integration does when it hears that something happened in a record app: it wakes the sync up."""

from __future__ import annotations

from crm import events as crm
from finance import events as finance
from finsuite.kernel.events import Event, listen
from integration.choices import Kind
from integration.models import SyncSetting
from integration.services import merges, restored
from integration.services.activation import pause_for_revoked_key, require_unlinked_base
from integration.services.hints import hint_changes

CRM_CHANGES = (
    crm.AccountCreated,
    crm.AccountUpdated,
    crm.AccountDeleted,
    crm.ContactCreated,
    crm.ContactUpdated,
    crm.ContactDeleted,
)
FINANCE_CHANGES = (
    finance.CustomerCreated,
    finance.CustomerUpdated,
    finance.CustomerDeleted,
    finance.ContactPersonCreated,
    finance.ContactPersonUpdated,
    finance.ContactPersonDeleted,
)


def crm_changed(event: Event) -> None:
    """Records of a CRM organization changed."""
    assert isinstance(event, crm.RecordEvent)
    hint_changes({event.organization_id}, set())


def finance_changed(event: Event) -> None:
    """Records of a finance organization changed."""
    assert isinstance(event, finance.RecordEvent)
    hint_changes(set(), {event.organization_id})


for crm_kind in CRM_CHANGES:
    listen(crm_kind)(crm_changed)
for finance_kind in FINANCE_CHANGES:
    listen(finance_kind)(finance_changed)


@listen(crm.ListViewChanged)
def list_view_changed(event: crm.ListViewChanged) -> None:
    """A selection that a sync follows holds other records now: all of its records are judged anew."""
    chosen = SyncSetting.objects.filter(connection__crm_organization=event.organization_id)
    for setting in chosen.select_for_update(of=("self",)):
        if event.list_view_id in (setting.account_view_id, setting.contact_view_id):
            setting.generation += 1
            setting.save(update_fields=["generation", "updated_at"])


@listen(finance.ZscKeyRevoked)
def key_revoked(event: finance.ZscKeyRevoked) -> None:
    """Whoever gave the key takes it back: what was linked with it pauses."""
    pause_for_revoked_key(actor=event.actor, key_id=event.key_id)


@listen(finance.BaseCurrencyChanged)
def base_currency_changed(event: finance.BaseCurrencyChanged) -> None:
    """A finance organization is about to count in another currency; a link that relies on the old one prevents it."""
    require_unlinked_base(organization_id=event.organization_id, base=event.after)


PAIRED = {"accounts": Kind.ACCOUNT.value, "contacts": Kind.CONTACT.value}
"""The modules whose records links follow, and what the sync calls those."""


@listen(crm.RecordsMerged)
def records_merged(event: crm.RecordsMerged) -> None:
    """Links of the losers follow the survivor."""
    if event.module in PAIRED:
        merges.remember(PAIRED[event.module], survivor_id=event.survivor_id, loser_ids=event.loser_ids)
        hint_changes({event.organization_id}, set())


@listen(crm.MergeUndone)
def merge_undone(event: crm.MergeUndone) -> None:
    """What followed the survivor comes back."""
    if event.module in PAIRED:
        merges.take_back(PAIRED[event.module], survivor_id=event.survivor_id, loser_ids=event.loser_ids)
        hint_changes({event.organization_id}, set())


@listen(crm.RecordsRestored)
def records_restored(event: crm.RecordsRestored) -> None:
    """What was deleted and is there again belongs where it was."""
    if event.module in PAIRED:
        restored.take_up(PAIRED[event.module], ids=event.ids)
        hint_changes({event.organization_id}, set())
