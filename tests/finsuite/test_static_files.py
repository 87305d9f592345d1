"""Production's static files: every import and every reference leads to a file with a hash in its name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage

from finsuite.static_files import ManifestStorage


@pytest.fixture
def collected(tmp_path: Path) -> dict[str, str]:
    """Our own static files as production serves them: name → text."""
    source = FileSystemStorage(location=settings.ROOT / "static")
    storage = ManifestStorage(location=str(tmp_path), base_url="/static/")
    paths = {
        str(path.relative_to(source.location)): (source, str(path.relative_to(source.location)))
        for path in Path(source.location).rglob("*")
        if path.is_file()
    }
    for name in paths:
        with source.open(name) as file:
            storage.save(name, file)
    for name, _hashed, outcome in storage.post_process(paths):
        assert not isinstance(outcome, Exception), (name, outcome)
    return {name: (tmp_path / hashed).read_text() for name, hashed in storage.hashed_files.items()}


def test_every_module_imports_files_with_a_hash(collected: dict[str, str]) -> None:
    scripts = {name: text for name, text in collected.items() if name.endswith(".js")}
    imports = [found for text in scripts.values() for found in re.findall(r'^import .*?"([^"]+)";', text, re.MULTILINE)]
    assert "js/app.js" in scripts
    assert imports
    assert [found for found in imports if not re.fullmatch(r"\./\w+\.[0-9a-f]{12}\.js", found)] == []


def test_no_page_needs_a_file_from_elsewhere(collected: dict[str, str]) -> None:
    elsewhere = {
        name: found
        for name, text in collected.items()
        if (found := re.findall(r"https?://(?!www\.w3\.org)[^\s\"')]+", text))
    }
    assert elsewhere == {}
