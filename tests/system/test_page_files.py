"""The files of the local page: whole, vendored as recorded, and within the page's own policy. No browser is needed."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

import scenario

STATIC = Path(scenario.__file__).parent / "web" / "static"
MODULES = sorted((STATIC / "app").rglob("*.js"))
STYLES = sorted((STATIC / "style").glob("*.css"))
VENDORED = sorted(path for path in (STATIC / "vendor").iterdir() if path.suffix in {".mjs", ".css"})
MOST_LINES = 400


def of(path):
    return str(path.relative_to(STATIC))


@pytest.mark.parametrize("path", VENDORED, ids=of)
def test_a_vendored_file_is_the_one_that_is_recorded(path):
    recorded = (STATIC / "vendor" / "VENDOR.md").read_text()
    assert f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" in recorded


@pytest.mark.parametrize("path", [*MODULES, *STYLES], ids=of)
def test_a_file_is_of_a_readable_size_and_says_what_it_is_about(path):
    text = path.read_text()
    assert text.count("\n") <= MOST_LINES
    assert text.startswith(("//", "/*"))


@pytest.mark.parametrize("path", [*MODULES, *VENDORED], ids=of)
def test_a_module_imports_files_that_are_there(path):
    for name in re.findall(
        r"""(?:^|[};])\s*(?:import|export)\b[^"'`;()]*?from\s*["']([^"']+)["']""",
        path.read_text(),
        re.MULTILINE,
    ):
        assert name.startswith(".")
        assert (path.parent / name).resolve().is_file()


@pytest.mark.parametrize("path", MODULES, ids=of)
def test_no_module_writes_markup_or_makes_code_from_text(path):
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", path.read_text()
    )


@pytest.mark.parametrize("path", [each for each in STYLES if each.name != "tokens.css"], ids=of)
def test_colours_stand_in_one_file(path):
    assert not re.search(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsl\(", path.read_text())


def test_each_variable_of_the_style_is_defined_and_used():
    text = "".join(path.read_text() for path in STYLES)
    assert set(re.findall(r"var\(--([\w-]+)", text)) == set(
        re.findall(r"^\s+--([\w-]+):", text, re.MULTILINE)
    )


def test_the_page_has_nothing_inline_and_asks_nobody_else():
    page = (STATIC / "index.html").read_text()
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=|https?://", page)
    for name in re.findall(r'(?:href|src)="static/([^"]+)"', page):
        assert (STATIC / name).is_file()
