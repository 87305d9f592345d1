"""The history in words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from audit.models import Entry
from audit.stories import VERBS, stories

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("audit", "crm", "finance", "finsuite", "integration", "projects", "users")
WRITERS = ("record", "record_many")


def _texts(node: ast.AST | None) -> set[str]:
    found = ast.walk(node) if node else ()
    return {each.value for each in found if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _given(call: ast.Call, place: int | None) -> ast.AST | None:
    """What a call gives as the verb: by keyword, or at this place."""
    named = next((each.value for each in call.keywords if each.arg == "verb"), None)
    return named or (call.args[place] if place is not None and place < len(call.args) else None)


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _passing_on(tree: ast.Module, known: dict[str, int | None]) -> dict[str, int | None]:
    """The functions here that write an entry with the verb they are given, and at which place they take it."""
    found: dict[str, int | None] = {}
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        names = [each.arg for each in function.args.args]
        passes = any(
            isinstance(verb := _given(call, {**known, **found}.get(_name(call))), ast.Name) and verb.id == "verb"
            for call in _calls(function)
            if _name(call) in known or _name(call) in found
        )
        if passes and "verb" in names:
            found[function.name] = names.index("verb")
    return found


def _verbs() -> dict[str, str]:
    """Each verb that the code writes into the history, and where."""
    trees = {path: ast.parse(path.read_text()) for room in ROOMS for path in (ROOT / room).rglob("*.py")}
    writers: dict[str, int | None] = dict.fromkeys(WRITERS)
    told = "integration/services/connections.py"  # whose `tell` other modules call, too
    everywhere = {**writers, **_passing_on(trees[ROOT / told], writers)}
    found: dict[str, str] = {}
    for path, tree in trees.items():
        known = dict(everywhere)
        while more := {name: at for name, at in _passing_on(tree, known).items() if name not in known}:
            known |= more
        constants = {
            target.id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in _calls(tree):
            if _name(call) not in known:
                continue
            verb = _given(call, known[_name(call)])
            if isinstance(verb, ast.Name):
                verb = constants.get(verb.id)
            if isinstance(verb, ast.IfExp):
                found |= dict.fromkeys(_texts(verb.body) | _texts(verb.orelse), str(path))
            elif isinstance(verb, ast.Constant):
                found |= dict.fromkeys(_texts(verb), str(path))
    return found


def test_every_verb_that_the_code_writes_has_words() -> None:
    verbs = _verbs()
    assert {"created", "sign_in_failed", "undo started", "locked", "pause", "sync setting changed"} <= set(verbs)
    assert {verb: path for verb, path in verbs.items() if verb not in VERBS} == {}


def test_fields_addresses_and_lines_are_told_in_their_own_order() -> None:
    address = {"zip": "69007", "city": "Lyon", "address": "14 rue des Verriers", "country": "France", "street2": ""}
    line = {"name": "Float glass", "rate": "340.5", "taxes": ["VAT 20 %"], "quantity": "2", "item_total": "681"}
    lines = [{**line, "header": "Glass", "position": 1}, {**line, "discount": "10%", "description": "Clear"}]
    after = {
        "language": "fr",
        "date": "2026-11-22",
        "lines": lines,
        "number": "INV-1",
        "billing": address,
        "cf_site": "Gate 4",
    }
    (story,) = stories([Entry(kind="finance.invoice", verb="created", before={}, after=after)])
    told = {detail.label: detail.after for detail in story.details}
    assert list(told) == ["Number", "Date", "Language", "Billing address", "Lines", "Site"]
    assert told["Language"] == "French"
    assert told["Billing address"] == "14 rue des Verriers, 69007, Lyon, France"
    assert told["Lines"].splitlines() == [
        "Glass",
        "Float glass: 2 × 340.5, VAT 20 % = 681",
        "Float glass: 2 × 340.5, 10%, VAT 20 % = 681",
        "Clear",
    ]
