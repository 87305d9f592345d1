"""Everything that finsuite says can be said in French, and what is shipped is what was translated."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = ROOT / "locale" / "fr" / "LC_MESSAGES"
PACKAGES = ("finsuite", "users", "audit", "crm", "finance", "projects", "integration")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|\{\w*\}|<[^>]+>")
ORDINARY_SPACE_BEFORE_PUNCTUATION = re.compile(r" [:;?!»%](?!\()|« ")

Key = tuple[str | None, str | tuple[str, ...]]


def _catalog() -> Catalog:
    with (MESSAGES / "django.po").open("rb") as file:
        return read_po(file)


CATALOG = _catalog()
TRANSLATED = [message for message in CATALOG if message.id]


def _key(message: Message) -> Key:
    return message.context, message.id if isinstance(message.id, str) else tuple(message.id)


def _texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def _named(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _python_of(template: Path) -> io.BytesIO:
    """What the template says, as Python. The brackets keep its indentation from meaning anything."""
    return io.BytesIO(f"(\n{templatize(template.read_text())}\n)".encode())


def _sources() -> Iterator[io.BytesIO]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield io.BytesIO(path.read_bytes())
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield _python_of(path)


def _said() -> set[Key]:
    """The messages of the code and of the templates."""
    found = set()
    for source in _sources():
        for _line, message, _comments, context in extract("python", source, KEYWORDS):
            found.add((context, message if isinstance(message, str) else tuple(message[:2])))
    return found


def test_whatever_is_said_is_in_the_catalog_and_nothing_else_is() -> None:
    said, written = _said(), {_key(message) for message in TRANSLATED}
    # One message with a plural stands for the same message without: they share an entry.
    singulars = {(context, text[0]) for context, text in written if isinstance(text, tuple)}
    assert sorted(said - written - singulars, key=str) == []
    assert sorted(written - said, key=str) == []


def test_nothing_is_left_in_english_or_uncertain() -> None:
    assert [_named(message) for message in TRANSLATED if message.fuzzy or not all(_texts(message))] == []


def test_the_plural_follows_the_french_rule() -> None:
    assert CATALOG.plural_forms == "nplurals=2; plural=(n > 1);"
    assert {len(message.string) for message in TRANSLATED if message.pluralizable} == {2}


@pytest.mark.parametrize("form", [0, 1])
def test_a_translation_has_the_placeholders_and_the_markup_of_its_message(form: int) -> None:
    odd = []
    for message in TRANSLATED:
        source = message.id if isinstance(message.id, str) else message.id[form]
        text = message.string if isinstance(message.string, str) else message.string[form]
        if Counter(PLACEHOLDER.findall(source)) != Counter(PLACEHOLDER.findall(text)):
            odd.append((source, text))
    assert odd == []


def test_french_typography_holds() -> None:
    """No-break spaces around double punctuation, curly apostrophes, French quotation marks."""
    texts = [re.sub(r"<[^>]+>", "", text) for message in TRANSLATED for text in _texts(message)]
    assert [text for text in texts if ORDINARY_SPACE_BEFORE_PUNCTUATION.search(text) or re.search(r"['“”]", text)] == []


def test_a_translation_begins_and_ends_as_its_message() -> None:
    odd = []
    for message in TRANSLATED:
        source, text = _named(message), _texts(message)[0]
        if source.endswith(".") != text.endswith(".") or source.endswith("…") != text.endswith("…"):
            odd.append((source, text))
    assert odd == []


def test_the_compiled_catalog_is_in_step() -> None:
    expected = io.BytesIO()
    write_mo(expected, CATALOG)
    expected.seek(0)
    with (MESSAGES / "django.mo").open("rb") as file:
        shipped = {_key(message): message.string for message in read_mo(file) if message.id}
    assert shipped == {_key(message): message.string for message in read_mo(expected) if message.id}
