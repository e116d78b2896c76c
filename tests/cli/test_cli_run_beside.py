"""What `scenario run` writes and shows besides playing: reports, and the page."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request

import pytest
from click.testing import CliRunner

from scenario.cli import main

ONE = """
import scenario
from scenario.suite import Scenario
from scenario.testing import ScriptedAgent

one = Scenario(name="one", agents=[lambda: ScriptedAgent("hello")], script=[scenario.agent(), scenario.succeed()])
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "one.py").write_text(ONE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", list(sys.path))
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(main, ["run", "one.py", *arguments])


def test_reports_are_written_after_the_run(folder):
    done = run("--html", "r.html", "--junit", "r.xml", "--markdown", "r.md", "--jsonl", "r.jsonl")

    assert done.exit_code == 0, done.output
    assert [line for line in done.output.splitlines() if line.startswith("wrote")] == [
        "wrote r.html",
        "wrote r.xml",
        "wrote r.md",
        "wrote r.jsonl",
    ]
    assert 'name="one"' in (folder / "r.xml").read_text()


def test_a_report_says_nothing_where_json_is_read(folder):
    done = run("--json", "--quiet", "--junit", "r.xml")

    assert json.loads(done.stdout)
    assert (folder / "r.xml").exists()


@pytest.mark.parametrize("option", [["--html", "r.html"], ["--ui"]])
def test_without_a_store_there_is_nothing_to_make_them_from(folder, option):
    done = run("--store", "off", *option)

    assert done.exit_code == 2
    assert "The store is off" in done.output
    assert not (folder / "r.html").exists()


def test_the_page_is_there_while_scenarios_are_played(folder):
    (folder / "one.py").write_text(
        ONE.replace(
            "one = Scenario",
            "async def wait(state):\n    import asyncio, sys\n"
            "    await asyncio.to_thread(sys.stdin.readline)\n\none = Scenario",
        ).replace("[scenario.agent()", "[wait, scenario.agent()")
    )
    command = [sys.executable, "-m", "scenario", "run", "one.py", "--ui"]
    with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=subprocess.STDOUT, text=True) as process:
        address = next(
            found[0] for line in process.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+/", line))
        )
        with urllib.request.urlopen(f"{address}api/v1/batches") as answer:  # noqa: S310 - our own address
            told = json.load(answer)
        process.communicate("go\n", timeout=30)

    assert "batches" in told or "items" in told, told
    assert process.returncode == 0


@pytest.mark.parametrize("command", [["ui"], ["run", "one.py", "--ui"]])
def test_without_the_extra_the_page_says_what_to_install(folder, command):
    code = f"import sys; sys.modules['uvicorn'] = None; from scenario.cli import main; main({command})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode in {1, 2}
    assert "pip install 'agent-scenario[ui]'" in done.stderr
    assert "Traceback" not in done.stderr
