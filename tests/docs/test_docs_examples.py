"""Every example in the documentation runs, page by page, and prints what the page says that it prints."""

from __future__ import annotations

import asyncio
import inspect
import io
import os
import subprocess
import sys
from contextlib import redirect_stdout
from doctest import ELLIPSIS
from pathlib import Path
from typing import Any

import pytest
from sybil import Sybil
from sybil.parsers.doctest import DocTestParser
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
MODULES = sorted(path for path in (ROOT / "src").rglob("*.py") if ">>>" in path.read_text(encoding="utf-8"))
PROSE_ONLY = {"design.md"}
ALONE = {"tracing.md"}  # OpenTelemetry's provider is set once for a process, so this page gets one of its own


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _compare_output(example: Any) -> str:
    """Compares a block of language ``output`` with what was printed since the block before it."""
    printed: io.StringIO = example.namespace["_printed"]
    text = printed.getvalue()
    printed.seek(0)
    printed.truncate()
    wanted, found = example.parsed.strip(), text.strip()
    return "" if wanted == found else f"The page shows:\n{wanted}\n\nwhat is printed:\n{found}"


def _play(path: Path) -> int:
    """Runs the examples of a page in one namespace, and then the tests that they define; returns how many."""
    parsers = [
        PythonCodeBlockParser(doctest_optionflags=ELLIPSIS),
        CodeBlockParser("output", _compare_output),
    ]
    document = Sybil(parsers, path=str(ROOT)).parse(path)
    printed = io.StringIO()
    document.namespace.update(__name__="__main__", _printed=printed)
    examples = list(document.examples())
    with redirect_stdout(printed):
        for example in examples:
            example.evaluate()
        for name, value in list(document.namespace.items()):
            if name.startswith("test_") and inspect.iscoroutinefunction(value):
                asyncio.run(value())
    return len(examples)


@pytest.fixture(autouse=True)
def as_a_reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("SCENARIO_VERBOSE")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)  # an example that writes a file writes it there
    for name, module in list(sys.modules.items()):  # other pages and tests write modules of the same names
        if str(tmp_path.parent) in str(getattr(module, "__file__", "")):
            del sys.modules[name]
    environment = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(environment)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_the_examples_of_a_page_run(page: Path):
    if page.name in ALONE:
        played = subprocess.run(
            [sys.executable, __file__, str(page)], capture_output=True, text=True, check=False
        )
        assert played.returncode == 0, played.stderr
        return
    examples = _play(page)

    assert examples or page.name in PROSE_ONLY or page.parent.name == "adr", (
        "a page without a runnable example"
    )


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_the_examples_of_a_docstring_run(module: Path):
    document = Sybil([DocTestParser(optionflags=ELLIPSIS)], path=str(ROOT)).parse(module)
    examples = list(document.examples())

    assert examples, "no docstring holds the example"
    for example in examples:
        example.evaluate()


if __name__ == "__main__":
    sys.exit(0 if _play(Path(sys.argv[1])) else "a page without a runnable example")
