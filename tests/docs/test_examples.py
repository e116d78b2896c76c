"""Each program in examples/ runs without a key, against a server on loopback, and says what is missing otherwise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
PROGRAMS = sorted(EXAMPLES.glob("*.py"))


def run(program: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    environment |= {"SCENARIO_VERBOSE": "1", **variables}
    return subprocess.run(
        [sys.executable, "-W", "error", str(program), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_an_example_runs_without_a_key_and_passes(program):
    done = run(program)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_a_live_example_without_a_key_says_what_is_missing(program):
    done = run(program, "--live")
    assert done.returncode == 2
    assert "set OPENAI_API_KEY" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_an_example_is_listed_with_the_others(program):
    assert f"]({program.name})" in (EXAMPLES / "README.md").read_text(encoding="utf-8")


def test_the_judge_of_the_example_gives_its_evidence():
    shown = run(EXAMPLES / "simulator_and_judge.py").stdout
    assert "The agent asks for the order number: passed, It asks before it looks anything up." in shown
    assert "message 1: What is your order number?" in shown
    assert 'message 4: "arrives": "Friday"' in shown
