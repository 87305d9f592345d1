"""Every move of every document, legal or not. The table in docs/workflows.md is the one of the code."""

import itertools
import re
from pathlib import Path

import pytest

from audit.models import Entry
from finance import workflow
from finance.choices import DocumentKind as Kind
from finance.services.document_kinds import SPECS
from finance.services.document_moves import move_document
from finance.services.documents import delete_document
from finance.wording import BUTTONS, REFUSALS, REPORT_BUTTONS
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted, Refused, TransitionRefused

DOCS = Path(__file__).resolve().parents[3] / "docs" / "workflows.md"


def states(kind):
    return [value for value, _label in SPECS[kind].model._meta.get_field("status").choices]


def verbs(kind):
    return sorted({move.verb for move in workflow.TABLES[kind].moves})


EVERY_MOVE = [
    (kind, state, verb) for kind in workflow.TABLES for state, verb in itertools.product(states(kind), verbs(kind))
]
ILLEGAL = [move for move in EVERY_MOVE if not workflow.TABLES[move[0]].allows(move[1], move[2])]


def put(document, state):
    """As if it had come there: the state alone, and nothing else of it."""
    type(document).objects.filter(pk=document.pk).update(status=state, **_consistent(document, state))
    document.refresh_from_db()
    return document


def _consistent(document, state):
    if document.kind is Kind.INVOICE and state == "paid":
        return {"paid_total": document.total, "settled_total": document.total, "balance": 0}
    if document.kind is Kind.BILL and state == "paid":
        return {"paid_total": document.total, "balance": 0}
    return {}


@pytest.mark.parametrize(("kind", "state", "verb"), ILLEGAL)
def test_every_illegal_move_is_refused_in_a_sentence_and_changes_nothing(draft, actor, kind, state, verb):
    document = put(draft(kind), state)
    told = Entry.objects.count()
    with pytest.raises(TransitionRefused) as refused:
        move_document(actor=actor, document=document, verb=verb, reason="because")
    assert document.number in refused.value.message
    assert refused.value.message.endswith(".")
    assert refused.value.legal == workflow.TABLES[kind].verbs(state)
    document.refresh_from_db()
    assert document.status == state
    assert Entry.objects.count() == told


@pytest.mark.parametrize("kind", list(workflow.TABLES))
def test_what_is_issued_is_kept_as_it_was(draft, actor, kind):
    document = move_document(actor=actor, document=draft(kind), verb=workflow.ISSUING[kind])
    assert document.is_issued
    (version,) = document.organization.document_versions.filter(kind=kind, record_id=document.pk)
    assert version.content["total"] == "150"
    assert [line["name"] for line in version.content["lines"]] == ["Work", "Travel"]
    assert Entry.objects.filter(verb=workflow.ISSUING[kind], record_id=document.pk).count() == 1


@pytest.mark.parametrize("verb", ["void", "to_draft"])
def test_an_invoice_is_voided_and_taken_back_with_a_reason_only(draft, actor, verb):
    invoice = draft(Kind.INVOICE)
    if verb == "to_draft":
        invoice = move_document(actor=actor, document=invoice, verb="void", reason="Twice")
    with pytest.raises(Refused) as refused:
        move_document(actor=actor, document=invoice, verb=verb, reason="  ")
    assert set(refused.value.fields) == {"reason"}
    moved = move_document(actor=actor, document=invoice, verb=verb, reason="It was for somebody else")
    assert moved.number == invoice.number
    assert Entry.objects.filter(verb=verb).latest("pk").after["reason"] == "It was for somebody else"


def test_staff_may_send_an_invoice_and_not_void_it(draft, staff):
    worker = Actor.person(staff)
    invoice = move_document(actor=worker, document=draft(Kind.INVOICE), verb="mark_sent")
    with pytest.raises(NotPermitted):
        move_document(actor=worker, document=invoice, verb="void", reason="Mistake")


@pytest.mark.parametrize("kind", list(workflow.TABLES))
def test_only_what_may_be_deleted_is(draft, actor, kind):
    for state in states(kind):
        document = put(draft(kind, **({"number": f"B-{state}"} if kind is Kind.BILL else {})), state)
        if state in workflow.DELETABLE[kind]:
            delete_document(actor=actor, document=document)
            assert not type(document).objects.filter(pk=document.pk).exists()
        else:
            with pytest.raises(Refused) as refused:
                delete_document(actor=actor, document=document)
            assert refused.value.code == "not_deletable"


def test_a_free_invoice_is_paid_as_it_is_sent(draft, actor):
    invoice = draft(Kind.INVOICE, lines=[{"name": "A present", "rate": 0}])
    assert invoice.status == "draft"
    assert move_document(actor=actor, document=invoice, verb="mark_sent").status == "paid"


def test_every_verb_has_its_words():
    pressed = {verb for kind in workflow.TABLES for verb in verbs(kind)} - workflow.BOOKED
    assert set(BUTTONS) == pressed
    of_reports = {move.verb for move in workflow.EXPENSE_REPORT.moves}
    assert set(REPORT_BUTTONS) == of_reports
    assert set(REFUSALS) == {verb for kind in workflow.TABLES for verb in verbs(kind)} | of_reports


@pytest.mark.parametrize("kind", list(workflow.TABLES))
def test_states_of_the_tables_are_those_of_the_columns(kind):
    named = {state for move in workflow.TABLES[kind].moves for state in (*move.sources, move.target)}
    assert named == set(states(kind))
    assert workflow.EDITABLE[kind] | workflow.DELETABLE[kind] <= set(states(kind))


def test_the_documentation_shows_the_tables_of_the_code():
    shown = DOCS.read_text()
    for kind, table in workflow.TABLES.items():
        section = re.search(rf"^## {kind.value}\n(.*?)(?=^## |\Z)", shown, re.MULTILINE | re.DOTALL)
        assert section, kind
        rows = re.findall(r"^\| (\w+) \| ([\w, ]+) \| (\w+) \|", section[1], re.MULTILINE)
        known = [(move.verb, ", ".join(sorted(move.sources)), move.target) for move in table.moves]
        assert [row for row in rows if row[0] != "verb"] == known
