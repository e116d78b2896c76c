"""The pages about pytest show what pytest prints, and their files for pytest work."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

DOCS = Path(__file__).parents[2] / "docs"


def _blocks(page: str, language: str) -> list[str]:
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def _comparable(text: str) -> str:
    """The text without what differs from one machine to the next: times, and widths of rules."""
    text = re.sub(r"\d+\.\d\d s", "0.00 s", text)
    return re.sub(r"^([-=])\1* (.+?) \1+$", r"\1 \2 \1", text, flags=re.MULTILINE)


@pytest.mark.parametrize("number", [0, 1], ids=["the explanation", "the summary"])
def test_the_page_shows_what_pytest_prints(project, number):
    (project.path / "test_support.py").write_text(_blocks("pytest", "py")[0], encoding="utf-8")

    result = project.run()

    result.assert_outcomes(failed=2)
    assert _comparable(_blocks("pytest", "text")[number]) in _comparable(result.stdout.str())


def test_the_page_shows_the_line_about_runs_of_tests_that_passed(project):
    lines = project.section(source="async def test_it():\n    await play('bad', scenario.fail())\n")

    assert lines[0] == _blocks("pytest", "text")[2].strip()


def test_the_marker_on_the_page_selects(project):
    source = _blocks("pytest", "py")[1] + "\n\ndef test_other():\n    pass\n"
    (project.path / "test_support.py").write_text(source, encoding="utf-8")

    project.run("-m", "agent_test").assert_outcomes(passed=1, deselected=1)
    project.run("-m", "not agent_test").assert_outcomes(passed=1, deselected=1)


def test_the_test_of_a_whole_session_on_the_page_fails_when_too_little_works(project):
    project.write(
        f"async def test_it():\n    await play('bad', scenario.fail())\n\n{_blocks('pytest', 'py')[2]}"
    )

    result = project.run()

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E*AssertionError: 1 of 1 failed"])


def test_the_fixture_on_the_page_keeps_tests_apart_and_the_options_on(project):
    (project.path / "conftest.py").write_text(_blocks("pytest", "py")[3], encoding="utf-8")
    project.write(
        """
        from scenario.config import resolve

        def test_first():
            scenario.configure(headless=False, max_turns=3)

        def test_second():
            assert (resolve().headless, resolve().max_turns) == (True, 10)
        """
    )

    project.run("--headless").assert_outcomes(passed=2)


def test_the_file_for_a_pipeline_keeps_what_failed(project, monkeypatch):
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    (project.path / "conftest.py").write_text(_blocks("ci", "py")[0], encoding="utf-8")
    project.write(
        """
        async def test_it():
            await play("good", scenario.succeed())
            await play("bad", scenario.fail("too short"))
        """
    )

    project.run().assert_outcomes(passed=1)

    folder = project.path / "results" / "main"
    assert {path.name for path in folder.iterdir()} == {"1.txt", "totals.json"}
    assert json.loads((folder / "totals.json").read_text())["failed"] == 1
    assert (folder / "1.txt").read_text().splitlines() == [
        "bad",
        "too short",
        "",
        "user: Where is my parcel?",
        "assistant: It is on its way.",
    ]


def test_each_option_is_on_the_page(project):
    page = (DOCS / "pytest.md").read_text(encoding="utf-8")
    helped = project.run("--help").stdout.str()
    (own,) = re.findall(r"^scenario: .*\n((?:  .*\n)+)", helped, re.MULTILINE)

    options = re.findall(r"--[\w-]+", own)
    assert options == [
        "--headless",
        "--scenario-debug",
        "--scenario-report",
        "--scenario-store",
        "--scenario-replay",
        "--scenario-trials",
        "--scenario-concurrency",
    ]
    assert all(f"| `{option}` |" in page for option in options)
