"""The site can be built without a warning, holds every page, and fetches nothing from elsewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ADDRESS = re.compile(
    r"(?:src|href|content|action|srcset)\s*=\s*[\"']?((?:https?:)?//[^\"'\s>]+)", re.IGNORECASE
)
FETCHED = re.compile(r"@import\s+[\"'(]|url\(\s*[\"']?(?:https?:)?//", re.IGNORECASE)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copy(ROOT / "zensical.toml", folder)
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder / "site"


def test_each_page_is_built(site):
    pages = [path.relative_to(ROOT / "docs").with_suffix("") for path in (ROOT / "docs").rglob("*.md")]
    built = {path.parent.relative_to(site) for path in site.rglob("index.html")}

    assert {page if page.name != "index" else page.parent for page in pages} <= built


def test_no_page_refers_to_another_host(site):
    found = {address for path in site.rglob("*.html") for address in ADDRESS.findall(path.read_text("utf-8"))}

    assert found == set()


def test_no_style_fetches_anything(site):
    styles = list(site.rglob("*.css"))

    assert styles
    assert [path.name for path in styles if FETCHED.search(path.read_text("utf-8"))] == []


def test_each_page_has_a_place_in_the_navigation():
    config = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))
    named = set(re.findall(r"[\w/-]+\.md", repr(config["project"]["nav"])))

    assert {path.name for path in (ROOT / "docs").glob("*.md")} <= named | {"design.md"}
